//! What a screen sees of sending and of the reply window.

use desk_core::outbox::Content;
use desk_core::window::WindowState;
use desk_core::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

words! {
    /// In which order the conversation list shows its rows.
    pub enum InboxSort {
        /// The newest message first.
        Recent,
        /// The reply window that closes first; then all others, the newest message first.
        Window,
    }
}

dto! {
    /// When a customer may be answered, by the server time of their last message. A few minutes are
    /// taken off, because what leaves in the last seconds may arrive too late.
    pub struct Window {
        /// Whether a reply may be sent, and by whom.
        pub state: WindowState,
        /// When it closes, or closed; `null` when the customer never wrote.
        pub closes_at: Option<Timestamp>,
        /// Until when what a person typed may be sent; `null` where the owner's app lacks the
        /// feature "Human Agent".
        pub human_until: Option<Timestamp>,
    }

    /// How the sending of a message stands.
    pub struct Sending {
        /// Words, or the heart sticker.
        pub content: Content,
        /// The end of the hold, or the moment that the owner chose; `null` when it goes at once.
        pub not_before: Option<Timestamp>,
        /// Whether the owner chose that moment.
        pub scheduled: bool,
        /// Whether it waits, without a time, for the account to work again.
        pub held: bool,
        /// Whether it waits for a decision about an earlier message.
        pub waits: bool,
        /// Whether every look was taken, so that the owner is asked: check now, send again, forget.
        pub asked: bool,
        /// How many looks into the conversation were taken.
        pub looks: u32,
        /// Which part of a long text it is.
        pub part: u32,
        /// How many parts that text has.
        pub parts: u32,
        /// Whether it may have arrived twice, because the owner sent it again and a late echo of the
        /// first call appeared.
        pub maybe_twice: bool,
        /// What Meta said of the last fault.
        pub meta: Option<MetaFault>,
    }

    /// What Meta said of a fault; for its support, not for the owner.
    pub struct MetaFault {
        /// The code.
        pub code: Option<i32>,
        /// The subcode.
        pub subcode: Option<i32>,
        /// What Meta's support asks for.
        pub trace_id: Option<String>,
    }

    /// How a text would be sent.
    pub struct MessageSplit {
        /// The messages, in order; empty when the text cannot be sent at all.
        pub parts: Vec<MessagePart>,
        /// The bytes of the whole text.
        pub bytes: u32,
        /// The most bytes that one message may have.
        pub limit: u32,
    }

    /// One message of a long text.
    pub struct MessagePart {
        /// Its words.
        pub text: String,
        /// Their bytes.
        pub bytes: u32,
    }

    /// How sending is set.
    pub struct SendingSettings {
        /// How long a sent message is held on this machine so that it can be taken back, in seconds;
        /// 0 sends at once.
        pub undo_seconds: u32,
        /// Whether the customer sees that the owner types.
        pub typing: bool,
        /// Whether the customer sees that their messages were seen.
        pub seen: bool,
        /// What is set for each account.
        pub accounts: Vec<SendingAccount>,
    }

    /// How sending is set for one account.
    pub struct SendingAccount {
        /// Which.
        pub account_id: AccountId,
        /// Its handle, without the `@`.
        pub username: String,
        /// Whether Meta gave the owner's app the feature "Human Agent".
        pub human_agent: bool,
    }

    /// A change of the feature "Human Agent" for one account.
    pub struct HumanAgentChange {
        /// Which account.
        pub account_id: AccountId,
        /// Whether Meta gave the owner's app the feature.
        pub human_agent: bool,
    }
}

/// A change of how sending is set: what is absent stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[cfg_attr(feature = "bindings", ts(optional_fields))]
#[serde(rename_all = "camelCase", default)]
pub struct SendingSettingsChange {
    /// How long a sent message is held, in seconds, 0 to 30.
    pub undo_seconds: Option<u32>,
    /// Whether the customer sees that the owner types.
    pub typing: Option<bool>,
    /// Whether the customer sees that their messages were seen.
    pub seen: Option<bool>,
    /// Accounts whose feature "Human Agent" changes.
    pub accounts: Option<Vec<HumanAgentChange>>,
}
