//! One writer, a few readers.
//!
//! SQLite takes one writer at a time. Rather than let callers wait for its lock and meet
//! `SQLITE_BUSY`, one thread owns the writing connection and runs transactions in the order they
//! come. Readers are connections of their own and see the last commit; in WAL mode neither waits
//! for the other.
//!
//! Every commit is durable (`synchronous=FULL`): it costs one `fdatasync`, and it is what the
//! promise "nothing lost, nothing sent twice" stands on.
//!
//! Whoever writes notes what changed; the notes of one transaction are published as one batch after
//! its commit, never before and never for a transaction that was rolled back.

use crate::StoreError;
use crate::file::folder::Folder;
use crate::file::mark::{self, Mark};
use crate::file::recovery::{self, Recovery};
use desk_core::{Change, Timestamp};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::fs::{File, TryLockError};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use tokio::sync::{Semaphore, broadcast, oneshot};

const READERS: usize = 3;
/// More than there are in the product: to compile one takes longer than to run it.
const STATEMENTS: usize = 160;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The open file. A cheap handle.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    /// Always there until the end.
    writer: Option<mpsc::Sender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
    readers: Mutex<Vec<Connection>>,
    free: Arc<Semaphore>,
    changes: broadcast::Sender<Arc<Vec<Change>>>,
    path: PathBuf,
    folder: Folder,
    /// Whether the last run ended without closing the file.
    unclean: bool,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Shared {
    fn ask_writer(&self, job: Job) -> Result<(), StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::Closed)?;
        writer.send(job).map_err(|_| StoreError::Closed)
    }
}

impl Drop for Shared {
    /// Waits for what is being written and for the tidy end: whoever opens the folder next finds it
    /// free.
    fn drop(&mut self) {
        drop(self.writer.take());
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// A transaction that writes, with its notes of what changed.
pub struct Write<'a> {
    tx: Transaction<'a>,
    changes: Vec<Change>,
}

impl std::fmt::Debug for Write<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Write")
    }
}

impl Deref for Write<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.tx
    }
}

impl Write<'_> {
    /// Notes a change, to be published after the commit.
    pub fn note(&mut self, change: Change) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}

impl Store {
    /// Opens the file in the folder, making both when they are missing. The time is that of no
    /// moment: for tools and tests to whom a recovery does not matter.
    ///
    /// # Errors
    /// As [`Store::open_at`].
    pub fn open(dir: &Path) -> Result<Store, StoreError> {
        Self::open_at(dir, Timestamp(0))
    }

    /// Opens the file in the folder, making both when they are missing. A damaged file is set aside
    /// and the newest good backup takes its place; see [`crate::file::recovery`].
    ///
    /// # Errors
    /// Why the data cannot be used; nothing was changed then.
    pub fn open_at(dir: &Path, now: Timestamp) -> Result<Store, StoreError> {
        let unwritable = |e| StoreError::Unwritable(Some(e));
        crate::file::folder::make_private_dir(dir).map_err(unwritable)?;
        let folder = Folder::new(dir);
        let lock = take_lock(&folder.lock())?;
        let opened = open_file(&folder, now)?;
        let path = folder.database();
        let readers = (0..READERS)
            .map(|_| open_reader(&path))
            .collect::<Result<Vec<_>, _>>()?;
        let (jobs, queue) = mpsc::channel::<Job>();
        let (mut writer, place) = (opened.writer, folder.clone());
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                while let Ok(job) = queue.recv() {
                    job(&mut writer);
                }
                end_well(&writer, &place);
                // Only now: whoever opens the folder next must not meet us still writing.
                drop(writer);
                drop(lock);
            })
            .map_err(unwritable)?;
        let (changes, _) = broadcast::channel(1024);
        Ok(Store {
            shared: Arc::new(Shared {
                writer: Some(jobs),
                thread: Some(thread),
                readers: Mutex::new(readers),
                free: Arc::new(Semaphore::new(READERS)),
                changes,
                path,
                folder,
                unclean: opened.unclean,
            }),
        })
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.shared.folder
    }

    /// Whether the last run ended without closing the file: by a crash, a power cut, a kill. The
    /// file is then worth a [`Store::check`].
    #[must_use]
    pub fn ended_uncleanly(&self) -> bool {
        self.shared.unclean
    }

    /// Makes the file newer than every copy of it that exists.
    ///
    /// # Errors
    /// When the file or its mark cannot be written.
    pub async fn advance_generation(&self) -> Result<(), StoreError> {
        let identity = self.write(|w| mark::advance(w)).await?;
        let damaged = mark::read(self.folder()).is_some_and(|m| m.damaged);
        let folder = self.folder().clone();
        crate::file::backup::off_loop(move || {
            let mark = Mark {
                identity,
                running: true,
                damaged,
            };
            mark::write(&folder, &mark)
        })
        .await
    }

    /// Notes that a check found the file damaged.
    pub(crate) fn mark_damaged(&self) -> Result<(), StoreError> {
        match mark::read(self.folder()) {
            Some(mark) => mark::write(
                self.folder(),
                &Mark {
                    damaged: true,
                    ..mark
                },
            ),
            None => Err(StoreError::NotFound("mark")),
        }
    }

    /// Brings all that was written into the file itself and empties the log.
    pub(crate) async fn checkpoint(&self) -> Result<(), StoreError> {
        self.on_writer(|db| {
            for _ in 0..3 {
                let busy: bool =
                    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |r| r.get(0))?;
                if !busy {
                    return Ok(());
                }
            }
            Err(StoreError::Busy)
        })
        .await
    }

    /// Writes the file anew without what was deleted.
    pub(crate) async fn vacuum(&self) -> Result<(), StoreError> {
        self.on_writer(|db| Ok(db.execute_batch("VACUUM")?)).await
    }

    /// Runs what cannot run inside a transaction.
    async fn on_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, result) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            let _ = answer.send(work(db));
        });
        self.shared.ask_writer(job)?;
        result.await.map_err(|_| StoreError::Closed)?
    }

    /// Hears of every commit from now on.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Arc<Vec<Change>>> {
        self.shared.changes.subscribe()
    }

    /// Runs a transaction that writes. It is committed when the closure returns `Ok`, and has never
    /// happened otherwise.
    ///
    /// # Errors
    /// What the closure or the commit said.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Write<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, result) = oneshot::channel();
        let changes = self.shared.changes.clone();
        let job: Job = Box::new(move |db| {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                run_transaction(db, work)
            }));
            let outcome = outcome.unwrap_or_else(|_| Err(E::from(StoreError::Closed)));
            let outcome = outcome.map(|(value, noted)| {
                if !noted.is_empty() {
                    // Nobody listening is fine: a test or a command-line tool has no screen.
                    let _ = changes.send(Arc::new(noted));
                }
                value
            });
            let _ = answer.send(outcome);
        });
        self.shared.ask_writer(job)?;
        result.await.map_err(|_| E::from(StoreError::Closed))?
    }

    /// Runs a closure that only reads.
    ///
    /// # Errors
    /// What the closure said.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let closed = |_| E::from(StoreError::Closed);
        let permit = Arc::clone(&self.shared.free)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Closed)?;
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || {
            let taken = shared.readers.lock().ok().and_then(|mut all| all.pop());
            // A reader is missing only when a closure panicked with it in hand.
            let reader = taken.map_or_else(|| open_reader(&shared.path), Ok)?;
            let result = work(&reader);
            if let Ok(mut all) = shared.readers.lock() {
                all.push(reader);
            }
            drop(permit);
            result
        })
        .await
        .map_err(closed)?
    }
}

fn take_lock(path: &Path) -> Result<File, StoreError> {
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(|e| StoreError::Unwritable(Some(e)))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StoreError::AlreadyRunning),
        Err(TryLockError::Error(e)) => Err(StoreError::Unwritable(Some(e))),
    }
}

/// The file, opened and known.
struct Opened {
    writer: Connection,
    unclean: bool,
}

fn open_file(folder: &Folder, now: Timestamp) -> Result<Opened, StoreError> {
    let mark = mark::read(folder);
    let known = mark.as_ref().map(|m| &m.identity);
    let is_gone = std::fs::metadata(folder.database()).map_or(true, |m| m.len() == 0);
    let mut is_bad = mark.as_ref().is_some_and(|m| m.damaged) || (is_gone && known.is_some());
    // The owner's wish goes first; a damaged file makes way for it as well.
    if is_bad && !folder.staged().is_file() {
        recovery::stage_newest(folder);
    }
    let mut began_anew = is_bad && !folder.staged().is_file();
    if began_anew {
        recovery::set_aside(folder, now)?;
    }
    recovery::install_staged(folder, now)?;
    let mut writer = match open_writer(folder) {
        Err(StoreError::Damaged(_)) if !is_bad => {
            is_bad = true;
            began_anew = !recovery::stage_newest(folder);
            if began_anew {
                recovery::set_aside(folder, now)?;
            }
            recovery::install_staged(folder, now)?;
            open_writer(folder)?
        }
        other => other?,
    };
    let kinship = mark::compare(mark::identity(&writer)?.as_ref(), known);
    let event = recovery::event_of(&writer, kinship, began_anew && is_bad)?;
    let identity = run_transaction(&mut writer, |w| {
        if let Some((event, backup_made_at)) = event {
            let recovery = Recovery {
                event,
                at: now,
                backup_made_at,
                set_aside: recovery::newest_set_aside(folder),
                unconfirmed: 0,
                stopped: 0,
            };
            recovery::distrust(w, recovery)?;
            // The copies of this file that still lie around are of another line from now on.
            mark::forget(w)?;
        }
        mark::advance(w)
    })?
    .0;
    let unclean = mark.is_some_and(|m| m.running);
    let mark = Mark {
        identity,
        running: true,
        damaged: false,
    };
    mark::write(folder, &mark)?;
    Ok(Opened { writer, unclean })
}

fn open_writer(folder: &Folder) -> Result<Connection, StoreError> {
    let path = folder.database();
    let mut writer = Connection::open(&path)?;
    // A file of a newer version is not even given our settings.
    crate::migration::check_version(&writer)?;
    configure(&writer)?;
    crate::migration::migrate(&mut writer, Some(&path))?;
    Ok(writer)
}

/// Leaves a file without a WAL behind, as a tidy program does, and notes the good end.
fn end_well(writer: &Connection, folder: &Folder) {
    let _ = writer.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
    // No mark: everything was erased, and nothing is to be known again.
    if let Some(mark) = mark::read(folder) {
        let ended = Mark {
            running: false,
            ..mark
        };
        // A mark that cannot be written says "not ended well", and the next start has a look.
        let _ = mark::write(folder, &ended);
    }
}

pub(crate) fn run_transaction<T, E: From<StoreError>>(
    db: &mut Connection,
    work: impl FnOnce(&mut Write<'_>) -> Result<T, E>,
) -> Result<(T, Vec<Change>), E> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|e| E::from(StoreError::from(e)))?;
    let mut write = Write {
        tx,
        changes: Vec::new(),
    };
    let value = work(&mut write)?;
    write
        .tx
        .commit()
        .map_err(|e| E::from(StoreError::from(e)))?;
    Ok((value, write.changes))
}

fn configure(db: &Connection) -> Result<(), StoreError> {
    db.busy_timeout(Duration::from_secs(5))?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -2000;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA temp_store = MEMORY;
         PRAGMA secure_delete = ON;
         PRAGMA trusted_schema = OFF;",
    )?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(Duration::from_secs(5))?;
    // Small, since the system keeps the pages anyway: larger caches took 8 MB more with a million
    // messages. Not mapped either: what was once looked at would count as our memory until the
    // system wants it back, some 30 MB in the window with a million messages.
    db.execute_batch(
        "PRAGMA cache_size = -2000; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;",
    )?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db)
}
