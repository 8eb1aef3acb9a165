//! The words of synchronisation: who may call when calls are short, and why a check was made.

use crate::message::word_enum;
use serde::{Deserialize, Serialize};

word_enum! {
    /// Who calls. In order of importance: when calls are short, the last one stops first.
    Lane {
        /// What the owner wrote.
        OwnerSend = "owner_send",
        /// A draft that the owner approved.
        ApprovedDraft = "approved_draft",
        /// A reply that goes out by itself.
        AutoSend = "auto_send",
        /// A look at one conversation: a webhook named it, or a send is not confirmed.
        FollowUp = "follow_up",
        /// The regular check.
        Poll = "poll",
        /// The first synchronisation.
        Backfill = "backfill",
    }
}

impl Lane {
    /// Whether a person waits for it. Such calls are counted, and wait for nobody but Instagram.
    #[must_use]
    pub const fn is_human(self) -> bool {
        matches!(self, Lane::OwnerSend | Lane::ApprovedDraft)
    }
}

word_enum! {
    /// Why calls were made.
    CallReason {
        /// The first synchronisation, or its continuation.
        FirstSync = "first_sync",
        /// It was time.
        Due = "due",
        /// Somebody had just written.
        Burst = "burst",
        /// The window came to the front.
        Focus = "focus",
        /// Something was sent.
        Sent = "sent",
        /// The owner asked for it.
        Asked = "asked",
        /// A webhook said that there is something.
        Webhook = "webhook",
        /// The computer woke up.
        Resumed = "resumed",
        /// ReplyDesk started.
        Started = "started",
        /// The check before did not succeed.
        Retry = "retry",
        /// A message went out.
        Send = "send",
        /// A message whose sending is not confirmed was looked for.
        Look = "look",
        /// Anything else: a profile, a reaction, a sign that somebody types.
        Other = "other",
    }
}

word_enum! {
    /// Why nothing was done for a while.
    AbsenceKind {
        /// The machine slept.
        Asleep = "asleep",
        /// ReplyDesk did not run.
        Off = "off",
    }
}
