//! The first stage: five BM25 fields over the same documents, each scaled to its own best, added.

use super::PARALLEL;
use super::bm25::Field;
use super::terms::Terms;

/// The fields over a list of documents.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) stems: Field,
    pub(super) pieces: Field,
    heads: Field,
    concepts: Field,
    pairs: Field,
    count: usize,
}

impl Fields {
    /// Fills the fields, of many documents each in a thread of its own: they know nothing of each
    /// other.
    pub(super) fn over(all: &[Terms]) -> Self {
        let field =
            |of: fn(&Terms) -> &[u64], length: f32| move || Field::over(all.iter().map(of), length);
        let stems = field(|t| &t.stems, 0.6);
        let pairs = field(|t| &t.pairs, 0.6);
        let pieces = field(|t| &t.pieces, 0.8);
        let heads = field(|t| &t.heads, 0.8);
        let concepts = field(|t| &t.concepts, 0.8);
        let [pieces, stems, pairs, heads, concepts] = if all.len() < PARALLEL {
            [pieces(), stems(), pairs(), heads(), concepts()]
        } else {
            std::thread::scope(|scope| {
                let running = [
                    scope.spawn(pieces),
                    scope.spawn(stems),
                    scope.spawn(pairs),
                    scope.spawn(heads),
                    scope.spawn(concepts),
                ];
                // A thread cannot fail here: it only counts.
                running.map(|thread| thread.join().unwrap_or_default())
            })
        };
        Self {
            stems,
            pieces,
            heads,
            concepts,
            pairs,
            count: all.len(),
        }
    }

    /// What speaks for each document that is kept.
    pub(super) fn scores(&self, terms: &Terms, keep: impl Fn(usize) -> bool) -> Vec<f32> {
        let mut sums = vec![0.0f32; self.count];
        for (field, terms, w) in [
            (&self.stems, &terms.stems, 0.25),
            (&self.pieces, &terms.pieces, 0.5),
            (&self.heads, &terms.heads, 0.25),
            (&self.pairs, &terms.pairs, 0.1),
            (&self.concepts, &terms.concepts, 0.05),
        ] {
            let mut scores = vec![0.0f32; self.count];
            field.score_into(terms, &mut scores);
            let mut max = f32::EPSILON;
            for (n, score) in scores.iter_mut().enumerate() {
                if *score > 0.0 && !keep(n) {
                    *score = 0.0;
                }
                max = max.max(*score);
            }
            for (sum, score) in sums.iter_mut().zip(scores) {
                *sum += score / max * w;
            }
        }
        sums
    }
}
