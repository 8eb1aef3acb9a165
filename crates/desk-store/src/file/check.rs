//! Looks at a file without changing it: is it ours, can this version read it, is it sound?

use crate::{StoreError, migration};
use desk_core::{Code, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::path::Path;

/// Stands in the header of every file of ours: "RDSK".
pub const APPLICATION_ID: i32 = 0x5244_534B;
/// The first schema that writes it; older files are known by their tables.
const MARKED_SINCE: usize = 2;

/// The setting in a backup with the moment it was made.
pub(crate) const MADE_AT: &str = "file.made_at";

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// When it was made, if it says so.
    pub made_at: Option<Timestamp>,
    /// How many messages it holds.
    pub messages: u32,
}

/// Looks at a file that is to be restored.
///
/// # Errors
/// [`Code::BackupUnusable`] for what is no sound file of ours, [`StoreError::TooNew`] for one of a
/// newer version.
pub fn inspect(path: &Path) -> Result<Inspection, StoreError> {
    let unusable = |_| StoreError::Refused(Code::BackupUnusable);
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(unusable)?;
    let version = migration::check_version(&db).map_err(|e| match e {
        StoreError::TooNew => e,
        _ => StoreError::Refused(Code::BackupUnusable),
    })?;
    if !is_ours(&db, version).map_err(unusable)? || !is_sound(&db)? {
        return Err(StoreError::Refused(Code::BackupUnusable));
    }
    let made_at: Option<i64> = db
        .query_row(
            "SELECT CAST(value AS INTEGER) FROM setting WHERE key = ?1",
            [MADE_AT],
            |r| r.get(0),
        )
        .optional()
        .map_err(unusable)?;
    let messages = db
        .query_row("SELECT count(*) FROM message", [], |r| r.get(0))
        .map_err(unusable)?;
    Ok(Inspection {
        made_at: made_at.map(Timestamp),
        messages,
    })
}

fn is_ours(db: &Connection, version: usize) -> rusqlite::Result<bool> {
    let id: i32 = db.query_row("PRAGMA application_id", [], |r| r.get(0))?;
    let tables: u32 = db.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table'
         AND name IN ('account', 'conversation', 'message', 'outbox', 'setting')",
        [],
        |r| r.get(0),
    )?;
    let marked = id == APPLICATION_ID || (id == 0 && version < MARKED_SINCE);
    Ok(version > 0 && tables == 5 && marked)
}

/// Whether SQLite finds every page of the file in order. Takes about a second for 70 MB.
///
/// # Errors
/// When the check cannot be made at all.
pub fn is_sound(db: &Connection) -> Result<bool, StoreError> {
    let verdict: Result<String, _> = db.query_row("PRAGMA quick_check(1)", [], |r| r.get(0));
    match verdict.map_err(StoreError::from) {
        Ok(text) => Ok(text == "ok"),
        Err(StoreError::Damaged(_)) => Ok(false),
        Err(other) => Err(other),
    }
}
