//! When messages come: a learned week, and the bursts on top of it.
//!
//! The rate is `λ(t) = μ(hour of the week) + Σ α/τ · e^(−Δ/τ)`: a customer who wrote writes again
//! within seconds or minutes, and answers what the owner sent. How much of the rate is the week and
//! how much is bursts is learned from each message by its share in the rate at which it came. Pure;
//! it is kept as JSON and, when lost, learned anew from the stored messages.

use desk_core::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Hours of a week, in UTC: a change to summer time moves the profile by an hour, which its
/// neighbours cover until it is learned anew.
const WEEK: usize = 168;
const HOUR_MILLIS: i64 = 3_600_000;
/// How many kinds of bursts there are.
const KINDS: usize = 3;
/// How long a burst lasts: lines written in a row, a conversation, an answer to what was sent.
const LASTS: [f64; KINDS] = [30.0, 300.0, 120.0];
/// The burst that a message of ours begins.
const ANSWER: usize = 2;
/// How many messages one begins, before anything is learned.
const FIRST_GUESS: [f64; KINDS] = [0.25, 0.2, 0.3];
/// A process in which each message begins more than one would never end.
const MOST: f64 = 0.85;
/// Messages an hour that begin a conversation, before anything is learned.
const PRIOR_PER_HOUR: f64 = 4.0;
/// How many hours of observation the guesses weigh.
const PRIOR_HOURS: f64 = 6.0;
/// Below this rate (per hour) nothing is distinguished.
const LEAST_PER_HOUR: f64 = 0.02;
/// What was learned weighs half as much after four weeks.
const HALF_LIFE_HOURS: f64 = 4.0 * 168.0;
/// How long the mean looks back.
const MEAN_SPAN: f64 = 24.0 * 3600.0;

/// The rate of messages at a moment, per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Messages that begin a conversation.
    pub base: f64,
    /// Messages that follow others.
    pub burst: f64,
}

impl Rate {
    /// Both.
    #[must_use]
    pub fn total(self) -> f64 {
        self.base + self.burst
    }
}

/// What was learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrivals {
    /// Messages that began a conversation, by hour of the week.
    begun: Vec<f64>,
    /// Hours observed, by hour of the week.
    hours: Vec<f64>,
    /// How many messages one message begins.
    branching: [f64; KINDS],
    /// What is left of the bursts at `excited_at`.
    excited: [f64; KINDS],
    excited_at: i64,
    /// Up to when hours were observed.
    observed_to: Option<i64>,
    /// The mean of √λ and of the base, and over how many seconds.
    mean_root: f64,
    mean_base: f64,
    mean_span: f64,
    mean_at: i64,
    last_root: f64,
    /// How many messages were learned from.
    count: u64,
}

impl Default for Arrivals {
    fn default() -> Self {
        Arrivals {
            begun: vec![0.0; WEEK],
            hours: vec![0.0; WEEK],
            branching: FIRST_GUESS,
            excited: [0.0; KINDS],
            excited_at: 0,
            observed_to: None,
            mean_root: (PRIOR_PER_HOUR / 3600.0).sqrt(),
            mean_base: PRIOR_PER_HOUR / 3600.0,
            mean_span: 3600.0,
            mean_at: 0,
            last_root: (PRIOR_PER_HOUR / 3600.0).sqrt(),
            count: 0,
        }
    }
}

fn hour_of_week(at: i64) -> usize {
    usize::try_from(at.div_euclid(HOUR_MILLIS).rem_euclid(WEEK as i64)).unwrap_or(0)
}

impl Arrivals {
    /// Reads what was kept; nothing learned when it cannot be read.
    #[must_use]
    pub fn from_json(text: &str) -> Self {
        let read: Option<Arrivals> = serde_json::from_str(text).ok();
        read.filter(Arrivals::is_sound).unwrap_or_default()
    }

    /// What is to be kept.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn is_sound(&self) -> bool {
        let numbers = self
            .begun
            .iter()
            .chain(&self.hours)
            .chain(&self.branching)
            .chain(&self.excited);
        self.begun.len() == WEEK
            && self.hours.len() == WEEK
            && numbers.copied().all(|n| n.is_finite() && n >= 0.0)
            && [
                self.mean_root,
                self.mean_base,
                self.mean_span,
                self.last_root,
            ]
            .iter()
            .all(|n| n.is_finite() && *n > 0.0)
    }

    /// Learns from the stored past: the times of customers' messages, oldest first.
    #[must_use]
    pub fn from_history(times: &[Timestamp], now: Timestamp) -> Self {
        let mut learned = Arrivals::default();
        let Some(first) = times.first() else {
            return learned;
        };
        learned.observe_at(*first);
        for at in times {
            learned.arrived(*at, now);
        }
        learned.observe_at(now);
        let roots = (0..WEEK).map(|hour| learned.base_of(hour).sqrt());
        learned.mean_root = roots.sum::<f64>() / WEEK as f64;
        let bases = (0..WEEK).map(|hour| learned.base_of(hour));
        learned.mean_base = bases.sum::<f64>() / WEEK as f64;
        learned
    }

    /// How many messages were learned from.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Notes that the time up to `now` was observed, whether or not anything came.
    pub fn observe_at(&mut self, now: Timestamp) {
        let Some(mut from) = self.observed_to else {
            self.observed_to = Some(now.0);
            return;
        };
        if now.0 < from {
            // The clock was set back: what was observed stays, and time goes on from here.
            self.observed_to = Some(now.0);
            return;
        }
        let forgotten = (now.0 - from) as f64 / HOUR_MILLIS as f64;
        if forgotten >= 1.0 {
            let keep = 0.5f64.powf(forgotten / HALF_LIFE_HOURS);
            for n in self.begun.iter_mut().chain(&mut self.hours) {
                *n *= keep;
            }
        }
        // More than five weeks teach nothing more about a week.
        from = from.max(now.0.saturating_sub(5 * WEEK as i64 * HOUR_MILLIS));
        while from < now.0 {
            let next = (from.div_euclid(HOUR_MILLIS) + 1).saturating_mul(HOUR_MILLIS);
            let until = next.min(now.0);
            if let Some(hours) = self.hours.get_mut(hour_of_week(from)) {
                *hours += (until - from) as f64 / HOUR_MILLIS as f64;
            }
            from = until;
        }
        self.observed_to = Some(now.0);
    }

    /// Learns from a customer's message.
    pub fn arrived(&mut self, sent_at: Timestamp, now: Timestamp) {
        let at = sent_at.min(now);
        self.observe_at(at.max(Timestamp(self.observed_to.unwrap_or(at.0))));
        let base = self.base_of(hour_of_week(at.0));
        let parts = self.parts_at(at);
        let total = base + parts.iter().sum::<f64>();
        let step = (1.0 / (self.count as f64 + 20.0)).max(0.01);
        for (branching, part) in self.branching.iter_mut().zip(parts) {
            *branching = (*branching + step * (part / total - *branching)).clamp(0.02, MOST);
        }
        // The answers are measured against what was sent, so they do not feed the other bursts.
        if let Some(begun) = self.begun.get_mut(hour_of_week(at.0)) {
            *begun += base / total;
        }
        self.excite(at, |kind| kind != ANSWER);
        self.count = self.count.saturating_add(1);
    }

    /// Notes that we sent something: an answer is likely.
    pub fn sent(&mut self, at: Timestamp) {
        self.excite(at, |kind| kind == ANSWER);
    }

    fn excite(&mut self, at: Timestamp, of: impl Fn(usize) -> bool) {
        let later = self.excited_at.max(at.0);
        for kind in 0..KINDS {
            let lasts = LASTS.get(kind).copied().unwrap_or(1.0);
            let faded = |from: i64| (-((later - from) as f64 / 1000.0) / lasts).exp();
            if let Some(excited) = self.excited.get_mut(kind) {
                *excited *= faded(self.excited_at);
                if of(kind) {
                    *excited += faded(at.0);
                }
            }
        }
        self.excited_at = later;
    }

    /// The parts of the rate that bursts have, per second.
    fn parts_at(&self, at: Timestamp) -> [f64; KINDS] {
        let after = (at.0.saturating_sub(self.excited_at)).max(0) as f64 / 1000.0;
        let mut parts = [0.0; KINDS];
        let all = self.excited.iter().zip(self.branching).zip(LASTS);
        for (part, ((excited, branching), lasts)) in parts.iter_mut().zip(all) {
            *part = branching / lasts * excited * (-after / lasts).exp();
        }
        parts
    }

    /// The rate at which conversations begin in an hour of the week, per second. What was seen in
    /// this very hour counts; where little was, the same hour of other days and its neighbours, and
    /// then the mean.
    fn base_of(&self, hour: usize) -> f64 {
        let all = |first: usize, step: usize| {
            let pick = |of: &[f64]| of.iter().skip(first).step_by(step).sum::<f64>();
            (pick(&self.begun), pick(&self.hours))
        };
        let (n, h) = all(0, 1);
        let mean = (n + PRIOR_PER_HOUR * PRIOR_HOURS) / (h + PRIOR_HOURS);
        let day = hour % 24;
        let (n, h) = all(day, 24);
        let (before, after) = (all((day + 23) % 24, 24), all((day + 1) % 24, 24));
        let (side_n, side_h) = (before.0 + after.0, before.1 + after.1);
        let daily = (n + side_n / 2.0 + mean * 3.0) / (h + side_h / 2.0 + 3.0);
        let (n, h) = all(hour, WEEK);
        ((n + daily * PRIOR_HOURS) / (h + PRIOR_HOURS)).max(LEAST_PER_HOUR) / 3600.0
    }

    /// The rate at a moment.
    #[must_use]
    pub fn rate_at(&self, now: Timestamp) -> Rate {
        Rate {
            base: self.base_of(hour_of_week(now.0)),
            burst: self.parts_at(now).iter().sum(),
        }
    }

    /// The mean of √λ and of the base over the last day, brought up to now.
    pub fn means_at(&mut self, now: Timestamp) -> (f64, f64) {
        let rate = self.rate_at(now);
        let passed = (now.0.saturating_sub(self.mean_at)).max(0) as f64 / 1000.0;
        // A time in which nobody polled says nothing about the polls of a day.
        let passed = passed.min(Duration::from_secs(600).as_secs_f64());
        self.mean_span = (self.mean_span + passed).min(MEAN_SPAN);
        let weight = 1.0 - (-passed / self.mean_span).exp();
        self.mean_root += weight * (self.last_root - self.mean_root);
        self.mean_base += weight * (rate.base - self.mean_base);
        self.last_root = rate.total().sqrt();
        self.mean_at = now.0;
        (self.mean_root, self.mean_base)
    }
}

#[cfg(test)]
mod tests;
