//! Webhooks: what the owner wants, how it goes, and the events that wait to be read.

use crate::word::opt_word;
use crate::{StoreError, Write};
use desk_core::{AccountId, Change, Code, Entity, Source, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// A row of `webhook`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Webhook {
    /// Whether the owner wants it.
    pub enabled: bool,
    /// Since when.
    pub enabled_at: Option<Timestamp>,
    /// When Instagram last checked the address.
    pub handshake_at: Option<Timestamp>,
    /// When the last test event came.
    pub tested_at: Option<Timestamp>,
    /// When the last real event came.
    pub event_at: Option<Timestamp>,
    /// How many real events came.
    pub events: u32,
    /// When a delivery was last refused.
    pub refused_at: Option<Timestamp>,
    /// How many were.
    pub refused: u32,
    /// When Instagram accepted that the account sends events.
    pub subscribed_at: Option<Timestamp>,
    /// The fault that the subscription met.
    pub fault: Option<Code>,
}

/// How the webhooks of an account stand.
///
/// # Errors
/// When the file cannot be read.
pub fn get(db: &Connection, account: AccountId) -> Result<Webhook, StoreError> {
    let time = |t: Option<i64>| t.map(Timestamp);
    let mut query = db.prepare_cached(
        "SELECT enabled, enabled_at, handshake_at, tested_at, event_at, events, refused_at, refused,
                subscribed_at, fault FROM webhook WHERE account_id = ?1",
    )?;
    let found = query
        .query_row([account.0], |r| {
            Ok(Webhook {
                enabled: r.get(0)?,
                enabled_at: time(r.get(1)?),
                handshake_at: time(r.get(2)?),
                tested_at: time(r.get(3)?),
                event_at: time(r.get(4)?),
                events: r.get(5)?,
                refused_at: time(r.get(6)?),
                refused: r.get(7)?,
                subscribed_at: time(r.get(8)?),
                fault: opt_word!(r, 9, Code),
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Whether polls and webhooks of an account are compared.
///
/// # Errors
/// When the file cannot be read.
pub fn compares(db: &Connection, account: AccountId) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM webhook WHERE account_id = ?1 AND enabled)",
    )?;
    Ok(query.query_row([account.0], |r| r.get(0))?)
}

/// The accounts whose owner wants webhooks.
///
/// # Errors
/// When the file cannot be read.
pub fn enabled(db: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT w.account_id FROM webhook w JOIN account a ON a.id = w.account_id
         WHERE w.enabled AND a.connected ORDER BY w.account_id",
    )?;
    let rows = query.query_map([], |r| r.get(0).map(AccountId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Turns webhooks on or off. Turned on anew, the light and the counters begin anew.
///
/// # Errors
/// When the file cannot be written.
pub fn set_enabled(
    w: &mut Write<'_>,
    account: AccountId,
    enabled: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached("INSERT OR IGNORE INTO webhook (account_id) VALUES (?1)")?
        .execute([account.0])?;
    w.prepare_cached(
        "UPDATE webhook SET enabled_at = CASE WHEN ?2 AND NOT enabled THEN ?3 ELSE enabled_at END,
             handshake_at = CASE WHEN ?2 AND NOT enabled THEN NULL ELSE handshake_at END,
             tested_at = CASE WHEN ?2 AND NOT enabled THEN NULL ELSE tested_at END,
             event_at = CASE WHEN ?2 AND NOT enabled THEN NULL ELSE event_at END,
             events = CASE WHEN ?2 AND NOT enabled THEN 0 ELSE events END,
             refused = CASE WHEN ?2 AND NOT enabled THEN 0 ELSE refused END,
             enabled = ?2
         WHERE account_id = ?1",
    )?
    .execute(params![account.0, enabled, now.0])?;
    note(w, account);
    Ok(())
}

/// What there is to note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// Instagram checked the address.
    Handshake,
    /// A test event came.
    Test,
    /// Real events came, so many.
    Events(u32),
    /// Deliveries were refused, so many.
    Refused(u32),
    /// Instagram accepted that the account sends events, or it did not.
    Subscribed(Option<Code>),
}

/// Notes how it goes.
///
/// # Errors
/// When the file cannot be written.
pub fn note_that(
    w: &mut Write<'_>,
    account: AccountId,
    what: Noted,
    now: Timestamp,
) -> Result<(), StoreError> {
    let of = "WHERE account_id = ?1";
    match what {
        Noted::Handshake => w
            .prepare_cached(&format!("UPDATE webhook SET handshake_at = ?2 {of}"))?
            .execute(params![account.0, now.0])?,
        Noted::Test => w
            .prepare_cached(&format!("UPDATE webhook SET tested_at = ?2 {of}"))?
            .execute(params![account.0, now.0])?,
        Noted::Events(n) => w
            .prepare_cached(&format!(
                "UPDATE webhook SET event_at = ?2, events = events + ?3 {of}"
            ))?
            .execute(params![account.0, now.0, n])?,
        Noted::Refused(n) => w
            .prepare_cached(&format!(
                "UPDATE webhook SET refused_at = ?2, refused = refused + ?3 {of}"
            ))?
            .execute(params![account.0, now.0, n])?,
        Noted::Subscribed(None) => w
            .prepare_cached(&format!(
                "UPDATE webhook SET subscribed_at = ?2, fault = NULL {of}"
            ))?
            .execute(params![account.0, now.0])?,
        Noted::Subscribed(Some(code)) => w
            .prepare_cached(&format!("UPDATE webhook SET fault = ?2 {of}"))?
            .execute(params![account.0, code.as_str()])?,
    };
    note(w, account);
    Ok(())
}

fn note(w: &mut Write<'_>, account: AccountId) {
    w.note(Change::upserted(Entity::Account, account, Source::Webhook));
}

/// An event that waits to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Ours.
    pub id: i64,
    /// Whose secret signed it.
    pub account_id: AccountId,
    /// As it came.
    pub body: String,
    /// How often reading it was tried.
    pub attempts: u32,
}

/// Keeps an event as it came; says whether it is new. This is on the disk before Instagram hears
/// that we have it.
///
/// # Errors
/// When the file cannot be written.
pub fn keep(
    w: &mut Write<'_>,
    account: AccountId,
    digest: &str,
    body: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let n = w
        .prepare_cached(
            "INSERT OR IGNORE INTO webhook_event (digest, account_id, body, received_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![digest, account.0, body, now.0])?;
    Ok(n > 0)
}

/// The oldest events that wait.
///
/// # Errors
/// When the file cannot be read.
pub fn waiting(db: &Connection, limit: u32) -> Result<Vec<Waiting>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id, account_id, body, attempts FROM webhook_event WHERE state = 'waiting' ORDER BY id LIMIT ?1",
    )?;
    let rows = query.query_map([limit], |r| {
        Ok(Waiting {
            id: r.get(0)?,
            account_id: AccountId(r.get(1)?),
            body: r.get(2)?,
            attempts: r.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that an event was read: what it says stands in its own places now, and nothing of it stays
/// here, so that a message that is taken back is nowhere any more.
///
/// # Errors
/// When the file cannot be written.
pub fn drained(w: &mut Write<'_>, id: i64, now: Timestamp) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE webhook_event SET state = 'drained', body = '', drained_at = ?2 WHERE id = ?1",
    )?
    .execute(params![id, now.0])?;
    Ok(())
}

/// Notes that reading an event failed; after `most` tries it is put aside, still kept.
///
/// # Errors
/// When the file cannot be written.
pub fn failed(w: &mut Write<'_>, id: i64, most: u32) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE webhook_event SET attempts = attempts + 1,
             state = CASE WHEN attempts + 1 >= ?2 THEN 'failed' ELSE state END WHERE id = ?1",
    )?
    .execute(params![id, most])?;
    Ok(())
}

/// How many events could not be read.
///
/// # Errors
/// When the file cannot be read.
pub fn count_failed(db: &Connection, account: AccountId) -> Result<u32, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT count(*) FROM webhook_event WHERE state = 'failed' AND account_id = ?1",
    )?;
    Ok(query.query_row([account.0], |r| r.get(0))?)
}

/// Forgets the digests of events that were read before a moment: their repetitions have ended.
///
/// # Errors
/// When the file cannot be written.
pub fn forget(w: &mut Write<'_>, before: Timestamp) -> Result<u32, StoreError> {
    let n = w
        .prepare_cached(
            "DELETE FROM webhook_event WHERE drained_at IS NOT NULL AND drained_at < ?1",
        )?
        .execute([before.0])?;
    Ok(u32::try_from(n).unwrap_or(u32::MAX))
}

/// An event that is kept and shown nowhere yet.
#[derive(Debug, Clone)]
pub struct Kept<'a> {
    /// Whose; `None` when no account of ours is named.
    pub account_id: Option<AccountId>,
    /// What it is.
    pub kind: &'a str,
    /// Instagram's id of the thing.
    pub external_id: Option<&'a str>,
    /// Its digest.
    pub digest: &'a str,
    /// The event.
    pub raw: &'a str,
}

/// No more are kept: whoever holds the secret could otherwise fill the disk.
const MOST_KEPT: u32 = 20_000;

/// Keeps an event that has no place in the product yet.
///
/// # Errors
/// When the file cannot be written.
pub fn keep_for_later(
    w: &mut Write<'_>,
    event: &Kept<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "INSERT OR IGNORE INTO kept_event (digest, account_id, kind, external_id, raw, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        event.digest,
        event.account_id.map(|a| a.0),
        event.kind,
        event.external_id,
        event.raw,
        now.0
    ])?;
    w.prepare_cached("DELETE FROM kept_event WHERE id <= (SELECT max(id) FROM kept_event) - ?1")?
        .execute([MOST_KEPT])?;
    Ok(())
}

/// How many events of a kind are kept.
///
/// # Errors
/// When the file cannot be read.
pub fn count_kept(db: &Connection, kind: &str) -> Result<u32, StoreError> {
    let mut query = db.prepare_cached("SELECT count(*) FROM kept_event WHERE kind = ?1")?;
    Ok(query.query_row([kind], |r| r.get(0))?)
}
