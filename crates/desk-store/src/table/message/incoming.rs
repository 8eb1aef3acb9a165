//! A message as Instagram shows it, and how a later showing changes what is stored. The two ways
//! in, poll and webhook, show different parts of a message: what one knows the other never erases.

use super::RECEIVED;
use crate::table::attachment::{self, NewAttachment};
use crate::word::word;
use crate::{StoreError, Write};
use desk_core::{
    AccountId, AttachmentKind, Author, Change, ConversationId, Direction, Entity, IgMessageId,
    MessageId, MessageKind, Path, SendState, Source, StoryKind, TapKind, Timestamp, text,
};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

/// `unsent`: its sender took it back, as Instagram told.
const TOLD: i64 = 1;
/// `unsent`: polls show its neighbours and no longer it.
const MISSING: i64 = 2;
/// A message has to be missing for this long before it counts as taken back: one odd showing of a
/// thread must not make a message disappear.
const MISSING_FOR: Duration = Duration::from_secs(60);

/// What was tapped instead of written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tap {
    /// What kind of thing.
    pub kind: TapKind,
    /// What stood on it.
    pub title: String,
    /// What its maker put behind it.
    pub payload: Option<String>,
}

/// The ad or link through which a customer came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// Where from: `ADS`, `SHORTLINK` and the like.
    pub source: Option<String>,
    /// The word that the owner put into the link.
    pub reference: Option<String>,
    /// Instagram's id of the ad.
    pub ad_id: Option<String>,
    /// Its title.
    pub ad_title: Option<String>,
}

/// What a message has beside its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras {
    /// What hangs on it, in order.
    pub attachments: Vec<NewAttachment>,
    /// The message that it answers.
    pub reply_to: Option<IgMessageId>,
    /// How it belongs to a story.
    pub story: Option<StoryKind>,
    /// What was tapped.
    pub tap: Option<Tap>,
    /// The ad or link.
    pub referral: Option<Referral>,
    /// All reactions to it; `None` when they were not shown.
    pub reactions: Option<Vec<(Direction, String, String)>>,
}

impl Extras {
    /// A digest of what can be told apart: the same showing gives the same number, words alone give
    /// 0. Signed addresses differ with every showing and are left out.
    #[must_use]
    pub fn shape(&self) -> i64 {
        let mut shape = String::new();
        for attachment in &self.attachments {
            let title = attachment.title.as_deref().unwrap_or_default();
            let _ = write!(shape, "a{}:{title};", attachment.kind);
        }
        for (direction, reaction, emoji) in self.reactions.iter().flatten() {
            let _ = write!(shape, "r{direction}:{reaction}{emoji};");
        }
        if let Some(mid) = &self.reply_to {
            let _ = write!(shape, "p{};", mid.as_str());
        }
        if let Some(story) = self.story {
            let _ = write!(shape, "s{story};");
        }
        if shape.is_empty() { 0 } else { digest(&shape) }
    }
}

/// FNV-1a: the same on every machine and in every version, which the standard hasher is not.
fn digest(text: &str) -> i64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i64::from_ne_bytes(hash.to_ne_bytes())
}

/// A message as Instagram shows it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Instagram's id.
    pub external_id: IgMessageId,
    /// Which way.
    pub direction: Direction,
    /// What kind.
    pub kind: MessageKind,
    /// The words.
    pub text: String,
    /// Instagram's time.
    pub sent_at: Timestamp,
    /// What Instagram gave.
    pub raw: String,
    /// The way by which it came.
    pub path: Path,
    /// What it has beside its words.
    pub extras: Extras,
}

/// What became of a message that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upserted {
    /// It is new.
    New(MessageId),
    /// It was known and says something else now.
    Changed(MessageId),
    /// It was known and has other words now.
    Reworded(MessageId),
    /// It was known.
    Known,
}

/// What is stored of a message, as far as a later showing of it can differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Ours.
    pub id: MessageId,
    /// The words.
    pub text: String,
    /// What kind.
    pub kind: MessageKind,
    /// When it was written; for ours, by our own clock until Instagram tells.
    pub sent_at: Timestamp,
    /// The ways by which it came, as bits of [`Path`].
    pub paths: u32,
    /// What the last poll showed beside the words.
    pub shape: i64,
    /// How often it was changed.
    pub edits: u32,
    edited_from: Option<i64>,
    unsent: i64,
    missing: bool,
}

/// The stored message with an external id.
///
/// # Errors
/// When the file cannot be read.
pub fn known(
    db: &Connection,
    account: AccountId,
    id: &IgMessageId,
) -> Result<Option<Known>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id, text, kind, sent_at, paths, shape, edits, edited_from, unsent, missing_at IS NOT NULL
         FROM message WHERE account_id = ?1 AND external_id = ?2",
    )?;
    let found = query
        .query_row(params![account.0, id.as_str()], |r| {
            Ok(Known {
                id: MessageId(r.get(0)?),
                text: r.get(1)?,
                kind: word!(r, 2, MessageKind),
                sent_at: Timestamp(r.get(3)?),
                paths: r.get(4)?,
                shape: r.get(5)?,
                edits: r.get(6)?,
                edited_from: r.get(7)?,
                unsent: r.get(8)?,
                missing: r.get(9)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// How much a kind says: a path that shows less never makes a message plainer.
const fn richness(kind: MessageKind) -> u8 {
    match kind {
        MessageKind::Unknown => 0,
        MessageKind::Unsupported => 1,
        MessageKind::Text => 2,
        _ => 3,
    }
}

/// The words of a known message after a later showing; `None` when they stay.
fn new_words<'a>(known: &Known, shown: &'a Incoming) -> Option<&'a str> {
    // A webhook shows a message as it first was; a poll may be older than the edit.
    let before_edit = known.edits > 0
        && (shown.path == Path::Webhook || known.edited_from == Some(digest(&shown.text)));
    let same = shown.text.is_empty() || shown.text == known.text || before_edit;
    (!same).then_some(shown.text.as_str())
}

fn new_kind(known: &Known, shown: &Incoming) -> Option<MessageKind> {
    let (old, new) = (richness(known.kind), richness(shown.kind));
    let better = new > old || (new == old && shown.path == Path::Poll);
    (better && known.kind != shown.kind).then_some(shown.kind)
}

/// A poll's time wins over a webhook's, so that the two never take turns.
fn new_time(known: &Known, shown: &Incoming) -> Option<Timestamp> {
    let first = known.paths & Path::Poll.bit() == 0;
    ((shown.path == Path::Poll || first) && known.sent_at != shown.sent_at).then_some(shown.sent_at)
}

fn says_more(known: &Known, shown: &Incoming) -> bool {
    let forgot = shown.text.is_empty()
        && matches!(shown.kind, MessageKind::Unknown | MessageKind::Unsupported)
        && shown.extras.attachments.is_empty();
    let shape = shown.extras.shape();
    let other_shape = match shown.path {
        Path::Poll => shape != known.shape,
        Path::Webhook => {
            shape != 0 || shown.extras.tap.is_some() || shown.extras.referral.is_some()
        }
    };
    !forgot
        && (new_words(known, shown).is_some()
            || new_kind(known, shown).is_some()
            || new_time(known, shown).is_some()
            || other_shape)
}

/// Whether a later showing tells more than is stored. Instagram forgets the details of old
/// messages, so an empty showing never replaces a full one.
#[must_use]
pub fn tells_more(known: &Known, shown: &Incoming) -> bool {
    known.unsent != TOLD
        && (known.unsent == MISSING
            || known.missing
            || known.paths & shown.path.bit() == 0
            || says_more(known, shown))
}

/// Stores a message that Instagram shows.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert(
    w: &mut Write<'_>,
    account: AccountId,
    conversation: ConversationId,
    shown: &Incoming,
) -> Result<Upserted, StoreError> {
    let known = known(w, account, &shown.external_id)?;
    upsert_over(w, account, conversation, shown, known)
}

/// The same for whoever has looked already: `known` is what [`known()`] said.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_over(
    w: &mut Write<'_>,
    account: AccountId,
    conversation: ConversationId,
    shown: &Incoming,
    known: Option<Known>,
) -> Result<Upserted, StoreError> {
    match known {
        Some(known) if tells_more(&known, shown) => change(w, &known, shown),
        Some(_) => Ok(Upserted::Known),
        None => Ok(Upserted::New(insert(w, account, conversation, shown)?)),
    }
}

fn change(w: &mut Write<'_>, known: &Known, shown: &Incoming) -> Result<Upserted, StoreError> {
    let is_back = known.unsent == MISSING;
    if !is_back && !says_more(known, shown) {
        w.prepare_cached("UPDATE message SET paths = paths | ?2, missing_at = NULL WHERE id = ?1")?
            .execute(params![known.id.0, shown.path.bit()])?;
        return Ok(Upserted::Known);
    }
    let words = new_words(known, shown);
    // Words that differ from those that a customer wrote before were edited; nobody told us.
    let edited = words.is_some()
        && !known.text.is_empty()
        && known.edits == 0
        && shown.direction == Direction::In;
    let text = words.unwrap_or(&known.text);
    let extras = &shown.extras;
    let by_poll = shown.path == Path::Poll;
    w.prepare_cached(
        "UPDATE message SET text = ?2, folded = ?3, kind = ?4, sent_at = ?5, paths = paths | ?6,
             raw = CASE WHEN ?7 OR raw IS NULL THEN ?8 ELSE raw END,
             shape = CASE WHEN ?7 THEN ?9 ELSE shape END,
             edits = edits + ?10, edited_from = CASE WHEN ?10 THEN ?11 ELSE edited_from END,
             missing_at = NULL, unsent = 0,
             reply_to = coalesce(?12, reply_to), story = coalesce(?13, story),
             tap = coalesce(?14, tap), referral = coalesce(?15, referral)
         WHERE id = ?1",
    )?
    .execute(params![
        known.id.0,
        text,
        text::fold(text),
        new_kind(known, shown).unwrap_or(known.kind).as_str(),
        new_time(known, shown).unwrap_or(known.sent_at).0,
        shown.path.bit(),
        by_poll,
        shown.raw,
        extras.shape(),
        edited,
        digest(&known.text),
        extras.reply_to.as_ref().map(IgMessageId::as_str),
        extras.story.map(StoryKind::as_str),
        to_json(extras.tap.as_ref())?,
        to_json(extras.referral.as_ref())?,
    ])?;
    attachment::put(w, known.id, &extras.attachments)?;
    Ok(if words.is_some() && !is_back {
        Upserted::Reworded(known.id)
    } else {
        Upserted::Changed(known.id)
    })
}

fn insert(
    w: &mut Write<'_>,
    account: AccountId,
    conversation: ConversationId,
    shown: &Incoming,
) -> Result<MessageId, StoreError> {
    let (author, state) = match shown.direction {
        Direction::In => (Author::Customer, RECEIVED),
        Direction::Out => (Author::OwnerPhone, SendState::Sent.as_str()),
    };
    let extras = &shown.extras;
    let shape = match shown.path {
        Path::Poll => extras.shape(),
        Path::Webhook => 0,
    };
    w.prepare_cached(
        "INSERT INTO message (account_id, conversation_id, external_id, direction, author, kind, text,
                              folded, sent_at, state, raw, paths, shape, reply_to, story, tap, referral)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?
    .execute(params![
        account.0,
        conversation.0,
        shown.external_id.as_str(),
        shown.direction.as_str(),
        author.as_str(),
        shown.kind.as_str(),
        shown.text,
        text::fold(&shown.text),
        shown.sent_at.0,
        state,
        shown.raw,
        shown.path.bit(),
        shape,
        extras.reply_to.as_ref().map(IgMessageId::as_str),
        extras.story.map(StoryKind::as_str),
        to_json(extras.tap.as_ref())?,
        to_json(extras.referral.as_ref())?,
    ])?;
    let id = MessageId(w.last_insert_rowid());
    if !extras.attachments.is_empty() {
        attachment::put(w, id, &extras.attachments)?;
    }
    Ok(id)
}

pub(super) fn from_json<T: for<'de> Deserialize<'de>>(json: Option<String>) -> Option<T> {
    json.and_then(|json| serde_json::from_str(&json).ok())
}

pub(crate) fn to_json<T: Serialize>(value: Option<&T>) -> Result<Option<String>, StoreError> {
    Ok(value.map(serde_json::to_string).transpose()?)
}

/// Changes the words of a message that its sender edited; says whether anything changed. An edit
/// with a number that is not higher came late.
///
/// # Errors
/// When the file cannot be written.
pub fn edit(
    w: &mut Write<'_>,
    known: &Known,
    words: &str,
    number: Option<u32>,
) -> Result<bool, StoreError> {
    let late = number.is_some_and(|number| number <= known.edits);
    if known.unsent != 0 || late || known.text == words {
        return Ok(false);
    }
    w.prepare_cached(
        "UPDATE message SET text = ?2, folded = ?3, edits = ?4, edited_from = ?5 WHERE id = ?1",
    )?
    .execute(params![
        known.id.0,
        words,
        text::fold(words),
        number.unwrap_or(known.edits + 1),
        digest(&known.text)
    ])?;
    Ok(true)
}

/// Notes that a message was taken back by its sender, as Instagram told, and forgets what it said;
/// says whether that is news.
///
/// # Errors
/// When the file cannot be written.
pub fn unsend(w: &mut Write<'_>, known: &Known) -> Result<bool, StoreError> {
    if known.unsent == TOLD {
        return Ok(false);
    }
    purge(w, known.id, TOLD)?;
    Ok(true)
}

/// Forgets all that a message said: Meta's policy asks for it when its sender took it back. That
/// there was one stays visible.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn purge(w: &mut Write<'_>, id: MessageId, why: i64) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE message SET unsent = ?2, text = '', folded = '', raw = NULL, shape = 0, tap = NULL,
             referral = NULL, edited_from = NULL, story = NULL, reply_to = NULL WHERE id = ?1",
    )?
    .execute(params![id.0, why])?;
    w.prepare_cached("DELETE FROM attachment WHERE message_id = ?1")?
        .execute([id.0])?;
    let conversation: i64 = w
        .prepare_cached("SELECT conversation_id FROM message WHERE id = ?1")?
        .query_row([id.0], |r| r.get(0))?;
    // Copies of its media lie in a folder; whoever keeps that folder hears of this.
    let conversation = ConversationId(conversation);
    purge_turn(w, conversation, id)?;
    w.note(Change::removed(
        Entity::Message,
        conversation,
        Source::Webhook,
    ));
    Ok(())
}

/// Forgets what the AI wrote down about the turn that a message belonged to: the trace of its drafts
/// and what their checks found may quote it, and so may a draft that nobody sent, and the question
/// that the owner's answer suggested.
fn purge_turn(
    w: &mut Write<'_>,
    conversation: ConversationId,
    id: MessageId,
) -> Result<(), StoreError> {
    // The turn ends where the next message of ours begins.
    let answer: Option<i64> = w
        .prepare_cached(
            "SELECT min(id) FROM message WHERE conversation_id = ?1 AND direction = 'out' AND id > ?2",
        )?
        .query_row([conversation.0, id.0], |r| r.get(0))?;
    let turn = [conversation.0, id.0, answer.unwrap_or(i64::MAX)];
    let of_turn =
        "SELECT id FROM draft WHERE conversation_id = ?1 AND trigger_id >= ?2 AND trigger_id < ?3";
    w.prepare_cached(&format!("DELETE FROM trace WHERE draft_id IN ({of_turn})"))?
        .execute(turn)?;
    w.prepare_cached(&format!(
        "UPDATE draft SET checks = '[]',
             text = CASE WHEN outcome IN ('stale', 'rejected', 'skipped') THEN '' ELSE text END
         WHERE id IN ({of_turn})"
    ))?
    .execute(turn)?;
    if let Some(answer) = answer {
        w.prepare_cached("DELETE FROM suggestion WHERE message_id = ?1 AND state = 'waiting'")?
            .execute([answer])?;
    }
    Ok(())
}

/// The messages between two moments that a poll has shown before and does not show now. The ends
/// are left out: within their second more may lie.
///
/// # Errors
/// When the file cannot be read.
pub fn missing(
    db: &Connection,
    conversation: ConversationId,
    (from, to): (Timestamp, Timestamp),
    shown: &BTreeSet<&str>,
) -> Result<Vec<(MessageId, Option<Timestamp>)>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id, external_id, missing_at FROM message
         WHERE conversation_id = ?1 AND sent_at > ?2 AND sent_at < ?3 AND unsent = 0
           AND external_id IS NOT NULL AND raw IS NOT NULL AND paths & 1",
    )?;
    let rows = query.query_map(params![conversation.0, from.0, to.0], |r| {
        Ok((
            MessageId(r.get(0)?),
            r.get::<_, String>(1)?,
            r.get::<_, Option<i64>>(2)?.map(Timestamp),
        ))
    })?;
    let mut missing = Vec::new();
    for row in rows {
        let (id, external, since) = row?;
        if !shown.contains(external.as_str()) {
            missing.push((id, since));
        }
    }
    Ok(missing)
}

/// Notes messages that a poll no longer shows; those that have been missing for a while count as
/// taken back. Says whether one does now.
///
/// # Errors
/// When the file cannot be written.
pub fn note_missing(
    w: &mut Write<'_>,
    missing: &[(MessageId, Option<Timestamp>)],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut any = false;
    for (id, since) in missing {
        match since {
            None => {
                w.prepare_cached("UPDATE message SET missing_at = ?2 WHERE id = ?1")?
                    .execute(params![id.0, now.0])?;
            }
            Some(since) if now.since(*since) >= MISSING_FOR => {
                purge(w, *id, MISSING)?;
                any = true;
            }
            Some(_) => {}
        }
    }
    Ok(any)
}

/// Notes when a message first came, while webhooks are on: polls and webhooks are compared by it.
///
/// # Errors
/// When the file cannot be written.
pub fn note_heard_at(w: &mut Write<'_>, id: MessageId, now: Timestamp) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE message SET heard_at = ?2 WHERE id = ?1")?
        .execute(params![id.0, now.0])?;
    Ok(())
}

/// How many messages one path alone brought, of those that first came between two moments.
///
/// # Errors
/// When the file cannot be read.
pub fn count_by_path_alone(
    db: &Connection,
    account: AccountId,
    path: Path,
    (from, to): (Timestamp, Timestamp),
) -> Result<u32, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT count(*) FROM message INDEXED BY message_by_path
         WHERE account_id = ?1 AND paths = ?2 AND heard_at >= ?3 AND heard_at < ?4
           AND heard_at IS NOT NULL",
    )?;
    Ok(query.query_row(params![account.0, path.bit(), from.0, to.0], |r| r.get(0))?)
}

/// Whether Instagram shows programs all of a message of these parts.
#[must_use]
pub fn is_partly_hidden(kind: MessageKind, attachments: &[AttachmentKind]) -> bool {
    matches!(kind, MessageKind::Unsupported | MessageKind::Unknown)
        || attachments.iter().any(|a| a.is_hidden())
}
