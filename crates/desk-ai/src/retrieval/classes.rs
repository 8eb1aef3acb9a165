//! The second stage: a multinomial logistic regression from phrasings to entries, trained in a
//! moment whenever the knowledge changes. Knows vectors and numbers, not words.
//!
//! It does not start from nothing, but from a part of what naive Bayes says: how much more likely
//! a term is in this entry than in all others. With few phrasings that is the better teacher of
//! words that were seen once; the regression then corrects what naive Bayes counts twice.

use super::space::Vector;

/// Passes over the documents of a small knowledge; a large one has said it all in fewer.
const EPOCHS: usize = 10;
const MIN_EPOCHS: usize = 5;
const STEPS: usize = 10_000;
const RATE: f32 = 2.0;
/// What a term counts that was never seen, beside a term of the weight 1 seen once.
const UNSEEN: f32 = 0.05;
/// How much of naive Bayes the regression starts from.
const START: f32 = 0.25;

/// A trained model.
#[derive(Debug, Default)]
pub struct Classes {
    /// Weights, one row of `count` numbers a feature.
    weights: Vec<f32>,
    bias: Vec<f32>,
    count: usize,
}

impl Classes {
    /// Trains on documents with their classes, which are below `count`.
    #[must_use]
    pub fn train(docs: &[(&Vector, usize)], features: usize, count: usize) -> Self {
        let mut model = Self {
            weights: vec![0.0; features * count],
            bias: vec![0.0; count],
            count,
        };
        if count < 2 || docs.is_empty() {
            return model;
        }
        model.start(docs, features);
        // A stride that shares no factor with the number of documents visits each once, in an
        // order that is mixed and the same every time.
        let stride = coprime(docs.len());
        let epochs = (STEPS / docs.len()).clamp(MIN_EPOCHS, EPOCHS);
        for epoch in 0..epochs {
            let rate = RATE / (1.0 + 0.35 * epoch as f32);
            let mut at = epoch;
            for _ in 0..docs.len() {
                at = (at + stride) % docs.len();
                if let Some((vector, class)) = docs.get(at) {
                    model.step(vector, *class, rate);
                }
            }
        }
        model
    }

    /// Sets the weights by naive Bayes: the logarithm of how likely a term is in a class, less
    /// that of how likely it is in all others.
    fn start(&mut self, docs: &[(&Vector, usize)], features: usize) {
        let mut masses = vec![0.0f32; self.count];
        for (vector, class) in docs {
            for (feature, x) in *vector {
                if let Some(w) = self.weights.get_mut(*feature as usize * self.count + class) {
                    *w += x;
                }
                if let Some(mass) = masses.get_mut(*class) {
                    *mass += x;
                }
            }
        }
        let all: f32 = masses.iter().sum();
        let unseen = UNSEEN * features as f32;
        let sizes: Vec<f32> = masses
            .iter()
            .map(|own| ((all - own + unseen) / (own + unseen)).ln())
            .collect();
        for row in self.weights.chunks_exact_mut(self.count) {
            let total: f32 = row.iter().sum();
            let elsewhere = (UNSEEN / (total + UNSEEN)).ln();
            for (w, size) in row.iter_mut().zip(&sizes) {
                // Most terms are in few classes: a logarithm only where one is.
                let ratio = if *w > 0.0 {
                    ((*w + UNSEEN) / (total - *w + UNSEEN)).ln()
                } else {
                    elsewhere
                };
                *w = START * (ratio + size);
            }
        }
    }

    /// What speaks for every class, before it is made a probability.
    #[must_use]
    pub fn scores(&self, vector: &Vector) -> Vec<f32> {
        let mut scores = self.bias.clone();
        for (feature, x) in vector {
            for (score, w) in scores.iter_mut().zip(self.row(*feature)) {
                *score += x * w;
            }
        }
        scores
    }

    /// The probability of every class.
    #[must_use]
    pub fn probabilities(&self, vector: &Vector) -> Vec<f32> {
        probabilities(self.scores(vector))
    }

    fn row(&self, feature: u32) -> &[f32] {
        let start = feature as usize * self.count;
        self.weights.get(start..start + self.count).unwrap_or(&[])
    }

    fn step(&mut self, vector: &Vector, class: usize, rate: f32) {
        let mut errors = self.probabilities(vector);
        if let Some(own) = errors.get_mut(class) {
            *own -= 1.0;
        }
        for (b, e) in self.bias.iter_mut().zip(&errors) {
            *b -= rate * 0.02 * e;
        }
        for (feature, x) in vector {
            let start = *feature as usize * self.count;
            let step = rate * x;
            if let Some(row) = self.weights.get_mut(start..start + self.count) {
                for (w, e) in row.iter_mut().zip(&errors) {
                    *w -= step * e;
                }
            }
        }
    }
}

/// Scores as probabilities.
#[must_use]
pub fn probabilities(mut scores: Vec<f32>) -> Vec<f32> {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for score in &mut scores {
        *score = (*score - max).exp();
        sum += *score;
    }
    for score in &mut scores {
        *score /= sum;
    }
    scores
}

fn coprime(n: usize) -> usize {
    const fn gcd(a: usize, b: usize) -> usize {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    (n * 5 / 8..)
        .find(|s| *s > 0 && gcd(*s, n) == 1)
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two classes with a word of their own each (0, 1) and one in common (2).
    fn trained() -> Classes {
        let own: [Vector; 2] = [vec![(0, 0.8), (2, 0.6)], vec![(1, 0.8), (2, 0.6)]];
        let docs = [(&own[0], 0), (&own[1], 1)];
        Classes::train(&docs, 4, 2)
    }

    #[test]
    fn a_word_of_its_own_tells_and_a_common_or_unseen_one_does_not() {
        let model = trained();
        for (word, least, most) in [(0, 0.9, 1.0), (1, 0.0, 0.1), (2, 0.4, 0.6), (3, 0.4, 0.6)] {
            let p = model.probabilities(&vec![(word, 1.0)])[0];
            assert!((least..=most).contains(&p), "word {word}: {p}");
        }
    }

    #[test]
    fn what_naive_bayes_says_is_there_before_the_first_pass() {
        let seen: Vector = vec![(0, 1.0)];
        let other: Vector = vec![(1, 1.0)];
        let mut model = Classes {
            weights: vec![0.0; 4],
            bias: vec![0.0; 2],
            count: 2,
        };
        model.start(&[(&seen, 0), (&other, 1)], 2);
        let expected = START * ((1.0 + UNSEEN) / UNSEEN).ln();
        for (weight, sign) in model.weights.iter().zip([1.0, -1.0, -1.0, 1.0]) {
            assert!((weight - sign * expected).abs() < 1e-4, "{weight}");
        }
    }

    #[test]
    fn without_documents_every_class_is_as_likely() {
        assert_eq!(
            Classes::train(&[], 3, 2).probabilities(&vec![(0, 1.0)]),
            [0.5, 0.5]
        );
    }
}
