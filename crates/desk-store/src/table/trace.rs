//! The recorded stages of a drafting.

use crate::{StoreError, Write};
use desk_core::{DraftId, Timestamp};
use rusqlite::{Connection, params};

/// A row of `trace`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Which stage.
    pub stage: String,
    /// What it came to, JSON.
    pub detail: String,
    /// How long it took.
    pub micros: u32,
    /// When.
    pub at: Timestamp,
}

/// Adds a stage to a draft's trace.
///
/// # Errors
/// When the file cannot be written.
pub fn add(w: &mut Write<'_>, draft: DraftId, stage: &Stage) -> Result<(), StoreError> {
    w.prepare_cached(
        "INSERT INTO trace (draft_id, stage, detail, micros, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        draft.0,
        stage.stage,
        stage.detail,
        stage.micros,
        stage.at.0
    ])?;
    Ok(())
}

/// The stages of a draft in their order.
///
/// # Errors
/// When the file cannot be read.
pub fn of(db: &Connection, draft: DraftId) -> Result<Vec<Stage>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT stage, detail, micros, at FROM trace WHERE draft_id = ?1 ORDER BY id",
    )?;
    let rows = query.query_map([draft.0], |r| {
        Ok(Stage {
            stage: r.get(0)?,
            detail: r.get(1)?,
            micros: r.get(2)?,
            at: Timestamp(r.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
