//! What is done now and then, off every critical path: the check of the file after an unclean end
//! and once a week, the daily backup, the look at what customers ask, and the owner's warning before
//! a token runs out.

use crate::Desk;
use crate::drafting::drift;
use crate::dto::FileCheck;
use crate::health;
use desk_core::{AccountId, Change, Entity, Source, Timestamp};
use desk_store::table::{account, setting};
use desk_store::{Store, StoreError};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Between two rounds.
const ROUND: Duration = Duration::from_secs(3600);
/// The first round of all: a check of a large file takes a processor for itself, and the owner is
/// waiting for the first picture.
const FIRST_ROUND: Duration = Duration::from_secs(5);
/// The first round of backups: the start has better things to do.
const FIRST_BACKUP: Duration = Duration::from_secs(10 * 60);
const DAILY: Duration = Duration::from_secs(24 * 3600);
const WEEKLY: Duration = Duration::from_secs(7 * 24 * 3600);
/// The setting with the time of the last check of the file.
const CHECKED_AT: &str = "file.checked_at";

/// Works until told to stop. It holds the desk only while it works, so it keeps nothing open.
pub(crate) async fn run(desk: Weak<Desk>, stop: CancellationToken) {
    let Some(clock) = desk.upgrade().map(|d| Arc::clone(&d.clock)) else {
        return;
    };
    let began = clock.now();
    let mut next = began + FIRST_ROUND;
    let mut warned = BTreeMap::new();
    let mut is_first = true;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = clock.sleep_until(next) => {}
        }
        let Some(open) = desk.upgrade() else { return };
        let now = clock.now();
        round(&open, now, began, is_first, &mut warned).await;
        is_first = false;
        next = if now.since(began) < FIRST_BACKUP {
            began + FIRST_BACKUP
        } else {
            now + ROUND
        };
    }
}

async fn round(
    desk: &Arc<Desk>,
    now: Timestamp,
    began: Timestamp,
    is_first: bool,
    warned: &mut BTreeMap<AccountId, Option<u32>>,
) {
    if let Err(e) = check_if_due(desk, now, is_first).await {
        tracing::warn!(error = %e, "the file could not be checked");
    }
    if now.since(began) >= FIRST_BACKUP && !desk.config.demo && !desk.file_watch.is_erased() {
        match back_up_if_due(&desk.store, now).await {
            Ok(false) => {}
            Ok(true) => desk.announce(Change::upserted(Entity::Settings, "", Source::Poll)),
            Err(e) => tracing::warn!(error = %e, "the daily backup could not be made"),
        }
    }
    let drift: Result<_, StoreError> = desk.store.write(move |w| drift::look(w, now)).await;
    if let Err(e) = drift {
        tracing::warn!(error = %e, "the customers' questions could not be compared with earlier ones");
    }
    if let Err(e) = warn_of_tokens(desk, now, warned).await {
        tracing::warn!(error = %e, "the accounts could not be read");
    }
}

async fn check_if_due(desk: &Desk, now: Timestamp, at_start: bool) -> Result<(), StoreError> {
    let last: Option<Timestamp> = desk.store.read(|db| setting::get(db, CHECKED_AT)).await?;
    let after_crash = at_start && desk.store.ended_uncleanly();
    let weekly = last.is_some_and(|at| now.since(at) >= WEEKLY);
    if !after_crash && !weekly {
        if last.is_none() {
            note_check(&desk.store, now).await?;
        }
        return Ok(());
    }
    desk.file_watch.set_check(FileCheck::Running);
    if desk.store.check().await? {
        desk.file_watch.set_check(FileCheck::Good);
        return note_check(&desk.store, now).await;
    }
    tracing::error!("the data file is damaged; nothing is sent from it any more");
    desk.file_watch.set_check(FileCheck::Damaged);
    desk.halt().await;
    desk.announce(Change::upserted(Entity::Settings, "", Source::Poll));
    Ok(())
}

async fn note_check(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    store
        .write(move |w| setting::set(w, CHECKED_AT, &now))
        .await
}

async fn back_up_if_due(store: &Store, now: Timestamp) -> Result<bool, StoreError> {
    let newest = store.backups().first().map(|b| b.made_at);
    // A clock that was ahead must not put the next backup off for ever.
    let is_due = newest.is_none_or(|at| now.since(at) >= DAILY || at > now + DAILY);
    let anything: bool = store.read(account::any).await?;
    if !is_due || !anything {
        store.advance_generation().await?;
        return Ok(false);
    }
    store.back_up(None, now).await?;
    store.prune_backups()?;
    Ok(true)
}

/// The screen hears of an account when its warning becomes another one.
async fn warn_of_tokens(
    desk: &Desk,
    now: Timestamp,
    warned: &mut BTreeMap<AccountId, Option<u32>>,
) -> Result<(), StoreError> {
    let accounts: Vec<account::Account> = desk.store.read(account::connected).await?;
    for account in accounts {
        let level = health::token_warning(account.token_expires_at, now).map(|w| w.level);
        let before = warned.insert(account.id, level);
        if before.is_some_and(|before| before != level) {
            desk.announce(Change::upserted(Entity::Account, account.id, Source::Poll));
        }
    }
    Ok(())
}
