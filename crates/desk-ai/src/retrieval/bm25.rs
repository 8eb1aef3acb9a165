//! One field of the index: who contains which term, and BM25 over it. Knows hashes and numbers,
//! not words.

use std::collections::HashMap;

const K1: f32 = 0.9;
const B: f32 = 0.8;

/// An inverted index with BM25 scores.
#[derive(Debug, Default)]
pub struct Field {
    postings: HashMap<u64, Vec<(u32, f32)>>,
    lengths: Vec<f32>,
}

impl Field {
    /// Adds the next document.
    pub fn add(&mut self, terms: &[u64]) {
        let doc = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
        for (term, count) in counts(terms) {
            self.postings.entry(term).or_default().push((doc, count));
        }
        self.lengths.push(terms.len() as f32);
    }

    /// Turns counts into BM25 weights; called once, after the last document.
    pub fn finish(&mut self) {
        let docs = self.lengths.len().max(1) as f32;
        let mean = (self.lengths.iter().sum::<f32>() / docs).max(1.0);
        for list in self.postings.values_mut() {
            let idf = idf(docs, list.len() as f32);
            for (doc, weight) in list.iter_mut() {
                let length = self.lengths.get(*doc as usize).copied().unwrap_or(mean);
                *weight =
                    idf * *weight * (K1 + 1.0) / (*weight + K1 * (1.0 - B + B * length / mean));
            }
            list.shrink_to_fit();
        }
    }

    /// Adds the scores of a query to `scores`, one a document.
    pub fn score_into(&self, terms: &[u64], scores: &mut [f32]) {
        for (term, count) in counts(terms) {
            for (doc, weight) in self.postings.get(&term).into_iter().flatten() {
                if let Some(score) = scores.get_mut(*doc as usize) {
                    // A word said twice in a question is hardly worth more.
                    *score += weight * count.sqrt();
                }
            }
        }
    }

    /// How rare a term is; an unknown one is the rarest.
    #[must_use]
    pub fn rarity(&self, term: u64) -> f32 {
        let docs = self.lengths.len().max(1) as f32;
        idf(
            docs,
            self.postings.get(&term).map_or(0.0, |l| l.len() as f32),
        )
    }

    /// Whether any document has the term.
    #[must_use]
    pub fn knows(&self, term: u64) -> bool {
        self.postings.contains_key(&term)
    }
}

fn idf(docs: f32, with: f32) -> f32 {
    (1.0 + (docs - with + 0.5) / (with + 0.5)).ln()
}

/// The distinct terms with their counts, in order, so that sums do not depend on chance.
pub fn counts(terms: &[u64]) -> Vec<(u64, f32)> {
    let mut sorted = terms.to_vec();
    sorted.sort_unstable();
    let mut out: Vec<(u64, f32)> = Vec::with_capacity(sorted.len());
    for term in sorted {
        match out.last_mut() {
            Some((last, count)) if *last == term => *count += 1.0,
            _ => out.push((term, 1.0)),
        }
    }
    out
}
