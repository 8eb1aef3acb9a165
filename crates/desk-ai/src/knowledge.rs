//! The owner's knowledge: entries and the index over them. Must not decide what is sent.

use crate::language::Lang;
use crate::retrieval::{Index, Match};
use desk_core::EntryId;
use std::collections::HashMap;

/// One piece of knowledge: questions and the owner's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// How customers ask for it; three phrasings or more make it much easier to find.
    pub questions: Vec<String>,
    /// The owner's answer.
    pub answer: String,
    /// The language of both.
    pub lang: Lang,
    /// The owner allows it to go out by itself.
    pub auto_ok: bool,
    /// For the owner's eyes only: never quoted to a customer.
    pub internal: bool,
    /// The owner's answer in other languages.
    pub answers: Vec<(Lang, String)>,
}

impl Entry {
    /// The owner's answer in a language, when there is one.
    #[must_use]
    pub fn answer_in(&self, lang: Lang) -> Option<&str> {
        if self.lang == lang {
            return Some(&self.answer);
        }
        let other = self.answers.iter().find(|(own, _)| *own == lang);
        other.map(|(_, answer)| answer.as_str())
    }

    /// The answer for a customer who writes in a language: in that language, else as it is.
    #[must_use]
    pub fn answer_for(&self, lang: Lang) -> &str {
        self.answer_in(lang).unwrap_or(&self.answer)
    }

    /// The answer in every language.
    pub fn answers(&self) -> impl Iterator<Item = &str> {
        let others = self.answers.iter().map(|(_, answer)| answer);
        [&self.answer].into_iter().chain(others).map(String::as_str)
    }

    /// Everything that the owner wrote in it.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let questions = self.questions.iter().map(String::as_str);
        questions.chain(self.answers())
    }
}

/// An entry that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Which one.
    pub entry: EntryId,
    /// How well it fits, 0 to 1.
    pub score: f32,
}

/// The owner's knowledge, ready to be searched.
#[derive(Debug, Default)]
pub struct Knowledge {
    entries: Vec<Entry>,
    by_id: HashMap<EntryId, usize>,
    index: Index,
}

impl Knowledge {
    /// Builds the index, and examines it.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        let knowledge = Self::unexamined(entries);
        knowledge.examine();
        knowledge
    }

    /// Builds the index. It finds as well as an examined one; until [`examine`](Self::examine) has
    /// ended, only what is asked for nearly word for word may be sent by itself.
    #[must_use]
    pub fn unexamined(entries: Vec<Entry>) -> Self {
        let by_id = entries.iter().enumerate().map(|(n, e)| (e.id, n)).collect();
        let index = Index::new(&entries);
        Self {
            entries,
            by_id,
            index,
        }
    }

    /// Learns how far finds can be trusted; takes several times as long as the building.
    pub fn examine(&self) {
        self.index.examine();
    }

    /// The best entries for a query, internal ones too; at most `limit`.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        self.look_up(query, None, limit)
            .hits
            .iter()
            .filter_map(|(n, score)| {
                Some(Hit {
                    entry: self.entries.get(*n)?.id,
                    score: *score,
                })
            })
            .collect()
    }

    /// The entry with this id.
    #[must_use]
    pub fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.by_id.get(&id).and_then(|n| self.entries.get(*n))
    }

    /// Whether there is nothing to know.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every entry, in the order given.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Searches, and says how sure the first hit is; `lang` is the query's language when known.
    #[must_use]
    pub fn look_up(&self, query: &str, lang: Option<Lang>, limit: usize) -> Match {
        self.index.look_up(query, lang, limit)
    }

    /// The entry at a position of [`Match::hits`].
    #[must_use]
    pub fn at(&self, position: usize) -> Option<&Entry> {
        self.entries.get(position)
    }
}
