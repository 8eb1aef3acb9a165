//! Texts as sparse unit vectors, and how close they are. Knows hashes and numbers, not words.

use super::bm25::{ByTerm, counts};
use super::terms::Terms;

/// A sparse vector of length one; features in rising order.
pub type Vector = Vec<(u32, f32)>;

/// How much each kind of term weighs: stems, pairs, pieces, concepts, pairs of concepts. Each
/// kind is scaled to length one first.
const KINDS: [f32; 5] = [1.0, 0.45, 1.0, 0.8, 0.5];

/// Documents from which on a term has to be seen twice.
const LARGE: usize = 500;

/// The vocabulary with its rarities, and the vectors of all documents.
#[derive(Debug, Default)]
pub struct Space {
    vocabulary: ByTerm<(u32, f32)>,
    unknown: f32,
    docs: Vec<Vector>,
    postings: Vec<Vec<(u32, f32)>>,
}

impl Space {
    /// Learns the vocabulary of the documents.
    #[must_use]
    pub fn new(documents: &[Terms]) -> Self {
        let total = documents.len().max(1) as f32;
        let mut with: ByTerm<u32> = ByTerm::default();
        for terms in documents {
            for kind in [
                &terms.stems,
                &terms.pairs,
                &terms.pieces,
                &terms.concepts,
                &terms.together,
            ] {
                for (term, _) in counts(kind) {
                    *with.entry(term).or_default() += 1;
                }
            }
        }
        // In a large knowledge what was seen once cannot help to generalise: it fills memory and
        // takes a third of the training.
        let least = if documents.len() > LARGE { 2 } else { 1 };
        let mut terms: Vec<(u64, u32)> = with.into_iter().filter(|(_, n)| *n >= least).collect();
        terms.sort_unstable();
        let vocabulary = (0u32..)
            .zip(terms)
            .map(|(n, (term, df))| (term, (n, (1.0 + total / df as f32).ln().sqrt())))
            .collect();
        let mut space = Self {
            vocabulary,
            unknown: (1.0 + total).ln().sqrt(),
            docs: Vec::new(),
            postings: Vec::new(),
        };
        space.postings.resize(space.vocabulary.len(), Vec::new());
        for (doc, terms) in (0u32..).zip(documents) {
            let vector = space.vector(terms);
            for (feature, weight) in &vector {
                if let Some(list) = space.postings.get_mut(*feature as usize) {
                    list.push((doc, *weight));
                }
            }
            space.docs.push(vector);
        }
        space
    }

    /// How many features there are.
    #[must_use]
    pub fn features(&self) -> usize {
        self.vocabulary.len()
    }

    /// The documents' vectors.
    #[must_use]
    pub fn docs(&self) -> &[Vector] {
        &self.docs
    }

    /// The vector of a text. Unknown terms take their share of the length: a text full of them is
    /// close to nothing.
    #[must_use]
    pub fn vector(&self, terms: &Terms) -> Vector {
        let mut out: Vector = Vec::new();
        let mut length = 0.0f32;
        for (kind, share) in [
            &terms.stems,
            &terms.pairs,
            &terms.pieces,
            &terms.concepts,
            &terms.together,
        ]
        .into_iter()
        .zip(KINDS)
        {
            let mut own = 0.0f32;
            let start = out.len();
            for (term, count) in counts(kind) {
                let tf = 1.0 + count.ln();
                match self.vocabulary.get(&term) {
                    Some((feature, idf)) => {
                        out.push((*feature, tf * idf));
                        own += (tf * idf).powi(2);
                    }
                    None => own += (tf * self.unknown * 0.7).powi(2),
                }
            }
            if own > 0.0 {
                let scale = share / own.sqrt();
                for (_, weight) in out.iter_mut().skip(start) {
                    *weight *= scale;
                }
                length += share * share;
            }
        }
        if length > 0.0 {
            let scale = 1.0 / length.sqrt();
            for (_, weight) in &mut out {
                *weight *= scale;
            }
        }
        out.sort_unstable_by_key(|(feature, _)| *feature);
        out
    }

    /// The cosine to every document.
    #[must_use]
    pub fn cosines(&self, vector: &Vector) -> Vec<f32> {
        let mut out = vec![0.0f32; self.docs.len()];
        for (feature, weight) in vector {
            for (doc, other) in self.postings.get(*feature as usize).into_iter().flatten() {
                if let Some(sum) = out.get_mut(*doc as usize) {
                    *sum += weight * other;
                }
            }
        }
        out
    }
}
