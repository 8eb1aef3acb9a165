//! Examines a knowledge on itself, so that the gate knows how far it can be trusted.
//!
//! In each of six rounds a sixth of the entries is hidden, and a sixth of the phrasings of the
//! others: the hidden phrasings must be found, the questions of hidden entries must not. That is
//! the hard case, because a shop's questions resemble each other.

use super::evidence::best;
use super::gate::Sample;
use super::{Doc, Index};

const ROUNDS: usize = 6;
/// Phrasings of an entry that are examined; more do not change the picture.
const MAX_PHRASINGS: usize = 24;
/// Questions examined a round.
const MAX_QUESTIONS: usize = 1_500;

/// The signs and the truth of every examined question.
pub(super) fn samples(index: &Index) -> Vec<Sample> {
    // Each round holds a model of its own: as many at once as there are cores, no more than three.
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let workers = cores.clamp(1, 3);
    let parts: Vec<Vec<Sample>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers)
            .map(|worker| {
                let rounds = (worker..ROUNDS).step_by(workers);
                scope.spawn(move || rounds.flat_map(|r| one_round(index, r)).collect())
            })
            .collect();
        running
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .collect()
    });
    parts.into_iter().flatten().collect()
}

fn one_round(index: &Index, round: usize) -> Vec<Sample> {
    let part = |doc: &Doc, at: usize| {
        let hidden_entry = scatter(doc.entry) % ROUNDS == round;
        let hidden_phrasing = !doc.is_answer && at % ROUNDS == round;
        (hidden_entry, hidden_phrasing)
    };
    // The place of each document among those of its entry.
    let mut places = vec![0usize; index.docs.len()];
    for docs in &index.of_entry {
        for (place, doc) in docs.iter().enumerate() {
            if let Some(slot) = places.get_mut(*doc) {
                *slot = place;
            }
        }
    }
    let place = |n: usize| places.get(n).copied().unwrap_or(0);
    let keep = |n: usize| {
        index.docs.get(n).is_some_and(|doc| {
            let (entry, phrasing) = part(doc, place(n));
            !entry && !phrasing && place(n) < MAX_PHRASINGS * 2
        })
    };
    let classes = index.train(keep);
    let examined: Vec<usize> = (0..index.docs.len())
        .filter(|n| !keep(*n) && place(*n) < MAX_PHRASINGS)
        .filter(|n| index.docs.get(*n).is_some_and(|d| !d.is_answer))
        .collect();
    let step = examined.len().div_ceil(MAX_QUESTIONS).max(1);
    examined
        .iter()
        .step_by(step)
        .filter_map(|n| {
            let doc = index.docs.get(*n)?;
            let vector = index.space.docs().get(*n)?;
            let evidence = index.evidence(&doc.terms, vector, Some(&classes), keep);
            let first = best(&evidence.scores, None);
            let outside = part(doc, place(*n)).0;
            Some(Sample {
                signs: evidence.signs,
                right: !outside && first == Some(doc.entry),
                outside,
            })
        })
        .collect()
}

/// Neighbouring entries are often about the same thing: spread them over the rounds.
const fn scatter(n: usize) -> usize {
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as usize) >> 33
}
