//! Which outgoing message seen in a conversation is which row of the outbox.

use super::call::{sent, settle};
use super::{OPEN, OutboxRow, select};
use crate::table::message;
use crate::{StoreError, Write};
use desk_core::outbox::{self as rules, Echo, Sought};
use desk_core::{ConversationId, IgMessageId, SendState};

/// Matches an outgoing message seen in the conversation with the row whose outcome is not known.
/// At most one call is under way in a conversation, so there is at most one row to match.
///
/// # Errors
/// When the file cannot be written.
pub fn claim_echo(
    w: &mut Write<'_>,
    conversation: ConversationId,
    external: &IgMessageId,
    echo: Echo<'_>,
) -> Result<bool, StoreError> {
    let mut rows = select(
        w,
        &format!(
            "o.conversation_id = ?1 AND o.started_at IS NOT NULL
             AND ({OPEN} OR o.resends > 0 OR (o.state = 'cancelled' AND o.fault IN ('reply_unconfirmed', 'reply_from_copy')))"
        ),
        [conversation.0],
    )?;
    rows.retain(is_sought);
    rows.sort_by_key(rank);
    for row in rows.iter().filter(|row| row.state != SendState::Sent) {
        if !fits(row, echo) {
            continue;
        }
        if row.state == SendState::Sending {
            // The call is still under way and will name the id itself; until then the message
            // only takes the id, so that the echo is no second message.
            message::bind(
                w,
                row.account_id,
                row.message_id,
                external,
                Some(echo.sent_at),
            )?;
        } else {
            sent(w, row.id, Some(external), Some(echo.sent_at))?;
        }
        return Ok(true);
    }
    for row in rows.iter().filter(|row| row.state == SendState::Sent) {
        if fits(row, echo) && !row.maybe_twice {
            // The owner sent it again, and now the first one appears as well: both stay, and the
            // owner is told.
            w.execute(
                "UPDATE outbox SET maybe_twice = 1 WHERE id = ?1",
                [row.id.0],
            )?;
            settle(w, row, SendState::Sent, None)?;
            break;
        }
    }
    Ok(false)
}

/// The same among what is stored already. An echo can have been taken for a message from the phone,
/// when it came before enough was known of the call: a clock that was wrong, a start after a crash.
pub(super) fn claim_stored(w: &mut Write<'_>, row: &OutboxRow) -> Result<bool, StoreError> {
    let strangers = message::from_elsewhere(w, row.conversation_id, row.high_water_at)?;
    let found = strangers.iter().find(|said| {
        let echo = Echo {
            text: &said.text,
            kind: said.kind,
            sent_at: said.sent_at,
        };
        fits(row, echo)
    });
    let Some((external, said)) = found.and_then(|said| Some((said.external_id.as_ref()?, said)))
    else {
        return Ok(false);
    };
    sent(w, row.id, Some(external), Some(said.sent_at))?;
    Ok(true)
}

/// Whether an echo may be the row's: its outcome is not known, or it was not known when the owner
/// sent it again or put it away.
fn is_sought(row: &OutboxRow) -> bool {
    match row.state {
        SendState::Unconfirmed | SendState::Sending | SendState::Cancelled => true,
        SendState::Queued | SendState::Retrying | SendState::Failed | SendState::Sent => {
            row.resends > 0
        }
    }
}

/// What is most likely comes first: the call under way, then what the owner was asked about.
fn rank(row: &OutboxRow) -> (u8, i64) {
    let kind = match row.state {
        SendState::Sending => 0,
        SendState::Unconfirmed if !row.is_asked() => 0,
        SendState::Cancelled => 2,
        _ => 1,
    };
    (kind, row.id.0)
}

fn fits(row: &OutboxRow, echo: Echo<'_>) -> bool {
    let Some(started) = row.started_at else {
        return false;
    };
    let sought = Sought {
        content: row.content,
        text: &row.text,
        // A call before the last one may have delivered it: nothing is known of when it began but
        // that it was after the newest message known at the approval.
        started: if row.resends > 0 {
            row.created_at
        } else {
            started
        },
        server_started: row.server_started_at.filter(|_| row.resends == 0),
        high_water: row.high_water_at,
    };
    rules::is_echo_of(echo, &sought)
}
