//! Observations: what the AI would have sent, compared with what the owner sent.

use crate::word::{opt_word, word};
use crate::{StoreError, Write};
use desk_core::{
    Author, Change, ConversationId, DraftId, Edit, Entity, EntryId, MessageId, Observed, Source,
    Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeMap;

/// A row of `observation` that is to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Ours.
    pub id: i64,
    /// What the AI would have sent.
    pub draft_id: DraftId,
    /// Where.
    pub conversation_id: ConversationId,
    /// The message that it answers.
    pub trigger_id: MessageId,
    /// Its topic.
    pub topic: String,
    /// The first entry that it rests on.
    pub entry_id: EntryId,
    /// As that entry was then.
    pub revision: u32,
    /// How what the owner sent differs.
    pub edit: Option<Edit>,
    /// When the draft was written.
    pub created_at: Timestamp,
}

const COLUMNS: &str =
    "id, draft_id, conversation_id, trigger_id, topic, entry_id, revision, edit, created_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Observation> {
    Ok(Observation {
        id: row.get(0)?,
        draft_id: DraftId(row.get(1)?),
        conversation_id: ConversationId(row.get(2)?),
        trigger_id: MessageId(row.get(3)?),
        topic: row.get(4)?,
        entry_id: EntryId(row.get(5)?),
        revision: row.get(6)?,
        edit: opt_word!(row, 7, Edit),
        created_at: Timestamp(row.get(8)?),
    })
}

/// Begins an observation; its `id` is ignored. A draft is observed once.
///
/// # Errors
/// When the file cannot be written.
pub fn begin(w: &mut Write<'_>, new: &Observation) -> Result<(), StoreError> {
    w.prepare_cached(
        "INSERT INTO observation (draft_id, conversation_id, trigger_id, topic, entry_id, revision, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (draft_id) DO NOTHING",
    )?
    .execute(params![
        new.draft_id.0,
        new.conversation_id.0,
        new.trigger_id.0,
        new.topic,
        new.entry_id.0,
        new.revision,
        new.created_at.0
    ])?;
    Ok(())
}

/// The observation of a draft that is still open.
///
/// # Errors
/// When the file cannot be read.
pub fn open_of_draft(db: &Connection, draft: DraftId) -> Result<Option<Observation>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM observation WHERE draft_id = ?1 AND outcome = 'open'"
    ))?;
    Ok(query.query_row([draft.0], from_row).optional()?)
}

/// The open observations of a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn open_of(
    db: &Connection,
    conversation: ConversationId,
) -> Result<Vec<Observation>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM observation WHERE conversation_id = ?1 AND outcome = 'open' ORDER BY id"
    ))?;
    let rows = query.query_map([conversation.0], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Settles an observation.
///
/// # Errors
/// When the file cannot be written.
pub fn settle(
    w: &mut Write<'_>,
    observation: &Observation,
    outcome: Observed,
    edit: Option<Edit>,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE observation SET outcome = ?2, edit = ?3, settled_at = ?4 WHERE id = ?1 AND outcome = 'open'",
    )?
    .execute(params![
        observation.id,
        outcome.as_str(),
        edit.map(Edit::as_str),
        now.0
    ])?;
    w.note(Change::upserted(
        Entity::Topic,
        &observation.topic,
        Source::Ai,
    ));
    Ok(())
}

/// What waited longer than it may is worth nothing.
///
/// # Errors
/// When the file cannot be written.
pub fn expire(w: &mut Write<'_>, before: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE observation SET outcome = 'void', settled_at = ?2 WHERE outcome = 'open' AND created_at < ?1",
    )?
    .execute(params![before.0, now.0])?;
    Ok(())
}

/// How often the AI was right and wrong in a topic, as far as it counts: after its last lock, and
/// about entries that still say what they said then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// The owner sent the same.
    pub passed: u32,
    /// The owner sent something else.
    pub failed: u32,
}

/// The tallies of all topics, by their keys.
///
/// # Errors
/// When the file cannot be read.
pub fn tallies(db: &Connection) -> Result<BTreeMap<String, Tally>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT o.topic, sum(o.outcome = 'passed'), sum(o.outcome = 'failed')
         FROM observation o
         JOIN entry e ON e.id = o.entry_id AND e.revision = o.revision
         LEFT JOIN topic t ON t.key = o.topic
         WHERE o.id > coalesce(t.counted_from, 0)
         GROUP BY o.topic",
    )?;
    let rows = query.query_map([], |r| {
        Ok((
            r.get(0)?,
            Tally {
                passed: r.get(1)?,
                failed: r.get(2)?,
            },
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What came after the message that an observation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who wrote it; the customer, when they wrote again before anybody answered.
    pub author: Author,
    /// The words.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// The first thing said after the trigger of an observation, by whomever.
///
/// # Errors
/// When the file cannot be read.
pub fn answer_to(db: &Connection, open: &Observation) -> Result<Option<Answer>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT m.author, m.text, m.sent_at
         FROM message t JOIN message m ON m.conversation_id = t.conversation_id
         WHERE t.id = ?1 AND (m.sent_at, m.id) > (t.sent_at, t.id)
           AND m.direction IN ('in', 'out') AND m.state NOT IN ('cancelled', 'failed', 'queued', 'retrying')
         ORDER BY m.sent_at, m.id LIMIT 1",
    )?;
    let found = query
        .query_row([open.trigger_id.0], |r| {
            Ok(Answer {
                author: word!(r, 0, Author),
                text: r.get(1)?,
                at: Timestamp(r.get(2)?),
            })
        })
        .optional()?;
    Ok(found)
}
