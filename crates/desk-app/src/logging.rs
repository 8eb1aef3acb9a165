//! Where the log goes: standard error, and a file in the data folder once that is known; filtered by
//! `REPLYDESK_LOG`. What may be in it is said in `docs/LOGGING.md`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use tracing_subscriber::EnvFilter;

/// A file that is larger is set aside; the one set aside before goes.
const LARGEST: u64 = 2 * 1024 * 1024;
const FOLDER: &str = "logs";
const FILE: &str = "replydesk.log";
const OLD: &str = "replydesk.old.log";

/// The file, in a program that logs; a test that opens many desks has none.
static LOG: OnceLock<Mutex<Option<LogFile>>> = OnceLock::new();

/// Starts logging; a second start changes nothing.
pub fn start() {
    let filter = EnvFilter::try_from_env("REPLYDESK_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,desk_app=info,desk_sync=info,desk_serve=info"));
    LOG.get_or_init(Mutex::default);
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Both)
        .with_ansi(false)
        .try_init();
}

/// From now on the log is kept in the data folder too. The first folder counts: the demo that is
/// opened beside the owner's inbox has no log of its own.
pub(crate) fn keep_in(data_dir: &Path) {
    let Some(log) = LOG.get() else { return };
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    if log.is_none() {
        match LogFile::open(data_dir) {
            Ok(file) => *log = Some(file),
            // Not through the log, whose lock is held.
            Err(fault) => eprintln!("no log file: {}", fault.kind()),
        }
    }
}

/// Where the log is kept, when it is.
pub(crate) fn file() -> Option<PathBuf> {
    let log = LOG.get()?.lock().unwrap_or_else(PoisonError::into_inner);
    log.as_ref().map(|log| log.folder.join(FILE))
}

struct LogFile {
    folder: PathBuf,
    file: File,
    bytes: u64,
}

impl LogFile {
    fn open(data_dir: &Path) -> io::Result<LogFile> {
        let folder = data_dir.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join(FILE))?;
        let bytes = file.metadata()?.len();
        Ok(LogFile {
            folder,
            file,
            bytes,
        })
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.bytes > LARGEST {
            fs::rename(self.folder.join(FILE), self.folder.join(OLD))?;
            self.file = File::create(self.folder.join(FILE))?;
            self.bytes = 0;
        }
        self.file.write_all(line)?;
        self.bytes += line.len() as u64;
        Ok(())
    }
}

/// Standard error, and the file.
struct Both;

impl Write for Both {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(log) = LOG.get() {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            // A full disk must not end the program for want of a log.
            if let Some(file) = log.as_mut() {
                let _ = file.write(line);
            }
        }
        io::stderr().write_all(line)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_grew_too_large_is_set_aside_and_nothing_older_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = LogFile::open(dir.path()).unwrap();
        let line = vec![b'x'; 1024 * 1024];
        for _ in 0..9 {
            log.write(&line).unwrap();
        }
        let sizes: Vec<u64> = [FILE, OLD]
            .iter()
            .map(|name| fs::metadata(log.folder.join(name)).unwrap().len())
            .collect();
        assert!(
            sizes
                .iter()
                .all(|size| *size <= LARGEST + line.len() as u64),
            "{sizes:?}"
        );
        let again = LogFile::open(dir.path()).unwrap();
        assert_eq!(
            again.bytes, sizes[0],
            "a new start goes on in the same file"
        );
    }
}
