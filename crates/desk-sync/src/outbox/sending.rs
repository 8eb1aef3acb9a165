//! One message on its way: the transaction before the call, the call, the transaction after it.

use crate::call::CallError;
use crate::engine::{Inner, fail_point};
use crate::fault;
use crate::lights::Side;
use crate::outbox::{LOOK_AGAIN, SET};
use desk_core::message::Health;
use desk_core::outbox::{self as rules, Approval, Attempt, Content, StartRefusal};
use desk_core::sync::{CallReason, Lane};
use desk_core::{Code, IgMessageId, Reason, Source, Timestamp};
use desk_store::table::outbox::{self, Begin, GraphFault, OutboxRow};
use desk_store::table::{account, conversation, draft};
use desk_store::{StoreError, Write};
use graph_api::Tag;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

pub(super) async fn send(
    inner: &Arc<Inner>,
    row: OutboxRow,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let (id, started, uptime) = (row.id, inner.clock.now(), inner.clock.uptime());
    let server = inner.server_clock.known(started);
    fail_point("before_sending");
    let begun: Result<Begin, StoreError> = inner
        .store
        .write(move |w| begin(w, id, started, server))
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
    fail_point("sending_on_disk");
    let outcome = call(inner, &row).await.map_err(|error| {
        let failed = Failed::of(&error, inner.clock.now());
        tracing::warn!(outbox.id = %id, code = %failed.code, error = %error, "a send did not succeed");
        failed
    });
    fail_point("call_ended");
    let ended = inner.clock.now();
    // A moment before the clock was set says nothing by what the clock shows now.
    let took = inner.clock.uptime().saturating_sub(uptime);
    let is_steady = started + took <= ended + SET && ended <= started + took + SET;
    let server = inner.server_clock.known(started).filter(|_| is_steady);
    let account_id = row.account_id;
    let accepted = outcome.is_ok();
    let ended = Ended {
        row,
        outcome,
        started,
        ended,
        server,
    };
    store_outcome(inner, &ended, stop).await?;
    fail_point("outcome_on_disk");
    if accepted {
        fail_point("sent_on_disk");
        inner.poll_soon(account_id);
    }
    Ok(())
}

/// What is to be stored of a call.
#[derive(Debug, Clone)]
struct Ended {
    row: OutboxRow,
    outcome: Result<IgMessageId, Failed>,
    started: Timestamp,
    ended: Timestamp,
    /// When it began, by Instagram's clock.
    server: Option<Timestamp>,
}

/// Stores what came of a call. While the disk does not take it, nothing else in the conversation is
/// sent; it is tried again until ReplyDesk ends, and then the next start looks the message up.
async fn store_outcome(
    inner: &Inner,
    call: &Ended,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let mut is_told = false;
    loop {
        let Ended {
            row,
            outcome,
            started,
            ended,
            server,
        } = call.clone();
        let id = row.id;
        let written: Result<(), StoreError> = inner
            .store
            .write(move |w| {
                if let Some(server) = server {
                    outbox::note_server_start(w, id, server)?;
                }
                end(w, &row, outcome, started, ended)
            })
            .await;
        let Err(error) = written else {
            return Ok(());
        };
        if stop.is_cancelled() {
            return Err(error);
        }
        if !is_told {
            tracing::error!(outbox.id = %id, error = %error, "what came of a send could not be stored yet");
            is_told = true;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = inner.clock.sleep_until(inner.clock.now() + LOOK_AGAIN) => {}
        }
    }
}

/// A call that did not succeed, as far as the outbox is concerned.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    pub(super) attempt: Attempt,
    pub(super) code: Code,
    pub(super) said: GraphFault,
}

impl Failed {
    pub(super) fn of(error: &CallError, now: Timestamp) -> Self {
        let attempt = match error {
            CallError::Graph(e) => fault::attempt_of(e),
            CallError::NoToken(_) => Attempt::Held,
            CallError::Store(_) => Attempt::NotSent { retry_after: None },
            CallError::NotYet(not_yet) => Attempt::NotSent {
                retry_after: Some(not_yet.until.since(now)),
            },
        };
        let said = match error {
            CallError::Graph(e) => GraphFault {
                code: e.graph().and_then(|g| g.code),
                subcode: e.graph().and_then(|g| g.subcode),
                trace_id: e.trace_id().map(str::to_owned),
            },
            _ => GraphFault::default(),
        };
        let code = match attempt {
            Attempt::Unclear => Code::ReplyUnconfirmed,
            _ => error.code(),
        };
        Failed {
            attempt,
            code,
            said,
        }
    }
}

/// The transaction before the call.
pub(super) fn begin(
    w: &mut Write<'_>,
    id: desk_core::OutboxId,
    now: Timestamp,
    server: Option<Timestamp>,
) -> Result<Begin, StoreError> {
    let begun = outbox::begin_at(w, id, now, server)?;
    if let Begin::Refused(row, refusal) = &begun {
        give_back(w, row, *refusal)?;
    }
    Ok(begun)
}

/// The transaction after the call.
pub(super) fn end(
    w: &mut Write<'_>,
    row: &OutboxRow,
    outcome: Result<IgMessageId, Failed>,
    started: Timestamp,
    ended: Timestamp,
) -> Result<(), StoreError> {
    let failed = match outcome {
        Ok(external) => {
            outbox::sent(w, row.id, Some(&external), None)?;
            return account::set_sending(w, row.account_id, Health::Good, None);
        }
        Err(failed) => failed,
    };
    let next = rules::after_attempt(&failed.attempt, row.backoff + 1, started, ended);
    outbox::note_fault(w, row.id, &failed.said)?;
    outbox::proceed(w, row.id, next, Some(failed.code), ended)?;
    note_health(w, row, &failed)
}

fn note_health(w: &mut Write<'_>, row: &OutboxRow, failed: &Failed) -> Result<(), StoreError> {
    match failed.attempt {
        Attempt::Held => account::set_sending(w, row.account_id, Health::Broken, Some(failed.code)),
        Attempt::NotSent { .. } | Attempt::Unclear => {
            account::set_sending(w, row.account_id, Health::Troubled, None)
        }
        _ => Ok(()),
    }
}

/// An automatic reply that may not go out any more is the owner's to decide about, where it still
/// answers anything.
fn give_back(w: &mut Write<'_>, row: &OutboxRow, refusal: StartRefusal) -> Result<(), StoreError> {
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
    let caller = inner.caller(row.account_id, lane_of(row));
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
    let client = caller.client(&account)?;
    caller.admit().await?;
    let (from, to) = (account.user_id.as_str(), to.as_str());
    let answered = match row.content {
        Content::Text => {
            let tag = row.tagged.then_some(Tag::HumanAgent);
            client
                .send_text_tagged(&token, from, to, &row.text, tag)
                .await
        }
        Content::Heart => client.send_heart(&token, from, to).await,
    };
    caller.heed(&answered).await;
    caller.note(
        CallReason::Send,
        answered.as_ref().err().map(fault::code_of),
    );
    inner.note_call(row.account_id, Side::Sending, &answered);
    let told = match &answered {
        Ok(reply) => reply.date,
        Err(error) => error.date(),
    };
    inner.heard_time(told.map(Timestamp::from));
    Ok(IgMessageId(answered?.value.message_id))
}

/// Who waits for the call.
fn lane_of(row: &OutboxRow) -> Lane {
    match (row.approval, row.draft_id) {
        (Approval::Policy, _) => Lane::AutoSend,
        (Approval::Person, Some(_)) => Lane::ApprovedDraft,
        (Approval::Person, None) => Lane::OwnerSend,
    }
}
