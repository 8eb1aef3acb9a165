//! What the inbox is narrowed by, and what the owner adds to it: labels, notes, kept filters.

use desk_core::message::InboxView;
use desk_core::{AccountId, Author, ConversationId, FilterId, LabelId, NoteId, Timestamp};
use serde::{Deserialize, Serialize};

use super::Message;

words! {
    /// The colour of a label.
    pub enum LabelColor {
        /// Quiet.
        Gray,
        /// Red.
        Red,
        /// Orange.
        Orange,
        /// Yellow.
        Yellow,
        /// Green.
        Green,
        /// Between green and blue.
        Teal,
        /// Blue.
        Blue,
        /// Purple.
        Purple,
        /// Pink.
        Pink,
    }
}

dto! {
    /// How many conversations each view holds.
    pub struct InboxCounts {
        /// Those that wait for the owner.
        pub needs_you: u32,
        /// Those with a draft.
        pub ai_ready: u32,
        /// All of them.
        pub all: u32,
        /// Those the owner has done with.
        pub done: u32,
        /// Those that come back at a moment.
        pub snoozed: u32,
        /// Those with messages that the owner has not seen.
        pub unread: u32,
        /// How many such messages there are.
        pub unread_messages: u32,
    }

    /// A piece of a conversation that does not have to be its end.
    pub struct MessagePage {
        /// Its messages, oldest first.
        pub messages: Vec<Message>,
        /// What to ask for older ones with: `before` of `conversation_open`.
        pub older_before: Option<String>,
        /// What to ask for newer ones with: `after` of `conversation_page`; `null` at the end.
        pub newer_after: Option<String>,
    }

    /// A word of the owner's that groups conversations.
    pub struct Label {
        /// Its id.
        pub id: LabelId,
        /// Its name.
        pub name: String,
        /// Its colour.
        pub color: LabelColor,
        /// How many conversations carry it.
        pub conversations: u32,
    }

    /// What the owner wrote for themselves about a conversation. It cannot be sent.
    pub struct Note {
        /// Its id.
        pub id: NoteId,
        /// About which conversation.
        pub conversation_id: ConversationId,
        /// Its words.
        pub text: String,
        /// When it was written.
        pub created_at: Timestamp,
        /// When it was changed last; `null` when never.
        pub changed_at: Option<Timestamp>,
    }

    /// A filter that the owner kept.
    pub struct SavedFilter {
        /// Its id.
        pub id: FilterId,
        /// What the owner called it.
        pub name: String,
        /// The view that it narrows.
        pub view: InboxView,
        /// By what.
        pub filter: InboxFilter,
    }
}

/// What narrows a view of the inbox; what is absent does not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[cfg_attr(feature = "bindings", ts(optional_fields))]
#[serde(rename_all = "camelCase", default)]
pub struct InboxFilter {
    /// Only those with messages that the owner has not seen.
    pub unread: bool,
    /// Only those whose reply window closes within two hours.
    pub window_soon: bool,
    /// Only those with a label.
    pub label_id: Option<LabelId>,
    /// Only those of an account.
    pub account_id: Option<AccountId>,
    /// In which order; by the newest message when absent.
    pub sort: Option<super::InboxSort>,
}

/// What narrows a search; what is absent does not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[cfg_attr(feature = "bindings", ts(optional_fields))]
#[serde(rename_all = "camelCase", default)]
pub struct SearchFilter {
    /// Only what was said in a conversation.
    pub conversation_id: Option<ConversationId>,
    /// Only in conversations with a label.
    pub label_id: Option<LabelId>,
    /// Only what one of these wrote; none means anybody.
    pub authors: Vec<Author>,
    /// Only what was written at this moment or later.
    pub from: Option<Timestamp>,
    /// Only what was written before this moment.
    pub to: Option<Timestamp>,
}
