//! Topics: how far each has come to answer by itself, and the AI's day in one look.

use crate::drafting::standing::Standing;
use crate::drafting::turn::MAX_A_DAY_ALL;
use crate::dto::{AiToday, Topic};
use crate::settings::stored_ai;
use crate::{Desk, IpcError, ai_account, hours, local_time};
use desk_core::{Code, ReplyMode, Source, Timestamp};
use desk_store::table::entry::{self, Entry};
use desk_store::table::{ai_call, draft, suggestion, topic};
use desk_store::{Connection, StoreError};
use std::collections::BTreeMap;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Suggestions are counted up to here.
const MANY: u32 = 1000;

/// All topics of the knowledge: those with a name by it, every other entry as its own.
pub(crate) fn all(db: &Connection) -> Result<Vec<Topic>, StoreError> {
    let standing = Standing::read(db)?;
    let mut topics: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in entry::all(db)?.into_iter().filter(|e| !e.internal) {
        topics.entry(entry.topic_key()).or_default().push(entry);
    }
    let mut all: Vec<Topic> = topics
        .iter()
        .map(|(key, entries)| shown(&standing, key, entries))
        .collect();
    all.sort_by(|a, b| (!a.named, &a.name).cmp(&(!b.named, &b.name)));
    Ok(all)
}

fn shown(standing: &Standing, key: &str, entries: &[Entry]) -> Topic {
    let kept = standing.topic(key);
    let tally = standing.tally(key);
    let unlock = standing.unlock(key);
    let first = entries.first();
    let named = first.is_some_and(|e| !e.topic.is_empty());
    let name = if named {
        first.map(|e| e.topic.clone())
    } else {
        first.and_then(|e| e.questions.first().cloned())
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Topic {
        key: key.to_owned(),
        name: name.unwrap_or_default(),
        named,
        mode: kept.mode,
        entries: count(entries.len()),
        marked: count(entries.iter().filter(|e| e.auto_ok).count()),
        earned: unlock.unlocked,
        right: tally.passed,
        wrong: tally.failed,
        needed: unlock.needed,
        bound: unlock.bound,
        lock_reason: kept.lock_reason,
        locked_at: kept.locked_at,
    }
}

fn today(db: &Connection, now: Timestamp) -> Result<AiToday, StoreError> {
    let ai = stored_ai(db)?;
    let began = local_time::day_began(now);
    let until = now + Duration::from_millis(1);
    let spent = ai_call::spent(db, began, until)?;
    let sent = draft::automatic_since(db, None, now - DAY)?;
    let entries = entry::all(db)?;
    let to_check = entries
        .iter()
        .filter(|e| e.doubt.is_some() || !e.is_valid_at(now))
        .count();
    Ok(AiToday {
        tally: ai_account::tally(db, began, until)?,
        automatic_left: MAX_A_DAY_ALL.saturating_sub(sent),
        budget_left_cents: (ai.daily_cap_cents > 0).then(|| {
            ai.daily_cap_cents
                .saturating_sub(ai_account::cents(spent.cost_micros))
        }),
        quiet_now: hours::are_quiet_at(&ai, now),
        locked: all(db)?
            .into_iter()
            .filter(|t| t.locked_at.is_some_and(|at| at >= began))
            .collect(),
        suggestions: u32::try_from(suggestion::waiting(db, MANY)?.len()).unwrap_or(MANY),
        entries_to_check: u32::try_from(to_check).unwrap_or(u32::MAX),
    })
}

impl Desk {
    /// Command `topic_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn topic_list(&self) -> Result<Vec<Topic>, IpcError> {
        let topics: Result<Vec<Topic>, StoreError> = self.store.read(all).await;
        Ok(topics?)
    }

    /// Command `topic_mode_set`. A stricter mode stops at once what counts down.
    ///
    /// # Errors
    /// [`Code::NotFound`] when no entry belongs to it.
    pub async fn topic_mode_set(
        &self,
        key: String,
        mode: Option<ReplyMode>,
    ) -> Result<Topic, IpcError> {
        let now = self.clock.now();
        let set: Result<Topic, StoreError> = self
            .store
            .write(move |w| {
                if !all(w)?.iter().any(|t| t.key == key) {
                    return Err(StoreError::Refused(Code::NotFound));
                }
                topic::set_mode(w, &key, mode)?;
                for waiting in draft::countdowns(w)? {
                    let due = waiting.auto_at.unwrap_or(now);
                    if let Some(reason) =
                        crate::drafting::countdown::refusal(w, &waiting, due, now)?
                    {
                        draft::back_to_proposal(w, &waiting, reason, Source::Owner)?;
                    }
                }
                all(w)?
                    .into_iter()
                    .find(|t| t.key == key)
                    .ok_or(StoreError::NotFound("topic"))
            })
            .await;
        Ok(set?)
    }

    /// Command `ai_today`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn ai_today(&self) -> Result<AiToday, IpcError> {
        let now = self.clock.now();
        let digest: Result<AiToday, StoreError> = self.store.read(move |db| today(db, now)).await;
        Ok(digest?)
    }
}
