//! The data folder: what lies where in it, and how a file gets there so that a crash cannot leave
//! half of it.

use desk_core::Timestamp;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What every file of ours begins with.
const STEM: &str = "replydesk";

/// The data folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(dir: &Path) -> Self {
        Folder(dir.to_owned())
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.0
    }

    /// The open file.
    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("replydesk.db")
    }

    /// Held by the process that works here.
    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join("replydesk.lock")
    }

    /// Which file belongs here, and how the last run ended.
    pub(crate) fn mark(&self) -> PathBuf {
        self.0.join("replydesk.state")
    }

    /// A file that is to take the place of the open one at the next start.
    pub(crate) fn staged(&self) -> PathBuf {
        self.0.join("replydesk.restore.db")
    }

    /// Automatic backups, and the owner's without a place of their own.
    pub(crate) fn backups(&self) -> PathBuf {
        self.0.join("backups")
    }

    /// Files that were replaced.
    pub(crate) fn set_aside(&self) -> PathBuf {
        self.0.join("set-aside")
    }

    /// What the owner exported without naming a place.
    pub(crate) fn exports(&self) -> PathBuf {
        self.0.join("exports")
    }
}

/// The path of what SQLite keeps beside a file.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A moment as it stands in the name of a file.
pub(crate) fn stamp(at: Timestamp) -> String {
    at.to_datetime().format("%Y%m%dT%H%M%SZ").to_string()
}

/// Reads the moment out of the name of a file, as [`free_name`] made it.
pub(crate) fn stamp_of(path: &Path) -> Option<Timestamp> {
    let name = path.file_name()?.to_str()?;
    let rest = name.strip_prefix(STEM)?.strip_prefix('-')?;
    let stamp = rest.split(['.', '-']).next()?;
    chrono::NaiveDateTime::parse_from_str(stamp, "%Y%m%dT%H%M%SZ")
        .ok()
        .map(|at| Timestamp::from(at.and_utc()))
}

/// A name in a folder that nothing has yet.
pub(crate) fn free_name(dir: &Path, at: Timestamp, ending: &str) -> PathBuf {
    let stamp = stamp(at);
    let mut number = 1;
    let mut path = dir.join(format!("{STEM}-{stamp}.{ending}"));
    while path.exists() {
        number += 1;
        path = dir.join(format!("{STEM}-{stamp}-{number}.{ending}"));
    }
    path
}

/// Makes a folder that only its owner can look into.
pub(crate) fn make_private_dir(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(dir)
}

/// Makes a file that only its owner can read; there must be none of the name.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Brings the names in a folder to the disk. Not every system can do that for a folder; those that
/// cannot keep names by themselves.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        File::open(dir)?.sync_all()
    }
    #[cfg(not(unix))]
    {
        let _ = dir;
        Ok(())
    }
}

/// Brings a written file to the disk.
pub(crate) fn sync_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Puts a file in place of another, on the disk when this returns.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    match to.parent() {
        Some(dir) => sync_dir(dir),
        None => Ok(()),
    }
}

/// Writes a small file as a whole.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = beside(path, ".part");
    remove(&part)?;
    let mut file = create_private(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(&part, path)
}

/// Copies a file as a whole, readable by its owner alone.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    remove(to)?;
    let (mut source, mut target) = (File::open(from)?, create_private(to)?);
    io::copy(&mut source, &mut target)?;
    target.sync_all()
}

/// Removes a file, which need not be there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Removes a file with what SQLite keeps beside it.
pub(crate) fn remove_database(path: &Path) -> io::Result<()> {
    remove(path)?;
    for ending in ["-wal", "-shm", "-journal"] {
        remove(&beside(path, ending))?;
    }
    Ok(())
}

/// The files of a folder that carry a moment and an ending, newest first.
pub(crate) fn dated(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut found: Vec<(Timestamp, PathBuf)> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .filter_map(|path| Some((stamp_of(&path)?, path)))
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_can_be_read_back_from_a_name() {
        let dir = tempfile::tempdir().unwrap();
        let at = Timestamp(1_790_000_000_000);
        let first = free_name(dir.path(), at, "db");
        create_private(&first).unwrap();
        let second = free_name(dir.path(), at, "db");
        assert_ne!(first, second);
        assert_eq!(stamp_of(&first), Some(at));
        assert_eq!(stamp_of(&second), Some(at));
        assert_eq!(stamp_of(Path::new("replydesk.db")), None);
        assert_eq!(stamp_of(Path::new("holiday.db")), None);
    }

    #[cfg(unix)]
    #[test]
    fn others_cannot_read_what_is_made_here() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        write_atomically(&path, b"1").unwrap();
        write_atomically(&path, b"2").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"2");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let inner = dir.path().join("a/b");
        make_private_dir(&inner).unwrap();
        let mode = std::fs::metadata(&inner).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
