//! Knowledge: what customers ask and what the owner answers.

use crate::{StoreError, Write};
use desk_core::{Change, Entity, EntryId, Source, Timestamp};
use rusqlite::{Connection, Row, params};

/// A row of `entry`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Ours.
    pub id: EntryId,
    /// What customers ask.
    pub questions: Vec<String>,
    /// What the owner answers.
    pub answer: String,
    /// Language of the answer.
    pub lang: String,
    /// May be sent without a person.
    pub auto_ok: bool,
    /// Customers must not see it.
    pub internal: bool,
    /// Last change.
    pub updated_at: Timestamp,
}

fn from_row(row: &Row<'_>) -> Result<Entry, StoreError> {
    Ok(Entry {
        id: EntryId(row.get(0)?),
        questions: serde_json::from_str(&row.get::<_, String>(1)?)?,
        answer: row.get(2)?,
        lang: row.get(3)?,
        auto_ok: row.get(4)?,
        internal: row.get(5)?,
        updated_at: Timestamp(row.get(6)?),
    })
}

/// All entries, newest change first.
///
/// # Errors
/// When the file cannot be read.
pub fn all(db: &Connection) -> Result<Vec<Entry>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id, questions, answer, lang, auto_ok, internal, updated_at FROM entry
         ORDER BY updated_at DESC, id DESC",
    )?;
    let mut rows = query.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(from_row(row)?);
    }
    Ok(entries)
}

/// Adds an entry; its `id` is ignored and the new one returned.
///
/// # Errors
/// When the file cannot be written.
pub fn add(w: &mut Write<'_>, entry: &Entry) -> Result<EntryId, StoreError> {
    w.execute(
        "INSERT INTO entry (questions, answer, lang, auto_ok, internal, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            serde_json::to_string(&entry.questions)?,
            entry.answer,
            entry.lang,
            entry.auto_ok,
            entry.internal,
            entry.updated_at.0
        ],
    )?;
    let id = EntryId(w.last_insert_rowid());
    w.note(Change::upserted(Entity::Entry, id, Source::Owner));
    Ok(id)
}

/// Changes an entry.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn change(w: &mut Write<'_>, entry: &Entry) -> Result<(), StoreError> {
    let n = w.execute(
        "UPDATE entry SET questions = ?2, answer = ?3, lang = ?4, auto_ok = ?5, internal = ?6, updated_at = ?7
         WHERE id = ?1",
        params![
            entry.id.0,
            serde_json::to_string(&entry.questions)?,
            entry.answer,
            entry.lang,
            entry.auto_ok,
            entry.internal,
            entry.updated_at.0
        ],
    )?;
    if n == 0 {
        return Err(StoreError::NotFound("entry"));
    }
    w.note(Change::upserted(Entity::Entry, entry.id, Source::Owner));
    Ok(())
}

/// Removes an entry.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn remove(w: &mut Write<'_>, id: EntryId) -> Result<(), StoreError> {
    if w.execute("DELETE FROM entry WHERE id = ?1", [id.0])? == 0 {
        return Err(StoreError::NotFound("entry"));
    }
    w.note(Change::removed(Entity::Entry, id, Source::Owner));
    Ok(())
}
