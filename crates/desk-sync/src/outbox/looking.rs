//! Looks into a conversation for a message whose sending is unconfirmed.

use super::LOOK_AGAIN;
use crate::call::CallError;
use crate::engine::Inner;
use crate::poller;
use desk_core::Timestamp;
use desk_core::sync::{CallReason, Lane};
use desk_store::StoreError;
use desk_store::table::outbox::{self, OutboxRow};
use graph_api::RetryKind;
use std::sync::Arc;
use std::time::Duration;

/// The wait after a look that only the owner can make possible again.
const BROKEN: Duration = Duration::from_secs(120);
/// The wait after too many calls, when Instagram names none.
const THROTTLED: Duration = Duration::from_secs(60);

pub(super) async fn look(inner: &Arc<Inner>, row: OutboxRow) -> Result<(), StoreError> {
    let id = row.id;
    let caller = inner.caller(row.account_id, Lane::FollowUp);
    let looked = poller::look_into(inner, &caller, row.conversation_id).await;
    caller.note(CallReason::Look, looked.as_ref().err().map(CallError::code));
    let now = inner.clock.now();
    match looked {
        // Reading it stored what it showed, and an echo among that has settled the row.
        Ok(()) => {
            inner
                .store
                .write(move |w| outbox::not_found(w, id, now))
                .await
        }
        Err(error) => {
            tracing::warn!(outbox.id = %id, code = %error.code(), error = %error, "a look for an unconfirmed message failed");
            let at = again_at(&error, now);
            inner
                .store
                .write(move |w| outbox::look_later(w, id, at, now))
                .await
        }
    }
}

fn again_at(error: &CallError, now: Timestamp) -> Timestamp {
    let wait = match error {
        CallError::Graph(e) => match e.retry_kind() {
            RetryKind::Throttled { retry_after } => retry_after.unwrap_or(THROTTLED),
            RetryKind::Auth(_) | RetryKind::Setup(_) | RetryKind::Stop(_) => BROKEN,
            _ => LOOK_AGAIN,
        },
        CallError::NoToken(_) => BROKEN,
        CallError::NotYet(not_yet) => return not_yet.until,
        CallError::Store(_) => LOOK_AGAIN,
    };
    now + wait
}
