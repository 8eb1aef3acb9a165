//! Ids as types, so that a conversation's id cannot be taken for a message's.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A text that is not an id of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a positive whole number")]
pub struct NotAnId;

macro_rules! local_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        ///
        /// Made by the store in rising order; a string at every boundary, because JavaScript
        /// loses whole numbers beyond 2^53.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(s: &str) -> Result<Self, NotAnId> {
                match s.parse::<i64>() {
                    Ok(n) if n > 0 => Ok(Self(n)),
                    _ => Err(NotAnId),
                }
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

local_id! {
    /// An account of ours.
    AccountId,
    /// A conversation.
    ConversationId,
    /// A message, in or out.
    MessageId,
    /// A draft.
    DraftId,
    /// A knowledge entry.
    EntryId,
    /// An outbox row.
    OutboxId,
    /// A file or folder that knowledge is read from.
    SourceId,
    /// A piece of knowledge that waits for the owner's approval.
    SuggestionId,
    /// A saved reply.
    SavedReplyId,
    /// An attachment of a message.
    AttachmentId,
    /// A label that the owner made.
    LabelId,
    /// A note that the owner wrote for themselves.
    NoteId,
    /// A filter that the owner kept.
    FilterId,
}

macro_rules! external_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        ///
        /// Opaque, case-sensitive, of no assumed length.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(pub String);

        impl $name {
            /// The id as Instagram writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    )+};
}

external_id! {
    /// Instagram's id of a message (`mid` of webhooks, `message_id` of a send).
    IgMessageId,
    /// Instagram's id of a conversation.
    IgThreadId,
    /// Instagram's id of a professional account (`user_id` of `/me`).
    IgUserId,
    /// Instagram-scoped id of a customer, valid for one account only.
    IgsId,
    /// A Facebook Page, through which Facebook Login reaches an account.
    PageId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_crosses_json_as_a_string() {
        let id = MessageId(9_007_199_254_740_993);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"9007199254740993\"");
        assert_eq!(serde_json::from_str::<MessageId>(&json).unwrap(), id);
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for bad in [
            "\"\"",
            "\"0\"",
            "\"-1\"",
            "\"1;drop\"",
            "\"99999999999999999999\"",
        ] {
            assert!(
                serde_json::from_str::<MessageId>(bad).is_err(),
                "{bad} was accepted"
            );
        }
    }
}
