//! Copies of the file, made while it is in use.
//!
//! SQLite's backup API copies from a connection of its own, in one read transaction: the writer goes
//! on meanwhile and the copy is of one moment. The copy is checked, brought to the disk and only
//! then given its name, so a file that is called a backup is one. No secret is in it, because none is
//! in the file.

use super::folder::{self, Folder};
use super::{check, mark, recovery};
use crate::{Store, StoreError};
use desk_core::{Code, Timestamp};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, params};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many automatic backups are kept: as many days back, and not more of the disk.
pub const KEPT: usize = 5;
const BUSY_TRIES: u32 = 50;

/// A backup on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFile {
    /// Where it lies.
    pub path: PathBuf,
    /// When it was made.
    pub made_at: Timestamp,
    /// Its size.
    pub bytes: u64,
}

impl Store {
    /// Copies the file as it is now, into the folder of backups or to a place that the owner named.
    ///
    /// # Errors
    /// [`Code::FileExists`], [`Code::PlaceUnwritable`], [`StoreError::Full`], or that the copy is not
    /// sound; nothing is left behind then.
    pub async fn back_up(
        &self,
        target: Option<PathBuf>,
        now: Timestamp,
    ) -> Result<BackupFile, StoreError> {
        let (folder, source) = (self.folder().clone(), self.path().to_owned());
        let made = off_loop(move || create(&folder, &source, target, now)).await?;
        // From here on this copy is older than the file, and known to be.
        self.advance_generation().await?;
        Ok(made)
    }

    /// The backups in the data folder, newest first.
    #[must_use]
    pub fn backups(&self) -> Vec<BackupFile> {
        list(self.folder())
    }

    /// Removes the automatic backups beyond [`KEPT`].
    ///
    /// # Errors
    /// When one cannot be removed.
    pub fn prune_backups(&self) -> Result<(), StoreError> {
        for old in self.backups().into_iter().skip(KEPT) {
            folder::remove_database(&old.path).map_err(|e| StoreError::Unwritable(Some(e)))?;
        }
        Ok(())
    }

    /// Checks a backup and lays it ready: it takes the place of the file at the next start, when
    /// nothing is open. The file of today is set aside then.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::BackupUnusable`], [`StoreError::TooNew`].
    pub async fn stage_restore(&self, path: PathBuf) -> Result<check::Inspection, StoreError> {
        let folder = self.folder().clone();
        off_loop(move || recovery::stage(&folder, &path, recovery::Cause::Asked)).await
    }

    /// Whether a backup waits for the next start.
    #[must_use]
    pub fn restore_is_staged(&self) -> bool {
        self.folder().staged().exists()
    }
}

/// Runs what reads or writes much, away from the loops and from the readers of the screen.
pub(crate) async fn off_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::Closed)?
}

pub(crate) fn list(folder: &Folder) -> Vec<BackupFile> {
    let all = folder::dated(&folder.backups(), "db");
    all.into_iter()
        .filter_map(|path| {
            Some(BackupFile {
                made_at: folder::stamp_of(&path)?,
                bytes: std::fs::metadata(&path).ok()?.len(),
                path,
            })
        })
        .collect()
}

fn create(
    folder: &Folder,
    source: &Path,
    target: Option<PathBuf>,
    now: Timestamp,
) -> Result<BackupFile, StoreError> {
    let target = match target {
        None => {
            folder::make_private_dir(&folder.backups()).map_err(place)?;
            folder::free_name(&folder.backups(), now, "db")
        }
        Some(dir) if dir.is_dir() => folder::free_name(&dir, now, "db"),
        Some(path) => path,
    };
    if target.exists() {
        return Err(StoreError::Refused(Code::FileExists));
    }
    let part = folder::beside(&target, ".part");
    folder::remove_database(&part).map_err(place)?;
    let made = fill(source, &part, now).and_then(|()| {
        folder::sync_file(&part).map_err(place)?;
        folder::rename(&part, &target).map_err(place)
    });
    if let Err(error) = made {
        // What could not be finished must not take the room of what can.
        let _ = folder::remove_database(&part);
        return Err(error);
    }
    let bytes = std::fs::metadata(&target).map_err(place)?.len();
    Ok(BackupFile {
        path: target,
        made_at: now,
        bytes,
    })
}

/// A place that the owner named and that cannot be written.
pub(crate) fn place(e: std::io::Error) -> StoreError {
    if e.kind() == std::io::ErrorKind::StorageFull {
        StoreError::Full
    } else {
        StoreError::Refused(Code::PlaceUnwritable)
    }
}

fn fill(source: &Path, part: &Path, now: Timestamp) -> Result<(), StoreError> {
    folder::create_private(part).map_err(place)?;
    let from = Connection::open_with_flags(
        source,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    from.busy_timeout(Duration::from_secs(5))?;
    let mut to = Connection::open(part)?;
    copy_pages(&from, &mut to)?;
    // One file without companions, so that whoever copies it has all of it.
    to.pragma_update(None, "journal_mode", "DELETE")?;
    to.execute(
        "INSERT OR REPLACE INTO setting (key, value) VALUES (?1, ?2)",
        params![check::MADE_AT, now.0.to_string()],
    )?;
    if !check::is_sound(&to)? || mark::identity(&to)?.is_none() {
        return Err(StoreError::Refused(Code::BackupUnusable));
    }
    to.close().map_err(|(_, e)| StoreError::from(e))
}

/// Copies all pages in one step: one read transaction, so a busy writer cannot make it start again.
fn copy_pages(from: &Connection, to: &mut Connection) -> Result<(), StoreError> {
    let copy = Backup::new(from, to)?;
    for _ in 0..BUSY_TRIES {
        match copy.step(-1)? {
            StepResult::Done => return Ok(()),
            // A checkpoint holds the file for a moment.
            _ => std::thread::yield_now(),
        }
    }
    Err(StoreError::Busy)
}
