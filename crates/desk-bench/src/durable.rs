//! From the press of *Send* to the disk, against one write of the same disk.

use crate::corpus::Corpus;
use crate::ingest::{batch, open, open_raw};
use crate::report::{Report, Row, both};
use crate::stats::{Samples, in_turn, ratio};
use crate::syncs;
use crate::world::NOW;
use crate::{Outcome, Place};
use desk_core::outbox::Approval;
use desk_core::{Author, ConversationId};
use desk_store::table::outbox::{self, Approved};
use desk_store::{Store, StoreError};
use desk_sync::ingest;
use rusqlite::{Connection, TransactionBehavior, params};
use std::io::{Seek, SeekFrom, Write};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const CONVERSATIONS: usize = 50;
const TEXT: &str = "Merhaba, kargo ücretsizdir. Yarın yola çıkar, iyi günler.";
const BLOCK: usize = 4096;
/// Blocks of the baseline's file, written over and over: the disk's own floor, without the cost of
/// a file that grows.
const BLOCKS: usize = 1000;

/// Measures.
///
/// # Errors
/// When a file cannot be written.
pub fn measure(report: &mut Report, place: &Place, corpus: &Corpus, rt: &Runtime) -> Outcome {
    let rounds = if place.quick { 60 } else { 400 };
    let dir = place.scratch()?;
    let (store, account) = open(dir.path(), rt)?;
    for n in 0..CONVERSATIONS {
        let (account, batch) = (account.clone(), batch(corpus, n, 20));
        let written: Result<_, StoreError> =
            rt.block_on(store.write(move |w| ingest::ingest(w, &account, &batch, NOW)));
        written?;
    }
    let raw_dir = place.scratch()?;
    drop(open(raw_dir.path(), rt)?);
    let mut db = open_raw(raw_dir.path())?;
    let mut sqlite = Samples::default();
    let mut file = std::fs::File::create_new(dir.path().join("blocks"))?;
    file.write_all(&vec![0; BLOCK * BLOCKS])?;
    file.sync_all()?;
    let block = [0x5A; BLOCK];
    let (raw, ours) = in_turn(
        rounds,
        |round| {
            let began = Instant::now();
            file.seek(SeekFrom::Start((BLOCK * (round % BLOCKS)) as u64))?;
            file.write_all(&block)?;
            file.sync_data()?;
            let took = began.elapsed();
            sqlite.push(raw_commit(&mut db, round)?);
            Ok::<_, crate::Fault>(took)
        },
        |round| press(&store, rt, round),
    )?;
    report.keep("send click", "write of 4 KB and fdatasync", &raw);
    report.keep("send click", "enqueue", &ours);
    report.keep("send click", "the same rows, raw SQLite", &sqlite);
    let times = ratio(ours.median(), raw.median());
    report.add(
        Row::new("send click → durable", both(&ours))
            .against(both(&raw), times)
            .goal("≤ 2 × one fdatasync", times <= 2.0),
    );
    // The claim itself, whatever the disk: how often a press waits for it. A few are checkpoints.
    let presses = 100;
    let syncs = syncs::count(&dir.path().join("syncs"), || {
        for round in rounds..rounds + presses {
            press(&store, rt, round)?;
        }
        Ok(())
    })?;
    let goal = "≤ 2 fdatasync for each press";
    report.add(match syncs {
        Some(seen) => {
            let each = seen as f64 / presses as f64;
            Row::new(
                "  fdatasync for each press, counted by strace",
                format!("{each:.2}"),
            )
            .goal(goal, seen > 0 && each <= 2.0)
        }
        None => Row::new("  fdatasync for each press", "not counted: no strace").unmeasured(goal),
    });
    // Where the disk answers at once, what is left is SQLite's own work.
    report.add(
        Row::new("  the same against the same rows, raw SQLite", both(&ours))
            .against(both(&sqlite), ratio(ours.median(), sqlite.median())),
    );
    Ok(())
}

/// One press of *Send*, until it is on the disk.
fn press(store: &Store, rt: &Runtime, round: usize) -> Result<Duration, crate::Fault> {
    let approved = Approved {
        conversation_id: ConversationId(i64::try_from(round % CONVERSATIONS + 1)?),
        client_id: format!("press-{round}"),
        approval: Approval::Person,
        author: Author::Owner,
        draft_id: None,
        trigger_id: None,
        text: TEXT.to_owned(),
    };
    let now = NOW + Duration::from_secs(round as u64);
    let began = Instant::now();
    let written: Result<_, StoreError> =
        rt.block_on(store.write(move |w| outbox::enqueue(w, &approved, now)));
    written?;
    Ok(began.elapsed())
}

/// The rows of an approved reply, written by hand.
fn raw_commit(db: &mut Connection, round: usize) -> Result<Duration, crate::Fault> {
    let conversation = i64::try_from(round % CONVERSATIONS + 1)?;
    let began = Instant::now();
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.prepare_cached(
        "INSERT OR IGNORE INTO conversation (id, account_id, customer_id, last_at) VALUES (?1, 1, ?1, 0)",
    )?
    .execute([conversation])?;
    tx.prepare_cached(
        "INSERT INTO message (account_id, conversation_id, direction, author, kind, text, folded, sent_at, state)
         VALUES (1, ?1, 'out', 'owner', 'text', ?2, ?3, ?4, 'queued')",
    )?
    .execute(params![conversation, TEXT, desk_core::text::fold(TEXT), NOW.0])?;
    let message = tx.last_insert_rowid();
    tx.prepare_cached(
        "INSERT INTO outbox (account_id, conversation_id, message_id, client_id, approval, text, state, due_at, created_at)
         VALUES (1, ?1, ?2, ?3, 'person', ?4, 'queued', ?5, ?5)",
    )?
    .execute(params![conversation, message, format!("press-{round}"), TEXT, NOW.0])?;
    tx.prepare_cached(
        "UPDATE conversation SET last_message_id = ?2, last_at = ?3, unread = 0 WHERE id = ?1",
    )?
    .execute(params![conversation, message, NOW.0])?;
    tx.commit()?;
    Ok(began.elapsed())
}
