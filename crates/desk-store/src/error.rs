//! What can go wrong with the file.

use desk_core::Code;

/// A fault of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder or the file cannot be written.
    #[error("the data folder cannot be written")]
    Unwritable(#[source] Option<std::io::Error>),
    /// Another process holds the data.
    #[error("another ReplyDesk works on the same data")]
    AlreadyRunning,
    /// A newer ReplyDesk wrote the file.
    #[error("the data was written by a newer version")]
    TooNew,
    /// The file is no database, or a damaged one.
    #[error("the data file is damaged")]
    Damaged(#[source] rusqlite::Error),
    /// No room on the disk.
    #[error("the disk is full")]
    Full,
    /// Another program holds the file.
    #[error("another program holds the data file")]
    Busy,
    /// There is no such row (any more).
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The row is not in a state that allows it.
    #[error("{0}")]
    Refused(Code),
    /// The writer is gone: the store was closed.
    #[error("the store is closed")]
    Closed,
    /// A column that cannot be read back.
    #[error("a stored value cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// Migration failed.
    #[error("the data could not be brought to the current form")]
    Migration(#[source] rusqlite_migration::Error),
    /// Any other fault of SQLite.
    #[error("SQLite: {0}")]
    Sqlite(#[source] rusqlite::Error),
}

impl StoreError {
    /// The fault as the owner meets it.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            StoreError::Unwritable(_) => Code::DataFolderUnwritable,
            StoreError::AlreadyRunning => Code::AlreadyRunning,
            StoreError::TooNew => Code::DataTooNew,
            StoreError::Damaged(_) => Code::DataDamaged,
            StoreError::Full => Code::DiskFull,
            StoreError::Busy => Code::DataLocked,
            StoreError::NotFound(_) => Code::NotFound,
            StoreError::Refused(code) => *code,
            _ => Code::Internal,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match e.sqlite_error_code() {
            Some(
                ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure,
            ) => StoreError::Unwritable(None),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Damaged(e),
            _ => StoreError::Sqlite(e),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(e: serde_json::Error) -> Self {
        StoreError::Unreadable(e)
    }
}
