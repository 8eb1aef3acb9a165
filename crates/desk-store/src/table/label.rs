//! Labels: words of the owner's that group conversations.

use crate::{StoreError, Write};
use desk_core::{Change, ConversationId, Entity, LabelId, Source, text};
use rusqlite::{Connection, OptionalExtension, params};

/// A row of `label`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Ours.
    pub id: LabelId,
    /// As the owner wrote it.
    pub name: String,
    /// The word of its colour.
    pub color: String,
    /// How many conversations carry it.
    pub conversations: u32,
}

/// All labels, by name.
///
/// # Errors
/// When the file cannot be read.
pub fn all(db: &Connection) -> Result<Vec<Label>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT l.id, l.name, l.color,
                (SELECT count(*) FROM conversation_label c WHERE c.label_id = l.id)
         FROM label l ORDER BY l.folded_name",
    )?;
    let rows = query.query_map([], |r| {
        Ok(Label {
            id: LabelId(r.get(0)?),
            name: r.get(1)?,
            color: r.get(2)?,
            conversations: r.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a label, or changes the one with the id. A name that another label has already means that
/// one: there are no two labels that look the same.
///
/// # Errors
/// [`StoreError::NotFound`] when the one to change is gone.
pub fn set(
    w: &mut Write<'_>,
    id: Option<LabelId>,
    name: &str,
    color: &str,
) -> Result<LabelId, StoreError> {
    let folded = text::fold(name);
    let same: Option<i64> = w
        .prepare_cached("SELECT id FROM label WHERE folded_name = ?1")?
        .query_row([&folded], |r| r.get(0))
        .optional()?;
    let id = match (same.map(LabelId), id) {
        (Some(same), Some(id)) if same != id => return Ok(same),
        (Some(same), None) => same,
        (_, Some(id)) => id,
        (None, None) => {
            w.prepare_cached("INSERT INTO label (name, folded_name, color) VALUES (?1, ?2, ?3)")?
                .execute(params![name, folded, color])?;
            let id = LabelId(w.last_insert_rowid());
            w.note(Change::upserted(Entity::Label, id, Source::Owner));
            return Ok(id);
        }
    };
    let changed = w
        .prepare_cached("UPDATE label SET name = ?2, folded_name = ?3, color = ?4 WHERE id = ?1")?
        .execute(params![id.0, name, folded, color])?;
    if changed == 0 {
        return Err(StoreError::NotFound("label"));
    }
    w.note(Change::upserted(Entity::Label, id, Source::Owner));
    Ok(id)
}

/// Removes a label, from all conversations too.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn remove(w: &mut Write<'_>, id: LabelId) -> Result<(), StoreError> {
    w.prepare_cached("DELETE FROM conversation_label WHERE label_id = ?1")?
        .execute([id.0])?;
    if w.prepare_cached("DELETE FROM label WHERE id = ?1")?
        .execute([id.0])?
        == 0
    {
        return Err(StoreError::NotFound("label"));
    }
    w.note(Change::removed(Entity::Label, id, Source::Owner));
    Ok(())
}

/// Puts a label on a conversation, or takes it off.
///
/// # Errors
/// [`StoreError::NotFound`] when one of both is gone.
pub fn mark(
    w: &mut Write<'_>,
    conversation: ConversationId,
    label: LabelId,
    on: bool,
) -> Result<(), StoreError> {
    super::conversation::get(w, conversation)?;
    let known = w
        .prepare_cached("SELECT 1 FROM label WHERE id = ?1")?
        .exists([label.0])?;
    if !known {
        return Err(StoreError::NotFound("label"));
    }
    let sql = if on {
        "INSERT OR IGNORE INTO conversation_label (conversation_id, label_id) VALUES (?1, ?2)"
    } else {
        "DELETE FROM conversation_label WHERE conversation_id = ?1 AND label_id = ?2"
    };
    w.prepare_cached(sql)?
        .execute(params![conversation.0, label.0])?;
    w.note(Change::upserted(
        Entity::Conversation,
        conversation,
        Source::Owner,
    ));
    Ok(())
}
