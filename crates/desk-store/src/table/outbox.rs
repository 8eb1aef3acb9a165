//! The outbox: the only place from which anything is sent.
//!
//! A row is on disk before any socket opens. Its message row carries the same state, so that the
//! thread shows the truth without asking here.

use crate::table::{conversation, message, setting};
use crate::word::{opt_word, unknown, word};
use crate::{StoreError, Write};
use desk_core::outbox::{
    self as rules, Approval, Echo, Next, RecentAuto, StartFacts, StartRefusal,
};
use desk_core::window::ReplyWindow;
use desk_core::{
    AccountId, Author, Change, Code, ConversationId, DraftId, Entity, IgMessageId, MessageId,
    OutboxId, SendState, Source, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A row of `outbox`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Ours.
    pub id: OutboxId,
    /// Who sends.
    pub account_id: AccountId,
    /// To whom.
    pub conversation_id: ConversationId,
    /// The message as the thread shows it.
    pub message_id: MessageId,
    /// The press of the button.
    pub client_id: String,
    /// What entitles it.
    pub approval: Approval,
    /// The draft it was approved from.
    pub draft_id: Option<DraftId>,
    /// The message that an automatic reply answers.
    pub trigger_id: Option<MessageId>,
    /// Exactly what is sent.
    pub text: String,
    /// Its state.
    pub state: SendState,
    /// The last fault.
    pub fault: Option<Code>,
    /// Calls made.
    pub attempts: u32,
    /// Looks taken.
    pub looks: u32,
    /// When the last call began.
    pub started_at: Option<Timestamp>,
    /// Next call or look.
    pub due_at: Option<Timestamp>,
    /// Whether it waits for the account to work again.
    pub held: bool,
    /// When it was approved.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "o.id, o.account_id, o.conversation_id, o.message_id, o.client_id, o.approval, \
     o.draft_id, o.trigger_id, o.text, o.state, o.fault, o.attempts, o.looks, o.started_at, o.due_at, \
     o.held, o.created_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    let time = |i| row.get::<_, Option<i64>>(i).map(|t| t.map(Timestamp));
    let approval: String = row.get(5)?;
    Ok(OutboxRow {
        id: OutboxId(row.get(0)?),
        account_id: AccountId(row.get(1)?),
        conversation_id: ConversationId(row.get(2)?),
        message_id: MessageId(row.get(3)?),
        client_id: row.get(4)?,
        approval: Approval::from_word(&approval).ok_or_else(|| unknown(5, &approval))?,
        draft_id: row.get::<_, Option<i64>>(6)?.map(DraftId),
        trigger_id: row.get::<_, Option<i64>>(7)?.map(MessageId),
        text: row.get(8)?,
        state: word!(row, 9, SendState),
        fault: opt_word!(row, 10, Code),
        attempts: row.get(11)?,
        looks: row.get(12)?,
        started_at: time(13)?,
        due_at: time(14)?,
        held: row.get(15)?,
        created_at: Timestamp(row.get(16)?),
    })
}

/// A message that was approved.
#[derive(Debug, Clone)]
pub struct Approved {
    /// To whom.
    pub conversation_id: ConversationId,
    /// The press of the button, or another name that is the same for the same wish.
    pub client_id: String,
    /// What entitles it.
    pub approval: Approval,
    /// Who wrote it.
    pub author: Author,
    /// The draft it comes from.
    pub draft_id: Option<DraftId>,
    /// The message that an automatic reply answers.
    pub trigger_id: Option<MessageId>,
    /// The words.
    pub text: String,
}

/// One row.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get(db: &Connection, id: OutboxId) -> Result<OutboxRow, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM outbox o WHERE o.id = ?1");
    let found = db
        .prepare_cached(&sql)?
        .query_row([id.0], from_row)
        .optional()?;
    found.ok_or(StoreError::NotFound("outbox row"))
}

/// Puts an approved message into the outbox. The same `client_id` again gives the row that is there.
///
/// # Errors
/// When the file cannot be written.
pub fn enqueue(
    w: &mut Write<'_>,
    approved: &Approved,
    now: Timestamp,
) -> Result<OutboxRow, StoreError> {
    let known = {
        let sql = format!(
            "SELECT {COLUMNS} FROM outbox o WHERE o.conversation_id = ?1 AND o.client_id = ?2"
        );
        w.prepare_cached(&sql)?
            .query_row(
                params![approved.conversation_id.0, approved.client_id],
                from_row,
            )
            .optional()?
    };
    if let Some(row) = known {
        return Ok(row);
    }
    let conversation = conversation::get(w, approved.conversation_id)?;
    // Instagram's clock may be ahead of ours: what is said now comes after all that was said.
    let said_at = now.max(conversation.last_at + std::time::Duration::from_millis(1));
    let message_id = message::add_outgoing(
        w,
        &message::Outgoing {
            account_id: conversation.account_id,
            conversation_id: conversation.id,
            author: approved.author,
            text: &approved.text,
            at: said_at,
            draft_id: approved.draft_id,
        },
    )?;
    w.prepare_cached(
        "INSERT INTO outbox (account_id, conversation_id, message_id, client_id, approval, draft_id, trigger_id,
                             text, state, due_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'queued', ?9, ?9)",
    )?
    .execute(params![
        conversation.account_id.0,
        conversation.id.0,
        message_id.0,
        approved.client_id,
        approved.approval.as_str(),
        approved.draft_id.map(|d| d.0),
        approved.trigger_id.map(|t| t.0),
        approved.text,
        now.0
    ])?;
    let id = OutboxId(w.last_insert_rowid());
    conversation::note_answered(w, conversation.id)?;
    touched(w, conversation.id)?;
    get(w, id)
}

/// Publishes that a conversation's outbox changed, and works its row out anew.
fn touched(w: &mut Write<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    w.note(Change::upserted(
        Entity::Outbox,
        conversation,
        Source::Outbox,
    ));
    message::note_changed(w, conversation, Source::Outbox);
    conversation::refresh_row(w, conversation, Source::Outbox)
}

/// The rows whose call or look is due, those approved first before the others. A row waits for the
/// earlier ones of its conversation, never for another conversation's.
///
/// # Errors
/// When the file cannot be read.
pub fn due(db: &Connection, now: Timestamp, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox o WHERE o.due_at <= ?1 AND NOT EXISTS (
             SELECT 1 FROM outbox e WHERE e.conversation_id = o.conversation_id AND e.id < o.id
               AND e.state IN ('queued', 'sending', 'retrying', 'unconfirmed')
               AND (e.due_at IS NOT NULL OR e.state = 'sending' OR e.held = 1))
         ORDER BY o.due_at, o.id LIMIT ?2"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map(params![now.0, limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next call or look is due.
///
/// # Errors
/// When the file cannot be read.
pub fn next_due(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let mut query = db.prepare_cached("SELECT min(due_at) FROM outbox WHERE due_at IS NOT NULL")?;
    Ok(query
        .query_row([], |r| r.get::<_, Option<i64>>(0))?
        .map(Timestamp))
}

/// The rows that are not settled, or failed, newest last.
///
/// # Errors
/// When the file cannot be read.
pub fn open(db: &Connection) -> Result<Vec<OutboxRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox o
         WHERE o.state IN ('queued', 'sending', 'retrying', 'unconfirmed', 'failed') ORDER BY o.id"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The rows of one conversation that are not settled, or failed.
///
/// # Errors
/// When the file cannot be read.
pub fn open_of(
    db: &Connection,
    conversation: ConversationId,
) -> Result<Vec<OutboxRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox o WHERE o.conversation_id = ?1
         AND o.state IN ('queued', 'sending', 'retrying', 'unconfirmed', 'failed') ORDER BY o.id"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([conversation.0], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What came of the wish to begin a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// The row is `sending` now, and on disk: the socket may open.
    Go(OutboxRow),
    /// It may not be sent after all; the row is settled accordingly.
    Refused(OutboxRow, StartRefusal),
    /// It is not waiting for a call any more.
    Gone,
}

/// Begins a call: reads everything anew and sets `sending` in one transaction.
///
/// # Errors
/// When the file cannot be written.
pub fn begin(w: &mut Write<'_>, id: OutboxId, now: Timestamp) -> Result<Begin, StoreError> {
    let row = get(w, id)?;
    if !row.state.is_cancellable() || row.due_at.is_none_or(|due| due > now) {
        return Ok(Begin::Gone);
    }
    let facts = start_facts(w, &row, now)?;
    if let Err(refusal) = rules::may_start(facts) {
        let (state, fault) = match (row.approval, refusal) {
            (Approval::Policy, _) => (SendState::Cancelled, None),
            (Approval::Person, _) => (SendState::Failed, Some(Code::WindowClosed)),
        };
        settle(w, &row, state, fault)?;
        return Ok(Begin::Refused(row, refusal));
    }
    w.prepare_cached(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, started_at = ?2, due_at = NULL,
                           looks = 0 WHERE id = ?1",
    )?
    .execute(params![id.0, now.0])?;
    message::set_state(w, row.message_id, SendState::Sending)?;
    touched(w, row.conversation_id)?;
    Ok(Begin::Go(get(w, id)?))
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
    Ok(StartFacts {
        approval: row.approval,
        window: ReplyWindow::at(now, conversation.last_inbound_at),
        paused: setting::get(w, setting::AI_PAUSED)?,
        mode: setting::effective_mode(w, conversation.mode)?,
        newer_inbound: after_trigger("in")?,
        answered: after_trigger("out")?,
        age: now.since(row.created_at),
        withdrawn: row.approval == Approval::Policy && is_withdrawn(w, row, now)?,
        recent: recent_auto(w, row, now)?,
    })
}

/// Other automatic replies of late than this one.
fn recent_auto(w: &Write<'_>, row: &OutboxRow, now: Timestamp) -> Result<RecentAuto, StoreError> {
    let others = |all: bool, span: u64| -> Result<u32, StoreError> {
        let since = now - std::time::Duration::from_secs(span);
        let mut query = w.prepare_cached(
            "SELECT count(*) FROM outbox WHERE approval = 'policy' AND state NOT IN ('cancelled', 'failed')
                 AND created_at >= ?1 AND id < ?2 AND (?3 OR conversation_id = ?4)",
        )?;
        Ok(query.query_row(
            params![since.0, row.id.0, all, row.conversation_id.0],
            |r| r.get(0),
        )?)
    };
    Ok(RecentAuto {
        last_10_min: others(false, 600)?,
        today_conversation: others(false, 86_400)?,
        today_all: others(true, 86_400)?,
    })
}

/// Whether an entry behind an automatic reply was changed, doubted, removed or has expired, or its
/// topic lost its leave, after the reply was approved.
fn is_withdrawn(w: &Write<'_>, row: &OutboxRow, now: Timestamp) -> Result<bool, StoreError> {
    let Some(draft) = row.draft_id else {
        return Ok(false);
    };
    let mut query = w.prepare_cached(
        "SELECT EXISTS (
             SELECT 1 FROM draft d, json_each(d.cites) c
             LEFT JOIN entry e ON e.id = CAST(c.value ->> 'entryId' AS INTEGER)
             WHERE d.id = ?1 AND (e.id IS NULL OR e.updated_at > ?2 OR e.doubt IS NOT NULL OR e.internal
                                  OR coalesce(e.expires_at <= ?3, 0)))
         OR EXISTS (SELECT 1 FROM observation o JOIN topic t ON t.key = o.topic
                    WHERE o.draft_id = ?1 AND t.locked_at > ?2)",
    )?;
    Ok(query.query_row(params![draft.0, row.created_at.0, now.0], |r| r.get(0))?)
}

/// Ends a row for good.
fn settle(
    w: &mut Write<'_>,
    row: &OutboxRow,
    state: SendState,
    fault: Option<Code>,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE outbox SET state = ?2, fault = ?3, due_at = NULL, held = 0 WHERE id = ?1",
    )?
    .execute(params![row.id.0, state.as_str(), fault.map(Code::as_str)])?;
    message::set_state(w, row.message_id, state)?;
    touched(w, row.conversation_id)
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

/// Carries out what follows from a call or a look that did not end in `sent`.
///
/// # Errors
/// When the file cannot be written.
pub fn proceed(
    w: &mut Write<'_>,
    id: OutboxId,
    next: Next,
    fault: Option<Code>,
) -> Result<(), StoreError> {
    let row = get(w, id)?;
    let (state, due, held) = match next {
        Next::Sent => return sent(w, id, None, None),
        Next::Fail => return settle(w, &row, SendState::Failed, fault),
        Next::RetryAt(at) => (SendState::Retrying, Some(at), false),
        Next::Hold => (SendState::Retrying, None, true),
        Next::LookAt(at) => (SendState::Unconfirmed, Some(at), false),
    };
    w.prepare_cached(
        "UPDATE outbox SET state = ?2, fault = ?3, due_at = ?4, held = ?5 WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        state.as_str(),
        fault.map(Code::as_str),
        due.map(|t| t.0),
        held
    ])?;
    message::set_state(w, row.message_id, state)?;
    touched(w, row.conversation_id)
}

/// A look into the conversation did not find the message.
///
/// # Errors
/// When the file cannot be written.
pub fn not_found(w: &mut Write<'_>, id: OutboxId, now: Timestamp) -> Result<(), StoreError> {
    let row = get(w, id)?;
    if row.state != SendState::Unconfirmed {
        return Ok(());
    }
    let looks = row.looks + 1;
    let due = rules::next_look(row.started_at.unwrap_or(now), now, looks);
    w.prepare_cached("UPDATE outbox SET looks = ?2, due_at = ?3 WHERE id = ?1")?
        .execute(params![id.0, looks, due.map(|t| t.0)])?;
    touched(w, row.conversation_id)
}

/// A look could not be taken; it is taken later, and does not count.
///
/// # Errors
/// When the file cannot be written.
pub fn look_later(w: &mut Write<'_>, id: OutboxId, at: Timestamp) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE outbox SET due_at = ?2 WHERE id = ?1 AND state = 'unconfirmed'")?
        .execute(params![id.0, at.0])?;
    Ok(())
}

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
    for row in open_of(w, conversation)? {
        let Some(started) = row.started_at else {
            continue;
        };
        let unclear = matches!(row.state, SendState::Unconfirmed | SendState::Sending);
        if !unclear || !rules::is_echo_of(echo, &row.text, started) {
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
    Ok(false)
}

/// After a start: what was under way when the program ended has an unclear outcome.
///
/// # Errors
/// When the file cannot be written.
pub fn recover(w: &mut Write<'_>, now: Timestamp) -> Result<u32, StoreError> {
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
        )?;
    }
    Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
}

/// The account works again: what waited for it is due.
///
/// # Errors
/// When the file cannot be written.
pub fn release_held(
    w: &mut Write<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE outbox SET held = 0, due_at = ?2 WHERE account_id = ?1 AND held = 1")?
        .execute(params![account.0, now.0])?;
    Ok(())
}

/// The owner wants it sent now: a failure again, a waiting one at once, and an unconfirmed one
/// looked up at once, or sent again when every look was taken.
///
/// # Errors
/// [`Code::TooLate`] when it is under way or settled.
pub fn retry(w: &mut Write<'_>, id: OutboxId, now: Timestamp) -> Result<OutboxRow, StoreError> {
    let row = get(w, id)?;
    let state = match (row.state, row.due_at) {
        (SendState::Failed, _) | (SendState::Unconfirmed, None) => SendState::Queued,
        (SendState::Queued | SendState::Retrying | SendState::Unconfirmed, _) => row.state,
        _ => return Err(StoreError::Refused(Code::TooLate)),
    };
    w.prepare_cached(
        "UPDATE outbox SET state = ?2, due_at = ?3, held = 0, fault = CASE WHEN ?2 = 'queued' THEN NULL ELSE fault END
         WHERE id = ?1",
    )?
    .execute(params![id.0, state.as_str(), now.0])?;
    message::set_state(w, row.message_id, state)?;
    touched(w, row.conversation_id)?;
    get(w, id)
}

/// The owner takes it back, or puts a failure away.
///
/// # Errors
/// [`Code::TooLate`] when it is under way or was sent.
pub fn discard(w: &mut Write<'_>, id: OutboxId) -> Result<(), StoreError> {
    let row = get(w, id)?;
    match row.state {
        SendState::Cancelled => Ok(()),
        SendState::Sending | SendState::Sent => Err(StoreError::Refused(Code::TooLate)),
        _ => settle(w, &row, SendState::Cancelled, None),
    }
}
