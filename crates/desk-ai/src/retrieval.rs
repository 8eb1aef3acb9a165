//! Finds the entries that answer a query, without model weights, and says how sure the first one
//! is. Must not decide what is sent: [`crate::decision`] does, from the numbers given here.
//!
//! First stage: BM25 over stems, pairs of stems, word beginnings, character pieces and concepts,
//! each scaled to its own best, added. That beat each alone and rank fusion in all three
//! languages. Second stage, once the entries have enough phrasings: a logistic regression over the
//! same terms ([`classes`]), moved by the first (`evidence`). Then the [`gate`].

pub mod bm25;
pub mod classes;
pub mod concepts;
mod evidence;
mod examine;
mod fields;
pub mod gate;
mod near;
pub mod space;
pub mod terms;
mod windows;

use crate::knowledge::Entry;
use crate::language::{self, Lang};
use classes::Classes;
use fields::Fields;
use gate::{Gate, Signs};
use space::{Space, Vector};
use std::sync::OnceLock;
use terms::{Analyser, Memory, Terms};
use windows::Windows;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Match {
    /// Positions of entries with their scores (0 to 1), best first.
    pub hits: Vec<(usize, f32)>,
    /// How sure it is that the first hit answers the query, 0 to 1.
    pub sureness: f32,
    /// Whether the first hit may be sent by itself, as far as the match goes.
    pub strict: bool,
    /// Whether a model that rests on the first hit rests on the right one, as far as the match
    /// goes: the signs agree and most of the query is in it.
    pub likely: bool,
    /// The share of the query's words, by rarity, that the first hit contains.
    pub covered: f32,
    /// What the gate looked at.
    pub signs: Signs,
}

/// Average phrasings an entry from which the second stage helps.
const MIN_PHRASINGS: f32 = 2.5;
/// Texts from which threads are worth their start.
const PARALLEL: usize = 200;
/// Most texts that are searched in parts, too: more would keep the owner waiting.
const MAX_WINDOWED: usize = 1_000;
/// Most documents times entries for the second stage: about two seconds of training.
const MAX_WORK: usize = 4_000_000;
/// Most weights of the second stage: 64 MB.
const MAX_WEIGHTS: usize = 16_000_000;

/// The index over a knowledge.
#[derive(Debug)]
pub struct Index {
    analyser: Analyser,
    langs: Vec<Lang>,
    fields: Fields,
    windows: Windows,
    space: Space,
    classes: Option<Classes>,
    /// Careful until the knowledge was examined.
    gate: OnceLock<Gate>,
    /// Some entry tells how it is asked for.
    has_questions: bool,
    docs: Vec<Doc>,
    /// The documents of each entry.
    of_entry: Vec<Vec<usize>>,
}

/// One phrasing or answer.
#[derive(Debug)]
struct Doc {
    entry: usize,
    is_answer: bool,
    /// What a hit on it counts.
    weight: f32,
    /// Its terms, each kind in rising order.
    terms: Terms,
}

/// One text on its way into the index.
struct Text<'a> {
    entry: usize,
    lang: Lang,
    text: &'a str,
    weight: f32,
    is_answer: bool,
}

/// The terms of every text; the one slow step of the building, so it uses every core.
fn analyse(analyser: &Analyser, texts: &[Text<'_>]) -> Vec<Terms> {
    let terms = |part: &[Text<'_>]| -> Vec<Terms> {
        let mut memory = Memory::default();
        part.iter()
            .map(|t| analyser.terms_with(t.text, Some(t.lang), &mut memory))
            .collect()
    };
    if texts.len() < PARALLEL {
        return terms(texts);
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let parts: Vec<&[Text<'_>]> = texts.chunks(texts.len().div_ceil(cores)).collect();
    std::thread::scope(|scope| {
        let running: Vec<_> = parts
            .iter()
            .map(|part| scope.spawn(|| terms(part)))
            .collect();
        let joined = running.into_iter().zip(&parts);
        // A thread cannot fail here; if one did, its part is done again.
        joined
            .flat_map(|(thread, part)| thread.join().unwrap_or_else(|_| terms(part)))
            .collect()
    })
}

impl Default for Index {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl Index {
    /// Builds it, not examined yet.
    #[must_use]
    pub fn new(entries: &[Entry]) -> Self {
        let mut langs: Vec<_> = entries
            .iter()
            .flat_map(|e| e.answers.iter().map(|(lang, _)| *lang).chain([e.lang]))
            .collect();
        langs.sort_unstable();
        langs.dedup();
        let analyser = Analyser::new(&langs);
        let mut index = Self {
            analyser,
            langs,
            fields: Fields::default(),
            windows: Windows::default(),
            has_questions: entries.iter().any(|e| !e.questions.is_empty()),
            space: Space::default(),
            classes: None,
            gate: OnceLock::new(),
            docs: Vec::new(),
            of_entry: vec![Vec::new(); entries.len()],
        };
        let mut texts: Vec<Text<'_>> = Vec::new();
        for (n, entry) in entries.iter().enumerate() {
            let answer_weight = if entry.questions.is_empty() { 1.0 } else { 0.5 };
            let questions = entry.questions.iter().map(|q| (q, 1.0, false));
            for (text, weight, is_answer) in questions.chain([(&entry.answer, answer_weight, true)])
            {
                texts.push(Text {
                    entry: n,
                    lang: entry.lang,
                    text,
                    weight,
                    is_answer,
                });
            }
            for (lang, answer) in &entry.answers {
                texts.push(Text {
                    entry: n,
                    lang: *lang,
                    text: answer,
                    weight: answer_weight,
                    is_answer: true,
                });
            }
        }
        let all_terms = analyse(&index.analyser, &texts);
        index.build(&all_terms);
        index.build_windows(&texts);
        for (text, terms) in texts.iter().zip(all_terms) {
            index.add(text, terms);
        }
        let phrasings = entries.iter().map(|e| e.questions.len()).sum::<usize>() as f32;
        let work = index.docs.len().saturating_mul(entries.len());
        let weights = index.space.features().saturating_mul(entries.len());
        if entries.len() >= 2
            && phrasings / entries.len() as f32 >= MIN_PHRASINGS
            && work <= MAX_WORK
            && weights <= MAX_WEIGHTS
        {
            index.classes = Some(index.train(|_| true));
        }
        index
    }

    /// Learns how far its finds can be trusted; until then only what is asked for nearly word for
    /// word may be sent by itself. Takes several times as long as the building.
    pub fn examine(&self) {
        if self.classes.is_none() {
            return;
        }
        self.gate.get_or_init(|| {
            let phrasings = self.docs.iter().filter(|doc| !doc.is_answer).count();
            let phrasings = phrasings as f32 / self.of_entry.len().max(1) as f32;
            Gate::fit(&examine::samples(self), phrasings)
        });
    }

    fn gate(&self) -> &Gate {
        self.gate.get().unwrap_or(&Gate::CAREFUL)
    }

    /// Searches. `lang` is the query's language when it is known.
    #[must_use]
    pub fn look_up(&self, query: &str, lang: Option<Lang>, limit: usize) -> Match {
        if self.docs.is_empty() {
            return Match::default();
        }
        let lang = self.query_lang(query, lang);
        let terms = if self.has_questions {
            self.analyser.terms(query, lang)
        } else {
            self.analyser.terms(&terms::without_asking(query), lang)
        };
        let vector = self.space.vector(&terms);
        let evidence = self.evidence(&terms, &vector, self.classes.as_ref(), |_| true);
        let mut hits: Vec<(usize, f32)> = evidence
            .scores
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, s)| *s > 0.0)
            .collect();
        hits.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        hits.truncate(limit);
        Match {
            sureness: self.gate().sureness(&evidence.signs),
            strict: !hits.is_empty() && self.gate().passes(&evidence.signs),
            likely: !hits.is_empty() && gate::is_likely(&evidence.signs),
            covered: evidence.covered,
            signs: evidence.signs,
            hits,
        }
    }

    fn query_lang(&self, query: &str, lang: Option<Lang>) -> Option<Lang> {
        if let [only] = self.langs.as_slice() {
            return Some(*only);
        }
        let first = self.langs.first().copied().unwrap_or_default();
        let lang = lang.unwrap_or_else(|| language::detect(query, None, first).lang);
        self.langs.contains(&lang).then_some(lang)
    }

    /// Fills the fields and the space, side by side: they know nothing of each other.
    fn build(&mut self, all: &[Terms]) {
        if all.len() < PARALLEL {
            self.space = Space::new(all);
            self.fields = Fields::over(all);
            return;
        }
        std::thread::scope(|scope| {
            let space = scope.spawn(|| Space::new(all));
            self.fields = Fields::over(all);
            // A thread cannot fail here: it only counts.
            self.space = space.join().unwrap_or_default();
        });
    }

    /// Where only texts are known, they are searched in parts, too.
    fn build_windows(&mut self, texts: &[Text<'_>]) {
        if self.has_questions || texts.len() > MAX_WINDOWED {
            return;
        }
        let parts: Vec<(usize, String)> = texts
            .iter()
            .enumerate()
            .flat_map(|(doc, whole)| windows::of(whole.text).into_iter().map(move |w| (doc, w)))
            .collect();
        let windows: Vec<Text<'_>> = parts
            .iter()
            .filter_map(|(doc, text)| {
                Some(Text {
                    text,
                    ..*texts.get(*doc)?
                })
            })
            .collect();
        let docs = parts.iter().map(|(doc, _)| *doc).collect();
        self.windows = Windows::over(&analyse(&self.analyser, &windows), docs);
    }

    fn add(&mut self, text: &Text<'_>, mut terms: Terms) {
        if let Some(list) = self.of_entry.get_mut(text.entry) {
            list.push(self.docs.len());
        }
        terms.stems.sort_unstable();
        terms.pieces.sort_unstable();
        self.docs.push(Doc {
            entry: text.entry,
            is_answer: text.is_answer,
            weight: text.weight,
            terms,
        });
    }

    /// Learns from phrasings and answers: customers ask in words that the answer has, too.
    fn train(&self, keep: impl Fn(usize) -> bool) -> Classes {
        let docs: Vec<(&Vector, usize)> = self
            .docs
            .iter()
            .zip(self.space.docs())
            .enumerate()
            .filter(|(n, _)| keep(*n))
            .map(|(_, (doc, vector))| (vector, doc.entry))
            .collect();
        Classes::train(&docs, self.space.features(), self.of_entry.len())
    }
}
