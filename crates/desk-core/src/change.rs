//! News for the screen: which thing changed. Never what it says; the screen reads that itself.

use crate::message::word_enum;
use serde::{Deserialize, Serialize};

word_enum! {
    /// What kind of thing changed.
    Entity {
        /// An account, its health or its token.
        Account = "account",
        /// A conversation's row in the list.
        Conversation = "conversation",
        /// A message; the id is its conversation's.
        Message = "message",
        /// A draft; the id is its conversation's.
        Draft = "draft",
        /// A draft that is being written grew by some words; the id is its conversation's.
        Writing = "writing",
        /// An outbox row; the id is its conversation's.
        Outbox = "outbox",
        /// Knowledge.
        Entry = "entry",
        /// A topic: how far it is on the way to answering by itself.
        Topic = "topic",
        /// A piece of knowledge that waits for approval.
        Suggestion = "suggestion",
        /// A saved reply.
        SavedReply = "saved_reply",
        /// A label or a kept filter of the owner's.
        Label = "label",
        /// A note; the id is its conversation's.
        Note = "note",
        /// A reply window that closes soon; the id is its conversation's. Sent once for each turn.
        Window = "window",
        /// Settings, among them "Pause AI".
        Settings = "settings",
        /// The synchronisation's state.
        Sync = "sync",
    }
}

word_enum! {
    /// What happened to it.
    ChangeKind {
        /// It is new or different.
        Upserted = "upserted",
        /// It is gone.
        Removed = "removed",
    }
}

word_enum! {
    /// Who caused it.
    Source {
        /// A poll of Instagram.
        Poll = "poll",
        /// An event that Instagram delivered.
        Webhook = "webhook",
        /// The outbox.
        Outbox = "outbox",
        /// The AI.
        Ai = "ai",
        /// The owner, through a command.
        Owner = "owner",
    }
}

/// One change. A batch of them is one `changes` event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What kind of thing.
    pub entity: Entity,
    /// Its id, or `""` where there is one only.
    pub id: String,
    /// What happened.
    pub change: ChangeKind,
    /// Who caused it.
    pub source: Source,
}

impl Change {
    /// A thing that is new or different.
    #[must_use]
    pub fn upserted(entity: Entity, id: impl ToString, source: Source) -> Self {
        Change {
            entity,
            id: id.to_string(),
            change: ChangeKind::Upserted,
            source,
        }
    }

    /// A thing that is gone.
    #[must_use]
    pub fn removed(entity: Entity, id: impl ToString, source: Source) -> Self {
        Change {
            entity,
            id: id.to_string(),
            change: ChangeKind::Removed,
            source,
        }
    }
}
