//! How alike two texts look: the cosine of their letters in threes, folded. Cheap, the same in
//! every language, blind to word order at a distance. Must not know what the likeness is for.

use desk_core::text::fold;
use std::collections::BTreeMap;

/// How often each three letters in a row occur in a text.
#[derive(Debug, Clone, Default)]
pub struct Profile(BTreeMap<[char; 3], f32>);

impl Profile {
    /// The profile of a text; white space counts once.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let folded = fold(crate::normalise::readable_part(text));
        let letters: Vec<char> = folded
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .collect();
        let mut counts = BTreeMap::new();
        for window in letters.windows(3) {
            if let [a, b, c] = window {
                *counts.entry([*a, *b, *c]).or_insert(0.0) += 1.0;
            }
        }
        Self(counts)
    }

    /// The cosine to another, 0 to 1.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> f32 {
        let dot: f32 = self
            .0
            .iter()
            .filter_map(|(k, x)| other.0.get(k).map(|y| x * y))
            .sum();
        let length = |m: &Self| m.0.values().map(|x| x * x).sum::<f32>().sqrt();
        let (a, b) = (length(self), length(other));
        if a > 0.0 && b > 0.0 {
            dot / (a * b)
        } else {
            0.0
        }
    }
}

/// How alike two texts look, 0 to 1.
#[must_use]
pub fn likeness(a: &str, b: &str) -> f32 {
    Profile::of(a).cosine(&Profile::of(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_alike_however_they_are_typed() {
        assert!(likeness("Kargo ücreti ne kadar?", "KARGO UCRETI NE KADAR?") > 0.99);
        assert!(likeness("How much is shipping?", "how much is the shipping") > 0.8);
        assert!(likeness("How much is shipping?", "Where is your shop?") < 0.3);
        assert!(likeness("", "anything") < f32::EPSILON);
    }
}
