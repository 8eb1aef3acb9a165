//! Sends what the outbox holds, at most once, and looks up what is not certain.

use crate::call::CallError;
use crate::engine::Inner;
use crate::fault;
use crate::lights::Side;
use crate::poller;
use desk_core::message::Health;
use desk_core::outbox::{self as rules, Attempt, StartRefusal};
use desk_core::{Code, IgMessageId, OutboxId, Reason, SendState, Source, Timestamp};
use desk_store::StoreError;
use desk_store::table::outbox::{self, Begin, OutboxRow};
use desk_store::table::{account, conversation, draft};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How many calls may be under way at once: a slow one must not hold the other conversations.
const AT_ONCE: usize = 8;
/// The wait after a look that could not be taken.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Works until told to stop; what is under way then is brought to its end.
pub(crate) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    let mut changes = inner.store.changes();
    let mut under_way: BTreeSet<OutboxId> = BTreeSet::new();
    let mut tasks: JoinSet<OutboxId> = JoinSet::new();
    loop {
        let now = inner.clock.now();
        let next = match due_rows(&inner, now).await {
            Ok((rows, next)) => {
                for row in rows {
                    if tasks.len() >= AT_ONCE || !under_way.insert(row.id) {
                        continue;
                    }
                    let inner = Arc::clone(&inner);
                    tasks.spawn(async move {
                        let id = row.id;
                        if let Err(e) = handle(&inner, row).await {
                            tracing::error!(outbox.id = %id, error = %e, "the outbox could not be stored");
                        }
                        id
                    });
                }
                next
            }
            Err(e) => {
                tracing::error!(error = %e, "the outbox could not be read");
                Some(now + LOOK_AGAIN)
            }
        };
        // A row that is due but waits for another one wakes us when that one changes.
        let next = next.filter(|at| *at > now);
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(done) = tasks.join_next(), if !tasks.is_empty() => {
                if let Ok(id) = done { under_way.remove(&id); }
            }
            change = changes.recv() => {
                if matches!(change, Err(RecvError::Closed)) { break; }
            }
            () = sleep_until(&inner, next) => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

async fn sleep_until(inner: &Inner, at: Option<Timestamp>) {
    match at {
        Some(at) => inner.clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}

async fn due_rows(
    inner: &Inner,
    now: Timestamp,
) -> Result<(Vec<OutboxRow>, Option<Timestamp>), StoreError> {
    inner
        .store
        .read(move |db| Ok((outbox::due(db, now, 64)?, outbox::next_due(db)?)))
        .await
}

async fn handle(inner: &Arc<Inner>, row: OutboxRow) -> Result<(), StoreError> {
    match row.state {
        SendState::Queued | SendState::Retrying => send(inner, row).await,
        SendState::Unconfirmed => look(inner, row).await,
        _ => Ok(()),
    }
}

async fn send(inner: &Arc<Inner>, row: OutboxRow) -> Result<(), StoreError> {
    let (id, started) = (row.id, inner.clock.now());
    let begun: Result<Begin, StoreError> = inner
        .store
        .write(move |w| {
            let begun = outbox::begin(w, id, started)?;
            if let Begin::Refused(row, refusal) = &begun {
                give_back(w, row, *refusal)?;
            }
            Ok(begun)
        })
        .await;
    let row = match begun? {
        Begin::Go(row) => row,
        Begin::Refused(_, refusal) => {
            tracing::info!(outbox.id = %id, ?refusal, "a message may not be sent any more");
            return Ok(());
        }
        Begin::Gone => return Ok(()),
    };
    // From here on the row says `sending`: if the program dies, its outcome is unclear.
    crate::engine::fail_point("sending_on_disk");
    let outcome = call(inner, &row).await;
    crate::engine::fail_point("call_ended");
    let ended = inner.clock.now();
    let account_id = row.account_id;
    match outcome {
        Ok(external) => {
            let written: Result<(), StoreError> = inner
                .store
                .write(move |w| {
                    outbox::sent(w, id, Some(&external), None)?;
                    account::set_sending(w, account_id, Health::Good, None)
                })
                .await;
            written?;
            crate::engine::fail_point("sent_on_disk");
            inner.poll_soon(account_id);
        }
        Err(error) => {
            let code = error.code();
            let attempt = match &error {
                CallError::Graph(e) => fault::attempt_of(e),
                CallError::NoToken(_) => Attempt::Held,
                CallError::Store(_) => Attempt::NotSent { retry_after: None },
            };
            let next = rules::after_attempt(&attempt, row.attempts, started, ended);
            let code = if attempt == Attempt::Unclear {
                Code::ReplyUnconfirmed
            } else {
                code
            };
            tracing::warn!(outbox.id = %id, code = %code, error = %error, ?next, "a send did not succeed");
            let health = match attempt {
                Attempt::Held => Some(Health::Broken),
                Attempt::NotSent { .. } | Attempt::Unclear => Some(Health::Troubled),
                _ => None,
            };
            let written: Result<(), StoreError> = inner
                .store
                .write(move |w| {
                    outbox::proceed(w, id, next, Some(code))?;
                    match health {
                        Some(Health::Broken) => {
                            account::set_sending(w, account_id, Health::Broken, Some(code))
                        }
                        Some(health) => account::set_sending(w, account_id, health, None),
                        None => Ok(()),
                    }
                })
                .await;
            written?;
        }
    }
    Ok(())
}

/// An automatic reply that may not go out any more is the owner's to decide about, where it still
/// answers anything.
fn give_back(
    w: &mut desk_store::Write<'_>,
    row: &OutboxRow,
    refusal: StartRefusal,
) -> Result<(), StoreError> {
    let (Some(draft_id), Some(_)) = (row.draft_id, row.trigger_id) else {
        return Ok(());
    };
    let reason = match refusal {
        StartRefusal::NotAllowedAnyMore => Reason::Stopped,
        StartRefusal::WindowClosed => Reason::WindowClosed,
        StartRefusal::TooLate => Reason::TooLate,
        StartRefusal::Withdrawn => Reason::EntryChanged,
        StartRefusal::TooMany => Reason::TooMany,
        StartRefusal::NewerInbound | StartRefusal::OwnerAnswered => {
            let draft = draft::get(w, draft_id)?;
            return draft::set_outcome(w, &draft, desk_core::Outcome::Stale, Source::Outbox);
        }
    };
    let draft = draft::get(w, draft_id)?;
    draft::back_to_proposal(w, &draft, reason, Source::Outbox)
}

async fn call(inner: &Arc<Inner>, row: &OutboxRow) -> Result<IgMessageId, CallError> {
    let caller = inner.caller(row.account_id);
    let account = caller.account().await?;
    let conversation_id = row.conversation_id;
    let to: Result<_, StoreError> = inner
        .store
        .read(move |db| conversation::get(db, conversation_id))
        .await;
    let to = to?.customer_id;
    if !account.connected {
        return Err(CallError::NoToken(Code::TokenInvalid));
    }
    let token = caller.token(&account).await?;
    let reply = inner
        .client
        .send_text(&token, account.user_id.as_str(), to.as_str(), &row.text)
        .await;
    inner.note_call(row.account_id, Side::Sending, &reply);
    Ok(IgMessageId(reply?.value.message_id))
}

async fn look(inner: &Arc<Inner>, row: OutboxRow) -> Result<(), StoreError> {
    let id = row.id;
    let caller = inner.caller(row.account_id);
    let looked = poller::look_into(inner, &caller, row.conversation_id).await;
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
            let at = match &error {
                CallError::Graph(e) => match e.retry_kind() {
                    graph_api::RetryKind::Throttled { retry_after } => {
                        now + retry_after.unwrap_or(Duration::from_secs(60))
                    }
                    graph_api::RetryKind::Auth(_) | graph_api::RetryKind::Setup(_) => {
                        now + Duration::from_secs(120)
                    }
                    _ => now + LOOK_AGAIN,
                },
                _ => now + LOOK_AGAIN,
            };
            inner
                .store
                .write(move |w| outbox::look_later(w, id, at))
                .await
        }
    }
}
