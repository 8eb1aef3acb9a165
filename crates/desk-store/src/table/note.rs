//! Notes that the owner writes for themselves. Nothing here leads to the outbox.

use crate::{StoreError, Write};
use desk_core::{Change, ConversationId, Entity, NoteId, Source, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A row of `note`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Ours.
    pub id: NoteId,
    /// About whom.
    pub conversation_id: ConversationId,
    /// The words.
    pub text: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, conversation_id, text, created_at, changed_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note {
        id: NoteId(row.get(0)?),
        conversation_id: ConversationId(row.get(1)?),
        text: row.get(2)?,
        created_at: Timestamp(row.get(3)?),
        changed_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
    })
}

/// The notes about a conversation, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn of(db: &Connection, conversation: ConversationId) -> Result<Vec<Note>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM note WHERE conversation_id = ?1 ORDER BY id LIMIT 500");
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([conversation.0], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn get(db: &Connection, id: NoteId) -> Result<Note, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM note WHERE id = ?1");
    let found = db
        .prepare_cached(&sql)?
        .query_row([id.0], from_row)
        .optional()?;
    found.ok_or(StoreError::NotFound("note"))
}

/// Adds a note.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such conversation.
pub fn add(
    w: &mut Write<'_>,
    conversation: ConversationId,
    text: &str,
    now: Timestamp,
) -> Result<Note, StoreError> {
    super::conversation::get(w, conversation)?;
    w.prepare_cached("INSERT INTO note (conversation_id, text, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![conversation.0, text, now.0])?;
    let id = NoteId(w.last_insert_rowid());
    w.note(Change::upserted(Entity::Note, conversation, Source::Owner));
    get(w, id)
}

/// Changes a note.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn change(
    w: &mut Write<'_>,
    id: NoteId,
    text: &str,
    now: Timestamp,
) -> Result<Note, StoreError> {
    w.prepare_cached("UPDATE note SET text = ?2, changed_at = ?3 WHERE id = ?1")?
        .execute(params![id.0, text, now.0])?;
    let note = get(w, id)?;
    w.note(Change::upserted(
        Entity::Note,
        note.conversation_id,
        Source::Owner,
    ));
    Ok(note)
}

/// Removes a note.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn remove(w: &mut Write<'_>, id: NoteId) -> Result<(), StoreError> {
    let note = get(w, id)?;
    w.prepare_cached("DELETE FROM note WHERE id = ?1")?
        .execute([id.0])?;
    w.note(Change::upserted(
        Entity::Note,
        note.conversation_id,
        Source::Owner,
    ));
    Ok(())
}
