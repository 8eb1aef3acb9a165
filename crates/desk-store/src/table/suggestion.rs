//! Suggestions: entries made from replies of the owner's, waiting for approval.

use crate::{StoreError, Write};
use desk_core::{Change, ConversationId, Entity, MessageId, Source, SuggestionId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A row of `suggestion`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Ours.
    pub id: SuggestionId,
    /// The owner's reply it is made from.
    pub message_id: MessageId,
    /// Where that was written.
    pub conversation_id: ConversationId,
    /// What the customer asked.
    pub question: String,
    /// What the owner answered.
    pub answer: String,
    /// Its language.
    pub lang: String,
    /// How often nearly the same was answered.
    pub seen: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, message_id, conversation_id, question, answer, lang, seen, created_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Suggestion> {
    Ok(Suggestion {
        id: SuggestionId(row.get(0)?),
        message_id: MessageId(row.get(1)?),
        conversation_id: ConversationId(row.get(2)?),
        question: row.get(3)?,
        answer: row.get(4)?,
        lang: row.get(5)?,
        seen: row.get(6)?,
        created_at: Timestamp(row.get(7)?),
    })
}

/// Those that wait, the ones answered most often first.
///
/// # Errors
/// When the file cannot be read.
pub fn waiting(db: &Connection, limit: u32) -> Result<Vec<Suggestion>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM suggestion WHERE state = 'waiting' ORDER BY seen DESC, id DESC LIMIT ?1"
    ))?;
    let rows = query.query_map([limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every answer that was ever suggested, whatever became of it: none of them is suggested again.
///
/// # Errors
/// When the file cannot be read.
pub fn known(db: &Connection) -> Result<Vec<Suggestion>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM suggestion ORDER BY id DESC LIMIT 1000"
    ))?;
    let rows = query.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One that waits.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get(db: &Connection, id: SuggestionId) -> Result<Suggestion, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM suggestion WHERE id = ?1 AND state = 'waiting'"
    ))?;
    let found = query.query_row([id.0], from_row).optional()?;
    found.ok_or(StoreError::NotFound("suggestion"))
}

/// Adds one; nothing happens when its reply has one already.
///
/// # Errors
/// When the file cannot be written.
pub fn add(w: &mut Write<'_>, suggestion: &Suggestion) -> Result<(), StoreError> {
    let n = w.execute(
        "INSERT INTO suggestion (message_id, conversation_id, question, answer, lang, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (message_id) DO NOTHING",
        params![
            suggestion.message_id.0,
            suggestion.conversation_id.0,
            suggestion.question,
            suggestion.answer,
            suggestion.lang,
            suggestion.created_at.0
        ],
    )?;
    if n > 0 {
        noted(w);
    }
    Ok(())
}

/// Nearly the same was answered again.
///
/// # Errors
/// When the file cannot be written.
pub fn seen_again(w: &mut Write<'_>, id: SuggestionId) -> Result<(), StoreError> {
    w.execute(
        "UPDATE suggestion SET seen = seen + 1 WHERE id = ?1",
        [id.0],
    )?;
    noted(w);
    Ok(())
}

/// Ends one that waits: the owner accepted it or does not want it.
///
/// # Errors
/// [`StoreError::NotFound`] when it does not wait.
pub fn settle(w: &mut Write<'_>, id: SuggestionId, accepted: bool) -> Result<(), StoreError> {
    let state = if accepted { "accepted" } else { "dismissed" };
    let n = w.execute(
        "UPDATE suggestion SET state = ?2 WHERE id = ?1 AND state = 'waiting'",
        params![id.0, state],
    )?;
    if n == 0 {
        return Err(StoreError::NotFound("suggestion"));
    }
    noted(w);
    Ok(())
}

fn noted(w: &mut Write<'_>) {
    w.note(Change::upserted(Entity::Suggestion, "", Source::Owner));
}
