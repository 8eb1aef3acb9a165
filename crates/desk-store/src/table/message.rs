//! Messages, in and out. The same message can come by several ways and times; it is one row.

use crate::word::word;
use crate::{StoreError, Write};
use desk_core::{
    AccountId, Author, Change, ConversationId, Direction, DraftId, Entity, IgMessageId, MessageId,
    MessageKind, SendState, Source, Timestamp, text,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The word in `state` for what a customer wrote.
const RECEIVED: &str = "received";

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
}

pub(crate) const COLUMNS: &str = "m.id, m.conversation_id, m.external_id, m.direction, m.author, \
     m.kind, m.text, m.sent_at, m.state, m.draft_id, m.unsent";

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
        unsent: row.get(10)?,
    })
}

/// A message as Instagram shows it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Instagram's id.
    pub external_id: IgMessageId,
    /// Which way.
    pub direction: Direction,
    /// What kind.
    pub kind: MessageKind,
    /// The words.
    pub text: String,
    /// Instagram's time.
    pub sent_at: Timestamp,
    /// What Instagram gave.
    pub raw: String,
}

/// What became of a message that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upserted {
    /// It is new.
    New(MessageId),
    /// It was known and says something else now.
    Changed(MessageId),
    /// It was known.
    Known,
}

/// What is stored of a message, as far as a later showing of it can differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Ours.
    pub id: MessageId,
    /// The words.
    pub text: String,
    /// What kind.
    pub kind: MessageKind,
    /// When it was written; for ours, by our own clock until Instagram tells.
    pub sent_at: Timestamp,
}

/// The stored message with an external id.
///
/// # Errors
/// When the file cannot be read.
pub fn known(
    db: &Connection,
    account: AccountId,
    id: &IgMessageId,
) -> Result<Option<Known>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id, text, kind, sent_at FROM message WHERE account_id = ?1 AND external_id = ?2",
    )?;
    let found = query
        .query_row(params![account.0, id.as_str()], |r| {
            Ok(Known {
                id: MessageId(r.get(0)?),
                text: r.get(1)?,
                kind: word!(r, 2, MessageKind),
                sent_at: Timestamp(r.get(3)?),
            })
        })
        .optional()?;
    Ok(found)
}

/// Whether a later showing tells more than is stored. Instagram forgets the details of old
/// messages, so an empty showing never replaces a full one.
#[must_use]
pub fn tells_more(known: &Known, shown: &Incoming) -> bool {
    let forgot = shown.text.is_empty()
        && matches!(shown.kind, MessageKind::Unknown | MessageKind::Unsupported);
    !forgot
        && (known.text != shown.text
            || known.sent_at != shown.sent_at
            || (known.kind != shown.kind && shown.kind != MessageKind::Unknown))
}

/// Stores a message that Instagram shows.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert(
    w: &mut Write<'_>,
    account: AccountId,
    conversation: ConversationId,
    shown: &Incoming,
) -> Result<Upserted, StoreError> {
    let known = known(w, account, &shown.external_id)?;
    upsert_over(w, account, conversation, shown, known)
}

/// The same for whoever has looked already: `known` is what [`known()`] said.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_over(
    w: &mut Write<'_>,
    account: AccountId,
    conversation: ConversationId,
    shown: &Incoming,
    known: Option<Known>,
) -> Result<Upserted, StoreError> {
    if let Some(known) = known {
        if !tells_more(&known, shown) {
            return Ok(Upserted::Known);
        }
        w.prepare_cached(
            "UPDATE message SET text = ?2, folded = ?3, kind = ?4, raw = ?5, sent_at = ?6 WHERE id = ?1",
        )?
        .execute(params![
            known.id.0,
            shown.text,
            text::fold(&shown.text),
            shown.kind.as_str(),
            shown.raw,
            shown.sent_at.0
        ])?;
        return Ok(Upserted::Changed(known.id));
    }
    let (author, state) = match shown.direction {
        Direction::In => (Author::Customer, RECEIVED),
        Direction::Out => (Author::OwnerPhone, SendState::Sent.as_str()),
    };
    w.prepare_cached(
        "INSERT INTO message (account_id, conversation_id, external_id, direction, author, kind, text,
                              folded, sent_at, state, raw)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        account.0,
        conversation.0,
        shown.external_id.as_str(),
        shown.direction.as_str(),
        author.as_str(),
        shown.kind.as_str(),
        shown.text,
        text::fold(&shown.text),
        shown.sent_at.0,
        state,
        shown.raw
    ])?;
    Ok(Upserted::New(MessageId(w.last_insert_rowid())))
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
         VALUES (?1, ?2, 'out', ?3, 'text', ?4, ?5, ?6, 'queued', ?7)",
    )?
    .execute(params![
        message.account_id.0,
        message.conversation_id.0,
        message.author.as_str(),
        message.text,
        text::fold(message.text),
        whole_second(message.at),
        message.draft_id.map(|d| d.0)
    ])?;
    Ok(MessageId(w.last_insert_rowid()))
}

/// Instagram tells whole seconds. Ours must be as coarse: what a customer writes within the second
/// of our message, and is shown later, would otherwise sort before it and seem answered.
fn whole_second(at: Timestamp) -> i64 {
    at.0 - at.0.rem_euclid(1000)
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
    let mut sent_at = sent_at;
    if let Some(echo) = known(w, account, external)?
        && echo.id != id
    {
        sent_at = Some(Timestamp(w.query_row(
            "SELECT sent_at FROM message WHERE id = ?1",
            [echo.id.0],
            |r| r.get(0),
        )?));
        w.prepare_cached(
            "UPDATE conversation SET last_message_id = NULL WHERE last_message_id = ?1",
        )?
        .execute([echo.id.0])?;
        w.prepare_cached("DELETE FROM message WHERE id = ?1")?
            .execute([echo.id.0])?;
    }
    w.prepare_cached(
        "UPDATE message SET external_id = ?2, sent_at = coalesce(?3, sent_at) WHERE id = ?1",
    )?
    .execute(params![id.0, external.as_str(), sent_at.map(|t| t.0)])?;
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
