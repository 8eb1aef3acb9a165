//! The second stage: a multinomial logistic regression from phrasings to entries, trained in a
//! moment whenever the knowledge changes. Knows vectors and numbers, not words.

use super::space::Vector;

/// Passes over the documents of a small knowledge; a large one has said it all in fewer.
const EPOCHS: usize = 14;
const MIN_EPOCHS: usize = 5;
const STEPS: usize = 28_000;
const RATE: f32 = 2.0;

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

    /// The probability of every class.
    #[must_use]
    pub fn probabilities(&self, vector: &Vector) -> Vec<f32> {
        let mut scores = self.bias.clone();
        for (feature, x) in vector {
            for (score, w) in scores.iter_mut().zip(self.row(*feature)) {
                *score += x * w;
            }
        }
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

fn coprime(n: usize) -> usize {
    const fn gcd(a: usize, b: usize) -> usize {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    (n * 5 / 8..)
        .find(|s| *s > 0 && gcd(*s, n) == 1)
        .unwrap_or(1)
}
