//! Turns what Instagram shows into messages of ours. Pure: no store, no network.

use desk_core::{Direction, IgMessageId, MessageKind, Path, Timestamp};
use desk_store::table::account::Account;
use desk_store::table::message::Incoming;
use graph_api::{AttachmentKind, Conversation, Message, Party, StoryKind};

pub(crate) mod parts;

/// Whether a party is the account itself. Ids decide; a handle only where no id is given, since
/// Instagram shows the account under two ids.
pub(crate) fn is_us(account: &Account, party: &Party) -> bool {
    let known = |id: &Option<String>| {
        id.as_deref().is_some_and(|id| {
            id == account.user_id.as_str()
                || (!account.scoped_id.is_empty() && id == account.scoped_id)
        })
    };
    known(&party.id)
        || known(&party.user_id)
        || party
            .username
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case(&account.username))
}

/// The customer of a conversation: the participant who is not the account, else whoever wrote or
/// received its messages.
pub(crate) fn customer<'a>(account: &Account, conversation: &'a Conversation) -> Option<&'a Party> {
    let messages = conversation.messages.iter().flat_map(|page| &page.items);
    let parties = conversation
        .participants
        .iter()
        .chain(messages.flat_map(|m| m.from.iter().chain(&m.to)));
    parties
        .filter(|p| p.id.as_deref().is_some_and(|id| !id.is_empty()))
        .find(|p| !is_us(account, p))
}

/// Reads one message; `None` when it has no time, so that it cannot be put in order.
pub(crate) fn incoming(account: &Account, message: &Message, path: Path) -> Option<Incoming> {
    let sent_at = whole_second(Timestamp::from(message.created_time?));
    Some(Incoming {
        external_id: IgMessageId(message.id.clone()),
        direction: direction(account, message),
        kind: kind(message),
        text: readable(message.text.as_deref().unwrap_or_default()),
        sent_at,
        raw: message.raw.get().to_owned(),
        path,
        extras: parts::extras(account, message, path),
    })
}

/// Which way a message went: the sender's id decides, and where there is none, the recipient's.
fn direction(account: &Account, message: &Message) -> Direction {
    let from_us = message.from.as_ref().map(|p| is_us(account, p));
    let to_us = message.to.iter().any(|p| is_us(account, p));
    match from_us {
        Some(true) => Direction::Out,
        Some(false) => Direction::In,
        None if !message.to.is_empty() && !to_us => Direction::Out,
        None => Direction::In,
    }
}

/// A NUL ends a text in more than one place on its way to the screen.
pub(crate) fn readable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// Polls tell whole seconds and webhooks milliseconds: one message must not have two times.
pub(crate) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(1000))
}

fn kind(message: &Message) -> MessageKind {
    if let Some(story) = &message.story {
        return match story.kind {
            StoryKind::Mention => MessageKind::StoryMention,
            _ => MessageKind::StoryReply,
        };
    }
    if let Some(attachment) = message.attachments.first() {
        return match attachment.kind {
            AttachmentKind::Image => MessageKind::Image,
            AttachmentKind::Sticker => MessageKind::Sticker,
            AttachmentKind::Video => MessageKind::Video,
            AttachmentKind::Audio => MessageKind::Audio,
            AttachmentKind::File => MessageKind::File,
            AttachmentKind::Template
            | AttachmentKind::Post
            | AttachmentKind::Reel
            | AttachmentKind::Story
            | AttachmentKind::Link => MessageKind::Share,
            AttachmentKind::StoryMention => MessageKind::StoryMention,
            _ => MessageKind::Unsupported,
        };
    }
    if !message.shares.is_empty() {
        return MessageKind::Share;
    }
    if message.is_unsupported {
        return MessageKind::Unsupported;
    }
    match &message.text {
        Some(text) if !text.is_empty() => MessageKind::Text,
        _ if message.from.is_some() => MessageKind::Unsupported,
        _ => MessageKind::Unknown,
    }
}
