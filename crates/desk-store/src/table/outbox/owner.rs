//! What the owner decides about a row.

use super::call::settle;
use super::enqueue::siblings;
use super::{OutboxRow, get, touched};
use crate::table::message;
use crate::{StoreError, Write};
use desk_core::{AccountId, Code, OutboxId, SendState, Timestamp};
use rusqlite::params;

/// The account works again: what waited for it is due.
///
/// # Errors
/// When the file cannot be written.
pub fn release_held(
    w: &mut Write<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE outbox SET held = 0, due_at = ?2, waiting_since = ?2 WHERE account_id = ?1 AND held = 1",
    )?
    .execute(params![account.0, now.0])?;
    Ok(())
}

/// Makes a row due now, in a state.
fn due_now(
    w: &mut Write<'_>,
    row: &OutboxRow,
    state: SendState,
    now: Timestamp,
) -> Result<OutboxRow, StoreError> {
    w.prepare_cached(
        "UPDATE outbox SET state = ?2, due_at = ?3, waiting_since = ?3, held = 0, backoff = 0,
                           fault = CASE WHEN ?2 = 'queued' THEN NULL ELSE fault END
         WHERE id = ?1",
    )?
    .execute(params![row.id.0, state.as_str(), now.0])?;
    message::set_state(w, row.message_id, state)?;
    touched(w, row.conversation_id)?;
    get(w, row.id)
}

/// The owner wants it sent: a failure again, a waiting one at once, and an unconfirmed one looked up
/// at once, or sent again when every look was taken.
///
/// # Errors
/// [`Code::TooLate`] when it is under way or settled.
pub fn retry(w: &mut Write<'_>, id: OutboxId, now: Timestamp) -> Result<OutboxRow, StoreError> {
    let row = get(w, id)?;
    match row.state {
        SendState::Failed => due_now(w, &row, SendState::Queued, now),
        SendState::Unconfirmed if row.is_asked() => {
            w.prepare_cached("UPDATE outbox SET resends = resends + 1 WHERE id = ?1")?
                .execute([id.0])?;
            due_now(w, &row, SendState::Queued, now)
        }
        SendState::Unconfirmed => due_now(w, &row, row.state, now),
        SendState::Queued | SendState::Retrying => send_now(w, id, now),
        _ => Err(StoreError::Refused(Code::TooLate)),
    }
}

/// The owner does not want to wait: for the end of a hold, for a scheduled moment, for the next try.
/// The wait between tries begins anew from the shortest.
///
/// # Errors
/// [`Code::TooLate`] when it waits for no call.
pub fn send_now(w: &mut Write<'_>, id: OutboxId, now: Timestamp) -> Result<OutboxRow, StoreError> {
    let row = get(w, id)?;
    if !row.state.is_cancellable() {
        return Err(StoreError::Refused(Code::TooLate));
    }
    for part in siblings(w, &row)? {
        if part.state == SendState::Queued {
            w.prepare_cached(
                "UPDATE outbox SET not_before = NULL, scheduled = 0, due_at = ?2, waiting_since = ?2
                 WHERE id = ?1",
            )?
            .execute([part.id.0, now.0])?;
        }
    }
    due_now(w, &row, row.state, now)
}

/// The owner wants an unconfirmed message looked up now.
///
/// # Errors
/// [`Code::TooLate`] when it is not unconfirmed (any more).
pub fn check(w: &mut Write<'_>, id: OutboxId, now: Timestamp) -> Result<OutboxRow, StoreError> {
    let row = get(w, id)?;
    if row.state == SendState::Unconfirmed {
        due_now(w, &row, row.state, now)
    } else {
        Err(StoreError::Refused(Code::TooLate))
    }
}

/// The owner takes it back, or puts a failure away. With a part of a long text go the later parts.
///
/// # Errors
/// [`Code::TooLate`] when it is under way or was sent.
pub fn discard(w: &mut Write<'_>, id: OutboxId) -> Result<(), StoreError> {
    let row = get(w, id)?;
    match row.state {
        SendState::Cancelled => return Ok(()),
        SendState::Sending | SendState::Sent => return Err(StoreError::Refused(Code::TooLate)),
        _ => {}
    }
    // Of an unconfirmed one it stays known that it may appear yet.
    let fault = row.fault.filter(|_| row.state == SendState::Unconfirmed);
    settle(w, &row, SendState::Cancelled, fault)?;
    for part in siblings(w, &row)? {
        if part.part > row.part && part.state.is_cancellable() {
            settle(w, &part, SendState::Cancelled, None)?;
        }
    }
    Ok(())
}
