//! Calls to the AI endpoint: what each cost. Rows are only ever added.

use crate::{StoreError, Write};
use desk_core::{Code, DraftId, Timestamp};
use rusqlite::{Connection, params};

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AiCall {
    /// The draft it was made for.
    pub draft_id: Option<DraftId>,
    /// `draft`, `revise`, `probe` or `replay`.
    pub purpose: String,
    /// Which model.
    pub model: String,
    /// Tokens read.
    pub tokens_in: u32,
    /// Tokens written.
    pub tokens_out: u32,
    /// What it cost, in millionths.
    pub cost_micros: i64,
    /// Why it failed.
    pub fault: Option<Code>,
    /// When.
    pub at: Timestamp,
}

/// Adds a call.
///
/// # Errors
/// When the file cannot be written.
pub fn add(w: &mut Write<'_>, call: &AiCall) -> Result<(), StoreError> {
    w.prepare_cached(
        "INSERT INTO ai_call (draft_id, purpose, model, tokens_in, tokens_out, cost_micros, fault, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        call.draft_id.map(|d| d.0),
        call.purpose,
        call.model,
        call.tokens_in,
        call.tokens_out,
        call.cost_micros,
        call.fault.map(Code::as_str),
        call.at.0
    ])?;
    Ok(())
}

/// What was used in a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Calls made.
    pub calls: u32,
    /// Calls that failed.
    pub failed: u32,
    /// Tokens read.
    pub tokens_in: i64,
    /// Tokens written.
    pub tokens_out: i64,
    /// What it cost, in millionths.
    pub cost_micros: i64,
}

/// What was used from one moment to before another.
///
/// # Errors
/// When the file cannot be read.
pub fn spent(db: &Connection, from: Timestamp, to: Timestamp) -> Result<Spent, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT count(*), count(fault), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0),
                coalesce(sum(cost_micros), 0)
         FROM ai_call WHERE at >= ?1 AND at < ?2",
    )?;
    Ok(query.query_row(params![from.0, to.0], |r| {
        Ok(Spent {
            calls: r.get(0)?,
            failed: r.get(1)?,
            tokens_in: r.get(2)?,
            tokens_out: r.get(3)?,
            cost_micros: r.get(4)?,
        })
    })?)
}
