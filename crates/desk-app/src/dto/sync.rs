//! The sync page: what was called and why, what left this computer, what happened meanwhile.

use desk_core::egress::Purpose;
use desk_core::sync::{AbsenceKind, CallReason};
use desk_core::{AccountId, Code, ConversationId, Timestamp};
use serde::{Deserialize, Serialize};

dto! {
    /// How far the first synchronisation is.
    pub struct FirstSync {
        /// How many conversations it has brought so far.
        pub conversations: u32,
        /// Whether it has ended.
        pub done: bool,
    }

    /// What one check, or one send, did.
    pub struct SyncLogEntry {
        /// Which account it was for.
        pub account_id: AccountId,
        /// When it began.
        pub at: Timestamp,
        /// Why it was made.
        pub reason: CallReason,
        /// How many API calls it took.
        pub calls: u32,
        /// How many messages were new.
        pub found: u32,
        /// The fault that ended it.
        pub fault: Option<Code>,
        /// How long it took, in milliseconds.
        pub millis: u32,
    }

    /// A host that was contacted for a purpose, in the last 30 days.
    pub struct EgressEntry {
        /// The host.
        pub host: String,
        /// Why.
        pub purpose: Purpose,
        /// How many requests left.
        pub calls: f64,
        /// Their bytes, without what encryption adds.
        pub bytes_out: f64,
        /// The bytes of the answers.
        pub bytes_in: f64,
        /// The last time.
        pub last_at: Timestamp,
    }

    /// What happened while the machine slept or ReplyDesk did not run.
    pub struct Absence {
        /// Which of both.
        pub kind: AbsenceKind,
        /// When it began.
        pub began_at: Timestamp,
        /// When it ended.
        pub ended_at: Timestamp,
        /// Whether Instagram was checked since: before, the rest is not known yet.
        pub checked: bool,
        /// How many messages came.
        pub messages: u32,
        /// From how many customers.
        pub customers: u32,
        /// Conversations whose reply window closed without an answer.
        pub windows_expired: Vec<AbsentConversation>,
        /// Conversations with something that was to be sent and was not.
        pub not_sent: Vec<AbsentConversation>,
    }

    /// A conversation in the account of an absence.
    pub struct AbsentConversation {
        /// Its id.
        pub conversation_id: ConversationId,
        /// The customer's name or handle, made safe to show.
        pub name: String,
    }
}
