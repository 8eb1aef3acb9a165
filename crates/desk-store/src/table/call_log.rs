//! What each check did: why it was made, how many calls it took, what it found.

use crate::word::{opt_word, word};
use crate::{StoreError, Write};
use desk_core::sync::CallReason;
use desk_core::{AccountId, Code, Timestamp};
use rusqlite::{Connection, params};
use std::time::Duration;

/// How long an entry is kept.
pub const KEPT: Duration = Duration::from_secs(3 * 24 * 3600);

/// A row of `call_log`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallEntry {
    /// Whose.
    pub account_id: AccountId,
    /// When it began.
    pub at: Timestamp,
    /// Why.
    pub reason: CallReason,
    /// How many calls it took.
    pub calls: u32,
    /// How many messages were new.
    pub found: u32,
    /// The fault that ended it.
    pub fault: Option<Code>,
    /// How long it took.
    pub took: Duration,
}

/// Adds an entry, and forgets those that are too old.
///
/// # Errors
/// When the file cannot be written.
pub fn add(w: &mut Write<'_>, entry: &CallEntry) -> Result<(), StoreError> {
    w.prepare_cached(
        "INSERT INTO call_log (account_id, at, reason, calls, found, fault, millis)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        entry.account_id.0,
        entry.at.0,
        entry.reason.as_str(),
        entry.calls,
        entry.found,
        entry.fault.map(Code::as_str),
        i64::try_from(entry.took.as_millis()).unwrap_or(i64::MAX),
    ])?;
    w.prepare_cached("DELETE FROM call_log WHERE account_id = ?1 AND at < ?2")?
        .execute(params![entry.account_id.0, (entry.at - KEPT).0])?;
    Ok(())
}

/// The newest entries, newest first; of one account, or of all.
///
/// # Errors
/// When the file cannot be read.
pub fn newest(
    db: &Connection,
    account: Option<AccountId>,
    limit: u32,
) -> Result<Vec<CallEntry>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT account_id, at, reason, calls, found, fault, millis FROM call_log
         WHERE ?1 IS NULL OR account_id = ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    let rows = query.query_map(params![account.map(|a| a.0), limit], |row| {
        Ok(CallEntry {
            account_id: AccountId(row.get(0)?),
            at: Timestamp(row.get(1)?),
            reason: word!(row, 2, CallReason),
            calls: row.get(3)?,
            found: row.get(4)?,
            fault: opt_word!(row, 5, Code),
            took: Duration::from_millis(row.get::<_, i64>(6)?.try_into().unwrap_or(0)),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When calls were made since a moment, and how many each time.
///
/// # Errors
/// When the file cannot be read.
pub fn calls_since(
    db: &Connection,
    account: AccountId,
    since: Timestamp,
) -> Result<Vec<(Timestamp, u32)>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT at, calls FROM call_log WHERE account_id = ?1 AND at > ?2 ORDER BY at",
    )?;
    let rows = query.query_map(params![account.0, since.0], |row| {
        Ok((Timestamp(row.get(0)?), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
