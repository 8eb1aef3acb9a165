//! From the press of *Send* to the disk, against one write of the same disk.

use crate::corpus::Corpus;
use crate::ingest::{batch, open};
use crate::report::{Report, Row, both};
use crate::stats::{in_turn, ratio};
use crate::world::NOW;
use crate::{Outcome, Place};
use desk_core::outbox::Approval;
use desk_core::{Author, ConversationId};
use desk_store::StoreError;
use desk_store::table::outbox::{self, Approved};
use desk_sync::ingest;
use std::io::{Seek, SeekFrom, Write};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const CONVERSATIONS: usize = 50;
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
            Ok::<_, crate::Fault>(began.elapsed())
        },
        |round| {
            let approved = Approved {
                conversation_id: ConversationId(i64::try_from(round % CONVERSATIONS + 1)?),
                client_id: format!("press-{round}"),
                approval: Approval::Person,
                author: Author::Owner,
                draft_id: None,
                trigger_id: None,
                text: "Merhaba, kargo ücretsizdir. Yarın yola çıkar, iyi günler.".to_owned(),
            };
            let now = NOW + Duration::from_secs(round as u64);
            let began = Instant::now();
            let written: Result<_, StoreError> =
                rt.block_on(store.write(move |w| outbox::enqueue(w, &approved, now)));
            written?;
            Ok(began.elapsed())
        },
    )?;
    report.keep("send click", "write of 4 KB and fdatasync", &raw);
    report.keep("send click", "enqueue", &ours);
    let times = ratio(ours.median(), raw.median());
    report.add(
        Row::new("send click → durable", both(&ours))
            .against(both(&raw), times)
            .goal("≤ 2 × one fdatasync", times <= 2.0),
    );
    Ok(())
}
