//! The messages of a thread as the screen sees them, with all that belongs to each.

use crate::{convert, dto};
use desk_core::text;
use desk_core::{AttachmentKind, ConversationId, Direction, SendState, Timestamp};
use desk_store::table::attachment::{self, Attachment};
use desk_store::table::message::{self, Message};
use desk_store::table::outbox::OutboxRow;
use desk_store::table::presence::{self, Presence};
use desk_store::table::{gap, reaction};
use desk_store::{Connection, StoreError};

/// How much of the words of a post or of an answered message is shown.
const TITLE_CHARS: usize = 300;
/// Longer names of files do not fit anywhere.
const NAME_CHARS: usize = 100;

/// What all messages of one conversation share.
pub(crate) struct Context<'a> {
    /// The conversation on instagram.com.
    pub(crate) instagram_url: &'a str,
    /// What the customer did beside writing.
    pub(crate) presence: Presence,
    /// The rows of the outbox that are not settled.
    pub(crate) open: Vec<OutboxRow>,
}

/// The messages of a page, with all that belongs to each.
pub(crate) fn messages(
    db: &Connection,
    rows: Vec<Message>,
    context: &Context<'_>,
) -> Result<Vec<dto::Message>, StoreError> {
    let ids: Vec<_> = rows.iter().map(|m| m.id).collect();
    let attachments = attachment::of_messages(db, &ids)?;
    rows.into_iter()
        .filter(convert::is_shown)
        .map(|row| message(db, row, context, &attachments))
        .collect()
}

fn message(
    db: &Connection,
    row: Message,
    context: &Context<'_>,
    attachments: &[Attachment],
) -> Result<dto::Message, StoreError> {
    let own: Vec<&Attachment> = attachments
        .iter()
        .filter(|a| a.message_id == row.id)
        .collect();
    let reactions = match &row.external_id {
        Some(id) => reaction::of(db, row.conversation_id, id)?,
        None => Vec::new(),
    };
    let reply_to = match &row.reply_to {
        Some(id) => Some(answered(db, row.conversation_id, id)?),
        None => None,
    };
    let kinds: Vec<AttachmentKind> = own.iter().map(|a| a.shown.kind).collect();
    let hidden = !row.unsent && message::is_partly_hidden(row.kind, &kinds);
    let story = row.story.map(|kind| dto::Story {
        kind,
        attachment: own.iter().find(|a| is_story(a)).map(|a| shown(a)),
    });
    let seen = is_seen(&row, context.presence.seen_at);
    let mut message = convert::message(row, &context.open);
    message.seen = seen;
    message.attachments = own
        .iter()
        .filter(|a| story.is_none() || !is_story(a))
        .map(|a| shown(a))
        .collect();
    message.story = story;
    message.reactions = reactions.into_iter().map(sign).collect();
    message.reply_to = reply_to;
    message.open_in_instagram = hidden.then(|| context.instagram_url.to_owned());
    Ok(message)
}

/// Whether the customer saw a message of ours: they saw all that was sent up to the newest one.
fn is_seen(row: &Message, seen_at: Option<Timestamp>) -> bool {
    row.direction == Direction::Out
        && row.state == Some(SendState::Sent)
        && seen_at.is_some_and(|seen| row.sent_at <= seen)
}

fn is_story(attachment: &Attachment) -> bool {
    matches!(
        attachment.shown.kind,
        AttachmentKind::Story | AttachmentKind::StoryMention
    )
}

/// An attachment, with nothing in it that could deceive.
pub(crate) fn shown(row: &Attachment) -> dto::Attachment {
    let a = &row.shown;
    let mime = row.media.as_ref().map(|m| m.mime.clone());
    dto::Attachment {
        id: row.id,
        kind: a.kind,
        mime: mime.or_else(|| a.mime.clone()),
        name: a.name.as_deref().map(|n| text::snippet(n, NAME_CHARS)),
        title: a
            .title
            .as_deref()
            .map(|t| text::snippet(t, TITLE_CHARS))
            .filter(|t| !t.is_empty()),
        size: row.media.as_ref().map(|m| m.bytes).or(a.size),
        width: a.width,
        height: a.height,
        link: a.link.clone().filter(|l| l.starts_with("https://")),
        media: row.state(),
    }
}

fn answered(
    db: &Connection,
    conversation: ConversationId,
    id: &desk_core::IgMessageId,
) -> Result<dto::ReplyTo, StoreError> {
    let account = desk_store::table::conversation::get(db, conversation)?.account_id;
    let known = message::known(db, account, id)?;
    let found = known.map(|k| message::get(db, k.id)).transpose()?;
    // An id of another conversation would show its words here.
    let found = found.filter(|m| m.conversation_id == conversation);
    Ok(dto::ReplyTo {
        message_id: found.as_ref().map(|m| m.id),
        direction: found.as_ref().map(|m| m.direction),
        kind: found.as_ref().map(|m| m.kind),
        snippet: found
            .as_ref()
            .map(|m| text::snippet(&m.text, TITLE_CHARS))
            .unwrap_or_default(),
        unsent: found.is_some_and(|m| m.unsent),
    })
}

fn sign(row: reaction::Reaction) -> dto::Reaction {
    dto::Reaction {
        by: row.direction,
        emoji: sign_of(&row.reaction, &row.emoji),
        reaction: row.reaction,
        at: row.at,
    }
}

/// The sign to show: Instagram names some by words, and names the sign of the others only in webhooks.
fn sign_of(word: &str, emoji: &str) -> String {
    let known = match word {
        _ if !emoji.is_empty() => emoji,
        "love" => "❤️",
        "smile" | "haha" => "😆",
        "wow" => "😮",
        "sad" => "😢",
        "angry" => "😠",
        "like" | "yes" => "👍",
        "dislike" | "no" => "👎",
        sign if !sign.is_ascii() => sign,
        _ => "❤️",
    };
    known.to_owned()
}

/// The gaps of a conversation.
pub(crate) fn gaps(db: &Connection, id: ConversationId) -> Result<Vec<dto::Gap>, StoreError> {
    let gaps = gap::of(db, id)?.into_iter().map(|g| dto::Gap {
        after_id: g.after_id,
        before_id: g.before_id,
        found_at: g.found_at,
    });
    Ok(gaps.collect())
}

/// What a conversation's messages share.
pub(crate) fn context<'a>(
    db: &Connection,
    id: ConversationId,
    instagram_url: &'a str,
) -> Result<Context<'a>, StoreError> {
    Ok(Context {
        instagram_url,
        presence: presence::of(db, id)?,
        open: desk_store::table::outbox::open_of(db, id)?,
    })
}

pub(crate) fn referral(row: message::Referral) -> dto::Referral {
    let safe = |text: Option<String>| text.map(|t| text::snippet(&t, NAME_CHARS));
    dto::Referral {
        source: safe(row.source),
        reference: safe(row.reference),
        ad_title: safe(row.ad_title),
    }
}

pub(crate) fn tap(row: message::Tap) -> dto::Tap {
    dto::Tap {
        kind: row.kind,
        title: text::snippet(&row.title, NAME_CHARS),
    }
}

#[cfg(test)]
mod tests {
    use super::sign_of;

    #[test]
    fn a_reaction_has_a_sign_whatever_instagram_tells() {
        for (word, emoji, sign) in [
            ("love", "", "❤️"),
            ("love", "❤", "❤"),
            ("other", "🎉", "🎉"),
            ("other", "", "❤️"),
            ("🔥", "", "🔥"),
            ("haha", "", "😆"),
        ] {
            assert_eq!(sign_of(word, emoji), sign, "{word} {emoji}");
        }
    }
}
