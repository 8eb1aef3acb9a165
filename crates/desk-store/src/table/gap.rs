//! Places in a conversation where messages lie that Instagram no longer shows.

use crate::{StoreError, Write};
use desk_core::{ConversationId, MessageId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// A row of `gap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last message before it.
    pub after_id: MessageId,
    /// The first message after it.
    pub before_id: MessageId,
    /// When it was noticed.
    pub found_at: Timestamp,
}

/// Marks a gap before a message: all that was stored of the conversation before it ends at `after`.
///
/// # Errors
/// When the file cannot be written.
pub fn mark(w: &mut Write<'_>, conversation: ConversationId, gap: Gap) -> Result<(), StoreError> {
    w.prepare_cached(
        "INSERT OR IGNORE INTO gap (before_id, conversation_id, after_id, found_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        gap.before_id.0,
        conversation.0,
        gap.after_id.0,
        gap.found_at.0
    ])?;
    Ok(())
}

/// The newest message of a conversation that came from Instagram and is older than a moment.
///
/// # Errors
/// When the file cannot be read.
pub fn last_before(
    db: &Connection,
    conversation: ConversationId,
    sent_at: Timestamp,
) -> Result<Option<MessageId>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id FROM message WHERE conversation_id = ?1 AND sent_at < ?2 AND external_id IS NOT NULL
         ORDER BY sent_at DESC, id DESC LIMIT 1",
    )?;
    Ok(query
        .query_row(params![conversation.0, sent_at.0], |r| {
            r.get(0).map(MessageId)
        })
        .optional()?)
}

/// The gaps of a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn of(db: &Connection, conversation: ConversationId) -> Result<Vec<Gap>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT after_id, before_id, found_at FROM gap WHERE conversation_id = ?1 ORDER BY before_id",
    )?;
    let rows = query.query_map([conversation.0], |r| {
        Ok(Gap {
            after_id: MessageId(r.get(0)?),
            before_id: MessageId(r.get(1)?),
            found_at: Timestamp(r.get(2)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
