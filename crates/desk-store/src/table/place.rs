//! Where the owner puts a conversation: done, out of sight until a moment, unread again.

use crate::table::conversation;
use crate::{StoreError, Write};
use desk_core::{Change, ConversationId, Entity, Source, Timestamp};
use rusqlite::{Connection, params};

fn each(
    w: &mut Write<'_>,
    ids: &[ConversationId],
    sql: &str,
    value: Option<i64>,
) -> Result<(), StoreError> {
    for id in ids {
        if w.prepare_cached(sql)?.execute(params![id.0, value])? == 0 {
            return Err(StoreError::NotFound("conversation"));
        }
        conversation::refresh_row(w, *id, Source::Owner)?;
    }
    Ok(())
}

/// Puts conversations away as done, or brings them back.
///
/// # Errors
/// [`StoreError::NotFound`] when one of them does not exist; none is changed then.
pub fn set_done(w: &mut Write<'_>, ids: &[ConversationId], done: bool) -> Result<(), StoreError> {
    let sql = if done {
        "UPDATE conversation SET place = 'done', snoozed_until = NULL, returned_at = ?2 WHERE id = ?1"
    } else {
        "UPDATE conversation SET place = 'open', snoozed_until = ?2 WHERE id = ?1"
    };
    each(w, ids, sql, None)
}

/// Puts conversations out of sight until a moment; `None` brings them back now.
///
/// # Errors
/// [`StoreError::NotFound`] when one of them does not exist; none is changed then.
pub fn snooze(
    w: &mut Write<'_>,
    ids: &[ConversationId],
    until: Option<Timestamp>,
) -> Result<(), StoreError> {
    each(
        w,
        ids,
        "UPDATE conversation SET place = CASE WHEN ?2 IS NULL THEN 'open' ELSE 'snoozed' END,
             snoozed_until = ?2, returned_at = NULL WHERE id = ?1",
        until.map(|t| t.0),
    )
}

/// Marks conversations as not seen.
///
/// # Errors
/// [`StoreError::NotFound`] when one of them does not exist; none is changed then.
pub fn mark_unread(w: &mut Write<'_>, ids: &[ConversationId]) -> Result<(), StoreError> {
    let sql = "UPDATE conversation SET unread = max(unread, coalesce(?2, 1)) WHERE id = ?1";
    each(w, ids, sql, Some(1))
}

/// Brings back what was snoozed until now or earlier: to the top, as something to look at.
///
/// # Errors
/// When the file cannot be written.
pub fn wake(w: &mut Write<'_>, now: Timestamp) -> Result<Vec<ConversationId>, StoreError> {
    let due: Vec<ConversationId> = {
        let mut query = w.prepare_cached(
            "SELECT id FROM conversation WHERE snoozed_until <= ?1 ORDER BY snoozed_until LIMIT 500",
        )?;
        let rows = query.query_map([now.0], |r| r.get(0).map(ConversationId))?;
        rows.collect::<Result<_, _>>()?
    };
    for id in &due {
        w.prepare_cached(
            "UPDATE conversation SET place = 'open', returned_at = ?2, snoozed_until = NULL WHERE id = ?1",
        )?
        .execute(params![id.0, now.0])?;
        conversation::refresh_row(w, *id, Source::Owner)?;
        w.note(Change::upserted(Entity::Conversation, id, Source::Owner));
    }
    Ok(due)
}

/// When the next snooze ends.
///
/// # Errors
/// When the file cannot be read.
pub fn next_wake(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT min(snoozed_until) FROM conversation WHERE snoozed_until IS NOT NULL",
    )?;
    Ok(query
        .query_row([], |r| r.get::<_, Option<i64>>(0))?
        .map(Timestamp))
}
