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
use desk_core::Change;
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
const FILE_NAME: &str = "replydesk.db";
const LOCK_NAME: &str = "replydesk.lock";

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The open file. A cheap handle.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    writer: mpsc::Sender<Job>,
    readers: Mutex<Vec<Connection>>,
    free: Arc<Semaphore>,
    changes: broadcast::Sender<Arc<Vec<Change>>>,
    path: PathBuf,
    /// Held as long as the store is open: a second ReplyDesk must not work on the same data.
    _lock: File,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
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
    /// Opens the file in the folder, making both when they are missing.
    ///
    /// # Errors
    /// Why the data cannot be used; nothing was changed then.
    pub fn open(dir: &Path) -> Result<Store, StoreError> {
        create_private_dir(dir).map_err(|e| StoreError::Unwritable(Some(e)))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join(LOCK_NAME))
            .map_err(|e| StoreError::Unwritable(Some(e)))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::AlreadyRunning),
            Err(TryLockError::Error(e)) => return Err(StoreError::Unwritable(Some(e))),
        }
        let path = dir.join(FILE_NAME);
        let mut writer = Connection::open(&path)?;
        // A file of a newer version is not even given our settings.
        crate::migration::check_version(&writer)?;
        configure(&writer)?;
        crate::migration::migrate(&mut writer, Some(&path))?;

        let readers = (0..READERS)
            .map(|_| open_reader(&path))
            .collect::<Result<Vec<_>, _>>()?;
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                while let Ok(job) = queue.recv() {
                    job(&mut writer);
                }
                // Leaves a file without a WAL behind, as a tidy program does.
                let _ = writer.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
            })
            .map_err(|e| StoreError::Unwritable(Some(e)))?;
        let (changes, _) = broadcast::channel(1024);
        Ok(Store {
            shared: Arc::new(Shared {
                writer: jobs,
                readers: Mutex::new(readers),
                free: Arc::new(Semaphore::new(READERS)),
                changes,
                path,
                _lock: lock,
            }),
        })
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
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
        self.shared
            .writer
            .send(job)
            .map_err(|_| E::from(StoreError::Closed))?;
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

fn run_transaction<T, E: From<StoreError>>(
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
         PRAGMA cache_size = -16000;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;",
    )?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    db.busy_timeout(Duration::from_secs(5))?;
    db.execute_batch(
        "PRAGMA cache_size = -8000; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY;",
    )?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db)
}

/// The folder holds private conversations: others on the machine have no business in it.
fn create_private_dir(dir: &Path) -> std::io::Result<()> {
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
