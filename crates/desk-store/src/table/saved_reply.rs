//! Saved replies: words that the owner sends often, with variables.

use crate::{StoreError, Write};
use desk_core::{Change, Entity, SavedReplyId, Source, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A row of `saved_reply`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedReply {
    /// Ours.
    pub id: SavedReplyId,
    /// What the owner calls it.
    pub title: String,
    /// The words, with variables.
    pub text: String,
    /// Its language; `None` fits every one.
    pub lang: Option<String>,
    /// What the owner types to get it.
    pub shortcut: Option<String>,
    /// Last change.
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "id, title, text, lang, shortcut, updated_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<SavedReply> {
    Ok(SavedReply {
        id: SavedReplyId(row.get(0)?),
        title: row.get(1)?,
        text: row.get(2)?,
        lang: row.get(3)?,
        shortcut: row.get(4)?,
        updated_at: Timestamp(row.get(5)?),
    })
}

/// All of them, in the order in which they were made.
///
/// # Errors
/// When the file cannot be read.
pub fn all(db: &Connection) -> Result<Vec<SavedReply>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM saved_reply ORDER BY id"))?;
    let rows = query.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One of them.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get(db: &Connection, id: SavedReplyId) -> Result<SavedReply, StoreError> {
    let mut query =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM saved_reply WHERE id = ?1"))?;
    let found = query.query_row([id.0], from_row).optional()?;
    found.ok_or(StoreError::NotFound("saved reply"))
}

/// Adds one; its `id` is ignored and the new one returned.
///
/// # Errors
/// When the file cannot be written.
pub fn add(w: &mut Write<'_>, reply: &SavedReply) -> Result<SavedReplyId, StoreError> {
    w.execute(
        "INSERT INTO saved_reply (title, text, lang, shortcut, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![reply.title, reply.text, reply.lang, reply.shortcut, reply.updated_at.0],
    )?;
    let id = SavedReplyId(w.last_insert_rowid());
    w.note(Change::upserted(Entity::SavedReply, id, Source::Owner));
    Ok(id)
}

/// Changes one.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn change(w: &mut Write<'_>, reply: &SavedReply) -> Result<(), StoreError> {
    let n = w.execute(
        "UPDATE saved_reply SET title = ?2, text = ?3, lang = ?4, shortcut = ?5, updated_at = ?6 WHERE id = ?1",
        params![reply.id.0, reply.title, reply.text, reply.lang, reply.shortcut, reply.updated_at.0],
    )?;
    if n == 0 {
        return Err(StoreError::NotFound("saved reply"));
    }
    w.note(Change::upserted(
        Entity::SavedReply,
        reply.id,
        Source::Owner,
    ));
    Ok(())
}

/// Removes one.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn remove(w: &mut Write<'_>, id: SavedReplyId) -> Result<(), StoreError> {
    if w.execute("DELETE FROM saved_reply WHERE id = ?1", [id.0])? == 0 {
        return Err(StoreError::NotFound("saved reply"));
    }
    w.note(Change::removed(Entity::SavedReply, id, Source::Owner));
    Ok(())
}
