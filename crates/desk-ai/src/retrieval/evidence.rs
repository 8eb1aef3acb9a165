//! Weighs what speaks for each entry: the first stage, the closest phrasings, the regression.

use super::bm25::{self, Field};
use super::classes::{self, Classes};
use super::gate::Signs;
use super::near::Near;
use super::space::Vector;
use super::terms::Terms;
use super::{Doc, Index};

/// What a unit of spread of the first stage counts beside one of the regression.
const FIRST: f32 = 0.4;

/// What speaks for each entry, and the signs about the first.
pub(super) struct Evidence {
    /// A score for each entry, 0 to 1.
    pub(super) scores: Vec<f32>,
    pub(super) signs: Signs,
    /// The share of the query's words that the first hit contains.
    pub(super) covered: f32,
}

impl Index {
    pub(super) fn evidence(
        &self,
        terms: &Terms,
        vector: &Vector,
        classes: Option<&Classes>,
        keep: impl Fn(usize) -> bool,
    ) -> Evidence {
        let entries = self.of_entry.len();
        let first = self.first_stage(terms, &keep);
        let cosines = self.space.cosines(vector);
        let mut near = Near::new(entries);
        for (n, (doc, cos)) in self.docs.iter().zip(&cosines).enumerate() {
            if *cos > 0.0 && keep(n) {
                near.see(doc.entry, cos * doc.weight);
            }
        }
        let means = near.means(&self.of_entry);
        let (scores, probabilities) = match classes {
            Some(classes) => {
                let learned = classes.scores(vector);
                (blend(&learned, &first), classes::probabilities(learned))
            }
            None => (first.clone(), Vec::new()),
        };
        let top = best(&scores, None);
        let at =
            |list: &[f32], n: Option<usize>| n.and_then(|n| list.get(n)).copied().unwrap_or(0.0);
        let (stems, pieces) = self.coverage(terms, top, &keep);
        let unknown = self.unknown_share(terms);
        let p1 = at(&probabilities, top);
        let nearest = at(&near.max, top);
        let rival = best(&near.max, top);
        let agree = best(&near.max, None) == top
            && best(&first, None) == top
            && (probabilities.is_empty() || best(&probabilities, None) == top);
        let signs = [
            p1,
            p1 - at(&probabilities, best(&probabilities, top)),
            nearest,
            nearest - at(&near.max, rival),
            near.agreement(top, &self.of_entry),
            stems,
            unknown,
            f32::from(u8::from(agree)),
            (vector.len() as f32 + 1.0).ln() / 5.0,
            at(&means, top),
            pieces,
        ];
        Evidence {
            scores,
            signs,
            covered: stems.max(pieces * 0.9),
        }
    }

    fn first_stage(&self, terms: &Terms, keep: &impl Fn(usize) -> bool) -> Vec<f32> {
        let mut by_entry = vec![0.0f32; self.of_entry.len()];
        let mut sums = self.fields.scores(terms, keep);
        self.windows.add_to(&mut sums, terms, keep);
        for (doc, sum) in self.docs.iter().zip(sums) {
            if let Some(best) = by_entry.get_mut(doc.entry) {
                *best = best.max(sum * doc.weight);
            }
        }
        by_entry
    }

    /// The share of the query's terms, by rarity, that an entry contains: stems and pieces.
    fn coverage(
        &self,
        terms: &Terms,
        entry: Option<usize>,
        keep: &impl Fn(usize) -> bool,
    ) -> (f32, f32) {
        let docs: Vec<&Doc> = entry
            .and_then(|e| self.of_entry.get(e))
            .into_iter()
            .flatten()
            .filter(|n| keep(**n))
            .filter_map(|n| self.docs.get(*n))
            .collect();
        let share = |terms: &[u64], field: &Field, of: fn(&Doc) -> &[u64]| {
            let (mut all, mut found) = (0.0f32, 0.0f32);
            for (term, _) in bm25::counts(terms) {
                let rarity = field.rarity(term);
                all += rarity;
                if docs.iter().any(|d| of(d).binary_search(&term).is_ok()) {
                    found += rarity;
                }
            }
            if all > 0.0 { found / all } else { 0.0 }
        };
        (
            share(&terms.stems, &self.fields.stems, |d| &d.terms.stems),
            share(&terms.pieces, &self.fields.pieces, |d| &d.terms.pieces),
        )
    }

    fn unknown_share(&self, terms: &Terms) -> f32 {
        let all = terms.stems.len().max(1) as f32;
        terms
            .stems
            .iter()
            .filter(|t| !self.fields.stems.knows(**t))
            .count() as f32
            / all
    }
}

/// What the regression says, moved by the first stage: by as much as an entry stands out there,
/// each in units of its own spread. The root of the probability keeps the order, and the second
/// and the third visible beside a sure first.
fn blend(learned: &[f32], first: &[f32]) -> Vec<f32> {
    let (mean, spread) = mean_and_spread(first);
    let unit = if spread > 0.0 {
        FIRST * mean_and_spread(learned).1 / spread
    } else {
        0.0
    };
    let moved = learned
        .iter()
        .zip(first)
        .map(|(score, first)| score + unit * (first - mean))
        .collect();
    classes::probabilities(moved)
        .into_iter()
        .map(f32::sqrt)
        .collect()
}

fn mean_and_spread(values: &[f32]) -> (f32, f32) {
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    let squares = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>();
    (mean, (squares / count).sqrt())
}

/// The position of the largest score, leaving one out.
pub(super) fn best(scores: &[f32], but: Option<usize>) -> Option<usize> {
    scores
        .iter()
        .enumerate()
        .filter(|(n, _)| Some(*n) != but)
        .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))
        .map(|(n, _)| n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_stage_decides_only_where_the_regression_hesitates() {
        for (learned, first, winner) in [
            ([5.0, 0.0, 0.0], [0.5, 0.6, 0.0], 0),
            ([2.0, 1.9, 0.0], [0.1, 0.9, 0.0], 1),
            ([2.0, 1.9, 0.0], [0.0, 0.0, 0.0], 0),
            ([0.0, 0.0, 0.0], [0.0, 0.0, 0.4], 0),
        ] {
            let scores = blend(&learned, &first);
            assert_eq!(best(&scores, None), Some(winner), "{learned:?} {first:?}");
            assert!(scores.iter().all(|s| (0.0..=1.0).contains(s)));
        }
    }
}
