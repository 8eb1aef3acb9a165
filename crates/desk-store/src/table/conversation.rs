//! Conversations: who writes, what is newest, what the row of the list shows.

use crate::word::{opt_word, word};
use crate::{StoreError, Write};
use desk_core::message::{Place, RowState};
use desk_core::{
    AccountId, Author, Change, ConversationId, Entity, IgThreadId, IgsId, LabelId, MessageId,
    MessageKind, ReplyMode, Source, Timestamp, text,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// How many characters of the last message the list shows.
const SNIPPET_CHARS: usize = 120;

/// A row of `conversation` with its newest message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Ours.
    pub id: ConversationId,
    /// Whose.
    pub account_id: AccountId,
    /// The customer.
    pub customer_id: IgsId,
    /// Instagram's id of the thread.
    pub external_id: Option<IgThreadId>,
    /// The customer's handle.
    pub username: Option<String>,
    /// The customer's name, or handle, or a sign that both are unknown.
    pub name: String,
    /// The newest message.
    pub last_message_id: Option<MessageId>,
    /// Its time.
    pub last_at: Timestamp,
    /// The customer's newest message.
    pub last_inbound_at: Option<Timestamp>,
    /// The newest message that came while we watched.
    pub last_live_inbound_id: Option<MessageId>,
    /// Messages not seen.
    pub unread: u32,
    /// What the AI may do, when the owner set it.
    pub mode: Option<ReplyMode>,
    /// The one mark.
    pub row_state: RowState,
    /// When the AI is to look at the turn.
    pub turn_due_at: Option<Timestamp>,
    /// The newest message, on one line.
    pub snippet: String,
    /// Who wrote it.
    pub last_author: Option<Author>,
    /// What kind it is.
    pub last_kind: Option<MessageKind>,
    /// When an automatic reply goes out.
    pub auto_at: Option<Timestamp>,
    /// Where the owner put it.
    pub place: Place,
    /// When it comes back.
    pub snoozed_until: Option<Timestamp>,
    /// When it came back.
    pub returned_at: Option<Timestamp>,
    /// The owner's labels, in the order of their ids.
    pub labels: Vec<LabelId>,
    /// What the owner typed and has not sent, on one line.
    pub composing: String,
    /// Whether the account's app has the feature "Human Agent".
    pub human_agent: bool,
    /// The name of the customer's picture in the media folder.
    pub picture: Option<String>,
}

pub(super) const COLUMNS: &str = "c.id, c.account_id, c.customer_id, c.external_id, c.username, c.name, \
     c.last_message_id, c.last_at, c.last_inbound_at, c.last_live_inbound_id, c.unread, c.mode, \
     c.row_state, c.turn_due_at, substr(m.text, 1, 400), m.author, m.kind, \
     CASE WHEN c.row_state = 'countdown' THEN \
       (SELECT d.auto_at FROM draft d WHERE d.conversation_id = c.id ORDER BY d.id DESC LIMIT 1) END, \
     c.place, c.snoozed_until, c.returned_at, \
     (SELECT group_concat(l.label_id) FROM conversation_label l WHERE l.conversation_id = c.id), \
     (SELECT substr(t.text, 1, 400) FROM composer t WHERE t.conversation_id = c.id), \
     (SELECT a.human_agent FROM account a WHERE a.id = c.account_id), c.picture";
pub(super) const FROM: &str = "conversation c LEFT JOIN message m ON m.id = c.last_message_id";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    let time = |i| row.get::<_, Option<i64>>(i).map(|t| t.map(Timestamp));
    let message = |i| row.get::<_, Option<i64>>(i).map(|t| t.map(MessageId));
    let customer: String = row.get(2)?;
    let username: Option<String> = row.get(4)?;
    let name: Option<String> = row.get(5)?;
    let words: Option<String> = row.get(14)?;
    Ok(Conversation {
        id: ConversationId(row.get(0)?),
        account_id: AccountId(row.get(1)?),
        external_id: row.get::<_, Option<String>>(3)?.map(IgThreadId),
        name: shown_name(name.as_deref(), username.as_deref(), &customer),
        customer_id: IgsId(customer),
        username,
        last_message_id: message(6)?,
        last_at: Timestamp(row.get(7)?),
        last_inbound_at: time(8)?,
        last_live_inbound_id: message(9)?,
        unread: row.get(10)?,
        mode: opt_word!(row, 11, ReplyMode),
        row_state: word!(row, 12, RowState),
        turn_due_at: time(13)?,
        snippet: text::snippet(&words.unwrap_or_default(), SNIPPET_CHARS),
        last_author: opt_word!(row, 15, Author),
        last_kind: opt_word!(row, 16, MessageKind),
        auto_at: time(17)?,
        place: word!(row, 18, Place),
        snoozed_until: time(19)?,
        returned_at: time(20)?,
        labels: label_ids(row.get::<_, Option<String>>(21)?.as_deref()),
        composing: text::snippet(
            &row.get::<_, Option<String>>(22)?.unwrap_or_default(),
            SNIPPET_CHARS,
        ),
        human_agent: row.get(23)?,
        picture: row.get(24)?,
    })
}

/// The ids that SQLite put together with commas.
fn label_ids(joined: Option<&str>) -> Vec<LabelId> {
    let mut ids: Vec<LabelId> = joined
        .into_iter()
        .flat_map(|ids| ids.split(','))
        .filter_map(|id| id.parse().ok())
        .collect();
    ids.sort_unstable();
    ids
}

/// The name, else the handle, else the end of the id: never an invented name.
fn shown_name(name: Option<&str>, username: Option<&str>, customer: &str) -> String {
    let known = [name, username]
        .into_iter()
        .flatten()
        .map(text::display_name)
        .find(|n| !n.is_empty());
    known.unwrap_or_else(|| {
        let tail: Vec<char> = customer.chars().rev().take(4).collect();
        format!("Instagram …{}", tail.into_iter().rev().collect::<String>())
    })
}

pub use super::listing::{Cursor, Narrow, count, list, list_narrowed};

/// One conversation.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get(db: &Connection, id: ConversationId) -> Result<Conversation, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE c.id = ?1");
    let found = db
        .prepare_cached(&sql)?
        .query_row([id.0], from_row)
        .optional()?;
    found.ok_or(StoreError::NotFound("conversation"))
}

/// How many conversations an account has.
///
/// # Errors
/// When the file cannot be read.
pub fn count_of(db: &Connection, account: AccountId) -> Result<u32, StoreError> {
    let mut query = db.prepare_cached("SELECT count(*) FROM conversation WHERE account_id = ?1")?;
    Ok(query.query_row([account.0], |r| r.get(0))?)
}

/// The conversation of a thread, and the `updated_time` up to which it was read.
///
/// # Errors
/// When the file cannot be read.
pub fn of_thread(
    db: &Connection,
    account: AccountId,
    thread: &IgThreadId,
) -> Result<Option<(ConversationId, Timestamp)>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id, updated_time FROM conversation WHERE account_id = ?1 AND external_id = ?2",
    )?;
    let found = query
        .query_row(params![account.0, thread.as_str()], |r| {
            Ok((ConversationId(r.get(0)?), Timestamp(r.get(1)?)))
        })
        .optional()?;
    Ok(found)
}

/// Who a conversation is with, as Instagram tells.
#[derive(Debug, Clone)]
pub struct Customer<'a> {
    /// Their id.
    pub id: &'a IgsId,
    /// Their handle.
    pub username: Option<&'a str>,
    /// Their name.
    pub name: Option<&'a str>,
}

/// The conversation between an account and a customer, made when it is new. What is told now
/// replaces what was known; what is not told stays.
///
/// # Errors
/// When the file cannot be written.
pub fn ensure(
    w: &mut Write<'_>,
    account: AccountId,
    thread: Option<&IgThreadId>,
    customer: &Customer<'_>,
    now: Timestamp,
) -> Result<ConversationId, StoreError> {
    let folded = text::fold(&format!(
        "{} {}",
        customer.username.unwrap_or(""),
        customer.name.unwrap_or("")
    ));
    let id: i64 = w
        .prepare_cached(
            "INSERT INTO conversation (account_id, customer_id, external_id, username, name, folded_name, last_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (account_id, customer_id) DO UPDATE SET
                 external_id = coalesce(excluded.external_id, external_id),
                 username = coalesce(excluded.username, username),
                 name = coalesce(excluded.name, name),
                 -- Lists tell the handle alone: a name that the profile told stays to be found by.
                 folded_name = CASE WHEN excluded.username IS NULL
                         OR (excluded.name IS NULL AND excluded.username IS username)
                     THEN folded_name ELSE excluded.folded_name END
             RETURNING id",
        )?
        .query_row(
            params![
                account.0,
                customer.id.as_str(),
                thread.map(IgThreadId::as_str),
                customer.username,
                customer.name,
                folded,
                now.0
            ],
            |r| r.get(0),
        )?;
    Ok(ConversationId(id))
}

/// Notes that a thread was read up to Instagram's `updated_time`.
///
/// # Errors
/// When the file cannot be written.
pub fn set_updated_time(
    w: &mut Write<'_>,
    id: ConversationId,
    at: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE conversation SET updated_time = ?2 WHERE id = ?1")?
        .execute(params![id.0, at.0])?;
    Ok(())
}

/// Somebody answered the customer: all before is seen.
///
/// # Errors
/// When the file cannot be written.
pub fn note_answered(w: &mut Write<'_>, id: ConversationId) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE conversation SET unread = 0, turn_due_at = NULL, turn_since = NULL WHERE id = ?1",
    )?
    .execute([id.0])?;
    Ok(())
}

/// What a batch of messages told, in one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Heard {
    /// The time of the customer's newest message.
    pub last_inbound_at: Option<Timestamp>,
    /// The customer's last message that came while we watched.
    pub last_live_inbound: Option<MessageId>,
    /// Somebody answered: all before is seen.
    pub answered: bool,
    /// The customer's messages, since the answer if there was one.
    pub unread: u32,
}

impl Heard {
    /// A message of the customer's.
    pub fn inbound(&mut self, message: MessageId, sent_at: Timestamp, live: bool) {
        self.last_inbound_at = self.last_inbound_at.max(Some(sent_at));
        self.unread += 1;
        if live {
            self.last_live_inbound = Some(message);
        }
    }

    /// An answer from elsewhere.
    pub fn answer(&mut self) {
        self.answered = true;
        self.unread = 0;
    }
}

/// Notes what a batch of messages told, in one statement. Wherever the owner had put the
/// conversation, a word of the customer's brings it back.
///
/// # Errors
/// When the file cannot be written.
pub fn note_heard(w: &mut Write<'_>, id: ConversationId, heard: &Heard) -> Result<(), StoreError> {
    if heard.last_inbound_at.is_none() && !heard.answered {
        return Ok(());
    }
    w.prepare_cached(
        "UPDATE conversation SET
             last_inbound_at = CASE WHEN ?2 IS NULL THEN last_inbound_at ELSE max(coalesce(last_inbound_at, 0), ?2) END,
             last_live_inbound_id = coalesce(?3, last_live_inbound_id),
             unread = CASE WHEN ?4 THEN ?5 ELSE unread + ?5 END,
             turn_due_at = CASE WHEN ?4 THEN NULL ELSE turn_due_at END,
             turn_since = CASE WHEN ?4 THEN NULL ELSE turn_since END,
             place = CASE WHEN ?2 IS NULL THEN place ELSE 'open' END,
             snoozed_until = CASE WHEN ?2 IS NULL THEN snoozed_until END
         WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        heard.last_inbound_at.map(|t| t.0),
        heard.last_live_inbound.map(|m| m.0),
        heard.answered,
        heard.unread
    ])?;
    Ok(())
}

/// The owner has seen all of it.
///
/// # Errors
/// When the file cannot be written.
pub fn mark_read(w: &mut Write<'_>, id: ConversationId) -> Result<(), StoreError> {
    if w.prepare_cached("UPDATE conversation SET unread = 0 WHERE id = ?1 AND unread > 0")?
        .execute([id.0])?
        > 0
    {
        w.note(Change::upserted(Entity::Conversation, id, Source::Owner));
    }
    Ok(())
}

/// Asks the AI to look at the turn at `due`; `since` is kept from the turn's first message on.
///
/// # Errors
/// When the file cannot be written.
pub fn schedule_turn(
    w: &mut Write<'_>,
    id: ConversationId,
    due: Timestamp,
    latest_after_first: std::time::Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    let longest = i64::try_from(latest_after_first.as_millis()).unwrap_or(i64::MAX);
    w.prepare_cached(
        "UPDATE conversation SET turn_since = coalesce(turn_since, ?3),
             turn_due_at = min(?2, coalesce(turn_since, ?3) + ?4)
         WHERE id = ?1",
    )?
    .execute(params![id.0, due.0, now.0, longest])?;
    Ok(())
}

/// The AI has looked at the turn.
///
/// # Errors
/// When the file cannot be written.
pub fn turn_taken(w: &mut Write<'_>, id: ConversationId) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE conversation SET turn_due_at = NULL, turn_since = NULL WHERE id = ?1",
    )?
    .execute([id.0])?;
    Ok(())
}

/// The conversations whose turn is due, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn turns_due(
    db: &Connection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id FROM conversation WHERE turn_due_at <= ?1 ORDER BY turn_due_at LIMIT ?2",
    )?;
    let rows = query.query_map(params![now.0, limit], |r| r.get(0).map(ConversationId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next turn is due.
///
/// # Errors
/// When the file cannot be read.
pub fn next_turn_due(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT min(turn_due_at) FROM conversation WHERE turn_due_at IS NOT NULL",
    )?;
    Ok(query
        .query_row([], |r| r.get::<_, Option<i64>>(0))?
        .map(Timestamp))
}

/// Sets what the AI may do.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such conversation.
pub fn set_mode(w: &mut Write<'_>, id: ConversationId, mode: ReplyMode) -> Result<(), StoreError> {
    if w.prepare_cached("UPDATE conversation SET mode = ?2 WHERE id = ?1")?
        .execute(params![id.0, mode.as_str()])?
        == 0
    {
        return Err(StoreError::NotFound("conversation"));
    }
    w.note(Change::upserted(Entity::Conversation, id, Source::Owner));
    Ok(())
}

/// The owner set it to automatic now: whoever took it over before, gave it back.
///
/// # Errors
/// When the file cannot be written.
pub fn arm(w: &mut Write<'_>, id: ConversationId, now: Timestamp) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE conversation SET armed_at = ?2 WHERE id = ?1")?
        .execute(params![id.0, now.0])?;
    Ok(())
}

/// When the owner last took a conversation over from the AI, by writing there, here or elsewhere;
/// what was approved as proposed is no takeover, and what was before the last arming is over. A message
/// that failed counts: the owner was there, and has something to say.
///
/// # Errors
/// When the file cannot be read.
pub fn taken_over_at(db: &Connection, id: ConversationId) -> Result<Option<Timestamp>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT m.sent_at FROM message m JOIN conversation c ON c.id = m.conversation_id
         WHERE m.conversation_id = ?1 AND m.direction = 'out'
           AND (m.author = 'owner_phone' OR (m.author = 'owner' AND m.draft_id IS NULL))
           AND m.state <> 'cancelled' AND m.sent_at > coalesce(c.armed_at, 0)
         ORDER BY m.sent_at DESC LIMIT 1",
    )?;
    let at = query.query_row([id.0], |r| r.get(0)).optional()?;
    Ok(at.map(Timestamp))
}

/// Works out the newest message and the one mark of the row anew. Called at the end of every
/// transaction that touched the conversation, so that the list never has to.
///
/// # Errors
/// When the file cannot be written.
pub fn refresh_row(
    w: &mut Write<'_>,
    id: ConversationId,
    source: Source,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "WITH newest AS (
             SELECT id, sent_at, direction FROM message
             WHERE conversation_id = ?1 AND state <> 'cancelled' AND direction IN ('in', 'out')
             ORDER BY sent_at DESC, id DESC LIMIT 1),
         current AS (
             SELECT outcome, text, trigger_id FROM draft WHERE conversation_id = ?1 ORDER BY id DESC LIMIT 1),
         stuck AS (
             SELECT 1 FROM outbox WHERE conversation_id = ?1 AND state IN ('failed', 'unconfirmed') LIMIT 1),
         back AS (
             -- Messages have whole seconds: an answer within the second of the return counts.
             SELECT returned_at FROM conversation WHERE id = ?1 AND returned_at IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM newest WHERE direction = 'out' AND sent_at > returned_at - 1000))
         UPDATE conversation SET
             last_message_id = (SELECT id FROM newest),
             last_at = max(coalesce((SELECT sent_at FROM newest), last_at),
                           coalesce((SELECT returned_at FROM back), 0)),
             returned_at = (SELECT returned_at FROM back),
             -- A message that got stuck is not to be overlooked, wherever the conversation lies.
             place = CASE WHEN row_state <> 'failed' AND EXISTS (SELECT 1 FROM stuck) THEN 'open' ELSE place END,
             snoozed_until = CASE WHEN row_state <> 'failed' AND EXISTS (SELECT 1 FROM stuck) THEN NULL ELSE snoozed_until END,
             row_state = CASE
                 WHEN EXISTS (SELECT 1 FROM stuck) THEN 'failed'
                 WHEN (SELECT outcome FROM current) = 'countdown' THEN 'countdown'
                 WHEN (SELECT outcome FROM current) = 'pending' THEN 'drafting'
                 WHEN (SELECT outcome FROM current) IN ('proposed', 'held')
                      AND (SELECT text FROM current) <> '' THEN 'draft_ready'
                 WHEN (SELECT direction FROM newest) = 'in'
                      AND NOT EXISTS (SELECT 1 FROM current WHERE outcome = 'skipped'
                                      AND trigger_id = (SELECT id FROM newest)) THEN 'waiting'
                 WHEN EXISTS (SELECT 1 FROM back) THEN 'returned'
                 ELSE 'quiet' END
         WHERE id = ?1",
    )?
    .execute([id.0])?;
    w.note(Change::upserted(Entity::Conversation, id, source));
    Ok(())
}
