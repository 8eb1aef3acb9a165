//! Messages, in and out. The same message can come by several ways and times; it is one row.

use crate::word::{opt_word, word};
use crate::{StoreError, Write};
use desk_core::{
    AccountId, Author, Change, ConversationId, Direction, DraftId, Entity, IgMessageId, MessageId,
    MessageKind, SendState, Source, StoryKind, Timestamp, text,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The word in `state` for what a customer wrote.
const RECEIVED: &str = "received";

mod incoming;

pub(crate) use incoming::to_json;

pub use incoming::{
    Extras, Incoming, Known, Referral, Tap, Upserted, count_by_path_alone, edit, is_partly_hidden,
    known, missing, note_heard_at, note_missing, tells_more, unsend, upsert, upsert_over,
};

/// A row of `message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Ours.
    pub id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// Instagram's id.
    pub external_id: Option<IgMessageId>,
    /// Which way.
    pub direction: Direction,
    /// Who wrote it.
    pub author: Author,
    /// What kind.
    pub kind: MessageKind,
    /// The words.
    pub text: String,
    /// When.
    pub sent_at: Timestamp,
    /// `None` for what was received.
    pub state: Option<SendState>,
    /// The draft it was approved from.
    pub draft_id: Option<DraftId>,
    /// Whether its sender took it back.
    pub unsent: bool,
    /// How often its sender changed it.
    pub edits: u32,
    /// The message that it answers.
    pub reply_to: Option<IgMessageId>,
    /// How it belongs to a story.
    pub story: Option<StoryKind>,
    /// What was tapped instead of written.
    pub tap: Option<Tap>,
    /// The ad or link that it came through.
    pub referral: Option<Referral>,
}

pub(crate) const COLUMNS: &str = "m.id, m.conversation_id, m.external_id, m.direction, m.author, \
     m.kind, m.text, m.sent_at, m.state, m.draft_id, m.unsent, m.edits, m.reply_to, m.story, m.tap, \
     m.referral";

pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Message> {
    let state: String = row.get(8)?;
    Ok(Message {
        id: MessageId(row.get(0)?),
        conversation_id: ConversationId(row.get(1)?),
        external_id: row.get::<_, Option<String>>(2)?.map(IgMessageId),
        direction: word!(row, 3, Direction),
        author: word!(row, 4, Author),
        kind: word!(row, 5, MessageKind),
        text: row.get(6)?,
        sent_at: Timestamp(row.get(7)?),
        state: if state == RECEIVED {
            None
        } else {
            Some(word!(row, 8, SendState))
        },
        draft_id: row.get::<_, Option<i64>>(9)?.map(DraftId),
        unsent: row.get::<_, i64>(10)? != 0,
        edits: row.get(11)?,
        reply_to: row.get::<_, Option<String>>(12)?.map(IgMessageId),
        story: opt_word!(row, 13, StoryKind),
        tap: incoming::from_json(row.get(14)?),
        referral: incoming::from_json(row.get(15)?),
    })
}

/// An outgoing message before it has left.
#[derive(Debug, Clone)]
pub struct Outgoing<'a> {
    /// Whose.
    pub account_id: AccountId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Who wrote it.
    pub author: Author,
    /// What kind.
    pub kind: MessageKind,
    /// The words.
    pub text: &'a str,
    /// Now.
    pub at: Timestamp,
    /// The draft it was approved from.
    pub draft_id: Option<DraftId>,
}

/// Stores an outgoing message as `queued`.
///
/// # Errors
/// When the file cannot be written.
pub fn add_outgoing(w: &mut Write<'_>, message: &Outgoing<'_>) -> Result<MessageId, StoreError> {
    w.prepare_cached(
        "INSERT INTO message (account_id, conversation_id, direction, author, kind, text, folded, sent_at,
                              state, draft_id)
         VALUES (?1, ?2, 'out', ?3, ?8, ?4, ?5, ?6, 'queued', ?7)",
    )?
    .execute(params![
        message.account_id.0,
        message.conversation_id.0,
        message.author.as_str(),
        message.text,
        text::fold(message.text),
        whole_second(message.at),
        message.draft_id.map(|d| d.0),
        message.kind.as_str()
    ])?;
    Ok(MessageId(w.last_insert_rowid()))
}

/// Instagram tells whole seconds. Ours must be as coarse: what a customer writes within the second
/// of our message, and is shown later, would otherwise sort before it and seem answered.
fn whole_second(at: Timestamp) -> i64 {
    at.0 - at.0.rem_euclid(1000)
}

/// Sets the time of an outgoing message that is said later than it was written.
///
/// # Errors
/// When the file cannot be written.
pub fn set_time(w: &mut Write<'_>, id: MessageId, at: Timestamp) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE message SET sent_at = max(sent_at, ?2) WHERE id = ?1")?
        .execute(params![id.0, whole_second(at)])?;
    Ok(())
}

/// Time and id of the newest message whose time Instagram itself has told.
///
/// # Errors
/// When the file cannot be read.
pub fn newest_told(
    db: &Connection,
    conversation: ConversationId,
) -> Result<Option<(Timestamp, IgMessageId)>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT sent_at, external_id FROM message
         WHERE conversation_id = ?1 AND external_id IS NOT NULL AND author IN ('customer', 'owner_phone')
         ORDER BY sent_at DESC, id DESC LIMIT 1",
    )?;
    Ok(query
        .query_row([conversation.0], |r| {
            Ok((Timestamp(r.get(0)?), IgMessageId(r.get(1)?)))
        })
        .optional()?)
}

/// The outgoing messages from elsewhere since a moment, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn from_elsewhere(
    db: &Connection,
    conversation: ConversationId,
    since: Option<Timestamp>,
) -> Result<Vec<Message>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message m WHERE m.conversation_id = ?1 AND m.sent_at >= ?2
             AND m.author = 'owner_phone' AND m.external_id IS NOT NULL ORDER BY m.sent_at, m.id LIMIT 100"
    );
    let mut query = db.prepare_cached(&sql)?;
    let since = since.map_or(i64::MIN, |at| at.0);
    let rows = query.query_map(params![conversation.0, since], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Sets the state of an outgoing message.
///
/// # Errors
/// When the file cannot be written.
pub fn set_state(w: &mut Write<'_>, id: MessageId, state: SendState) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE message SET state = ?2 WHERE id = ?1")?
        .execute(params![id.0, state.as_str()])?;
    Ok(())
}

/// Gives an outgoing message the id that Instagram gave it. When a poll was faster and stored the
/// echo as a message of its own, the two become one.
///
/// # Errors
/// When the file cannot be written.
pub fn bind(
    w: &mut Write<'_>,
    account: AccountId,
    id: MessageId,
    external: &IgMessageId,
    sent_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let (mut sent_at, mut unsent) = (sent_at, 0);
    if let Some(echo) = known(w, account, external)?
        && echo.id != id
    {
        sent_at = Some(echo.sent_at);
        unsent = w.query_row(
            "SELECT unsent FROM message WHERE id = ?1",
            [echo.id.0],
            |r| r.get(0),
        )?;
        w.prepare_cached(
            "UPDATE conversation SET last_message_id = NULL WHERE last_message_id = ?1",
        )?
        .execute([echo.id.0])?;
        w.prepare_cached("UPDATE attachment SET message_id = ?2 WHERE message_id = ?1")?
            .execute([echo.id.0, id.0])?;
        w.prepare_cached("DELETE FROM message WHERE id = ?1")?
            .execute([echo.id.0])?;
    }
    w.prepare_cached(
        "UPDATE message SET external_id = ?2, sent_at = coalesce(?3, sent_at) WHERE id = ?1",
    )?
    .execute(params![id.0, external.as_str(), sent_at.map(|t| t.0)])?;
    if unsent != 0 {
        // It was taken back before its id was known to be ours.
        incoming::purge(w, id, unsent)?;
    }
    Ok(())
}

/// Where older messages begin: before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// Time of the oldest message shown.
    pub sent_at: Timestamp,
    /// Its id.
    pub id: MessageId,
}

impl Before {
    /// Reads what [`std::fmt::Display`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Before {
            sent_at: Timestamp(at.parse().ok()?),
            id: id.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.sent_at.0, self.id)
    }
}

/// The newest `limit` messages of a conversation before a point, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn page(
    db: &Connection,
    conversation: ConversationId,
    before: Option<Before>,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let before = before.unwrap_or(Before {
        sent_at: Timestamp(i64::MAX),
        id: MessageId(i64::MAX),
    });
    let sql = format!(
        "SELECT {COLUMNS} FROM message m WHERE m.conversation_id = ?1 AND (m.sent_at, m.id) < (?2, ?3)
         ORDER BY m.sent_at DESC, m.id DESC LIMIT ?4"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map(
        params![conversation.0, before.sent_at.0, before.id.0, limit],
        from_row,
    )?;
    let mut messages: Vec<Message> = rows.collect::<Result<_, _>>()?;
    messages.reverse();
    Ok(messages)
}

/// The oldest `limit` messages of a conversation at a point (when it is included) and after it,
/// oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn page_from(
    db: &Connection,
    conversation: ConversationId,
    from: Before,
    is_included: bool,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let sign = if is_included { ">=" } else { ">" };
    let sql = format!(
        "SELECT {COLUMNS} FROM message m WHERE m.conversation_id = ?1 AND (m.sent_at, m.id) {sign} (?2, ?3)
         ORDER BY m.sent_at, m.id LIMIT ?4"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map(
        params![conversation.0, from.sent_at.0, from.id.0, limit],
        from_row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One message.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get(db: &Connection, id: MessageId) -> Result<Message, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM message m WHERE m.id = ?1");
    let found = db
        .prepare_cached(&sql)?
        .query_row([id.0], from_row)
        .optional()?;
    found.ok_or(StoreError::NotFound("message"))
}

/// The newest message of a conversation that counts as said, in or out, by time.
///
/// # Errors
/// When the file cannot be read.
pub fn newest(
    db: &Connection,
    conversation: ConversationId,
) -> Result<Option<Message>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message m
         WHERE m.conversation_id = ?1 AND m.state NOT IN ('cancelled', 'failed')
         ORDER BY m.sent_at DESC, m.id DESC LIMIT 1"
    );
    Ok(db
        .prepare_cached(&sql)?
        .query_row([conversation.0], from_row)
        .optional()?)
}

/// Tells the screen that a conversation's messages changed.
pub fn note_changed(w: &mut Write<'_>, conversation: ConversationId, source: Source) {
    w.note(Change::upserted(Entity::Message, conversation, source));
}

/// The times of customers' messages of an account since a moment, oldest first: the newest so many.
///
/// # Errors
/// When the file cannot be read.
pub fn inbound_times(
    db: &Connection,
    account: AccountId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Timestamp>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT m.sent_at FROM conversation c JOIN message m ON m.conversation_id = c.id
         WHERE c.last_at > ?2 AND c.account_id = ?1 AND m.sent_at > ?2 AND m.direction = 'in'
         ORDER BY m.sent_at DESC LIMIT ?3",
    )?;
    let rows = query.query_map(params![account.0, since.0, limit], |row| row.get(0))?;
    let mut times: Vec<Timestamp> = rows.map(|at| at.map(Timestamp)).collect::<Result<_, _>>()?;
    times.reverse();
    Ok(times)
}

/// The newest message that the AI sent by itself in a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn last_automatic(
    db: &Connection,
    conversation: ConversationId,
) -> Result<Option<Message>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message m WHERE m.conversation_id = ?1 AND m.author = 'ai'
             AND m.state NOT IN ('cancelled', 'failed') ORDER BY m.sent_at DESC, m.id DESC LIMIT 1"
    );
    let mut query = db.prepare_cached(&sql)?;
    Ok(query.query_row([conversation.0], from_row).optional()?)
}

/// What the owner wrote by hand, here or elsewhere, after a message, in the order in which it was
/// stored.
///
/// # Errors
/// When the file cannot be read.
pub fn written_by_owner(
    db: &Connection,
    after: MessageId,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message m WHERE m.id > ?1 AND m.author IN ('owner', 'owner_phone')
             AND m.state NOT IN ('cancelled', 'failed') ORDER BY m.id LIMIT ?2"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map(params![after.0, limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The id of the newest message of all.
///
/// # Errors
/// When the file cannot be read.
pub fn newest_id(db: &Connection) -> Result<MessageId, StoreError> {
    let mut query = db.prepare_cached("SELECT coalesce(max(id), 0) FROM message")?;
    Ok(MessageId(query.query_row([], |r| r.get(0))?))
}

/// What the customer wrote before a message of ours, since our one before it, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn asked_before(db: &Connection, ours: &Message) -> Result<Vec<Message>, StoreError> {
    let before = Before {
        sent_at: ours.sent_at,
        id: ours.id,
    };
    let page = page(db, ours.conversation_id, Some(before), 12)?;
    let start = page
        .iter()
        .rposition(|m| m.direction == Direction::Out)
        .map_or(0, |n| n + 1);
    Ok(page.into_iter().skip(start).collect())
}
