//! Samples of times, and what is said of them. Pure.

use crate::chance::Chance;
use std::time::Duration;

/// Times of one thing, in the order in which they were taken.
#[derive(Debug, Clone, Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Adds one.
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: &Samples) {
        self.0.extend_from_slice(&other.0);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, in microseconds.
    pub fn micros(&self) -> Vec<u64> {
        let micros = |d: &Duration| u64::try_from(d.as_micros()).unwrap_or(u64::MAX);
        self.0.iter().map(micros).collect()
    }

    /// The time that a share of them (0 to 1) does not exceed; zero when there are none.
    pub fn quantile(&self, share: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        // Nearest rank: a figure that was measured, not one between two.
        let rank = (share * sorted.len() as f64).ceil().max(1.0) as usize - 1;
        sorted.get(rank.min(last)).copied().unwrap_or_default()
    }

    /// The middle.
    pub fn median(&self) -> Duration {
        self.quantile(0.5)
    }

    /// What 95 of 100 do not exceed.
    pub fn p95(&self) -> Duration {
        self.quantile(0.95)
    }

    /// The mean.
    pub fn mean(&self) -> Duration {
        let n = u32::try_from(self.0.len()).unwrap_or(u32::MAX).max(1);
        self.0.iter().sum::<Duration>() / n
    }
}

/// The ratio of two sets of samples by a figure of theirs.
pub fn ratio(above: Duration, below: Duration) -> f64 {
    above.as_secs_f64() / below.as_secs_f64().max(1e-9)
}

/// Where the ratio of the medians lies in 95 of 100 resamplings of the pairs.
pub fn ratio_interval(above: &Samples, below: &Samples) -> (f64, f64) {
    let pairs: Vec<(Duration, Duration)> = above
        .0
        .iter()
        .copied()
        .zip(below.0.iter().copied())
        .collect();
    let mut chance = Chance::seeded(7);
    let mut ratios: Vec<f64> = (0..500)
        .map(|_| {
            let (mut a, mut b) = (Samples::default(), Samples::default());
            for _ in 0..pairs.len() {
                if let Some((x, y)) = chance.pick(&pairs) {
                    a.push(*x);
                    b.push(*y);
                }
            }
            ratio(a.median(), b.median())
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let at = |i: usize| ratios.get(i).copied().unwrap_or(f64::NAN);
    (at(12), at(487))
}

/// Runs two things in turn, the first one first in every other round, so that whatever else the
/// machine does meets both alike. Gives their times.
///
/// # Errors
/// What either of them said.
pub fn in_turn<E>(
    rounds: usize,
    mut a: impl FnMut(usize) -> Result<Duration, E>,
    mut b: impl FnMut(usize) -> Result<Duration, E>,
) -> Result<(Samples, Samples), E> {
    let (mut of_a, mut of_b) = (Samples::default(), Samples::default());
    for round in 0..rounds {
        if round.is_multiple_of(2) {
            of_a.push(a(round)?);
            of_b.push(b(round)?);
        } else {
            of_b.push(b(round)?);
            of_a.push(a(round)?);
        }
    }
    Ok((of_a, of_b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(millis: impl IntoIterator<Item = u64>) -> Samples {
        Samples(millis.into_iter().map(Duration::from_millis).collect())
    }

    #[test]
    fn quantiles_are_samples_by_nearest_rank() {
        let samples = of((1..=100).rev());
        assert_eq!(samples.median(), Duration::from_millis(50));
        assert_eq!(samples.p95(), Duration::from_millis(95));
        assert_eq!(of([7]).p95(), Duration::from_millis(7));
        assert_eq!(Samples::default().p95(), Duration::ZERO);
    }

    #[test]
    fn the_interval_holds_the_ratio_of_like_with_like() {
        let (low, high) = ratio_interval(&of(1..=99), &of(1..=99));
        assert!(low <= 1.0 && high >= 1.0, "{low} {high}");
    }

    #[test]
    fn two_things_take_turns() {
        let order = std::cell::RefCell::new(String::new());
        let note = |c| {
            order.borrow_mut().push(c);
            Ok::<_, ()>(Duration::ZERO)
        };
        in_turn(3, |_| note('a'), |_| note('b')).unwrap();
        assert_eq!(order.into_inner(), "abbaab");
    }
}
