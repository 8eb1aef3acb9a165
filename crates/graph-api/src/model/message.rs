//! Owns one message.

use super::attachment::{Attachment, Share};
use crate::read::{Object, Raw, Read};
use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

/// A message as the platform tells of it.
///
/// Only the twenty newest messages of a conversation come with details; an older one has an id and
/// perhaps a time, see [`Message::has_details`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Opaque, of any length, and different for upper and lower case.
    pub id: String,
    /// When the platform received it.
    pub created_time: Option<DateTime<Utc>>,
    /// Who wrote it.
    pub from: Option<Party>,
    /// Who it went to.
    pub to: Vec<Party>,
    /// What it says; nothing when it holds media alone.
    pub text: Option<String>,
    /// Pictures, films, sounds, files, cards.
    pub attachments: Vec<Attachment>,
    /// Shared posts and reels.
    pub shares: Vec<Share>,
    /// The story that it answers or mentions.
    pub story: Option<Story>,
    /// The reactions to it.
    pub reactions: Vec<Reaction>,
    /// The message that it answers.
    pub reply_to: Option<ReplyTo>,
    /// Whether the platform has no way to show it through the API.
    pub is_unsupported: bool,
    /// The whole item as it came.
    pub raw: Raw,
}

/// One side of a conversation. At least one of the fields is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The id of the person for this account, or of the account itself.
    pub id: Option<String>,
    /// A second id that older versions add: that of the professional account.
    pub user_id: Option<String>,
    /// The name without `@`.
    pub username: Option<String>,
    /// The name that people read, where the platform gives it.
    pub name: Option<String>,
}

/// The story that a message belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// How it belongs to it.
    pub kind: StoryKind,
    /// The id of the story.
    pub id: Option<String>,
    /// A signed address with a short life. Media of a mention must not be stored.
    pub link: Option<String>,
}

/// How a message belongs to a story.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoryKind {
    /// It answers a story of the account.
    Reply,
    /// It mentions the account in somebody's story.
    Mention,
    /// Another way, named as the platform does.
    Other(String),
}

/// A reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// A word such as `love`, or the sign itself.
    pub reaction: String,
    /// The sign, when it comes beside the word.
    pub emoji: Option<String>,
    /// Who reacted.
    pub users: Vec<Party>,
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    /// The id of that message.
    pub mid: String,
    /// Whether somebody answers themselves.
    pub is_self_reply: Option<bool>,
}

impl Message {
    /// Whether the platform told more than that the message exists.
    pub fn has_details(&self) -> bool {
        self.from.is_some()
            || self.text.is_some()
            || !self.attachments.is_empty()
            || !self.shares.is_empty()
            || self.story.is_some()
            || self.is_unsupported
    }
}

impl Read for Message {
    fn read(raw: &RawValue) -> Result<Self, &'static str> {
        let object = Object::from_raw(raw).ok_or("a message that is no object")?;
        Ok(Self {
            id: object.id("id").ok_or("a message without id")?,
            created_time: object.time("created_time"),
            from: object.get("from").and_then(Party::read),
            to: Party::read_list(&object, "to"),
            text: object.some_text("message"),
            attachments: object
                .list("attachments")
                .into_iter()
                .map(Attachment::read)
                .collect(),
            shares: object.list("shares").into_iter().map(Share::read).collect(),
            story: object.object("story").and_then(|story| read_story(&story)),
            reactions: object
                .list("reactions")
                .into_iter()
                .filter_map(read_reaction)
                .collect(),
            reply_to: object.object("reply_to").and_then(|reply| {
                Some(ReplyTo {
                    mid: reply.id("mid").or_else(|| reply.id("id"))?,
                    is_self_reply: reply.flag("is_self_reply"),
                })
            }),
            is_unsupported: object.flag("is_unsupported").unwrap_or(false),
            raw: Raw::from_value(raw),
        })
    }
}

impl Party {
    pub(crate) fn read(raw: &RawValue) -> Option<Self> {
        let Some(object) = Object::from_raw(raw) else {
            // A bare id instead of an object.
            return crate::read::id(raw).map(|id| Self {
                id: Some(id),
                ..Self::default()
            });
        };
        let party = Self {
            id: object.id("id"),
            user_id: object.id("user_id"),
            username: object.some_text("username"),
            name: object.some_text("name"),
        };
        (party != Self::default()).then_some(party)
    }

    pub(crate) fn read_list(object: &Object<'_>, name: &str) -> Vec<Self> {
        let several: Vec<_> = object
            .list(name)
            .into_iter()
            .filter_map(Self::read)
            .collect();
        if several.is_empty()
            && object
                .object(name)
                .is_some_and(|one| one.get("data").is_none())
        {
            // One person without the list around it.
            return object.get(name).and_then(Self::read).into_iter().collect();
        }
        several
    }
}

fn read_story(story: &Object<'_>) -> Option<Story> {
    let named = |name: &str, kind: StoryKind| {
        let inner = story.object(name)?;
        Some(Story {
            kind,
            id: inner.id("id"),
            link: inner.some_text("link"),
        })
    };
    named("reply_to", StoryKind::Reply)
        .or_else(|| named("mention", StoryKind::Mention))
        .or_else(|| {
            let unknown = story.entries().find(|(_, raw)| raw.get().starts_with('{'));
            unknown.and_then(|(name, _)| named(name, StoryKind::Other(name.to_owned())))
        })
}

fn read_reaction(raw: &RawValue) -> Option<Reaction> {
    let object = Object::from_raw(raw)?;
    let emoji = object.some_text("emoji");
    Some(Reaction {
        reaction: object.some_text("reaction").or_else(|| emoji.clone())?,
        emoji,
        users: Party::read_list(&object, "users"),
    })
}

#[cfg(test)]
mod tests;
