//! The account of the AI: what it did, what it cost, what it had no answer to. Reads only.

use crate::dto::{AiDay, AiTally, AiUsage, Unanswered};
use crate::settings::stored_ai;
use crate::{Desk, IpcError, local_time};
use desk_core::{Code, Timestamp, text};
use desk_store::table::ai_account::{self, Unanswered as Row};
use desk_store::table::ai_call;
use desk_store::{Connection, StoreError};

/// Ways to ask the same that are shown beside the newest.
const MAX_ALSO: usize = 4;
/// Questions that are looked at.
const REACH: u32 = 500;
/// Millionths in a cent.
const MICROS_IN_CENT: i64 = 10_000;

/// Cents, rounded up: the owner is never told less than it cost.
pub(crate) fn cents(micros: i64) -> u32 {
    let whole = micros.max(0).div_euclid(MICROS_IN_CENT);
    let rest = i64::from(micros.max(0).rem_euclid(MICROS_IN_CENT) > 0);
    u32::try_from(whole + rest).unwrap_or(u32::MAX)
}

/// What the AI did from one moment to before another.
pub(crate) fn tally(
    db: &Connection,
    from: Timestamp,
    to: Timestamp,
) -> Result<AiTally, StoreError> {
    let did = ai_account::tally(db, from, to)?;
    let spent = ai_call::spent(db, from, to)?;
    Ok(AiTally {
        drafted: did.drafted,
        sent_as_is: did.as_is,
        edited: did.edited,
        rejected: did.rejected,
        automatic: did.automatic,
        undone: did.undone,
        skipped: did.skipped,
        unanswered: did.unanswered,
        calls: spent.calls,
        failed_calls: spent.failed,
        tokens_in: spent.tokens_in,
        tokens_out: spent.tokens_out,
        cost_cents: cents(spent.cost_micros),
        currency: stored_ai(db)?.currency,
    })
}

/// Puts questions together that are the same but for case, marks and order of words.
fn together(rows: Vec<Row>, limit: usize) -> Vec<Unanswered> {
    let mut groups: Vec<(Vec<String>, Unanswered)> = Vec::new();
    for row in rows {
        let question = text::snippet(&row.text, 300);
        let mut words: Vec<String> = text::fold(&question)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect();
        words.sort();
        words.dedup();
        if words.is_empty() {
            continue;
        }
        if let Some((_, group)) = groups.iter_mut().find(|(known, _)| is_same(known, &words)) {
            group.count += 1;
            if group.question != question
                && group.also.len() < MAX_ALSO
                && !group.also.contains(&question)
            {
                group.also.push(question);
            }
            continue;
        }
        groups.push((
            words,
            Unanswered {
                question,
                also: Vec::new(),
                count: 1,
                last_at: row.at,
                conversation_id: row.conversation_id,
                message_id: row.message_id,
            },
        ));
    }
    let mut all: Vec<Unanswered> = groups.into_iter().map(|(_, group)| group).collect();
    // What is asked most often is worth answering first; the order among equals is the newest first.
    all.sort_by_key(|g| std::cmp::Reverse(g.count));
    all.truncate(limit);
    all
}

/// Whether two sorted sets of words share three quarters of all their words.
fn is_same(a: &[String], b: &[String]) -> bool {
    let shared = a.iter().filter(|w| b.binary_search(w).is_ok()).count();
    let all = a.len() + b.len() - shared;
    shared * 4 >= all * 3
}

impl Desk {
    /// Command `ai_usage`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for what is no month.
    pub async fn ai_usage(&self, month: Option<String>) -> Result<AiUsage, IpcError> {
        let now = self.clock.now();
        let month = month.unwrap_or_else(|| local_time::month(now));
        let days = local_time::days_of(&month)
            .filter(|days| !days.is_empty())
            .ok_or_else(|| IpcError::new(Code::BadRequest, "a month looks like 2026-11"))?;
        let usage: Result<AiUsage, StoreError> = self
            .store
            .read(move |db| {
                let from = days.first().map_or(now, |d| d.1);
                let to = days.last().map_or(now, |d| d.2);
                let mut shown = Vec::new();
                for (day, began, ended) in days.into_iter().filter(|d| d.1 <= now) {
                    let tally = tally(db, began, ended)?;
                    shown.push(AiDay {
                        day,
                        drafted: tally.drafted,
                        automatic: tally.automatic,
                        cost_cents: tally.cost_cents,
                    });
                }
                Ok(AiUsage {
                    month,
                    total: tally(db, from, to)?,
                    days: shown,
                })
            })
            .await;
        Ok(usage?)
    }

    /// Command `unanswered_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn unanswered_list(&self, limit: u32) -> Result<Vec<Unanswered>, IpcError> {
        let rows: Result<Vec<Row>, StoreError> = self
            .store
            .read(|db| ai_account::unanswered(db, REACH))
            .await;
        let limit = usize::try_from(limit.clamp(1, 200)).unwrap_or(200);
        Ok(together(rows?, limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::{ConversationId, MessageId};

    #[test]
    fn a_cent_begun_is_a_cent() {
        for (micros, expected) in [(0, 0), (1, 1), (10_000, 1), (10_001, 2), (-5, 0)] {
            assert_eq!(cents(micros), expected);
        }
    }

    #[test]
    fn the_same_question_is_told_once_with_its_count() {
        let row = |id: i64, text: &str| Row {
            conversation_id: ConversationId(id),
            message_id: MessageId(id),
            text: text.to_owned(),
            at: Timestamp(id),
        };
        let rows = vec![
            row(3, "Hediye paketi var mı?"),
            row(2, "hediye paketi VAR MI"),
            row(1, "Do you ship to Mars?"),
            row(0, "???"),
        ];
        let found = together(rows, 10);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].count, found[0].message_id), (2, MessageId(3)));
        assert_eq!(found[0].also, ["hediye paketi VAR MI"]);
    }
}
