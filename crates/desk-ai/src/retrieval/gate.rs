//! How sure is the first hit? A logistic score over signs that need no model weights, and the
//! bar above which an entry may be sent without a person.
//!
//! Similarity alone does not do: a question that only *looks* like a known one ("do you repair
//! them, too?") is close to it. So a knowledge with enough phrasings is examined on itself: some
//! phrasings are held back to see how often the right entry is found, and whole entries are held
//! back to see what happens to questions that nothing answers. From that come the weights and the
//! bar. Without enough phrasings only near-identical questions pass.

/// The signs about a first hit.
pub type Signs = [f32; 11];

/// The scorer and its bar.
#[derive(Debug, Clone)]
pub struct Gate {
    weights: Signs,
    bias: f32,
    bar: f32,
    examined: bool,
}

/// One examined question.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its signs.
    pub signs: Signs,
    /// The first hit was the right one.
    pub right: bool,
    /// Nothing in the knowledge answers it.
    pub outside: bool,
}

/// Weights for a knowledge that is too small to be examined: found on public question sets.
const START: Signs = [2.0, 1.5, 1.5, 2.0, 1.0, 2.5, -1.0, 0.7, 0.0, 1.0, 1.5];
const START_BIAS: f32 = -6.0;

/// Questions that nothing answers, of those examined, that may pass.
const MAX_OUTSIDE: f32 = 0.007;
/// Wrong entries among those that pass.
const MAX_WRONG: f32 = 0.025;

/// Fewer examined questions than this prove nothing.
const MIN_SAMPLES: usize = 120;

/// Whether the signs agree on the first hit and most of the query is found in it.
#[must_use]
pub fn is_likely(signs: &Signs) -> bool {
    let [.., stems, _, agree, _, _, pieces] = *signs;
    agree >= 1.0 && (stems >= 0.5 || pieces >= 0.6)
}

impl Gate {
    /// For a knowledge that is too small to be examined, or was not examined yet.
    pub const CAREFUL: Self = Self {
        weights: START,
        bias: START_BIAS,
        bar: 1.0,
        examined: false,
    };

    /// Learns weights and bar from examined questions; too few leave the careful default.
    #[must_use]
    pub fn fit(samples: &[Sample], phrasings: f32) -> Self {
        let outside = samples.iter().filter(|s| s.outside).count();
        if samples.len() < MIN_SAMPLES || outside < MIN_SAMPLES / 3 {
            return Self::CAREFUL;
        }
        let mut gate = Self::CAREFUL;
        gate.learn(samples);
        // The more phrasings map out an entry, the rarer is a question beside it that only looks
        // like one of them: ten are the measure, sixty-four and more count 6.4 times.
        gate.set_bar(samples, MAX_OUTSIDE * (phrasings / 10.0).clamp(1.0, 6.4));
        gate.examined = true;
        gate
    }

    /// How sure it is, 0 to 1.
    #[must_use]
    pub fn sureness(&self, signs: &Signs) -> f32 {
        let sum: f32 = self.weights.iter().zip(signs).map(|(w, s)| w * s).sum();
        1.0 / (1.0 + (-(sum + self.bias)).exp())
    }

    /// Whether the hit may be sent without a person, as far as the match goes.
    #[must_use]
    pub fn passes(&self, signs: &Signs) -> bool {
        let [.., nearest, lead, _, stems, unknown, agree, _, _, pieces] = *signs;
        if nearest >= 0.72 && lead >= 0.15 && stems >= 0.9 && unknown <= 0.1 && agree >= 1.0 {
            return pieces >= 0.9;
        }
        self.examined && self.sureness(signs) >= self.bar
    }

    fn learn(&mut self, samples: &[Sample]) {
        let right = samples.iter().filter(|s| s.right).count().max(1) as f32;
        let rest = (samples.len() as f32 - right).max(1.0);
        let total = samples.len() as f32;
        for round in 0..400 {
            let rate = 4.0 / (1.0 + round as f32 * 0.01);
            let mut slope = [0.0f32; 11];
            let mut slope_bias = 0.0;
            for s in samples {
                let weight = if s.right { 0.5 / right } else { 0.5 / rest };
                let error = (self.sureness(&s.signs) - f32::from(u8::from(s.right))) * weight;
                slope_bias += error;
                for (g, x) in slope.iter_mut().zip(s.signs) {
                    *g += error * x;
                }
            }
            // Pull towards the start: few samples must not turn a sign around.
            let pull = 0.3 / total;
            for ((w, g), start) in self.weights.iter_mut().zip(slope).zip(START) {
                *w -= rate * (g + pull * (*w - start));
            }
            self.bias -= rate * slope_bias;
        }
    }

    /// The lowest bar that keeps both promises on the examined questions.
    fn set_bar(&mut self, samples: &[Sample], max_outside: f32) {
        let outside = samples.iter().filter(|s| s.outside).count().max(1) as f32;
        let mut scored: Vec<(f32, &Sample)> = samples
            .iter()
            .map(|s| (self.sureness(&s.signs), s))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut passed, mut wrong, mut leaked) = (0.0f32, 0.0f32, 0.0f32);
        self.bar = 1.0;
        for (score, sample) in scored {
            if sample.outside {
                leaked += 1.0;
            } else {
                passed += 1.0;
                wrong += f32::from(u8::from(!sample.right));
            }
            // One more than counted: what was not seen yet is not what cannot be.
            if (leaked + 1.0) / outside > max_outside {
                break;
            }
            if passed >= 30.0 && (wrong + 1.0) / passed <= MAX_WRONG {
                self.bar = score;
            }
        }
    }
}
