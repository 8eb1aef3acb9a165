//! Texts without a question of their own, seen two sentences at a time. A paragraph answers a
//! question in one place: its words stand together there, and by chance all over another one.

use super::fields::Fields;
use super::terms::Terms;
use crate::normalise::sentences;

/// What the best window counts beside the whole text.
const WEIGHT: f32 = 0.2;

/// The windows of all documents.
#[derive(Debug, Default)]
pub(super) struct Windows {
    fields: Fields,
    /// The document of each window.
    docs: Vec<usize>,
}

/// Every two neighbouring sentences of a text, and the last alone.
pub(super) fn of(text: &str) -> Vec<String> {
    let sentences = sentences(text);
    (0..sentences.len())
        .map(|n| {
            let pair: Vec<&str> = sentences.iter().skip(n).take(2).copied().collect();
            pair.join(" ")
        })
        .collect()
}

impl Windows {
    /// The index over windows, each with its document.
    pub(super) fn over(terms: &[Terms], docs: Vec<usize>) -> Self {
        Self {
            fields: Fields::over(terms),
            docs,
        }
    }

    /// Adds to each document's score what its best window says; the scale stays.
    pub(super) fn add_to(&self, scores: &mut [f32], terms: &Terms, keep: &impl Fn(usize) -> bool) {
        if self.docs.is_empty() {
            return;
        }
        let kept = |window: usize| self.docs.get(window).is_some_and(|doc| keep(*doc));
        let mut best = vec![0.0f32; scores.len()];
        for (doc, score) in self.docs.iter().zip(self.fields.scores(terms, kept)) {
            if let Some(best) = best.get_mut(*doc) {
                *best = best.max(score);
            }
        }
        for (score, best) in scores.iter_mut().zip(best) {
            *score = (*score + WEIGHT * best) / (1.0 + WEIGHT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn windows_are_neighbouring_sentences() {
        for (text, windows) in [
            ("", vec![]),
            ("One 1.5.", vec!["One 1.5."]),
            (
                "One. Two! Three?",
                vec!["One. Two!", "Two! Three?", "Three?"],
            ),
        ] {
            assert_eq!(of(text), windows, "{text}");
        }
    }
}
