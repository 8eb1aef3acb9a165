//! What the owner typed and has not sent, one text for each conversation.

use crate::{StoreError, Write};
use desk_core::{Change, ConversationId, Entity, Source, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// What stands in the composer of a conversation; empty when nothing does.
///
/// # Errors
/// When the file cannot be read.
pub fn text(db: &Connection, conversation: ConversationId) -> Result<String, StoreError> {
    let mut query = db.prepare_cached("SELECT text FROM composer WHERE conversation_id = ?1")?;
    Ok(query
        .query_row([conversation.0], |r| r.get(0))
        .optional()?
        .unwrap_or_default())
}

/// Keeps what stands in the composer; an empty text is forgotten. The list hears of it only when
/// something appears or is gone: who types knows what they typed.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such conversation.
pub fn save(
    w: &mut Write<'_>,
    conversation: ConversationId,
    text: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    if text.trim().is_empty() {
        return clear(w, conversation);
    }
    super::conversation::get(w, conversation)?;
    let was_empty = self::text(w, conversation)?.is_empty();
    w.prepare_cached(
        "INSERT INTO composer (conversation_id, text, saved_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (conversation_id) DO UPDATE SET text = excluded.text, saved_at = excluded.saved_at",
    )?
    .execute(params![conversation.0, text, now.0])?;
    if was_empty {
        w.note(Change::upserted(
            Entity::Conversation,
            conversation,
            Source::Owner,
        ));
    }
    Ok(())
}

/// Empties the composer: its words were sent, or the owner deleted them.
///
/// # Errors
/// When the file cannot be written.
pub fn clear(w: &mut Write<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    let gone = w
        .prepare_cached("DELETE FROM composer WHERE conversation_id = ?1")?
        .execute([conversation.0])?;
    if gone > 0 {
        w.note(Change::upserted(
            Entity::Conversation,
            conversation,
            Source::Owner,
        ));
    }
    Ok(())
}
