//! The file as the owner sees it: backups, exports, erasing, recoveries.

use desk_core::Timestamp;
use serde::{Deserialize, Serialize};

words! {
    /// The form of an export.
    pub enum ExportFormat {
        /// One JSON object.
        Json,
        /// A table for a spreadsheet.
        Csv,
    }

    /// What happened to the file.
    pub enum RecoveryEvent {
        /// The owner restored a backup.
        Restored,
        /// The file was damaged; the newest good backup took its place.
        DamagedRestored,
        /// The file was damaged and there was no backup; a new one was begun.
        DamagedNew,
        /// The file is an older copy of the one that was here.
        Older,
        /// The file is not the one that was here.
        Other,
    }

    /// How the check of the file stands.
    pub enum FileCheck {
        /// The last run ended well; there was nothing to check.
        NotNeeded,
        /// It is being checked.
        Running,
        /// It is sound.
        Good,
        /// It is damaged: ReplyDesk has stopped to send and to receive until it is started again.
        Damaged,
    }
}

dto! {
    /// How this ReplyDesk stands.
    pub struct Diagnostics {
        /// Its version.
        pub version: String,
        /// The system and the kind of processor.
        pub system: String,
        /// The version of the Graph API that is asked for.
        pub api_version: String,
        /// Where secrets are kept.
        pub secrets: String,
        /// The number of the file's newest migration.
        pub schema: u32,
        /// The folder that holds everything.
        pub data_dir: String,
        /// The size of the file.
        pub file_bytes: f64,
        /// Where the log is kept, when it is.
        pub log_file: Option<String>,
        /// Accounts, also those of which the history alone stayed.
        pub accounts: u32,
        /// Conversations.
        pub conversations: u32,
        /// Messages.
        pub messages: u32,
        /// Pieces of knowledge.
        pub entries: u32,
        /// Messages on their way: queued, retrying, not confirmed.
        pub unsettled: u32,
        /// All this as text without words of anybody, names, tokens or a home folder, with the last
        /// faults by their codes.
        pub support: String,
    }

    /// A backup.
    pub struct BackupFile {
        /// Where it lies.
        pub path: String,
        /// When it was made.
        pub made_at: Timestamp,
        /// Its size in bytes.
        pub bytes: f64,
    }

    /// A backup that was checked and takes the place of the file at the next start.
    pub struct RestoreReady {
        /// From when it is.
        pub made_at: Option<Timestamp>,
        /// How many messages it holds.
        pub messages: u32,
    }

    /// An export.
    pub struct ExportFile {
        /// Where it lies.
        pub path: String,
        /// How many conversations are in it.
        pub conversations: f64,
        /// How many messages are in it.
        pub messages: f64,
        /// Its size in bytes.
        pub bytes: f64,
    }

    /// What was erased.
    pub struct EraseReport {
        /// Messages.
        pub messages: f64,
        /// Backups that were cleaned as well.
        pub copies: u32,
        /// Copies that could not be opened: they may still hold the customer.
        pub untouched: Vec<String>,
    }

    /// What happened to the file, until the owner has put it away.
    pub struct Recovery {
        /// What.
        pub event: RecoveryEvent,
        /// When it was found.
        pub at: Timestamp,
        /// From when the restored backup is.
        pub backup_made_at: Option<Timestamp>,
        /// Where the replaced file lies.
        pub set_aside: Option<String>,
        /// Messages whose sending is looked up instead of begun.
        pub unconfirmed: u32,
        /// Conversations in which the AI was about to act and does not.
        pub stopped: u32,
    }

    /// How the file stands.
    pub struct RecoveryState {
        /// Whether the last run ended without closing the file.
        pub unclean_stop: bool,
        /// How the check of the file stands.
        pub check: FileCheck,
        /// What happened, if anything did.
        pub recovery: Option<Recovery>,
        /// Whether ReplyDesk has to be started again to finish.
        pub restart_needed: bool,
    }
}
