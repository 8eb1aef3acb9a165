//! The account of the AI: what became of its drafts in a time, and what it had no answer to. Reads
//! only.

use crate::{StoreError, table::draft};
use desk_core::{ConversationId, MessageId, Timestamp};
use rusqlite::{Connection, params};

/// What became of the drafts of a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Drafts with a text.
    pub drafted: u32,
    /// Approved and sent as they were.
    pub as_is: u32,
    /// Approved and sent with changes.
    pub edited: u32,
    /// Rejected.
    pub rejected: u32,
    /// Sent without a person.
    pub automatic: u32,
    /// Stopped in their countdown, or taken back.
    pub undone: u32,
    /// Messages that needed no answer.
    pub skipped: u32,
    /// Messages that nothing was known about.
    pub unanswered: u32,
}

/// Counts the drafts that were written from one moment to before another.
///
/// # Errors
/// When the file cannot be read.
pub fn tally(db: &Connection, from: Timestamp, to: Timestamp) -> Result<Tally, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT sum(text <> ''),
                sum(outcome = 'approved' AND edit IS 'none' AND auto_sent = 0),
                sum(outcome = 'approved' AND edit IS NOT 'none' AND edit IS NOT NULL AND auto_sent = 0),
                sum(outcome = 'rejected'),
                sum(auto_sent),
                sum(undone),
                sum(outcome = 'skipped'),
                sum(instr(reasons, '\"nothing_known\"') > 0)
         FROM (SELECT d.*,
                 EXISTS (SELECT 1 FROM outbox o WHERE o.draft_id = d.id AND o.approval = 'policy'
                         AND o.state NOT IN ('cancelled', 'failed')) AS auto_sent,
                 (instr(d.reasons, '\"stopped\"') > 0 OR EXISTS (
                     SELECT 1 FROM outbox o WHERE o.draft_id = d.id AND o.approval = 'policy'
                         AND o.state = 'cancelled')) AS undone
               FROM draft d WHERE d.created_at >= ?1 AND d.created_at < ?2)",
    )?;
    let count =
        |row: &rusqlite::Row<'_>, i| row.get::<_, Option<u32>>(i).map(Option::unwrap_or_default);
    Ok(query.query_row(params![from.0, to.0], |r| {
        Ok(Tally {
            drafted: count(r, 0)?,
            as_is: count(r, 1)?,
            edited: count(r, 2)?,
            rejected: count(r, 3)?,
            automatic: count(r, 4)?,
            undone: count(r, 5)?,
            skipped: count(r, 6)?,
            unanswered: count(r, 7)?,
        })
    })?)
}

/// How the turns of a time ended at first, before the owner did anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mix {
    /// All turns.
    pub turns: u32,
    /// Those that nothing was known about.
    pub unknown: u32,
    /// Those for a person.
    pub held: u32,
    /// Those without need of an answer.
    pub skipped: u32,
}

/// Counts the turns that were drafted from one moment to before another, each once.
///
/// # Errors
/// When the file cannot be read.
pub fn mix(db: &Connection, from: Timestamp, to: Timestamp) -> Result<Mix, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT count(*), sum(instr(reasons, '\"nothing_known\"') > 0),
                sum(instr(reasons, '\"person_needed\"') > 0 OR instr(reasons, '\"asks_for_person\"') > 0),
                sum(instr(reasons, '\"thanks_only\"') > 0 OR instr(reasons, '\"spam\"') > 0
                    OR instr(reasons, '\"greeting_only\"') > 0)
         FROM draft WHERE id IN (SELECT max(id) FROM draft WHERE created_at >= ?1 AND created_at < ?2
                                   AND outcome <> 'pending' GROUP BY trigger_id)",
    )?;
    let count =
        |row: &rusqlite::Row<'_>, i| row.get::<_, Option<u32>>(i).map(Option::unwrap_or_default);
    Ok(query.query_row(params![from.0, to.0], |r| {
        Ok(Mix {
            turns: r.get(0)?,
            unknown: count(r, 1)?,
            held: count(r, 2)?,
            skipped: count(r, 3)?,
        })
    })?)
}

/// A question that nothing was known about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// Where it was asked.
    pub conversation_id: ConversationId,
    /// The message.
    pub message_id: MessageId,
    /// Its words.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// How many of the newest drafts are looked at.
const REACH: i64 = 5000;

/// The newest questions that nothing was known about, newest first.
///
/// # Errors
/// When the file cannot be read.
pub fn unanswered(db: &Connection, limit: u32) -> Result<Vec<Unanswered>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT d.conversation_id, m.id, m.text, m.sent_at
         FROM draft d JOIN message m ON m.id = d.trigger_id
         WHERE d.id > (SELECT coalesce(max(id), 0) FROM draft) - ?1
           AND instr(d.reasons, '\"nothing_known\"') > 0 AND m.text <> ''
         GROUP BY d.trigger_id ORDER BY max(d.id) DESC LIMIT ?2",
    )?;
    let rows = query.query_map(params![REACH, limit], |r| {
        Ok(Unanswered {
            conversation_id: ConversationId(r.get(0)?),
            message_id: MessageId(r.get(1)?),
            text: r.get(2)?,
            at: Timestamp(r.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The newest turns that were drafted, one draft for each trigger, newest first.
///
/// # Errors
/// When the file cannot be read.
pub fn turns(db: &Connection, limit: u32) -> Result<Vec<draft::Draft>, StoreError> {
    let ids: Vec<i64> = {
        let mut query = db.prepare_cached(
            "SELECT max(id) FROM draft WHERE id > (SELECT coalesce(max(id), 0) FROM draft) - ?1
                 AND outcome <> 'pending'
             GROUP BY trigger_id ORDER BY 1 DESC LIMIT ?2",
        )?;
        let rows = query.query_map(params![REACH, limit], |r| r.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    ids.into_iter()
        .map(|id| draft::get(db, desk_core::DraftId(id)))
        .collect()
}
