//! Reads the deliveries that wait, and hands them on. One at a time, oldest first; what cannot be
//! read is put aside, still kept, and never holds up the others.

use super::events::{Outcome, Sorted, sort};
use crate::engine::Inner;
use crate::ingest;
use crate::media::folder::name_of;
use desk_core::{AccountId, Timestamp};
use desk_store::table::account::{self, Account};
use desk_store::table::unreadable;
use desk_store::table::webhook::{self, Kept, Noted, Waiting};
use desk_store::{StoreError, Write};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// So many are looked at in one go.
const AT_ONCE: u32 = 50;
/// After so many failures an event is put aside.
const MOST_TRIES: u32 = 5;
/// After a failure of our own file.
const FAULT_WAIT: Duration = Duration::from_secs(10);
/// Instagram repeats a delivery for 36 hours; its digest is remembered a little longer.
const REPETITIONS: Duration = Duration::from_secs(72 * 3600);

/// Drains until told to stop.
pub(crate) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    loop {
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = drain(&inner) => ended,
        };
        match ended {
            Ok(true) => continue,
            Ok(false) => {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = inner.webhooks.came.notified() => {}
                }
            }
            Err(error) => {
                tracing::error!(error = %error, "deliveries could not be read; they wait");
                let later = inner.clock.now() + FAULT_WAIT;
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = inner.clock.sleep_until(later) => {}
                }
            }
        }
    }
}

/// Drains what waits; says whether more does.
async fn drain(inner: &Arc<Inner>) -> Result<bool, StoreError> {
    let waiting: Result<Vec<Waiting>, StoreError> =
        inner.store.read(|db| webhook::waiting(db, AT_ONCE)).await;
    let waiting = waiting?;
    let mut heard = BTreeSet::new();
    for event in &waiting {
        match one(inner, event.clone()).await {
            Ok(accounts) => heard.extend(accounts),
            Err(error) => {
                tracing::warn!(event.id = event.id, error = %error, "a delivery could not be carried out");
                let id = event.id;
                let written: Result<(), StoreError> = inner
                    .store
                    .write(move |w| webhook::failed(w, id, MOST_TRIES))
                    .await;
                written?;
                return Err(error);
            }
        }
    }
    // A poll follows what was delivered: it tells what the delivery left out.
    for account in heard {
        inner.want(account, desk_core::sync::CallReason::Webhook);
    }
    Ok(!waiting.is_empty())
}

/// Carries out one delivery in one transaction; returns the accounts that it is about.
async fn one(inner: &Inner, event: Waiting) -> Result<Vec<AccountId>, StoreError> {
    let now = inner.clock.now();
    let accounts: Result<Vec<Account>, StoreError> = inner.store.read(account::connected).await;
    let accounts = accounts?;
    let sorted = sort(&accounts, event.body.as_bytes());
    inner
        .store
        .write(move |w| {
            let heard = carry_out(w, &accounts, &event, sorted, now)?;
            webhook::drained(w, event.id, now)?;
            webhook::forget(w, Timestamp(now.0 - millis(REPETITIONS)))?;
            Ok(heard)
        })
        .await
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

fn carry_out(
    w: &mut Write<'_>,
    accounts: &[Account],
    event: &Waiting,
    sorted: Sorted,
    now: Timestamp,
) -> Result<Vec<AccountId>, StoreError> {
    for (raw, reason) in &sorted.unreadable {
        unreadable::keep(w, event.account_id, raw, reason, now)?;
    }
    for kept in &sorted.kept {
        let digest = name_of(kept.raw.as_bytes());
        let event = Kept {
            account_id: kept.account,
            kind: &kept.kind,
            external_id: kept.external_id.as_deref(),
            digest: &digest,
            raw: &kept.raw,
        };
        webhook::keep_for_later(w, &event, now)?;
    }
    if sorted.outcome == Outcome::Test {
        webhook::note_that(w, event.account_id, Noted::Test, now)?;
    }
    let mut heard = Vec::new();
    for (id, batches) in sorted.batches {
        let Some(account) = accounts.iter().find(|a| a.id == id) else {
            continue;
        };
        for batch in &batches {
            ingest::ingest(w, account, batch, now)?;
        }
        heard.push(id);
    }
    for (id, count) in sorted.events {
        webhook::note_that(w, id, Noted::Events(count), now)?;
    }
    Ok(heard)
}
