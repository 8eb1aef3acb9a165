//! How many agreements prove that a topic may answer by itself: exact binomial bounds, no
//! rule of thumb. Pure arithmetic; what counts as an agreement is decided in
//! [`crate::learning::shadow`], what is unlocked is stored by the caller.
//!
//! A caller counts, per topic and since its last reset, the turns in which what the AI would have
//! sent agreed with what the owner did send (`successes`) and those in which it did not
//! (`failures`), and asks [`unlock`] with the owner's risk. The progress that an owner sees is
//! `seen` of `needed`: "41 of 59".

/// The owner's risk unless changed: one wrong reply in twenty.
pub const DEFAULT_RISK: f64 = 0.05;
/// How sure the bound is.
pub const CONFIDENCE: f64 = 0.95;
/// More trials than this are not asked of anybody.
const MAX_NEEDED: u32 = 100_000;

/// Where a topic stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unlock {
    /// The bound is under the owner's risk.
    pub unlocked: bool,
    /// The share of wrong replies is below this with 95 % confidence.
    pub bound: f64,
    /// Turns compared so far.
    pub seen: u32,
    /// Turns to compare in all, if no further one disagrees.
    pub needed: u32,
}

/// Whether a topic may answer by itself after so many agreements and disagreements.
#[must_use]
pub fn unlock(successes: u32, failures: u32, risk: f64) -> Unlock {
    let risk = risk.clamp(0.001, 0.5);
    let seen = successes.saturating_add(failures);
    let bound = upper_bound(failures, seen, CONFIDENCE);
    Unlock {
        unlocked: bound <= risk,
        bound,
        seen,
        needed: needed(failures, risk),
    }
}

/// The exact (Clopper–Pearson) upper bound of a share, one-sided.
#[must_use]
pub fn upper_bound(hits: u32, trials: u32, confidence: f64) -> f64 {
    if hits >= trials {
        return 1.0;
    }
    // The chance of so few hits falls with the share: halve until it meets what is left of one.
    solve(|p| at_most(hits, trials, p) > 1.0 - confidence)
}

/// The exact lower bound of a share, one-sided.
#[must_use]
pub fn lower_bound(hits: u32, trials: u32, confidence: f64) -> f64 {
    if hits == 0 || trials == 0 {
        return 0.0;
    }
    1.0 - upper_bound(trials.saturating_sub(hits), trials, confidence)
}

/// The fewest trials with so many failures whose bound is within the risk.
fn needed(failures: u32, risk: f64) -> u32 {
    let fits = |n: u32| at_most(failures, n, risk) <= 1.0 - CONFIDENCE;
    let (mut low, mut high) = (failures, failures.saturating_add(1));
    while !fits(high) && high < MAX_NEEDED {
        low = high;
        high = high.saturating_mul(2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if fits(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// The share at which `below` turns from true to false.
fn solve(below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The chance of at most so many hits; logarithms, because the terms are tiny.
fn at_most(hits: u32, trials: u32, p: f64) -> f64 {
    if p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return f64::from(u8::from(hits >= trials));
    }
    let n = f64::from(trials);
    let odds = p.ln() - (-p).ln_1p();
    let mut term = n * (-p).ln_1p();
    let mut sum = term.exp();
    for k in 0..hits.min(trials) {
        let k = f64::from(k);
        term += ((n - k) / (k + 1.0)).ln() + odds;
        sum += term.exp();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_needed_runs_are_those_of_the_exact_binomial() {
        for (risk, faultless, one_fault) in [
            (0.10, 29, 46),
            (0.05, 59, 93),
            (0.02, 149, 236),
            (0.01, 299, 473),
        ] {
            assert_eq!(unlock(0, 0, risk).needed, faultless);
            assert_eq!(unlock(0, 1, risk).needed, one_fault);
            assert!(unlock(faultless, 0, risk).unlocked);
            assert!(!unlock(faultless - 1, 0, risk).unlocked);
            assert!(unlock(one_fault - 1, 1, risk).unlocked);
            assert!(!unlock(one_fault - 2, 1, risk).unlocked);
        }
    }

    #[test]
    fn progress_is_told_in_counts() {
        let there = unlock(41, 0, DEFAULT_RISK);
        assert_eq!((there.seen, there.needed, there.unlocked), (41, 59, false));
        assert_eq!(unlock(0, 0, DEFAULT_RISK).bound, 1.0);
        assert!(!unlock(0, 5, DEFAULT_RISK).unlocked);
    }

    #[test]
    fn the_bounds_enclose_the_share_and_tighten() {
        for (hits, trials) in [(0, 10), (1, 20), (5, 50), (25, 50), (49, 50)] {
            let share = f64::from(hits) / f64::from(trials);
            assert!(lower_bound(hits, trials, 0.95) <= share);
            assert!(upper_bound(hits, trials, 0.95) >= share);
            let wider = upper_bound(hits, trials, 0.99);
            assert!(wider > upper_bound(hits, trials, 0.95));
            let tighter = upper_bound(hits * 10, trials * 10, 0.95);
            assert!(tighter < upper_bound(hits, trials, 0.95));
        }
        assert!((upper_bound(0, 59, 0.95) - 0.0495).abs() < 0.0005);
    }
}
