//! The outbox: the only place from which anything is sent.
//!
//! A row is on disk before any socket opens. Its message row carries the same state, so that the
//! thread shows the truth without asking here.
//!
//! Order: in a conversation one call is under way at a time, and a row waits for those approved
//! before it. When one fails, or the owner is asked about it, what was approved meanwhile waits for
//! the owner's decision, because it was written in the belief that the first one arrived; what is
//! written afterwards goes. No conversation waits for another.

mod call;
mod clock;
mod echo;
mod enqueue;
mod owner;

pub use call::{
    Begin, GraphFault, begin, begin_at, look_later, not_found, note_fault, note_server_start,
    proceed, recover, sent,
};
pub use clock::{hold_through, reconcile, was_set_back};
pub use echo::claim_echo;
pub use enqueue::{Approved, Terms, enqueue, enqueue_parts, enqueue_with};
pub use owner::{check, discard, release_held, retry, send_now};

use crate::table::{conversation, message};
use crate::word::{opt_word, unknown, word};
use crate::{StoreError, Write};
use desk_core::outbox::{Approval, Content};
use desk_core::{
    AccountId, Change, Code, ConversationId, DraftId, Entity, MessageId, OutboxId, SendState,
    Source, Timestamp,
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
    /// What it consists of.
    pub content: Content,
    /// Whether a person typed it, so that it may carry the tag `HUMAN_AGENT`.
    pub human_agent: bool,
    /// Whether the last call carried that tag.
    pub tagged: bool,
    /// The end of the hold, or the moment it is scheduled for.
    pub not_before: Option<Timestamp>,
    /// Whether the owner chose the moment.
    pub scheduled: bool,
    /// The digest of what was approved.
    pub body_hash: Option<i64>,
    /// Instagram's time of the newest message known when it was approved.
    pub high_water_at: Option<Timestamp>,
    /// When the last call began, by Instagram's clock.
    pub server_started_at: Option<Timestamp>,
    /// Tries in a row that certainly had no effect.
    pub backoff: u32,
    /// Which part of a long text.
    pub part: u32,
    /// How many parts that text has.
    pub parts: u32,
    /// The row of its first part.
    pub part_of: Option<OutboxId>,
    /// The row that must have been sent or put away first.
    pub waits_for: Option<OutboxId>,
    /// How often the owner sent it again while it was unconfirmed.
    pub resends: u32,
    /// Whether an earlier call turned out to have delivered it too.
    pub maybe_twice: bool,
    /// What Meta said of the last fault.
    pub graph: GraphFault,
}

impl OutboxRow {
    /// Whether every look was taken without finding it, so that the owner is asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.state == SendState::Unconfirmed && self.due_at.is_none()
    }
}

const COLUMNS: &str = "o.id, o.account_id, o.conversation_id, o.message_id, o.client_id, o.approval, \
     o.draft_id, o.trigger_id, o.text, o.state, o.fault, o.attempts, o.looks, o.started_at, o.due_at, \
     o.held, o.created_at, o.content, o.human_agent, o.tagged, o.not_before, o.scheduled, o.body_hash, \
     o.high_water_at, o.server_started_at, o.backoff, o.part, o.parts, o.part_of, o.waits_for, \
     o.resends, o.maybe_twice, o.graph_code, o.graph_subcode, o.trace_id";

/// The states in which a row is shown: those of the partial index, word for word.
const OPEN: &str = "o.state IN ('queued', 'sending', 'retrying', 'unconfirmed', 'failed')";

fn from_row(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    let time = |i| row.get::<_, Option<i64>>(i).map(|t| t.map(Timestamp));
    let other = |i| row.get::<_, Option<i64>>(i).map(|t| t.map(OutboxId));
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
        content: word!(row, 17, Content),
        human_agent: row.get(18)?,
        tagged: row.get(19)?,
        not_before: time(20)?,
        scheduled: row.get(21)?,
        body_hash: row.get(22)?,
        high_water_at: time(23)?,
        server_started_at: time(24)?,
        backoff: row.get(25)?,
        part: row.get(26)?,
        parts: row.get(27)?,
        part_of: other(28)?,
        waits_for: other(29)?,
        resends: row.get(30)?,
        maybe_twice: row.get(31)?,
        graph: GraphFault {
            code: row.get(32)?,
            subcode: row.get(33)?,
            trace_id: row.get(34)?,
        },
    })
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

/// All rows that a condition on `o` selects, in the order of their approval.
fn select(
    db: &Connection,
    condition: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<OutboxRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM outbox o WHERE {condition} ORDER BY o.id");
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map(params, from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
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

/// What stands in the way of a row `o` that is to be called at `?1`: another call of the
/// conversation is under way or unclear, or an earlier message has not gone out. What is scheduled for
/// later, or waits for the owner's decision itself, is in nobody's way. Two equal texts are never unclear at once: which of them arrived
/// could not be told.
const NOTHING_IN_THE_WAY: &str = "(o.waits_for IS NULL OR EXISTS (
        SELECT 1 FROM outbox p WHERE p.id = o.waits_for AND p.state IN ('sent', 'cancelled')))
    AND NOT EXISTS (
        SELECT 1 FROM outbox e WHERE e.conversation_id = o.conversation_id AND e.id <> o.id
          AND e.state IN ('queued', 'sending', 'retrying', 'unconfirmed', 'failed')
          AND (e.state = 'sending'
            OR (e.state = 'unconfirmed' AND (e.due_at IS NOT NULL OR e.body_hash IS o.body_hash))
            OR (e.id < o.id AND e.state = 'retrying')
            OR (e.id < o.id AND e.state = 'queued' AND (e.scheduled = 0 OR e.due_at <= ?1)
                AND NOT EXISTS (SELECT 1 FROM outbox f WHERE f.id = e.waits_for
                    AND (f.state = 'failed' OR (f.state = 'unconfirmed' AND f.due_at IS NULL))))))";

/// The rows whose call or look is due, those due longest first. A row waits for the earlier ones of
/// its conversation, never for another conversation's; a look waits for nothing.
///
/// # Errors
/// When the file cannot be read.
pub fn due(db: &Connection, now: Timestamp, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox o
         WHERE o.due_at <= ?1 AND (o.state = 'unconfirmed' OR ({NOTHING_IN_THE_WAY}))
         ORDER BY o.due_at, o.id LIMIT ?2"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map(params![now.0, limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next call or look after `now` is due. What is due already waits for another row, whose
/// end is a change.
///
/// # Errors
/// When the file cannot be read.
pub fn next_due(db: &Connection, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT min(due_at) FROM outbox WHERE due_at IS NOT NULL AND due_at > ?1",
    )?;
    Ok(query
        .query_row([now.0], |r| r.get::<_, Option<i64>>(0))?
        .map(Timestamp))
}

/// The rows that are not settled, or failed, newest last.
///
/// # Errors
/// When the file cannot be read.
pub fn open(db: &Connection) -> Result<Vec<OutboxRow>, StoreError> {
    select(db, OPEN, [])
}

/// The rows of one conversation that are not settled, or failed.
///
/// # Errors
/// When the file cannot be read.
pub fn open_of(
    db: &Connection,
    conversation: ConversationId,
) -> Result<Vec<OutboxRow>, StoreError> {
    select(
        db,
        &format!("o.conversation_id = ?1 AND {OPEN}"),
        [conversation.0],
    )
}
