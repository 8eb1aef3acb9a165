//! What becomes of waits when the clock is set.
//!
//! A hold and a wait between tries are lengths of time, a scheduled moment is a time of day. When the
//! clock is set, the lengths stay as they are and the time of day is what the owner meant.

use crate::{StoreError, Write};
use desk_core::Timestamp;
use desk_core::outbox::MAX_HOLD;
use rusqlite::{Connection, params};
use std::time::Duration;

/// Rows whose wait began in the future: the clock was set back since.
const SET_BACK: &str = "due_at IS NOT NULL AND waiting_since > ?1 AND scheduled = 0";

/// Whether a wait began in the future.
///
/// # Errors
/// When the file cannot be read.
pub fn was_set_back(db: &Connection, now: Timestamp) -> Result<bool, StoreError> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM outbox WHERE {SET_BACK})");
    Ok(db.prepare_cached(&sql)?.query_row([now.0], |r| r.get(0))?)
}

/// After the clock was set back: what waits does so for the whole of its time, from now on.
///
/// # Errors
/// When the file cannot be written.
pub fn reconcile(w: &mut Write<'_>, now: Timestamp) -> Result<(), StoreError> {
    if !was_set_back(w, now)? {
        return Ok(());
    }
    let sql = format!(
        "UPDATE outbox SET not_before = CASE WHEN not_before IS NOT NULL THEN ?1 + due_at - waiting_since END,
                           due_at = ?1 + due_at - waiting_since, waiting_since = ?1,
                           started_at = min(started_at, ?1)
         WHERE {SET_BACK}"
    );
    w.execute(&sql, [now.0])?;
    Ok(())
}

/// After the clock was set forward by `by`, or the machine slept that long: a hold that was not over
/// then is not over now.
///
/// # Errors
/// When the file cannot be written.
pub fn hold_through(w: &mut Write<'_>, now: Timestamp, by: Duration) -> Result<(), StoreError> {
    let (before, longest) = (now - by, now + MAX_HOLD);
    let by = now.0.saturating_sub(before.0);
    w.execute(
        "UPDATE outbox SET due_at = min(due_at + ?2, ?3), not_before = min(due_at + ?2, ?3), waiting_since = ?4
         WHERE state = 'queued' AND scheduled = 0 AND not_before IS NOT NULL AND due_at > ?1 AND waiting_since <= ?1",
        params![before.0, by, longest.0, now.0],
    )?;
    Ok(())
}
