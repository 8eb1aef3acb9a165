//! Absences: when the machine slept or ReplyDesk did not run, and what happened meanwhile.

use crate::word::word;
use crate::{StoreError, Write};
use desk_core::sync::AbsenceKind;
use desk_core::window::REPLY_WINDOW;
use desk_core::{Change, ConversationId, Entity, Source, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// The key in `setting` with the last sign of life.
const ALIVE_AT: &str = "alive_at";
/// How many conversations an account of an absence names.
const NAMED: u32 = 50;

/// A row of `absence`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// Ours.
    pub id: i64,
    /// What kind.
    pub kind: AbsenceKind,
    /// The last sign of life before it.
    pub began_at: Timestamp,
    /// The first one after it.
    pub ended_at: Timestamp,
}

/// What happened during an absence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meanwhile {
    /// Messages that came.
    pub messages: u32,
    /// From how many customers.
    pub customers: u32,
    /// Conversations whose reply window closed without an answer.
    pub expired: Vec<(ConversationId, String)>,
    /// Conversations with something that was to be sent and was not.
    pub not_sent: Vec<(ConversationId, String)>,
}

/// The last sign of life.
///
/// # Errors
/// When the file cannot be read.
pub fn alive_at(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let text: Option<String> = db
        .prepare_cached("SELECT value FROM setting WHERE key = ?1")?
        .query_row([ALIVE_AT], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|t| t.parse().ok()).map(Timestamp))
}

/// Leaves a sign of life. It is no setting of the owner's, so nobody is told.
///
/// # Errors
/// When the file cannot be written.
pub fn set_alive_at(w: &mut Write<'_>, now: Timestamp) -> Result<(), StoreError> {
    w.prepare_cached(
        "INSERT INTO setting (key, value) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![ALIVE_AT, now.0.to_string()])?;
    Ok(())
}

/// Notes an absence. One that begins where another one that nobody has seen yet ended goes on.
///
/// # Errors
/// When the file cannot be written.
pub fn add(
    w: &mut Write<'_>,
    kind: AbsenceKind,
    began_at: Timestamp,
    ended_at: Timestamp,
) -> Result<(), StoreError> {
    let merged = w.execute(
        "UPDATE absence SET ended_at = max(ended_at, ?1)
         WHERE dismissed = 0 AND ended_at >= ?2 AND began_at <= ?2",
        params![ended_at.0, began_at.0],
    )?;
    if merged == 0 {
        w.execute(
            "INSERT INTO absence (kind, began_at, ended_at) VALUES (?1, ?2, ?3)",
            params![kind.as_str(), began_at.0, ended_at.0],
        )?;
    }
    w.note(Change::upserted(Entity::Sync, "", Source::Poll));
    Ok(())
}

/// The newest absence that the owner has not put away.
///
/// # Errors
/// When the file cannot be read.
pub fn newest(db: &Connection) -> Result<Option<Absence>, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT id, kind, began_at, ended_at FROM absence WHERE dismissed = 0
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row([], |row| {
            Ok(Absence {
                id: row.get(0)?,
                kind: word!(row, 1, AbsenceKind),
                began_at: Timestamp(row.get(2)?),
                ended_at: Timestamp(row.get(3)?),
            })
        })
        .optional()?;
    Ok(found)
}

/// Puts all absences away.
///
/// # Errors
/// When the file cannot be written.
pub fn dismiss(w: &mut Write<'_>) -> Result<(), StoreError> {
    w.execute("UPDATE absence SET dismissed = 1 WHERE dismissed = 0", [])?;
    w.note(Change::upserted(Entity::Sync, "", Source::Owner));
    Ok(())
}

/// What happened meanwhile, as far as it is known by now.
///
/// # Errors
/// When the file cannot be read.
pub fn meanwhile(db: &Connection, absence: &Absence) -> Result<Meanwhile, StoreError> {
    let (began, ended) = (absence.began_at, absence.ended_at);
    let (messages, customers) = db
        .prepare_cached(
            "SELECT count(*), count(DISTINCT c.id) FROM conversation c
             JOIN message m ON m.conversation_id = c.id
             WHERE c.last_at > ?1 AND m.sent_at > ?1 AND m.sent_at <= ?2 AND m.direction = 'in'",
        )?
        .query_row(params![began.0, ended.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let expired = named(
        db,
        "SELECT c.id, coalesce(nullif(c.name, ''), c.username, '') FROM conversation c
         JOIN message m ON m.id = c.last_message_id
         WHERE c.last_at > ?1 AND c.last_at <= ?2 AND m.direction = 'in'
         ORDER BY c.last_at DESC LIMIT ?3",
        began - REPLY_WINDOW,
        ended - REPLY_WINDOW,
    )?;
    let not_sent = named(
        db,
        "SELECT DISTINCT c.id, coalesce(nullif(c.name, ''), c.username, '') FROM outbox o
         JOIN conversation c ON c.id = o.conversation_id
         WHERE o.state IN ('queued', 'sending', 'retrying', 'unconfirmed', 'failed')
           AND o.created_at <= ?2 AND (o.held = 1 OR o.due_at IS NULL OR o.due_at <= ?2
               OR o.state IN ('retrying', 'unconfirmed'))
           AND ?1 <= ?2
         ORDER BY c.id LIMIT ?3",
        began,
        ended,
    )?;
    Ok(Meanwhile {
        messages,
        customers,
        expired,
        not_sent,
    })
}

fn named(
    db: &Connection,
    sql: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(ConversationId, String)>, StoreError> {
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(params![from.0, to.0, NAMED], |row| {
        Ok((ConversationId(row.get(0)?), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
