//! The owner's knowledge: what is written here by hand. What is read from files is
//! [`crate::sources`]' business.

use crate::dto::{Contradiction, EntryMore, EntryPlace, KnowledgeEntry, LangAnswer};
use crate::{Desk, IpcError};
use desk_ai::{Knowledge, Lang};
use desk_core::{Code, EntryId, Timestamp};
use desk_store::StoreError;
use desk_store::table::entry::{self, Entry};
use std::collections::BTreeMap;

/// The most that one answer may hold: more than a message can carry, for what is cut in two.
const MAX_ANSWER_BYTES: usize = 8000;
const MAX_QUESTIONS: usize = 50;
const MAX_TOPIC_CHARS: usize = 60;

pub(crate) fn shown(entry: Entry) -> KnowledgeEntry {
    let source = entry.source_id.map(|source_id| EntryPlace {
        source_id,
        place: entry.place.clone().unwrap_or_default(),
    });
    KnowledgeEntry {
        id: entry.id,
        questions: entry.questions,
        answer: entry.answer,
        lang: entry.lang,
        auto_ok: entry.auto_ok,
        internal: entry.internal,
        updated_at: entry.updated_at,
        answers: entry
            .answers
            .into_iter()
            .map(|(lang, answer)| LangAnswer { lang, answer })
            .collect(),
        expires_at: entry.expires_at,
        topic: entry.topic,
        source,
        doubt: entry.doubt,
    }
}

/// An entry as the owner typed it.
pub(crate) struct Typed {
    pub(crate) id: EntryId,
    pub(crate) questions: Vec<String>,
    pub(crate) answer: String,
    pub(crate) lang: String,
    pub(crate) auto_ok: bool,
    pub(crate) internal: bool,
    pub(crate) more: EntryMore,
}

impl Typed {
    /// The row, when there is nothing wrong with it.
    pub(crate) fn checked(self, now: Timestamp) -> Result<Entry, IpcError> {
        let questions: Vec<String> = self
            .questions
            .iter()
            .map(|q| q.trim().chars().take(500).collect::<String>())
            .filter(|q| !q.is_empty())
            .take(MAX_QUESTIONS)
            .collect();
        let answer = checked_answer(&self.answer)?;
        if questions.is_empty() || answer.is_empty() {
            return Err(IpcError::new(
                Code::EntryIncomplete,
                "an entry needs a question and an answer",
            ));
        }
        check_lang(&self.lang)?;
        let mut answers = BTreeMap::new();
        for other in self.more.answers.unwrap_or_default() {
            check_lang(&other.lang)?;
            let text = checked_answer(&other.answer)?;
            if !text.is_empty() && other.lang != self.lang {
                answers.insert(other.lang, text);
            }
        }
        let topic = self.more.topic.unwrap_or_default();
        // What customers must not see must not go out by itself either.
        Ok(Entry {
            id: self.id,
            questions,
            answer,
            lang: self.lang,
            auto_ok: self.auto_ok && !self.internal,
            internal: self.internal,
            updated_at: now,
            answers,
            expires_at: self.more.expires_at,
            topic: topic.trim().chars().take(MAX_TOPIC_CHARS).collect(),
            source_id: None,
            place: None,
            doubt: None,
            revision: 1,
        })
    }
}

fn checked_answer(answer: &str) -> Result<String, IpcError> {
    if answer.trim().len() > MAX_ANSWER_BYTES {
        return Err(IpcError::new(Code::ReplyTooLong, "the answer is too long"));
    }
    Ok(answer.trim().to_owned())
}

pub(crate) fn check_lang(lang: &str) -> Result<(), IpcError> {
    Lang::from_word(lang)
        .map(drop)
        .ok_or_else(|| IpcError::new(Code::BadRequest, "no such language"))
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
        more: Option<EntryMore>,
    ) -> Result<KnowledgeEntry, IpcError> {
        let typed = Typed {
            id: EntryId(0),
            questions,
            answer,
            lang,
            auto_ok,
            internal,
            more: more.unwrap_or_default(),
        };
        let entry = typed.checked(self.clock.now())?;
        let added: Result<KnowledgeEntry, StoreError> = self
            .store
            .write(move |w| {
                let id = entry::add(w, &entry)?;
                Ok(shown(Entry { id, ..entry }))
            })
            .await;
        Ok(added?)
    }

    /// Command `knowledge_change`. An entry that was read from a file and is changed here belongs
    /// to the owner's hand from then on: the file would undo the change.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is gone.
    pub async fn knowledge_change(
        &self,
        entry: KnowledgeEntry,
    ) -> Result<KnowledgeEntry, IpcError> {
        let typed = Typed {
            id: entry.id,
            questions: entry.questions,
            answer: entry.answer,
            lang: entry.lang,
            auto_ok: entry.auto_ok,
            internal: entry.internal,
            more: EntryMore {
                answers: Some(entry.answers),
                expires_at: entry.expires_at,
                topic: Some(entry.topic),
            },
        };
        let changed = typed.checked(self.clock.now())?;
        let changed: Result<KnowledgeEntry, StoreError> = self
            .store
            .write(move |w| {
                let before = entry::find(w, changed.id)?.ok_or(StoreError::NotFound("entry"))?;
                let says_other = before.questions != changed.questions
                    || before.answer != changed.answer
                    || before.answers != changed.answers
                    || before.lang != changed.lang;
                let kept = Entry {
                    source_id: before.source_id.filter(|_| !says_other),
                    place: before.place.filter(|_| !says_other),
                    ..changed
                };
                entry::change(w, &kept)?;
                Ok(shown(kept))
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

    /// Command `knowledge_conflicts`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn knowledge_conflicts(&self) -> Result<Vec<Contradiction>, IpcError> {
        let knowledge = self.drafting.knowledge().await?;
        crate::desk::blocking(move || contradictions(&knowledge)).await
    }
}

fn contradictions(knowledge: &Knowledge) -> Vec<Contradiction> {
    knowledge
        .conflicts()
        .into_iter()
        .filter_map(|conflict| {
            let first = knowledge.entry(conflict.first)?;
            let second = knowledge.entry(conflict.second)?;
            Some(Contradiction {
                first_id: first.id,
                first_question: first.questions.first().cloned().unwrap_or_default(),
                first_answer: first.answer.clone(),
                first_says: conflict.first_says,
                second_id: second.id,
                second_question: second.questions.first().cloned().unwrap_or_default(),
                second_answer: second.answer.clone(),
                second_says: conflict.second_says,
            })
        })
        .collect()
}
