//! Taking messages in, against a loop that only writes the same rows into the same schema.

use crate::chance::Chance;
use crate::corpus::{self, Corpus};
use crate::report::{Report, Row, both};
use crate::stats::{in_turn, ratio, ratio_interval};
use crate::world::{NOW, customer_id, file_of};
use crate::{Outcome, Place};
use desk_core::message::Health;
use desk_core::text::fold;
use desk_core::{
    Direction, IgMessageId, IgThreadId, IgUserId, IgsId, MessageKind, Path as Way, Timestamp,
};
use desk_store::table::account::{self, Account, Connected};
use desk_store::table::message::{Extras, Incoming};
use desk_store::{Store, StoreError};
use desk_sync::ingest::{self, Batch};
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Conversations on a page of the list, as a poll gets it.
const CONVERSATIONS: usize = 20;
/// Messages of each.
const MESSAGES: usize = 5;

/// Measures.
///
/// # Errors
/// When a file cannot be written, or the two ways do not come to the same rows.
pub fn measure(report: &mut Report, place: &Place, corpus: &Corpus, rt: &Runtime) -> Outcome {
    let pages = if place.quick { 40 } else { 300 };
    let (ours_dir, raw_dir) = (place.scratch()?, place.scratch()?);
    let (store, account) = open(ours_dir.path(), rt)?;
    // The store makes the file of the baseline as well: the very same schema and triggers.
    drop(open(raw_dir.path(), rt)?);
    let mut raw = open_raw(raw_dir.path())?;
    // What was sent days ago asks nothing of the AI, which is not what is measured here.
    let now = NOW + Duration::from_secs(3 * 86_400);
    let (raw_times, our_times) = in_turn(
        pages,
        |page| write_raw(&mut raw, &page_of(corpus, page)),
        |page| {
            let (batches, account) = (page_of(corpus, page), account.clone());
            let began = Instant::now();
            let written: Result<(), StoreError> = rt.block_on(store.write(move |w| {
                for batch in &batches {
                    ingest::ingest(w, &account, batch, now)?;
                }
                Ok(())
            }));
            written?;
            Ok::<_, crate::Fault>(began.elapsed())
        },
    )?;
    drop(store);
    let ours = Connection::open(file_of(ours_dir.path()))?;
    if rows(&ours)? != rows(&raw)? {
        return Err("ingest and the raw loop did not come to the same rows".into());
    }
    report.keep("ingest", "raw loop, a page", &raw_times);
    report.keep("ingest", "ingest, a page", &our_times);
    // Speed, not time: more is better.
    let speed = ratio(raw_times.median(), our_times.median());
    let (low, high) = ratio_interval(&raw_times, &our_times);
    report.note(serde_json::json!({ "ingest": "interval of the ratio", "low": low, "high": high }));
    report.add(
        Row::new(
            format!("ingest, page of {CONVERSATIONS}×{MESSAGES} messages"),
            both(&our_times),
        )
        .against(both(&raw_times), speed)
        .goal("speed ≥ 0.8 of raw", speed >= 0.8),
    );
    Ok(())
}

/// A new store with one account.
///
/// # Errors
/// When it cannot be written.
pub fn open(dir: &Path, rt: &Runtime) -> Outcome<(Store, Account)> {
    let store = Store::open(dir)?;
    let account: Result<Account, StoreError> = rt.block_on(store.write(|w| {
        let id = account::connect(
            w,
            &Connected {
                user_id: IgUserId("17841400000000001".to_owned()),
                scoped_id: String::new(),
                username: "benim.dukkanim".to_owned(),
                name: None,
                app_id: None,
                token_obtained_at: NOW,
                token_expires_at: None,
                refresh_due_at: None,
                page: None,
            },
        )?;
        account::set_receiving(w, id, Health::Good, None, Some(NOW))?;
        account::get(w, id)
    }));
    Ok((store, account?))
}

/// A connection with the settings of the store's writer.
///
/// # Errors
/// When it cannot be opened.
pub fn open_raw(dir: &Path) -> Outcome<Connection> {
    let db = Connection::open(file_of(dir))?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864;
         PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
    )?;
    Ok(db)
}

/// A page of the list: conversations that nobody has seen yet.
pub fn page_of(corpus: &Corpus, page: usize) -> Vec<Batch> {
    (0..CONVERSATIONS)
        .map(|n| batch(corpus, page * CONVERSATIONS + n, MESSAGES))
        .collect()
}

/// A conversation with its messages.
pub fn batch(corpus: &Corpus, number: usize, messages: usize) -> Batch {
    let mut chance = Chance::seeded(number as u64);
    let language = corpus.language_of(&mut chance);
    let (username, name) = corpus.customer(number, &mut chance);
    let customer = customer_id(number);
    let mut at = NOW - Duration::from_secs(60 * number as u64);
    let messages: Vec<Incoming> = (0..messages)
        .map(|n| {
            at = at + Duration::from_millis(1000 + chance.wait(600_000.0) as u64);
            let is_in = n == 0 || chance.percent(60);
            let text = corpus.message(language, &mut chance);
            let id = format!("aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3{number:012}{n:08}");
            Incoming {
                raw: corpus::raw(&id, &customer, &username, &text, &at.to_string()),
                external_id: IgMessageId(id),
                direction: if is_in { Direction::In } else { Direction::Out },
                kind: MessageKind::Text,
                text,
                sent_at: at,
                path: Way::Poll,
                extras: Extras::default(),
            }
        })
        .collect();
    let thread = IgThreadId(format!("aWdfZAG06{number:012}"));
    Batch {
        username: Some(username),
        name,
        messages,
        complete_up_to: Some(at),
        ..Batch::with(Some(thread), IgsId(customer), Way::Poll)
    }
}

/// The least that can be done: one statement for each row, and one for what the row of the list
/// shows; everything that is to be stored is worked out before the clock starts.
fn write_raw(db: &mut Connection, batches: &[Batch]) -> Result<Duration, crate::Fault> {
    let folded: Vec<(String, Vec<String>)> = batches
        .iter()
        .map(|b| {
            let name = format!(
                "{} {}",
                b.username.as_deref().unwrap_or(""),
                b.name.as_deref().unwrap_or("")
            );
            (
                fold(&name),
                b.messages.iter().map(|m| fold(&m.text)).collect(),
            )
        })
        .collect();
    let began = Instant::now();
    let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for (batch, (name, texts)) in batches.iter().zip(&folded) {
        tx.prepare_cached(
            "INSERT INTO conversation (account_id, customer_id, external_id, username, name, folded_name, last_at)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, 0)",
        )?
        .execute(params![batch.customer.0, batch.thread.as_ref().map(IgThreadId::as_str), batch.username, batch.name, name])?;
        let id = tx.last_insert_rowid();
        let (mut unread, mut last_in, mut last) = (0, None::<i64>, (0, 0, Direction::Out));
        for (message, folded) in batch.messages.iter().zip(texts) {
            let (author, state) = match message.direction {
                Direction::In => ("customer", "received"),
                Direction::Out => ("owner_phone", "sent"),
            };
            tx.prepare_cached(
                "INSERT INTO message (account_id, conversation_id, external_id, direction, author, kind, text,
                                      folded, sent_at, state, raw)
                 VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                id,
                message.external_id.0,
                message.direction.as_str(),
                author,
                message.kind.as_str(),
                message.text,
                folded,
                message.sent_at.0,
                state,
                message.raw
            ])?;
            last = (tx.last_insert_rowid(), message.sent_at.0, message.direction);
            match message.direction {
                Direction::In => {
                    unread += 1;
                    last_in = Some(message.sent_at.0);
                }
                Direction::Out => unread = 0,
            }
        }
        let state = if last.2 == Direction::In {
            "waiting"
        } else {
            "quiet"
        };
        tx.prepare_cached(
            "UPDATE conversation SET last_message_id = ?2, last_at = ?3, last_inbound_at = ?4, unread = ?5,
                                     row_state = ?6, updated_time = ?7 WHERE id = ?1",
        )?
        .execute(params![
            id, last.0, last.1, last_in, unread, state, batch.complete_up_to.map(|t: Timestamp| t.0)
        ])?;
    }
    tx.commit()?;
    Ok(began.elapsed())
}

/// Everything that either way has stored.
fn rows(db: &Connection) -> Outcome<Vec<String>> {
    let mut rows = Vec::new();
    for sql in [
        "SELECT json_array(id, account_id, customer_id, external_id, username, name, folded_name, updated_time,
                           last_message_id, last_at, last_inbound_at, unread, row_state, turn_due_at)
         FROM conversation ORDER BY id",
        "SELECT json_array(id, account_id, conversation_id, external_id, direction, author, kind, text, folded,
                           sent_at, state, raw)
         FROM message ORDER BY id",
        "SELECT json_array(count(*)) FROM message_search WHERE message_search MATCH '\"kar\" AND \"rgo\"'",
    ] {
        let mut query = db.prepare(sql)?;
        for row in query.query_map([], |row| row.get::<_, String>(0))? {
            rows.push(row?);
        }
    }
    Ok(rows)
}
