//! Reactions, by the message's external id: an event about a message may come before the message.

use crate::word::word;
use crate::{StoreError, Write};
use desk_core::{ConversationId, Direction, IgMessageId, Timestamp};
use rusqlite::{Connection, params};

/// A row of `reaction` that was not taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// Who reacted: the customer or we.
    pub direction: Direction,
    /// The platform's word for it.
    pub reaction: String,
    /// The sign, where it was told.
    pub emoji: String,
    /// When.
    pub at: Timestamp,
}

/// A reaction that one side set, or took back when both words are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set<'a> {
    /// On what.
    pub message: &'a IgMessageId,
    /// Whose.
    pub direction: Direction,
    /// The platform's word for it.
    pub reaction: &'a str,
    /// The sign.
    pub emoji: &'a str,
    /// When; an event that is older than what is known changes nothing.
    pub at: Timestamp,
}

/// Sets or takes back a reaction; says whether anything changed.
///
/// # Errors
/// When the file cannot be written.
pub fn set(
    w: &mut Write<'_>,
    conversation: ConversationId,
    set: &Set<'_>,
) -> Result<bool, StoreError> {
    let n = w
        .prepare_cached(
            "INSERT INTO reaction (conversation_id, external_id, direction, reaction, emoji, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (conversation_id, external_id, direction) DO UPDATE SET
                 reaction = excluded.reaction, emoji = excluded.emoji, at = excluded.at
             WHERE excluded.at >= at AND (reaction <> excluded.reaction OR emoji <> excluded.emoji)",
        )?
        .execute(params![
            conversation.0,
            set.message.as_str(),
            set.direction.as_str(),
            set.reaction,
            set.emoji,
            set.at.0
        ])?;
    Ok(n > 0)
}

/// The reactions to a message that were not taken back.
///
/// # Errors
/// When the file cannot be read.
pub fn of(
    db: &Connection,
    conversation: ConversationId,
    message: &IgMessageId,
) -> Result<Vec<Reaction>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT direction, reaction, emoji, at FROM reaction
         WHERE conversation_id = ?1 AND external_id = ?2 AND (reaction <> '' OR emoji <> '')
         ORDER BY direction",
    )?;
    let rows = query.query_map(params![conversation.0, message.as_str()], |r| {
        Ok(Reaction {
            direction: word!(r, 0, Direction),
            reaction: r.get(1)?,
            emoji: r.get(2)?,
            at: Timestamp(r.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes the reactions to a message what a poll shows of it; says whether anything changed.
///
/// # Errors
/// When the file cannot be written.
pub fn shown(
    w: &mut Write<'_>,
    conversation: ConversationId,
    message: &IgMessageId,
    all: &[(Direction, String, String)],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let before = of(w, conversation, message)?;
    let mut changed = false;
    for direction in [Direction::In, Direction::Out] {
        let now_shown = all.iter().find(|(by, _, _)| *by == direction);
        let stored = before.iter().find(|r| r.direction == direction);
        let (reaction, emoji) = match (now_shown, stored) {
            (None, None) => continue,
            // A poll names the word alone where a webhook named the sign as well.
            (Some((_, word, emoji)), Some(stored))
                if *word == stored.reaction && emoji.is_empty() =>
            {
                continue;
            }
            (Some((_, word, emoji)), _) => (word.as_str(), emoji.as_str()),
            (None, Some(_)) => ("", ""),
        };
        let at = now;
        changed |= set(
            w,
            conversation,
            &Set {
                message,
                direction,
                reaction,
                emoji,
                at,
            },
        )?;
    }
    Ok(changed)
}
