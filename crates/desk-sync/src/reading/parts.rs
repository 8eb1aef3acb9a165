//! What a message has beside its words, in our words. Pure.

use super::{is_us, readable};
use desk_core::{AttachmentKind, Direction, IgMessageId, Path, StoryKind};
use desk_store::table::account::Account;
use desk_store::table::attachment::NewAttachment;
use desk_store::table::message::Extras;
use graph_api::{Attachment, AttachmentKind as Shown, Message, Share, Story};

/// No message has more; what a hostile one has is cut.
const MOST_ATTACHMENTS: usize = 30;
/// No more of a title is kept.
const TITLE_CHARS: usize = 2200;
/// Signed addresses are long, but not longer.
const URL_BYTES: usize = 8192;

pub(crate) fn extras(account: &Account, message: &Message, path: Path) -> Extras {
    let mut attachments: Vec<NewAttachment> = Vec::new();
    let story = message.story.as_ref();
    let shown = story
        .map(story_attachment)
        .into_iter()
        .chain(message.attachments.iter().map(attachment))
        .chain(message.shares.iter().map(share));
    for attachment in shown {
        // A post comes under its old and its new name; a mention as a story and as an attachment.
        if !attachments.iter().any(|a| is_same(a, &attachment)) {
            attachments.push(attachment);
        }
    }
    attachments.truncate(MOST_ATTACHMENTS);
    let mention = attachments
        .iter()
        .any(|a| a.kind == AttachmentKind::StoryMention);
    Extras {
        attachments,
        reply_to: message
            .reply_to
            .as_ref()
            .map(|reply| IgMessageId(reply.mid.clone())),
        story: match story.map(|s| &s.kind) {
            Some(graph_api::StoryKind::Mention) => Some(StoryKind::Mention),
            Some(_) => Some(StoryKind::Reply),
            None if mention => Some(StoryKind::Mention),
            None => None,
        },
        tap: None,
        referral: None,
        reactions: reactions(account, message, path),
    }
}

/// Whether two attachments of one message are one thing shown twice.
fn is_same(a: &NewAttachment, b: &NewAttachment) -> bool {
    let kinds = (a.kind, b.kind);
    let twins = matches!(
        kinds,
        (
            AttachmentKind::Post,
            AttachmentKind::Post | AttachmentKind::Reel
        ) | (
            AttachmentKind::Reel,
            AttachmentKind::Post | AttachmentKind::Reel
        ) | (AttachmentKind::StoryMention, AttachmentKind::StoryMention)
    );
    let same_id = a.external_id.is_some() && a.external_id == b.external_id;
    let same_url = a.url.is_some() && a.url == b.url;
    let one_knows_less = a.external_id.is_none() || b.external_id.is_none();
    twins && (same_id || same_url || one_knows_less)
}

fn reactions(
    account: &Account,
    message: &Message,
    path: Path,
) -> Option<Vec<(Direction, String, String)>> {
    let refused = account.refused_fields.split(',').any(|f| f == "reactions");
    if path == Path::Webhook || refused || !message.has_details() {
        return None;
    }
    let mut all: Vec<(Direction, String, String)> = Vec::new();
    for reaction in &message.reactions {
        let emoji = reaction.emoji.clone().unwrap_or_default();
        let by_us = |us: bool| reaction.users.iter().any(|p| is_us(account, p) == us);
        let sides = [
            (by_us(false) || reaction.users.is_empty(), Direction::In),
            (by_us(true), Direction::Out),
        ];
        for (_, direction) in sides.into_iter().filter(|(yes, _)| *yes) {
            if !all.iter().any(|(by, _, _)| *by == direction) {
                all.push((direction, word(&reaction.reaction), word(&emoji)));
            }
        }
    }
    Some(all)
}

/// A reaction is a word or a sign, never a text.
pub(crate) fn word(text: &str) -> String {
    readable(text).chars().take(24).collect()
}

fn story_attachment(story: &Story) -> NewAttachment {
    let kind = match story.kind {
        graph_api::StoryKind::Mention => AttachmentKind::StoryMention,
        _ => AttachmentKind::Story,
    };
    NewAttachment {
        external_id: story.id.clone(),
        url: story.link.clone().and_then(address),
        ..NewAttachment::of(kind)
    }
}

fn attachment(shown: &Attachment) -> NewAttachment {
    let kind = kind(&shown.kind);
    let small = |number: Option<u64>| number.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    // A card and a link have a picture to show and an address to open.
    let is_card = matches!(kind, AttachmentKind::Card | AttachmentKind::Link);
    let (url, link) = if is_card {
        (
            shown.preview_url.clone(),
            shown.link.clone().or_else(|| shown.url.clone()),
        )
    } else {
        split(shown.url.clone(), shown.link.clone())
    };
    NewAttachment {
        kind,
        external_id: shown.id.clone(),
        mime: shown
            .mime_type
            .as_deref()
            .map(|m| m.chars().take(100).collect()),
        name: shown
            .name
            .as_deref()
            .map(|n| readable(n).chars().take(300).collect()),
        title: shown.title.as_deref().map(title),
        size: small(shown.size),
        width: small(shown.width),
        height: small(shown.height),
        url: url.and_then(address),
        link: link.and_then(address),
    }
}

fn share(share: &Share) -> NewAttachment {
    let (url, link) = split(share.link.clone(), None);
    NewAttachment {
        external_id: share.id.clone(),
        title: share
            .name
            .as_deref()
            .or(share.description.as_deref())
            .map(title),
        url: url.and_then(address),
        link: link.and_then(address),
        ..NewAttachment::of(AttachmentKind::Post)
    }
}

/// The address of a post is sometimes its page and sometimes its picture.
fn split(url: Option<String>, link: Option<String>) -> (Option<String>, Option<String>) {
    let is_page = |url: &str| {
        ["https://www.instagram.com/", "https://instagram.com/"]
            .iter()
            .any(|start| url.starts_with(start))
    };
    match url {
        Some(url) if is_page(&url) => (None, link.or(Some(url))),
        url => (url, link),
    }
}

fn address(url: String) -> Option<String> {
    (url.len() <= URL_BYTES && !url.contains('\0')).then_some(url)
}

fn title(text: &str) -> String {
    readable(text).chars().take(TITLE_CHARS).collect()
}

fn kind(shown: &Shown) -> AttachmentKind {
    match shown {
        Shown::Image => AttachmentKind::Image,
        Shown::Sticker => AttachmentKind::Sticker,
        Shown::Video => AttachmentKind::Video,
        Shown::Audio => AttachmentKind::Audio,
        Shown::File => AttachmentKind::File,
        Shown::Template => AttachmentKind::Card,
        Shown::Post => AttachmentKind::Post,
        Shown::Reel => AttachmentKind::Reel,
        Shown::Story => AttachmentKind::Story,
        Shown::StoryMention => AttachmentKind::StoryMention,
        Shown::Link => AttachmentKind::Link,
        Shown::ViewOnce => AttachmentKind::ViewOnce,
        _ => AttachmentKind::Unsupported,
    }
}
