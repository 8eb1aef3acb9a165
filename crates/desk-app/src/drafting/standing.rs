//! How the topics stand: what the owner set, what was observed, what may go out by itself. Reads;
//! the counting rule is desk-ai's.

use crate::settings::stored_ai;
use desk_ai::certify::{self, Unlock};
use desk_core::{EntryId, Grant, LockReason, SourceId, SourceState, Timestamp};
use desk_store::table::entry::Entry;
use desk_store::table::observation::{self, Tally};
use desk_store::table::topic::{self, Topic};
use desk_store::table::{entry, source};
use desk_store::{Connection, StoreError, Write};
use std::collections::{BTreeMap, BTreeSet};

/// How all topics stand at a moment.
#[derive(Debug)]
pub(crate) struct Standing {
    topics: BTreeMap<String, Topic>,
    tallies: BTreeMap<String, Tally>,
    /// Sources whose entries may be out of date.
    doubtful: BTreeSet<SourceId>,
    risk: f64,
}

impl Standing {
    /// Reads how they stand.
    pub(crate) fn read(db: &Connection) -> Result<Self, StoreError> {
        let sources = source::all(db)?.into_iter();
        Ok(Standing {
            topics: topic::all(db)?,
            tallies: observation::tallies(db)?,
            doubtful: sources
                .filter(|s| s.state != SourceState::Fresh)
                .map(|s| s.id)
                .collect(),
            risk: f64::from(stored_ai(db)?.risk_percent) / 100.0,
        })
    }

    /// What is kept of a topic.
    pub(crate) fn topic(&self, key: &str) -> Topic {
        self.topics.get(key).cloned().unwrap_or_default()
    }

    /// How often the AI was right and wrong there.
    pub(crate) fn tally(&self, key: &str) -> Tally {
        self.tallies.get(key).copied().unwrap_or_default()
    }

    /// How far a topic has come.
    pub(crate) fn unlock(&self, key: &str) -> Unlock {
        let tally = self.tally(key);
        certify::unlock(tally.passed, tally.failed, self.risk)
    }

    /// The topics that may answer by themselves because they earned it.
    pub(crate) fn earned(&self) -> Vec<String> {
        let keys = self.tallies.keys();
        let earned = keys.filter(|key| self.unlock(key).unlocked);
        earned.cloned().collect()
    }

    /// What allows an entry to go out by itself.
    pub(crate) fn grant(&self, entry: &Entry) -> Grant {
        let key = entry.topic_key();
        let is_doubtful = entry.source_id.is_some_and(|s| self.doubtful.contains(&s));
        Grant {
            mode: self.topics.get(&key).and_then(|t| t.mode),
            earned: self.unlock(&key).unlocked,
            doubted: entry.doubt.is_some() || is_doubtful,
        }
    }

    /// What allows each of the entries.
    pub(crate) fn grants(&self, entries: &[Entry]) -> BTreeMap<EntryId, Grant> {
        entries.iter().map(|e| (e.id, self.grant(e))).collect()
    }
}

/// The topic of the first entry that a draft rests on, with that entry as it is now.
pub(crate) fn first_entry(
    db: &Connection,
    cites: &[crate::dto::Citation],
) -> Result<Option<Entry>, StoreError> {
    cites
        .first()
        .map_or(Ok(None), |cited| entry::find(db, cited.entry_id))
}

/// Takes the leave of a topic away, at once. What was never earned cannot be lost, unless the
/// reply was on its way by itself.
pub(crate) fn lock(
    w: &mut Write<'_>,
    entry: &Entry,
    reason: LockReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = entry.topic_key();
    let earned = Standing::read(w)?.unlock(&key).unlocked;
    if earned || matches!(reason, LockReason::Undone | LockReason::Complaint) {
        topic::lock(w, &key, reason, now)?;
    }
    Ok(())
}
