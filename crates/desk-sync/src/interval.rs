//! How long to wait until the next check: the square-root law within the budget. Pure.
//!
//! With a rate λ of messages and a fixed number of calls, the mean delay is least when calls are
//! spread in proportion to √λ: `interval = a / √λ`. The factor `a` makes the calls of a day come to
//! the budget, and gives when savings grow and takes when they shrink.

use crate::arrivals::Arrivals;
use crate::budget::RateBudget;
use desk_core::Timestamp;
use std::time::Duration;

/// The shortest wait.
pub const SHORTEST: Duration = Duration::from_secs(2);
/// The longest wait.
pub const LONGEST: Duration = Duration::from_secs(600);
/// How full the savings are kept.
const WANTED_FILL: f64 = 0.6;
/// Below this share of an hour's calls nothing is given away.
const RESERVE: f64 = 0.1;
/// An hour with more than this share of the mean rate is no quiet one.
const QUIET: f64 = 0.5;
/// From this many messages on, what was learned is trusted.
const PROVEN: u64 = 60;
/// How long polling is brisk after news, and how brisk, until bursts are learned.
const BRISK_FOR: Duration = Duration::from_secs(3 * 60);
const BRISK: Duration = Duration::from_secs(5);
/// How long the owner's attention counts.
pub const ATTENTION: Duration = Duration::from_secs(15 * 60);

/// What is known beside the rate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints {
    /// Since when the window has been in front, as long as it is.
    pub focused_at: Option<Timestamp>,
    /// The last news: a message came, or one was sent from here.
    pub news_at: Option<Timestamp>,
}

/// The wait until the next check, before the budget is asked.
pub fn interval_at(
    now: Timestamp,
    arrivals: &mut Arrivals,
    budget: &RateBudget,
    hints: Hints,
) -> Duration {
    let rate = arrivals.rate_at(now);
    let (mean_root, mean_base) = arrivals.means_at(now);
    let even = budget.even().as_secs_f64();
    let fill = budget.fill_at(now);
    let given = (WANTED_FILL / fill.max(0.01)).sqrt();
    let mut wait = mean_root * even * given / rate.total().sqrt();
    let spare = budget.saved_at(now) > f64::from(budget.per_hour()) * RESERVE;
    let within = |at: Option<Timestamp>, span| at.is_some_and(|at| now.since(at) < span);
    // No hour that is not a quiet one is checked more seldom than by an even spread, and none at
    // all when nothing more can be saved.
    if (spare && rate.base > mean_base * QUIET) || fill > 0.97 {
        wait = wait.min(even);
    }
    if spare && arrivals.count() < PROVEN && within(hints.news_at, BRISK_FOR) {
        wait = wait.min(BRISK.as_secs_f64());
    }
    if spare && within(hints.focused_at, ATTENTION) {
        wait = (wait / 2.0).min(even / 2.0);
    }
    wait *= budget.strain_at(now);
    let bounded = wait.clamp(SHORTEST.as_secs_f64(), LONGEST.as_secs_f64());
    // Not a number only when a sum of what was learned is none: then an even spread is right.
    Duration::try_from_secs_f64(bounded).unwrap_or_else(|_| budget.even())
}

#[cfg(test)]
mod tests;
