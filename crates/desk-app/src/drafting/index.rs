//! The knowledge, indexed once and built anew after a change or when an entry expires.

use desk_ai::{Knowledge, Lang};
use desk_core::{EntryId, Timestamp};
use desk_store::StoreError;
use desk_store::table::entry::{self, Entry};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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
            knowledge: Arc::new(Knowledge::new(entries.collect())),
            until: valid.iter().filter_map(|e| e.expires_at).min(),
            rows: Arc::new(valid.into_iter().map(|e| (e.id, e)).collect()),
        }
    }
}

/// The last index that was built.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Option<Indexed>>);

impl Cache {
    /// Something changed: the next one who asks builds it anew.
    pub(crate) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The index, when it is still good.
    fn ready(&self, now: Timestamp) -> Option<Indexed> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
            .filter(|indexed| indexed.until.is_none_or(|at| at > now))
    }

    /// The index, built when it has to be.
    pub(crate) async fn get(
        &self,
        store: &desk_store::Store,
        now: Timestamp,
    ) -> Result<Indexed, StoreError> {
        if let Some(ready) = self.ready(now) {
            return Ok(ready);
        }
        let built: Result<Indexed, StoreError> = store
            .read(move |db| Ok(Indexed::build(entry::all(db)?, now)))
            .await;
        let built = built?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(built.clone());
        Ok(built)
    }
}
