//! What a count of rare events proves.

/// The exact upper bound (Clopper-Pearson, one-sided) of the rate of an event that was seen `seen`
/// times in `of` trials. For none seen it is close to three in `of`.
#[must_use]
pub fn upper(seen: u64, of: u64, confidence: f64) -> f64 {
    if seen >= of {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..100 {
        let rate = f64::midpoint(low, high);
        if at_most(seen, of, rate) > 1.0 - confidence {
            low = rate;
        } else {
            high = rate;
        }
    }
    high
}

/// The probability of at most `seen` events in `of` trials.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a run are far below the precision of a float"
)]
fn at_most(seen: u64, of: u64, rate: f64) -> f64 {
    let (rate, n) = (rate.clamp(1e-300, 1.0 - 1e-16), of as f64);
    let mut log = n * (-rate).ln_1p();
    let mut sum = log.exp();
    for k in 1..=seen {
        let k = k as f64;
        log += ((n - k + 1.0) / k).ln() + rate.ln() - (-rate).ln_1p();
        sum += log.exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::upper;

    #[test]
    fn the_bound_is_that_of_the_books() {
        for (seen, of, expected) in [
            (0, 1000, 0.002_991),
            (0, 100, 0.029_513),
            (1, 100, 0.046_559),
            (5, 1000, 0.010_482),
        ] {
            let bound = upper(seen, of, 0.95);
            assert!((bound - expected).abs() < 2e-5, "{seen} of {of}: {bound}");
        }
        assert!((upper(3, 3, 0.95) - 1.0).abs() < 1e-9);
    }
}
