//! What happens to a row around a call and a look: each function is one step of the protocol, to be
//! made in one transaction.

use super::enqueue::body_hash;
use super::{NOTHING_IN_THE_WAY, OutboxRow, get, touched};
use crate::table::{account, conversation, draft, entry, message, setting, topic};
use crate::{StoreError, Write};
use desk_core::outbox::{self as rules, Approval, Next, RecentAuto, StartFacts, StartRefusal};
use desk_core::window::ReplyWindow;
use desk_core::{Code, IgMessageId, OutboxId, ReplyMode, SendState, Timestamp};
use rusqlite::params;

/// What Meta said of a fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphFault {
    /// The code.
    pub code: Option<i64>,
    /// The subcode.
    pub subcode: Option<i64>,
    /// What Meta's support asks for.
    pub trace_id: Option<String>,
}

/// What came of the wish to begin a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// The row is `sending` now, and on disk: the socket may open.
    Go(OutboxRow),
    /// It may not be sent after all; the row is settled accordingly.
    Refused(OutboxRow, StartRefusal),
    /// It is not waiting for a call any more, or not yet.
    Gone,
}

/// Begins a call: reads everything anew and sets `sending` in one transaction.
///
/// # Errors
/// When the file cannot be written.
pub fn begin(w: &mut Write<'_>, id: OutboxId, now: Timestamp) -> Result<Begin, StoreError> {
    begin_at(w, id, now, None)
}

/// The same where Instagram's own time is known: the reply window is counted by it, whatever our
/// clock shows.
///
/// # Errors
/// When the file cannot be written.
pub fn begin_at(
    w: &mut Write<'_>,
    id: OutboxId,
    now: Timestamp,
    server: Option<Timestamp>,
) -> Result<Begin, StoreError> {
    let row = get(w, id)?;
    if !row.state.is_cancellable() || row.due_at.is_none_or(|due| due > now) {
        return Ok(Begin::Gone);
    }
    if is_blocked(w, id, now)? {
        return Ok(Begin::Gone);
    }
    if row
        .body_hash
        .is_some_and(|hash| hash != body_hash(row.content, &row.text))
    {
        // Not what was approved: the file was changed by something else.
        settle(w, &row, SendState::Failed, Some(Code::DataDamaged))?;
        return Ok(Begin::Gone);
    }
    let facts = start_facts(w, &row, server.unwrap_or(now))?;
    if let Err(refusal) = rules::may_start(facts) {
        let (state, fault) = match (row.approval, refusal) {
            (Approval::Policy, _) => (SendState::Cancelled, None),
            (Approval::Person, _) => (SendState::Failed, Some(Code::WindowClosed)),
        };
        settle(w, &row, state, fault)?;
        return Ok(Begin::Refused(row, refusal));
    }
    w.prepare_cached(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, started_at = ?2, server_started_at = ?3,
                           tagged = ?4, due_at = NULL, looks = 0, waits_for = NULL WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        now.0,
        server.map(|t| t.0),
        matches!(facts.window, ReplyWindow::HumanOnly { .. })
    ])?;
    if row.scheduled {
        // It was written hours ago, and is said now.
        message::set_time(w, row.message_id, now)?;
    }
    message::set_state(w, row.message_id, SendState::Sending)?;
    touched(w, row.conversation_id)?;
    Ok(Begin::Go(get(w, id)?))
}

fn is_blocked(w: &Write<'_>, id: OutboxId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = format!("SELECT NOT ({NOTHING_IN_THE_WAY}) FROM outbox o WHERE o.id = ?2");
    Ok(w.prepare_cached(&sql)?
        .query_row(params![now.0, id.0], |r| r.get(0))?)
}

fn start_facts(w: &Write<'_>, row: &OutboxRow, now: Timestamp) -> Result<StartFacts, StoreError> {
    let conversation = conversation::get(w, row.conversation_id)?;
    let trigger = match row.trigger_id {
        Some(id) => Some(message::get(w, id)?),
        None => None,
    };
    let after_trigger = |direction: &str| -> Result<bool, StoreError> {
        let Some(trigger) = &trigger else {
            return Ok(false);
        };
        Ok(w.query_row(
            "SELECT EXISTS (SELECT 1 FROM message WHERE conversation_id = ?1 AND direction = ?2 AND id <> ?3
                 AND state NOT IN ('cancelled', 'failed') AND (sent_at, id) > (?4, ?5))",
            params![row.conversation_id.0, direction, row.message_id.0, trigger.sent_at.0, trigger.id.0],
            |r| r.get(0),
        )?)
    };
    let human_agent = row.human_agent && account::human_agent(w, row.account_id)?;
    Ok(StartFacts {
        approval: row.approval,
        window: ReplyWindow::for_person(now, conversation.last_inbound_at, human_agent),
        paused: setting::get(w, setting::AI_PAUSED)?,
        mode: setting::effective_mode(w, conversation.mode)?,
        newer_inbound: after_trigger("in")?,
        answered: after_trigger("out")?,
        age: now.since(row.created_at),
        withdrawn: row.approval == Approval::Policy && is_withdrawn(w, row, now)?,
        recent: recent_auto(w, row, now)?,
    })
}

/// Other automatic replies of late than this one; one that waited counts from when it went out.
fn recent_auto(w: &Write<'_>, row: &OutboxRow, now: Timestamp) -> Result<RecentAuto, StoreError> {
    let others = |all: bool, span: u64| -> Result<u32, StoreError> {
        let since = now - std::time::Duration::from_secs(span);
        let mut query = w.prepare_cached(
            "SELECT count(*) FROM outbox WHERE approval = 'policy' AND state NOT IN ('cancelled', 'failed')
                 AND created_at >= ?5 AND coalesce(started_at, created_at) >= ?1 AND id < ?2 AND (?3 OR conversation_id = ?4)",
        )?;
        Ok(query.query_row(
            params![
                since.0,
                row.id.0,
                all,
                row.conversation_id.0,
                // None waits longer than that.
                (since - rules::SURPRISE).0
            ],
            |r| r.get(0),
        )?)
    };
    Ok(RecentAuto {
        last_10_min: others(false, 600)?,
        today_conversation: others(false, 86_400)?,
        today_all: others(true, 86_400)?,
    })
}

/// What a draft keeps of an entry that it rests on.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cited {
    entry_id: desk_core::EntryId,
    revision: u32,
}

/// Whether an entry behind an automatic reply was changed, doubted, removed or has expired, or its
/// topic was closed or lost its leave, after the reply was approved.
fn is_withdrawn(w: &Write<'_>, row: &OutboxRow, now: Timestamp) -> Result<bool, StoreError> {
    let Some(id) = row.draft_id else {
        return Ok(false);
    };
    let cites: Vec<Cited> = serde_json::from_str(&draft::get(w, id)?.cites)?;
    let topics = topic::all(w)?;
    for cited in cites {
        let Some(entry) = entry::find(w, cited.entry_id)? else {
            return Ok(true);
        };
        let changed = entry.revision != cited.revision || !entry.is_valid_at(now);
        let topic = topics.get(&entry.topic_key());
        let closed = topic.is_some_and(|t| {
            matches!(t.mode, Some(ReplyMode::Off | ReplyMode::Draft))
                || t.locked_at.is_some_and(|at| at > row.created_at)
        });
        if changed || closed || entry.doubt.is_some() || entry.internal {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Ends a row: nothing more happens to it by itself.
pub(super) fn settle(
    w: &mut Write<'_>,
    row: &OutboxRow,
    state: SendState,
    fault: Option<Code>,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE outbox SET state = ?2, fault = ?3, due_at = NULL, waiting_since = NULL, held = 0 WHERE id = ?1",
    )?
    .execute(params![row.id.0, state.as_str(), fault.map(Code::as_str)])?;
    message::set_state(w, row.message_id, state)?;
    if state == SendState::Failed {
        stop_followers(w, row)?;
    }
    touched(w, row.conversation_id)
}

/// What was approved in the belief that this one arrives waits until the owner has decided about it.
fn stop_followers(w: &mut Write<'_>, row: &OutboxRow) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE outbox SET waits_for = ?1 WHERE conversation_id = ?2 AND id > ?1
             AND (waits_for IS NULL OR waits_for >= ?1) AND state IN ('queued', 'retrying') AND scheduled = 0",
    )?
    .execute([row.id.0, row.conversation_id.0])?;
    Ok(())
}

/// Instagram took the message, or it was found in the conversation.
///
/// # Errors
/// When the file cannot be written.
pub fn sent(
    w: &mut Write<'_>,
    id: OutboxId,
    external: Option<&IgMessageId>,
    sent_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let row = get(w, id)?;
    if let Some(external) = external {
        message::bind(w, row.account_id, row.message_id, external, sent_at)?;
    }
    settle(w, &row, SendState::Sent, None)
}

/// Carries out what follows from a call that did not end in `sent`. An answer that comes after an
/// echo has settled the row changes nothing any more.
///
/// # Errors
/// When the file cannot be written.
pub fn proceed(
    w: &mut Write<'_>,
    id: OutboxId,
    next: Next,
    fault: Option<Code>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = get(w, id)?;
    if row.state == SendState::Sent {
        return Ok(());
    }
    if message::get(w, row.message_id)?.external_id.is_some() {
        // The conversation showed it while the call was under way: whatever became of the answer,
        // it has arrived, and no later look would meet an echo that nobody owns.
        return sent(w, id, None, None);
    }
    let (state, due, held, backoff) = match next {
        Next::Sent => return sent(w, id, None, None),
        Next::Fail => return settle(w, &row, SendState::Failed, fault),
        Next::RetryAt(at) => (SendState::Retrying, Some(at), false, row.backoff + 1),
        Next::Hold => (SendState::Retrying, None, true, row.backoff),
        Next::LookAt(at) => (SendState::Unconfirmed, Some(at), false, 0),
    };
    w.prepare_cached(
        "UPDATE outbox SET state = ?2, fault = ?3, due_at = ?4, held = ?5, backoff = ?6, waiting_since = ?7
         WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        state.as_str(),
        fault.map(Code::as_str),
        due.map(|t| t.0),
        held,
        backoff,
        due.map(|_| now.0)
    ])?;
    message::set_state(w, row.message_id, state)?;
    touched(w, row.conversation_id)
}

/// Notes what Meta said of the last fault, for the owner who asks its support.
///
/// # Errors
/// When the file cannot be written.
pub fn note_fault(w: &mut Write<'_>, id: OutboxId, said: &GraphFault) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE outbox SET graph_code = ?2, graph_subcode = ?3, trace_id = ?4 WHERE id = ?1",
    )?
    .execute(params![id.0, said.code, said.subcode, said.trace_id])?;
    Ok(())
}

/// Notes when the last call began by Instagram's clock, where that became known only later.
///
/// # Errors
/// When the file cannot be written.
pub fn note_server_start(
    w: &mut Write<'_>,
    id: OutboxId,
    server: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE outbox SET server_started_at = ?2 WHERE id = ?1 AND server_started_at IS NULL",
    )?
    .execute([id.0, server.0])?;
    Ok(())
}

/// A look into the conversation did not find the message. After the last one the owner is asked.
///
/// # Errors
/// When the file cannot be written.
pub fn not_found(w: &mut Write<'_>, id: OutboxId, now: Timestamp) -> Result<(), StoreError> {
    let row = get(w, id)?;
    if row.state != SendState::Unconfirmed || super::echo::claim_stored(w, &row)? {
        return Ok(());
    }
    let looks = row.looks + 1;
    let due = rules::next_look(row.started_at.unwrap_or(now), now, looks);
    w.prepare_cached(
        "UPDATE outbox SET looks = ?2, due_at = ?3, waiting_since = ?4 WHERE id = ?1",
    )?
    .execute(params![id.0, looks, due.map(|t| t.0), due.map(|_| now.0)])?;
    if due.is_none() {
        stop_followers(w, &row)?;
    }
    touched(w, row.conversation_id)
}

/// A look could not be taken; it is taken later, and does not count.
///
/// # Errors
/// When the file cannot be written.
pub fn look_later(
    w: &mut Write<'_>,
    id: OutboxId,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = get(w, id)?;
    w.prepare_cached(
        "UPDATE outbox SET due_at = ?2, waiting_since = ?3 WHERE id = ?1 AND state = 'unconfirmed'",
    )?
    .execute([id.0, at.0, now.0])?;
    touched(w, row.conversation_id)
}

/// After a start: what was under way when the program ended has an unclear outcome.
///
/// # Errors
/// When the file cannot be written.
pub fn recover(w: &mut Write<'_>, now: Timestamp) -> Result<u32, StoreError> {
    super::clock::reconcile(w, now)?;
    let ids: Vec<i64> = {
        let mut query = w.prepare("SELECT id FROM outbox WHERE state = 'sending'")?;
        let rows = query.query_map([], |r| r.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    for id in &ids {
        proceed(
            w,
            OutboxId(*id),
            Next::LookAt(now),
            Some(Code::ReplyUnconfirmed),
            now,
        )?;
    }
    Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
}
