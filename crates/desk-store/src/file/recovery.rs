//! What happens when the file is damaged, older than it should be, or another one.
//!
//! The order of things is the same in each case: a sound file is laid ready beside the damaged one;
//! the damaged one is set aside under a name with the time, never deleted; the sound one takes its
//! place. Then the file is not trusted: whatever its outbox still holds may have been sent long ago,
//! so it becomes `unconfirmed` and is looked up; nothing the AI had begun goes on; and the newest 20
//! messages of every conversation are read again, as after connecting.

use super::folder::{self, Folder};
use super::mark::Kinship;
use super::{backup, check};
use crate::table::{conversation, draft, setting};
use crate::{Store, StoreError, Write};
use desk_core::{Change, Code, ConversationId, Entity, Source, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The setting with the last recovery that the owner has not put away.
const RECOVERY: &str = "recovery";
/// The setting inside a file that was laid ready: why.
const STAGED: &str = "file.staged";

/// Why a backup took the place of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The owner asked for it.
    Asked,
    /// The file was damaged.
    Damaged,
}

/// What happened to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The owner restored a backup.
    Restored,
    /// The file was damaged; the newest good backup took its place.
    DamagedRestored,
    /// The file was damaged, and there was no backup: a new one was begun.
    DamagedNew,
    /// The file is an older copy of the one that was here.
    Older,
    /// The file is not the one that was here.
    Other,
}

/// What happened, for the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recovery {
    /// What.
    pub event: Event,
    /// When it was found.
    pub at: Timestamp,
    /// From when the restored backup is.
    pub backup_made_at: Option<Timestamp>,
    /// Where the replaced file lies now.
    pub set_aside: Option<PathBuf>,
    /// Messages whose sending is looked up instead of begun.
    pub unconfirmed: u32,
    /// Replies of the AI that were stopped.
    pub stopped: u32,
}

/// The newest file that was set aside.
pub(crate) fn newest_set_aside(folder: &Folder) -> Option<PathBuf> {
    folder::dated(&folder.set_aside(), "db").into_iter().next()
}

/// Checks a backup and lays a copy of it ready.
pub(crate) fn stage(
    folder: &Folder,
    source: &Path,
    cause: Cause,
) -> Result<check::Inspection, StoreError> {
    if !source.is_file() {
        return Err(StoreError::NotFound("backup"));
    }
    let part = folder::beside(&folder.staged(), ".part");
    let outcome = stage_as(folder, source, &part, cause);
    if outcome.is_err() {
        let _ = folder::remove_database(&part);
    }
    outcome
}

fn stage_as(
    folder: &Folder,
    source: &Path,
    part: &Path,
    cause: Cause,
) -> Result<check::Inspection, StoreError> {
    let unwritable = |e| StoreError::Unwritable(Some(e));
    folder::remove_database(part).map_err(unwritable)?;
    // The owner's file is only read: SQLite would leave companions beside it.
    folder::copy(source, part).map_err(unwritable)?;
    let found = check::inspect(part)?;
    let copy = Connection::open(part)?;
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    let note = StagedNote {
        cause,
        made_at: found.made_at.or_else(|| folder::stamp_of(source)),
    };
    copy.execute(
        "INSERT OR REPLACE INTO setting (key, value) VALUES (?1, ?2)",
        params![STAGED, serde_json::to_string(&note)?],
    )?;
    copy.close().map_err(|(_, e)| StoreError::from(e))?;
    folder::sync_file(part).map_err(unwritable)?;
    folder::rename(part, &folder.staged()).map_err(unwritable)?;
    Ok(found)
}

/// What a staged file says of why it was laid ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StagedNote {
    cause: Cause,
    made_at: Option<Timestamp>,
}

/// Lays the newest good backup ready; `false` when there is none.
pub(crate) fn stage_newest(folder: &Folder) -> bool {
    backup::list(folder)
        .iter()
        .any(|kept| stage(folder, &kept.path, Cause::Damaged).is_ok())
}

/// Puts the staged file in place, when there is one. A crash at any point of this leaves a state in
/// which the same call finishes the work.
pub(crate) fn install_staged(folder: &Folder, now: Timestamp) -> Result<(), StoreError> {
    if !folder.staged().is_file() {
        return Ok(());
    }
    set_aside(folder, now)?;
    folder::rename(&folder.staged(), &folder.database())
        .map_err(|e| StoreError::Unwritable(Some(e)))
}

/// Moves the file with its companions out of the way. The file goes first: companions without a file
/// are nothing, a file without them could lose its last transactions.
pub(crate) fn set_aside(folder: &Folder, now: Timestamp) -> Result<(), StoreError> {
    let unwritable = |e| StoreError::Unwritable(Some(e));
    let current = folder.database();
    let left_over = folder::beside(&current, "-wal").exists();
    if !current.exists() && !left_over {
        return Ok(());
    }
    folder::make_private_dir(&folder.set_aside()).map_err(unwritable)?;
    let target = if current.exists() {
        folder::free_name(&folder.set_aside(), now, "db")
    } else {
        // The last try ended between the file and its companions.
        newest_set_aside(folder)
            .unwrap_or_else(|| folder::free_name(&folder.set_aside(), now, "db"))
    };
    for ending in ["", "-wal", "-shm"] {
        let from = folder::beside(&current, ending);
        if from.exists() {
            std::fs::rename(&from, folder::beside(&target, ending)).map_err(unwritable)?;
        }
    }
    folder::sync_dir(&folder.set_aside()).map_err(unwritable)?;
    folder::sync_dir(folder.dir()).map_err(unwritable)
}

/// What the opened file has to be told about itself, if anything.
pub(crate) fn event_of(
    db: &Connection,
    kinship: Kinship,
    began_anew: bool,
) -> Result<Option<(Event, Option<Timestamp>)>, StoreError> {
    let note: Option<String> = db
        .query_row("SELECT value FROM setting WHERE key = ?1", [STAGED], |r| {
            r.get(0)
        })
        .optional()?;
    let note: Option<StagedNote> = note.and_then(|text| serde_json::from_str(&text).ok());
    Ok(match (note, kinship) {
        (Some(note), _) => {
            let event = match note.cause {
                Cause::Asked => Event::Restored,
                Cause::Damaged => Event::DamagedRestored,
            };
            Some((event, note.made_at))
        }
        (None, _) if began_anew => Some((Event::DamagedNew, None)),
        (None, Kinship::Older) => Some((Event::Older, None)),
        (None, Kinship::Other) => Some((Event::Other, None)),
        (None, Kinship::Same) => None,
    })
}

/// Takes away the file's right to act by itself, and writes down what happened.
pub(crate) fn distrust(w: &mut Write<'_>, mut recovery: Recovery) -> Result<(), StoreError> {
    let affected = conversations_with_something_under_way(w)?;
    recovery.unconfirmed = doubt_outbox(w)?;
    recovery.stopped = stop_turns(w)?;
    for id in &affected {
        draft_is_stale(w, *id)?;
        conversation::refresh_row(w, *id, Source::Outbox)?;
    }
    w.execute(
        "UPDATE account SET synced_at = NULL, backfill_cursor = NULL WHERE connected = 1",
        [],
    )?;
    w.execute("UPDATE conversation SET updated_time = 0", [])?;
    w.execute("DELETE FROM setting WHERE key = ?1", [STAGED])?;
    setting::set(w, RECOVERY, &Some(recovery))
}

fn conversations_with_something_under_way(
    db: &Connection,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut query = db.prepare(
        "SELECT conversation_id FROM outbox WHERE state IN ('queued', 'sending', 'retrying', 'unconfirmed')
         UNION SELECT conversation_id FROM draft WHERE outcome IN ('pending', 'countdown')",
    )?;
    let rows = query.query_map([], |r| r.get(0).map(ConversationId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every row that could still be sent is looked up instead. `due_at = 0` is: at once.
fn doubt_outbox(w: &Write<'_>) -> Result<u32, StoreError> {
    w.execute(
        "UPDATE message SET state = 'unconfirmed' WHERE id IN
             (SELECT message_id FROM outbox WHERE state IN ('queued', 'sending', 'retrying'))",
        [],
    )?;
    let n = w.execute(
        "UPDATE outbox SET state = 'unconfirmed', fault = ?1, held = 0, looks = 0, due_at = 0,
                           started_at = coalesce(started_at, created_at)
         WHERE state IN ('queued', 'sending', 'retrying', 'unconfirmed')",
        [Code::ReplyFromCopy.as_str()],
    )?;
    Ok(u32::try_from(n).unwrap_or(u32::MAX))
}

/// A turn of that time may have been answered since. Only what comes from now on counts as new.
fn stop_turns(w: &Write<'_>) -> Result<u32, StoreError> {
    let n = w.execute(
        "UPDATE conversation SET turn_due_at = NULL, turn_since = NULL WHERE turn_due_at IS NOT NULL",
        [],
    )?;
    w.execute(
        "UPDATE conversation SET last_live_inbound_id = NULL WHERE last_live_inbound_id IS NOT NULL",
        [],
    )?;
    Ok(u32::try_from(n).unwrap_or(u32::MAX))
}

fn draft_is_stale(w: &mut Write<'_>, id: ConversationId) -> Result<(), StoreError> {
    let under_way: bool = w.query_row(
        "SELECT EXISTS (SELECT 1 FROM draft WHERE conversation_id = ?1 AND outcome IN ('pending', 'countdown'))",
        [id.0],
        |r| r.get(0),
    )?;
    if under_way {
        draft::make_stale(w, id, Source::Ai)?;
    }
    Ok(())
}

/// The last recovery, until the owner has put it away.
///
/// # Errors
/// When the file cannot be read.
pub fn last(db: &Connection) -> Result<Option<Recovery>, StoreError> {
    setting::get(db, RECOVERY)
}

/// The owner has read it.
///
/// # Errors
/// When the file cannot be written.
pub fn dismiss(w: &mut Write<'_>) -> Result<(), StoreError> {
    w.execute("DELETE FROM setting WHERE key = ?1", [RECOVERY])?;
    w.note(Change::upserted(Entity::Settings, "", Source::Owner));
    Ok(())
}

impl Store {
    /// Checks every page of the file from a connection of its own. When it is damaged, the next
    /// start sets it aside and restores the newest good backup.
    ///
    /// # Errors
    /// When the check cannot be made, or its result not be noted.
    pub async fn check(&self) -> Result<bool, StoreError> {
        let path = self.path().to_owned();
        let sound =
            backup::off_loop(move || check::is_sound(&crate::store::open_reader(&path)?)).await?;
        if !sound {
            self.mark_damaged()?;
        }
        Ok(sound)
    }
}
