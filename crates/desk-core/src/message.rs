//! What a message is: direction, author, kind, and the state of an outgoing one.

use serde::{Deserialize, Serialize};

macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word used in SQL, JSON and logs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// Reads the word back.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use word_enum;

word_enum! {
    /// Which way a message went. Decided by the sender's id alone.
    Direction {
        /// From the customer.
        In = "in",
        /// To the customer.
        Out = "out",
    }
}

word_enum! {
    /// Who wrote a message.
    Author {
        /// The customer.
        Customer = "customer",
        /// The owner, in ReplyDesk.
        Owner = "owner",
        /// The owner or another program, outside ReplyDesk: it reached us through a poll.
        OwnerPhone = "owner_phone",
        /// The AI, sent by itself.
        Ai = "ai",
        /// A fixed rule of the owner.
        Rule = "rule",
    }
}

word_enum! {
    /// What a message consists of.
    MessageKind {
        /// Words.
        Text = "text",
        /// A picture.
        Image = "image",
        /// A film.
        Video = "video",
        /// A voice note or sound.
        Audio = "audio",
        /// A document.
        File = "file",
        /// A shared post, reel or link.
        Share = "share",
        /// An answer to one of the account's stories.
        StoryReply = "story_reply",
        /// The account was named in the customer's story.
        StoryMention = "story_mention",
        /// A sticker or like.
        Sticker = "sticker",
        /// Something that Instagram does not show to programs.
        Unsupported = "unsupported",
        /// A message of which only the existence is known.
        Unknown = "unknown",
    }
}

word_enum! {
    /// The state of an outgoing message.
    SendState {
        /// On disk, waiting for its time.
        Queued = "queued",
        /// The call is about to be made or under way.
        Sending = "sending",
        /// Instagram gave it an id, or it was seen in the conversation.
        Sent = "sent",
        /// Certainly not sent; it will be tried again.
        Retrying = "retrying",
        /// Certainly not sent, and trying again would not help.
        Failed = "failed",
        /// It may or may not have been sent; the conversation is read to find out.
        Unconfirmed = "unconfirmed",
        /// The owner took it back before it went out.
        Cancelled = "cancelled",
    }
}

word_enum! {
    /// How well one side of an account works.
    Health {
        /// Not tried yet.
        Unknown = "unknown",
        /// It works.
        Good = "good",
        /// It fails for now and is tried again.
        Troubled = "troubled",
        /// The owner has to do something.
        Broken = "broken",
    }
}

word_enum! {
    /// The one mark that a conversation's row carries.
    RowState {
        /// Nothing to do.
        Quiet = "quiet",
        /// The customer waits for an answer.
        Waiting = "waiting",
        /// The AI is writing a draft.
        Drafting = "drafting",
        /// A draft waits for approval.
        DraftReady = "draft_ready",
        /// A reply goes out by itself after its countdown.
        Countdown = "countdown",
        /// A message could not be sent, or it is not known whether it was.
        Failed = "failed",
        /// It is back from a snooze, and the owner has not answered since.
        Returned = "returned",
    }
}

word_enum! {
    /// Where the owner put a conversation.
    Place {
        /// Among the others.
        Open = "open",
        /// Done: it comes back when the customer writes.
        Done = "done",
        /// Out of sight until a moment, or until the customer writes.
        Snoozed = "snoozed",
    }
}

word_enum! {
    /// Which conversations a list shows.
    InboxView {
        /// The customer spoke last, or a draft waits, or a message failed.
        NeedsYou = "needs_you",
        /// A draft waits for approval, or counts down.
        AiReady = "ai_ready",
        /// All of them, wherever the owner put them.
        All = "all",
        /// Those that the owner has done with.
        Done = "done",
        /// Those that come back at a moment.
        Snoozed = "snoozed",
    }
}

impl MessageKind {
    /// Whether the AI can know what the customer meant: it cannot see or hear.
    #[must_use]
    pub const fn is_readable_by_ai(self) -> bool {
        matches!(self, MessageKind::Text)
    }
}

impl SendState {
    /// Whether nothing more will happen to it by itself.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            SendState::Sent | SendState::Failed | SendState::Cancelled
        )
    }

    /// Whether the owner may still take it back without anyone having seen it.
    #[must_use]
    pub const fn is_cancellable(self) -> bool {
        matches!(self, SendState::Queued | SendState::Retrying)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for &state in SendState::ALL {
            assert_eq!(SendState::from_word(state.as_str()), Some(state));
            assert_eq!(
                serde_json::to_string(&state).unwrap(),
                format!("\"{state}\"")
            );
        }
        assert_eq!(Author::from_word("OWNER"), None);
    }
}
