//! The knowledge, indexed once and built anew after a change or when an entry expires.

use desk_ai::{Knowledge, Lang};
use desk_core::{EntryId, Timestamp};
use desk_store::StoreError;
use desk_store::table::entry::{self, Entry};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The knowledge at a moment.
#[derive(Debug, Clone)]
pub(crate) struct Indexed {
    pub(crate) knowledge: Arc<Knowledge>,
    pub(crate) rows: Arc<BTreeMap<EntryId, Entry>>,
    /// When the next entry expires.
    until: Option<Timestamp>,
}

impl Indexed {
    /// Indexes what is valid at a moment.
    pub(crate) fn build(all: Vec<Entry>, now: Timestamp) -> Self {
        let valid: Vec<Entry> = all.into_iter().filter(|e| e.is_valid_at(now)).collect();
        let entries = valid.iter().map(|e| desk_ai::Entry {
            id: e.id,
            questions: e.questions.clone(),
            answer: e.answer.clone(),
            lang: Lang::from_word(&e.lang).unwrap_or_default(),
            auto_ok: e.auto_ok,
            internal: e.internal,
            answers: e
                .answers
                .iter()
                .filter_map(|(lang, answer)| Some((Lang::from_word(lang)?, answer.clone())))
                .collect(),
        });
        Indexed {
            knowledge: Arc::new(Knowledge::unexamined(entries.collect())),
            until: valid.iter().filter_map(|e| e.expires_at).min(),
            rows: Arc::new(valid.into_iter().map(|e| (e.id, e)).collect()),
        }
    }
}

/// The last index that was built.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    kept: Mutex<Kept>,
    /// Held while one is built, so that the others wait for it.
    building: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    indexed: Option<Indexed>,
    /// Counts the changes: what was read before one is not kept after it.
    edition: u64,
}

impl Kept {
    /// Keeps what was read at an edition, unless something changed since.
    fn keep(&mut self, built: &Indexed, edition: u64) -> bool {
        let is_current = self.edition == edition;
        if is_current {
            self.indexed = Some(built.clone());
        }
        is_current
    }
}

impl Cache {
    /// Something changed: the next one who asks builds it anew.
    pub(crate) fn clear(&self) {
        let mut kept = self.kept();
        kept.indexed = None;
        kept.edition += 1;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index, when it is still good.
    fn ready(&self, now: Timestamp) -> Option<Indexed> {
        let kept = self.kept().indexed.clone();
        kept.filter(|indexed| indexed.until.is_none_or(|at| at > now))
    }

    /// The index, built when it has to be.
    pub(crate) async fn get(
        &self,
        store: &desk_store::Store,
        now: Timestamp,
    ) -> Result<Indexed, StoreError> {
        let _one_at_a_time = self.building.lock().await;
        if let Some(ready) = self.ready(now) {
            return Ok(ready);
        }
        let edition = self.kept().edition;
        let built: Result<Indexed, StoreError> = store
            .read(move |db| Ok(Indexed::build(entry::all(db)?, now)))
            .await;
        let built = built?;
        if self.kept().keep(&built, edition) {
            examine(Arc::clone(&built.knowledge));
        }
        Ok(built)
    }
}

/// Examines a knowledge aside: drafts need not wait for it, and neither need the end of the
/// program.
fn examine(knowledge: Arc<Knowledge>) {
    let thread = std::thread::Builder::new().name("examine".into());
    if let Err(e) = thread.spawn(move || knowledge.examine()) {
        tracing::warn!(error = %e, "the knowledge stays unexamined: fewer replies go out by themselves");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (cache, now) = (Cache::default(), Timestamp(1));
        let read = cache.kept().edition;
        let built = Indexed::build(Vec::new(), now);
        cache.clear();
        assert!(!cache.kept().keep(&built, read));
        assert!(cache.ready(now).is_none());
        let read = cache.kept().edition;
        assert!(cache.kept().keep(&built, read));
        assert!(cache.ready(now).is_some());
    }
}
