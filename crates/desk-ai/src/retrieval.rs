//! Finds the entries that answer a query, without model weights, and says how sure the first one
//! is. Must not decide what is sent: [`crate::decision`] does, from the numbers given here.
//!
//! First stage: BM25 over stems and over character pieces, each scaled to its own best, added.
//! That beat either alone and rank fusion in all three languages.

pub mod bm25;
pub mod terms;

use crate::knowledge::Entry;
use bm25::Field;
use terms::{Analyser, Terms};

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Match {
    /// Positions of entries with their scores (0 to 1), best first.
    pub hits: Vec<(usize, f32)>,
    /// How sure it is that the first hit answers the query, 0 to 1.
    pub sureness: f32,
    /// Whether the first hit may be sent by itself, as far as the match goes.
    pub strict: bool,
}

/// The index over a knowledge.
#[derive(Debug)]
pub struct Index {
    analyser: Analyser,
    stems: Field,
    pieces: Field,
    /// The entry of each document, and what a hit on it counts.
    docs: Vec<(usize, f32)>,
    entries: usize,
}

impl Default for Index {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl Index {
    /// Builds it.
    #[must_use]
    pub fn new(entries: &[Entry]) -> Self {
        let langs: Vec<_> = entries.iter().map(|e| e.lang).collect();
        let mut index = Self {
            analyser: Analyser::new(&langs),
            stems: Field::default(),
            pieces: Field::default(),
            docs: Vec::new(),
            entries: entries.len(),
        };
        for (n, entry) in entries.iter().enumerate() {
            let answer_weight = if entry.questions.is_empty() { 1.0 } else { 0.5 };
            let texts = entry.questions.iter().map(|q| (q, 1.0));
            for (text, weight) in texts.chain([(&entry.answer, answer_weight)]) {
                let terms = index.analyser.terms(text, Some(entry.lang));
                index.stems.add(&terms.stems);
                index.pieces.add(&terms.pieces);
                index.docs.push((n, weight));
            }
        }
        index.stems.finish();
        index.pieces.finish();
        index
    }

    /// Searches.
    #[must_use]
    pub fn look_up(&self, query: &str, limit: usize) -> Match {
        let terms = self.analyser.terms(query, None);
        let scores = self.first_stage(&terms);
        let mut hits: Vec<(usize, f32)> = scores
            .into_iter()
            .enumerate()
            .filter(|(_, s)| *s > 0.0)
            .collect();
        hits.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        hits.truncate(limit);
        let sureness = hits.first().map_or(0.0, |h| h.1);
        Match {
            hits,
            sureness,
            strict: false,
        }
    }

    fn first_stage(&self, terms: &Terms) -> Vec<f32> {
        let mut by_entry = vec![0.0f32; self.entries];
        let mut sums = vec![0.0f32; self.docs.len()];
        for (field, terms) in [(&self.stems, &terms.stems), (&self.pieces, &terms.pieces)] {
            let mut scores = vec![0.0f32; self.docs.len()];
            field.score_into(terms, &mut scores);
            let max = scores.iter().copied().fold(f32::EPSILON, f32::max);
            for (sum, score) in sums.iter_mut().zip(scores) {
                *sum += score / max / 2.0;
            }
        }
        for ((entry, weight), sum) in self.docs.iter().zip(sums) {
            if let Some(best) = by_entry.get_mut(*entry) {
                *best = best.max(sum * weight);
            }
        }
        by_entry
    }
}
