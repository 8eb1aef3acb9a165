//! One field of the index: who contains which term, and BM25 over it. Knows hashes and numbers,
//! not words.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

const K1: f32 = 0.9;

/// A table by term. Terms are hashes already: hashing them again costs half of the building.
pub type ByTerm<T> = HashMap<u64, T, BuildHasherDefault<AsItIs>>;

/// Takes a term for its own hash.
#[derive(Debug, Default)]
pub struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, term: u64) {
        self.0 = term;
    }
}

/// An inverted index with BM25 scores.
#[derive(Debug, Default)]
pub struct Field {
    postings: ByTerm<Vec<(u32, f32)>>,
    lengths: Vec<f32>,
}

impl Field {
    /// The field over the terms of all documents, in order; `length` is how much the length of a
    /// document counts, 0 to 1.
    #[must_use]
    pub fn over<'a>(documents: impl Iterator<Item = &'a [u64]>, length: f32) -> Self {
        let mut field = Self::default();
        for terms in documents {
            field.add(terms);
        }
        field.finish(length);
        field
    }

    /// Adds the next document.
    fn add(&mut self, terms: &[u64]) {
        let doc = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
        for (term, count) in counts(terms) {
            self.postings.entry(term).or_default().push((doc, count));
        }
        self.lengths.push(terms.len() as f32);
    }

    /// Turns counts into BM25 weights; called once, after the last document.
    fn finish(&mut self, b: f32) {
        let docs = self.lengths.len().max(1) as f32;
        let mean = (self.lengths.iter().sum::<f32>() / docs).max(1.0);
        for list in self.postings.values_mut() {
            let idf = idf(docs, list.len() as f32);
            for (doc, weight) in list.iter_mut() {
                let length = self.lengths.get(*doc as usize).copied().unwrap_or(mean);
                *weight =
                    idf * *weight * (K1 + 1.0) / (*weight + K1 * (1.0 - b + b * length / mean));
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
