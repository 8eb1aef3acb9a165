//! Filters that the owner kept: a view, and what narrows it.

use crate::word::word;
use crate::{StoreError, Write};
use desk_core::message::InboxView;
use desk_core::{Change, Entity, FilterId, Source};
use rusqlite::{Connection, params};

/// A row of `filter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Ours.
    pub id: FilterId,
    /// As the owner called it.
    pub name: String,
    /// The view that it narrows.
    pub view: InboxView,
    /// By what, JSON: its form is the caller's.
    pub narrow: String,
}

/// All kept filters, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn all(db: &Connection) -> Result<Vec<Filter>, StoreError> {
    let mut query =
        db.prepare_cached("SELECT id, name, view, narrow FROM filter ORDER BY id LIMIT 200")?;
    let rows = query.query_map([], |r| {
        Ok(Filter {
            id: FilterId(r.get(0)?),
            name: r.get(1)?,
            view: word!(r, 2, InboxView),
            narrow: r.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps a filter, or changes the one with the id.
///
/// # Errors
/// [`StoreError::NotFound`] when the one to change is gone.
pub fn set(
    w: &mut Write<'_>,
    id: Option<FilterId>,
    name: &str,
    view: InboxView,
    narrow: &str,
) -> Result<FilterId, StoreError> {
    let id = if let Some(id) = id {
        let changed = w
            .prepare_cached("UPDATE filter SET name = ?2, view = ?3, narrow = ?4 WHERE id = ?1")?
            .execute(params![id.0, name, view.as_str(), narrow])?;
        if changed == 0 {
            return Err(StoreError::NotFound("filter"));
        }
        id
    } else {
        w.prepare_cached("INSERT INTO filter (name, view, narrow) VALUES (?1, ?2, ?3)")?
            .execute(params![name, view.as_str(), narrow])?;
        FilterId(w.last_insert_rowid())
    };
    w.note(Change::upserted(Entity::Label, "", Source::Owner));
    Ok(id)
}

/// Forgets a filter.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn remove(w: &mut Write<'_>, id: FilterId) -> Result<(), StoreError> {
    if w.prepare_cached("DELETE FROM filter WHERE id = ?1")?
        .execute([id.0])?
        == 0
    {
        return Err(StoreError::NotFound("filter"));
    }
    w.note(Change::removed(Entity::Label, "", Source::Owner));
    Ok(())
}
