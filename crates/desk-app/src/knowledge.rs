//! The owner's knowledge.

use crate::dto::KnowledgeEntry;
use crate::{Desk, IpcError};
use desk_core::{Code, EntryId};
use desk_store::StoreError;
use desk_store::table::entry::{self, Entry};

/// The most that one answer may hold: more than a message can carry, for what is cut in two.
const MAX_ANSWER_BYTES: usize = 8000;
const MAX_QUESTIONS: usize = 50;

fn shown(entry: Entry) -> KnowledgeEntry {
    KnowledgeEntry {
        id: entry.id,
        questions: entry.questions,
        answer: entry.answer,
        lang: entry.lang,
        auto_ok: entry.auto_ok,
        internal: entry.internal,
        updated_at: entry.updated_at,
    }
}

impl Desk {
    /// Command `knowledge_add`.
    ///
    /// # Errors
    /// [`Code::EntryIncomplete`] without a question or an answer.
    pub async fn knowledge_add(
        &self,
        questions: Vec<String>,
        answer: String,
        lang: String,
        auto_ok: bool,
        internal: bool,
    ) -> Result<KnowledgeEntry, IpcError> {
        let entry = self.checked(EntryId(0), questions, answer, lang, auto_ok, internal)?;
        let added: Result<KnowledgeEntry, StoreError> = self
            .store
            .write(move |w| {
                let id = entry::add(w, &entry)?;
                Ok(shown(Entry { id, ..entry }))
            })
            .await;
        Ok(added?)
    }

    /// Command `knowledge_change`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is gone.
    pub async fn knowledge_change(
        &self,
        entry: KnowledgeEntry,
    ) -> Result<KnowledgeEntry, IpcError> {
        let KnowledgeEntry {
            id,
            questions,
            answer,
            lang,
            auto_ok,
            internal,
            ..
        } = entry;
        let entry = self.checked(id, questions, answer, lang, auto_ok, internal)?;
        let changed: Result<KnowledgeEntry, StoreError> = self
            .store
            .write(move |w| {
                entry::change(w, &entry)?;
                Ok(shown(entry))
            })
            .await;
        Ok(changed?)
    }

    /// Command `knowledge_remove`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is gone.
    pub async fn knowledge_remove(&self, entry_id: EntryId) -> Result<(), IpcError> {
        let removed: Result<(), StoreError> =
            self.store.write(move |w| entry::remove(w, entry_id)).await;
        Ok(removed?)
    }

    /// Command `knowledge_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn knowledge_list(&self) -> Result<Vec<KnowledgeEntry>, IpcError> {
        let all: Result<Vec<Entry>, StoreError> = self.store.read(entry::all).await;
        Ok(all?.into_iter().map(shown).collect())
    }

    fn checked(
        &self,
        id: EntryId,
        questions: Vec<String>,
        answer: String,
        lang: String,
        auto_ok: bool,
        internal: bool,
    ) -> Result<Entry, IpcError> {
        let questions: Vec<String> = questions
            .iter()
            .map(|q| q.trim().chars().take(500).collect::<String>())
            .filter(|q| !q.is_empty())
            .take(MAX_QUESTIONS)
            .collect();
        let answer = answer.trim().to_owned();
        if questions.is_empty() || answer.is_empty() {
            return Err(IpcError::new(
                Code::EntryIncomplete,
                "an entry needs a question and an answer",
            ));
        }
        if answer.len() > MAX_ANSWER_BYTES {
            return Err(IpcError::new(Code::ReplyTooLong, "the answer is too long"));
        }
        if desk_ai::Lang::from_word(&lang).is_none() {
            return Err(IpcError::new(Code::BadRequest, "no such language"));
        }
        // What customers must not see must not go out by itself either.
        Ok(Entry {
            id,
            questions,
            answer,
            lang,
            auto_ok: auto_ok && !internal,
            internal,
            updated_at: self.clock.now(),
        })
    }
}
