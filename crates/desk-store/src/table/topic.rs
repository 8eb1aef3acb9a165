//! Topics: what the owner set for each, and what took its leave away.

use crate::word::opt_word;
use crate::{StoreError, Write};
use desk_core::{Change, Entity, LockReason, ReplyMode, Source, Timestamp};
use rusqlite::{Connection, Row, params};
use std::collections::BTreeMap;

/// A row of `topic`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topic {
    /// What the owner set.
    pub mode: Option<ReplyMode>,
    /// Only observations after this one count.
    pub counted_from: i64,
    /// Why it lost its leave.
    pub lock_reason: Option<LockReason>,
    /// When.
    pub locked_at: Option<Timestamp>,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<(String, Topic)> {
    Ok((
        row.get(0)?,
        Topic {
            mode: opt_word!(row, 1, ReplyMode),
            counted_from: row.get(2)?,
            lock_reason: opt_word!(row, 3, LockReason),
            locked_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        },
    ))
}

/// All topics of which something is kept, by their keys.
///
/// # Errors
/// When the file cannot be read.
pub fn all(db: &Connection) -> Result<BTreeMap<String, Topic>, StoreError> {
    let mut query =
        db.prepare_cached("SELECT key, mode, counted_from, lock_reason, locked_at FROM topic")?;
    let rows = query.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Sets what the AI may do in a topic; `None` leaves it to the marks on its entries.
///
/// # Errors
/// When the file cannot be written.
pub fn set_mode(w: &mut Write<'_>, key: &str, mode: Option<ReplyMode>) -> Result<(), StoreError> {
    w.execute(
        "INSERT INTO topic (key, mode) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET mode = excluded.mode",
        params![key, mode.map(ReplyMode::as_str)],
    )?;
    w.note(Change::upserted(Entity::Topic, key, Source::Owner));
    Ok(())
}

/// Takes a topic's leave away: what was observed so far does not count any more.
///
/// # Errors
/// When the file cannot be written.
pub fn lock(
    w: &mut Write<'_>,
    key: &str,
    reason: LockReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.execute(
        "INSERT INTO topic (key, counted_from, lock_reason, locked_at)
         VALUES (?1, coalesce((SELECT max(id) FROM observation), 0), ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET counted_from = excluded.counted_from,
             lock_reason = excluded.lock_reason, locked_at = excluded.locked_at",
        params![key, reason.as_str(), now.0],
    )?;
    w.note(Change::upserted(Entity::Topic, key, Source::Ai));
    Ok(())
}
