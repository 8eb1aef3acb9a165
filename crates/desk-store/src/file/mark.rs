//! Knows the file again: its name, which is random, and its generation, a number that only grows.
//!
//! Both stand in the file and, a second time, in a small mark beside it. A file that was copied back
//! from yesterday, or put here from another machine, disagrees with the mark: its outbox may hold
//! what was sent long ago, so nothing in it may be sent by itself. The mark also says whether the
//! last run came to a good end.

use super::folder::{self, Folder};
use crate::StoreError;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// The setting in the file.
const IDENTITY: &str = "file.identity";

/// Which file this is, and how old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    pub(crate) file_id: String,
    pub(crate) generation: u64,
}

/// What is known about the file without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mark {
    pub(crate) identity: Identity,
    /// Set at the start, taken back at a good end.
    pub(crate) running: bool,
    /// A check found the file damaged.
    pub(crate) damaged: bool,
}

/// How the file compares with the mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kinship {
    /// The file that was here last, or a first one.
    Same,
    /// The same file at an earlier time.
    Older,
    /// Another file.
    Other,
}

/// Compares the file with the mark beside it.
pub(crate) fn compare(file: Option<&Identity>, mark: Option<&Identity>) -> Kinship {
    match (file, mark) {
        // A file from before there were marks, or a new one.
        (None, None) => Kinship::Same,
        (None, Some(_)) | (Some(_), None) => Kinship::Other,
        (Some(file), Some(mark)) if file.file_id != mark.file_id => Kinship::Other,
        (Some(file), Some(mark)) if file.generation < mark.generation => Kinship::Older,
        // The file is written before the mark, so it may be one ahead after a crash.
        (Some(_), Some(_)) => Kinship::Same,
    }
}

/// The mark, when there is one that can be read.
pub(crate) fn read(folder: &Folder) -> Option<Mark> {
    let bytes = std::fs::read(folder.mark()).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Writes the mark.
pub(crate) fn write(folder: &Folder, mark: &Mark) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(mark)?;
    folder::write_atomically(&folder.mark(), &bytes).map_err(|e| StoreError::Unwritable(Some(e)))
}

/// What the file says of itself.
pub(crate) fn identity(db: &Connection) -> Result<Option<Identity>, StoreError> {
    let text: Option<String> = db
        .query_row(
            "SELECT value FROM setting WHERE key = ?1",
            [IDENTITY],
            |r| r.get(0),
        )
        .optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Takes the name from the file; the next generation is the first of another file.
pub(crate) fn forget(db: &Connection) -> Result<(), StoreError> {
    db.execute("DELETE FROM setting WHERE key = ?1", [IDENTITY])?;
    Ok(())
}

/// Makes the file one generation older than every copy of it.
pub(crate) fn advance(db: &Connection) -> Result<Identity, StoreError> {
    let next = match identity(db)? {
        Some(known) => Identity {
            generation: known.generation + 1,
            ..known
        },
        None => Identity {
            file_id: db.query_row("SELECT lower(hex(randomblob(16)))", [], |r| r.get(0))?,
            generation: 1,
        },
    };
    db.execute(
        "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![IDENTITY, serde_json::to_string(&next)?],
    )?;
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(file_id: &str, generation: u64) -> Option<Identity> {
        Some(Identity {
            file_id: file_id.into(),
            generation,
        })
    }

    #[test]
    fn a_file_is_known_again_and_an_older_or_other_one_is_not_taken_for_it() {
        for (file, mark, expected) in [
            (None, None, Kinship::Same),
            (id("a", 5), id("a", 5), Kinship::Same),
            (id("a", 6), id("a", 5), Kinship::Same),
            (id("a", 4), id("a", 5), Kinship::Older),
            (id("b", 9), id("a", 5), Kinship::Other),
            (None, id("a", 5), Kinship::Other),
            (id("a", 5), None, Kinship::Other),
        ] {
            assert_eq!(
                compare(file.as_ref(), mark.as_ref()),
                expected,
                "{file:?} beside {mark:?}"
            );
        }
    }
}
