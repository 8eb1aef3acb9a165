//! What happens to messages after they were said: reactions, edits, unsends, receipts; and what a
//! poll tells by what it leaves out. Each may come before the message it is about, twice, or late.

use super::Batch;
use crate::reading;
use desk_core::{
    AccountId, ConversationId, Direction, IgMessageId, MessageId, MessageKind, Path, Timestamp,
};
use desk_store::table::account::Account;
use desk_store::table::message::{self, Extras, Incoming, Known, Referral, Upserted};
use desk_store::table::reaction::{self, Set};
use desk_store::table::{gap, presence};
use desk_store::{Connection, StoreError, Write};
use std::collections::BTreeSet;

/// Something that happened to a message or a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// One side set a reaction, or took it back: then both words are empty.
    Reacted {
        /// On what.
        message: IgMessageId,
        /// Who.
        by: Direction,
        /// The platform's word.
        reaction: String,
        /// The sign.
        emoji: String,
    },
    /// A message was taken back.
    Unsent {
        /// Which.
        message: IgMessageId,
        /// Whose it was.
        by: Direction,
    },
    /// A message has other words now.
    Edited {
        /// Which.
        message: IgMessageId,
        /// Whose it is.
        by: Direction,
        /// The words.
        text: String,
        /// How often it was edited.
        number: Option<u32>,
    },
    /// The customer saw our messages.
    Seen {
        /// Up to this one.
        message: Option<IgMessageId>,
        /// Or up to this time.
        up_to: Option<Timestamp>,
    },
    /// The customer came through an ad or a link.
    Referred(Referral),
}

/// The newest thing said whose words changed: who, which message, when.
type Reworded = Option<(Direction, MessageId, Timestamp)>;

/// The messages that a poll leaves out although it shows their neighbours.
pub(super) fn missing(
    db: &Connection,
    id: ConversationId,
    batch: &Batch,
) -> Result<Vec<(MessageId, Option<Timestamp>)>, StoreError> {
    let ends = (batch.messages.first(), batch.messages.last());
    let (Some(first), Some(last)) = ends else {
        return Ok(Vec::new());
    };
    let is_window = batch.is_window && batch.path == Path::Poll && batch.unreadable.is_empty();
    if !is_window || first.sent_at == last.sent_at {
        return Ok(Vec::new());
    }
    let shown: BTreeSet<&str> = batch
        .messages
        .iter()
        .map(|m| m.external_id.as_str())
        .collect();
    message::missing(db, id, (first.sent_at, last.sent_at), &shown)
}

/// Carries out what happened; says whether anything changed.
pub(super) fn carry_out(
    w: &mut Write<'_>,
    account: &Account,
    id: ConversationId,
    (batch, now): (&Batch, Timestamp),
    reworded: &mut Reworded,
) -> Result<bool, StoreError> {
    let gone = missing(w, id, batch)?;
    let mut changed = message::note_missing(w, &gone, now)?;
    for event in &batch.events {
        changed |= one(w, account.id, id, event, reworded)?;
    }
    Ok(changed)
}

fn one(
    w: &mut Write<'_>,
    account: AccountId,
    id: ConversationId,
    event: &Event,
    reworded: &mut Reworded,
) -> Result<bool, StoreError> {
    let at = event.at;
    match &event.what {
        What::Reacted {
            message,
            by,
            reaction,
            emoji,
        } => {
            let set = Set {
                message,
                direction: *by,
                reaction,
                emoji,
                at,
            };
            let changed = reaction::set(w, id, &set)?;
            let is_set = !(reaction.is_empty() && emoji.is_empty());
            if changed && is_set && *by == Direction::In {
                presence::note_reaction(w, id, message)?;
            }
            Ok(changed)
        }
        What::Unsent { message, by } => {
            let known = known_or_noted(w, account, id, (message, *by, at))?;
            message::unsend(w, &known)
        }
        What::Edited {
            message,
            by,
            text,
            number,
        } => {
            let known = known_or_noted(w, account, id, (message, *by, at))?;
            let changed = message::edit(w, &known, &reading::readable(text), *number)?;
            if changed {
                *reworded = Some((*by, known.id, known.sent_at));
            }
            Ok(changed)
        }
        What::Seen { message, up_to } => {
            // Of a message that has not come yet, the receipt's own time tells as much.
            let up_to = up_to.or(message.is_some().then(|| reading::whole_second(at)));
            presence::note_seen(w, id, message.as_ref(), up_to)
        }
        What::Referred(referral) => {
            presence::set_referral(w, id, referral)?;
            Ok(true)
        }
    }
}

/// The stored message, or a row that only says that there was one: its event came first.
fn known_or_noted(
    w: &mut Write<'_>,
    account: AccountId,
    id: ConversationId,
    (message, by, at): (&IgMessageId, Direction, Timestamp),
) -> Result<Known, StoreError> {
    if let Some(known) = message::known(w, account, message)? {
        return Ok(known);
    }
    let noted = Incoming {
        external_id: message.clone(),
        direction: by,
        kind: MessageKind::Unknown,
        text: String::new(),
        sent_at: reading::whole_second(at),
        raw: "{}".to_owned(),
        path: Path::Webhook,
        extras: Extras::default(),
    };
    message::upsert(w, account, id, &noted)?;
    message::known(w, account, message)?.ok_or(StoreError::NotFound("message"))
}

/// Makes the reactions what a poll shows, where it shows anything new of the message.
pub(super) fn reactions(
    w: &mut Write<'_>,
    id: ConversationId,
    shown: &Incoming,
    upserted: Upserted,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match (&shown.extras.reactions, upserted) {
        (None, _) | (_, Upserted::Known) => Ok(false),
        (Some(all), Upserted::New(_)) if all.is_empty() => Ok(false),
        (Some(all), _) => reaction::shown(w, id, &shown.external_id, all, now),
    }
}

/// The last message that was stored before a batch, when the batch does not reach back to it: what
/// lies between is no longer shown by Instagram.
pub(super) fn end_before(
    w: &Write<'_>,
    account: AccountId,
    id: ConversationId,
    batch: &Batch,
) -> Result<Option<MessageId>, StoreError> {
    let Some(first) = batch.messages.first() else {
        return Ok(None);
    };
    if batch.path != Path::Poll || !batch.has_older {
        return Ok(None);
    }
    if message::known(w, account, &first.external_id)?.is_some() {
        return Ok(None);
    }
    gap::last_before(w, id, first.sent_at)
}

/// Marks the gap before a batch.
pub(super) fn mark_gap(
    w: &mut Write<'_>,
    account: AccountId,
    id: ConversationId,
    (batch, after_id): (&Batch, MessageId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(first) = batch.messages.first() else {
        return Ok(());
    };
    if let Some(known) = message::known(w, account, &first.external_id)? {
        let found = gap::Gap {
            after_id,
            before_id: known.id,
            found_at: now,
        };
        gap::mark(w, id, found)?;
    }
    Ok(())
}
