//! Sources: files and folders of the owner's from which entries are read.

use crate::word::{opt_word, word};
use crate::{StoreError, Write};
use desk_core::{Change, Code, Entity, Source, SourceId, SourceKind, SourceState, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A row of `source`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeSource {
    /// Ours.
    pub id: SourceId,
    /// Where it lies.
    pub path: String,
    /// What it is.
    pub kind: SourceKind,
    /// Language of entries that do not tell theirs.
    pub lang: String,
    /// How it stands.
    pub state: SourceState,
    /// Why it cannot be read.
    pub fault: Option<Code>,
    /// What in it could not be used, JSON.
    pub problems: String,
    /// Names, sizes and times of what was read.
    pub fingerprint: String,
    /// When it was last read.
    pub read_at: Option<Timestamp>,
    /// When it was last compared with its place.
    pub looked_at: Timestamp,
    /// When the owner added it.
    pub added_at: Timestamp,
}

const COLUMNS: &str =
    "id, path, kind, lang, state, fault, problems, fingerprint, read_at, looked_at, added_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<KnowledgeSource> {
    Ok(KnowledgeSource {
        id: SourceId(row.get(0)?),
        path: row.get(1)?,
        kind: word!(row, 2, SourceKind),
        lang: row.get(3)?,
        state: word!(row, 4, SourceState),
        fault: opt_word!(row, 5, Code),
        problems: row.get(6)?,
        fingerprint: row.get(7)?,
        read_at: row.get::<_, Option<i64>>(8)?.map(Timestamp),
        looked_at: Timestamp(row.get(9)?),
        added_at: Timestamp(row.get(10)?),
    })
}

/// All sources, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn all(db: &Connection) -> Result<Vec<KnowledgeSource>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM source ORDER BY id"))?;
    let rows = query.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One source.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get(db: &Connection, id: SourceId) -> Result<KnowledgeSource, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM source WHERE id = ?1"))?;
    let found = query.query_row([id.0], from_row).optional()?;
    found.ok_or(StoreError::NotFound("source"))
}

/// Adds a source, or gives the one at the same place.
///
/// # Errors
/// When the file cannot be written.
pub fn ensure(
    w: &mut Write<'_>,
    path: &str,
    kind: SourceKind,
    lang: &str,
    now: Timestamp,
) -> Result<SourceId, StoreError> {
    let id: i64 = w
        .prepare_cached(
            "INSERT INTO source (path, kind, lang, state, looked_at, added_at) VALUES (?1, ?2, ?3, 'fresh', ?4, ?4)
             ON CONFLICT (path) DO UPDATE SET kind = excluded.kind, lang = excluded.lang
             RETURNING id",
        )?
        .query_row(params![path, kind.as_str(), lang, now.0], |r| r.get(0))?;
    noted(w, SourceId(id));
    Ok(SourceId(id))
}

/// Keeps how a source stands after a look at it.
///
/// # Errors
/// When the file cannot be written.
pub fn set_state(w: &mut Write<'_>, source: &KnowledgeSource) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE source SET state = ?2, fault = ?3, problems = ?4, fingerprint = ?5, read_at = ?6, looked_at = ?7
         WHERE id = ?1",
    )?
    .execute(params![
        source.id.0,
        source.state.as_str(),
        source.fault.map(Code::as_str),
        source.problems,
        source.fingerprint,
        source.read_at.map(|t| t.0),
        source.looked_at.0
    ])?;
    noted(w, source.id);
    Ok(())
}

/// Forgets a source; its entries are the caller's business.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn remove(w: &mut Write<'_>, id: SourceId) -> Result<(), StoreError> {
    if w.execute("DELETE FROM source WHERE id = ?1", [id.0])? == 0 {
        return Err(StoreError::NotFound("source"));
    }
    noted(w, id);
    Ok(())
}

/// The screen shows sources beside the entries.
fn noted(w: &mut Write<'_>, id: SourceId) {
    w.note(Change::upserted(
        Entity::Entry,
        format!("source-{id}"),
        Source::Owner,
    ));
}
