//! The budget of calls of one account: a token bucket, and the order in which callers stop.
//!
//! Pure: the time is given in, the state goes to the file and comes back. The owner's number is an
//! average. What a quiet hour does not use is saved, up to six hours' worth, and spent when
//! customers write; yet in no hour may be more than twice the number. Calls that a person waits for
//! are counted like all others, and wait only when Instagram itself names a time.

use desk_core::Timestamp;
use desk_core::sync::Lane;
use desk_store::table::sync_state::SyncState;
use graph_api::Usage;
use std::collections::VecDeque;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
/// How many hours' worth of calls may be saved.
const SAVED_HOURS: f64 = 6.0;
/// No hour may have more than this many times the average.
const HARDEST_HOUR: u32 = 2;
/// The wait after too many calls when Instagram names none: doubled each time.
const UNNAMED_WAIT: Duration = Duration::from_secs(60);
const LONGEST_UNNAMED_WAIT: Duration = Duration::from_secs(15 * 60);
/// A longer wait is taken for an error of the header.
pub(crate) const LONGEST_NAMED_WAIT: Duration = Duration::from_secs(24 * 3600);
/// How long a share told by the headers counts.
const USAGE_LIFE: Duration = Duration::from_secs(3600);

/// The least and the most calls an hour that an owner may set.
pub const CALLS_PER_HOUR: std::ops::RangeInclusive<u32> = 20..=3600;

/// Until when Instagram wants no calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Until when.
    pub until: Timestamp,
    /// Whether Instagram named the time. One that we assumed does not hold up a person.
    pub named: bool,
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Now.
    Go,
    /// Not before this time.
    Wait {
        /// When.
        until: Timestamp,
        /// Whether Instagram wants it so, rather than the owner's budget.
        throttled: bool,
    },
}

/// The budget of one account.
#[derive(Debug, Clone, PartialEq)]
pub struct RateBudget {
    per_hour: u32,
    saved: f64,
    at: Timestamp,
    /// The calls of the last hour.
    given: VecDeque<(Timestamp, u32)>,
    throttle: Option<Throttle>,
    throttles_in_a_row: u32,
    usage: Option<(Timestamp, u32)>,
}

impl RateBudget {
    /// The budget of an account that was never called: an hour's worth, so that the first
    /// synchronisation need not wait.
    #[must_use]
    pub fn fresh_at(now: Timestamp, per_hour: u32) -> Self {
        let per_hour = per_hour.clamp(*CALLS_PER_HOUR.start(), *CALLS_PER_HOUR.end());
        RateBudget {
            per_hour,
            saved: f64::from(per_hour),
            at: now,
            given: VecDeque::new(),
            throttle: None,
            throttles_in_a_row: 0,
            usage: None,
        }
    }

    /// The budget as it was remembered; `given` are the calls of the last hour.
    #[must_use]
    pub fn restored_at(now: Timestamp, state: &SyncState, given: &[(Timestamp, u32)]) -> Self {
        let mut budget = Self::fresh_at(now, state.calls_per_hour);
        if state.saved_at > Timestamp(0) {
            budget.saved = if state.saved.is_finite() {
                state.saved
            } else {
                0.0
            };
            budget.at = state.saved_at;
            budget.given = given.iter().copied().collect();
            budget.throttle = state.throttled_until.map(|until| Throttle {
                until: until.min(state.saved_at.max(now) + LONGEST_NAMED_WAIT),
                named: state.throttle_named,
            });
            budget.usage = state.usage_percent.map(|share| (state.saved_at, share));
        }
        budget.pass(now);
        budget
    }

    /// Writes into what is remembered.
    pub fn remember(&self, state: &mut SyncState) {
        state.calls_per_hour = self.per_hour;
        state.saved = self.saved;
        state.saved_at = self.at;
        state.throttled_until = self.throttle.map(|t| t.until);
        state.throttle_named = self.throttle.is_some_and(|t| t.named);
        state.usage_percent = self.usage.map(|(_, share)| share);
    }

    /// The calls an hour that the owner allows.
    #[must_use]
    pub const fn per_hour(&self) -> u32 {
        self.per_hour
    }

    /// Changes the calls an hour.
    pub fn set_per_hour_at(&mut self, now: Timestamp, per_hour: u32) {
        self.pass(now);
        self.per_hour = per_hour.clamp(*CALLS_PER_HOUR.start(), *CALLS_PER_HOUR.end());
        self.saved = self.saved.min(self.most());
    }

    fn rate(&self) -> f64 {
        f64::from(self.per_hour) / HOUR.as_secs_f64()
    }

    fn most(&self) -> f64 {
        f64::from(self.per_hour) * SAVED_HOURS
    }

    /// Lets time pass. A clock that was set back gives nothing and takes nothing: what was noted
    /// moves with it.
    fn pass(&mut self, now: Timestamp) {
        let back = self.at.since(now);
        if !back.is_zero() {
            for (at, _) in &mut self.given {
                *at = *at - back;
            }
            if let Some(throttle) = &mut self.throttle {
                throttle.until = throttle.until - back;
            }
            if let Some((at, _)) = &mut self.usage {
                *at = *at - back;
            }
        }
        let gained = now.since(self.at).as_secs_f64() * self.rate();
        self.saved = (self.saved + gained).min(self.most());
        self.at = now;
        while self.given.front().is_some_and(|(at, _)| *at + HOUR <= now) {
            self.given.pop_front();
        }
        self.throttle = self.throttle.filter(|t| t.until > now);
        self.usage = self.usage.filter(|(at, _)| now.since(*at) < USAGE_LIFE);
    }

    /// How many calls must stay for the lanes above; what is below zero is borrowed from them.
    fn floor(&self, lane: Lane) -> f64 {
        let hour = f64::from(self.per_hour);
        match lane {
            Lane::OwnerSend | Lane::ApprovedDraft => f64::NEG_INFINITY,
            Lane::AutoSend => hour * -0.25,
            Lane::FollowUp => hour * -0.1,
            Lane::Poll => 0.0,
            Lane::Backfill => hour * 0.15,
        }
    }

    /// Whether a caller may call now.
    pub fn admit_at(&mut self, now: Timestamp, lane: Lane) -> Admission {
        self.pass(now);
        if let Some(throttle) = self.throttle
            && (throttle.named || !lane.is_human())
        {
            return Admission::Wait {
                until: throttle.until,
                throttled: true,
            };
        }
        if lane.is_human() {
            return Admission::Go;
        }
        let missing = self.floor(lane) + 1.0 - self.saved;
        let mut until = now;
        if missing > 0.0 {
            until = now + Duration::from_secs_f64(missing / self.rate());
        }
        if self.used_at(now) >= self.per_hour.saturating_mul(HARDEST_HOUR)
            && let Some((oldest, _)) = self.given.front()
        {
            until = until.max(*oldest + HOUR);
        }
        if until > now {
            Admission::Wait {
                until,
                throttled: false,
            }
        } else {
            Admission::Go
        }
    }

    /// Counts a call.
    pub fn count_at(&mut self, now: Timestamp) {
        self.pass(now);
        self.saved = (self.saved - 1.0).max(-f64::from(self.per_hour));
        self.given.push_back((now, 1));
    }

    /// Takes note of what the usage headers told.
    pub fn corrected_at(&mut self, now: Timestamp, usage: &Usage) {
        self.pass(now);
        if let Some(share) = usage.max_percent() {
            self.usage = Some((now, share));
        }
        match usage.regain() {
            Some(wait) => self.set_throttle(now, wait, true),
            None => self.throttles_in_a_row = 0,
        }
    }

    /// Takes note that Instagram refused a call because there were too many.
    pub fn throttled_at(&mut self, now: Timestamp, named: Option<Duration>) {
        self.pass(now);
        match named.filter(|wait| !wait.is_zero()) {
            Some(wait) => self.set_throttle(now, wait, true),
            None => {
                let doubled = 2u32.saturating_pow(self.throttles_in_a_row.min(8));
                self.throttles_in_a_row = self.throttles_in_a_row.saturating_add(1);
                let wait = UNNAMED_WAIT.saturating_mul(doubled);
                self.set_throttle(now, wait.min(LONGEST_UNNAMED_WAIT), false);
            }
        }
    }

    fn set_throttle(&mut self, now: Timestamp, wait: Duration, named: bool) {
        let until = now + wait.min(LONGEST_NAMED_WAIT);
        let longer = self.throttle.is_none_or(|t| until >= t.until);
        if longer {
            self.throttle = Some(Throttle { until, named });
        }
    }

    /// Until when Instagram wants no calls.
    #[must_use]
    pub fn throttle_at(&self, now: Timestamp) -> Option<Throttle> {
        self.throttle.filter(|t| t.until > now)
    }

    /// The calls of the last hour.
    #[must_use]
    pub fn used_at(&self, now: Timestamp) -> u32 {
        let recent = self.given.iter().filter(|(at, _)| *at + HOUR > now);
        recent.map(|(_, calls)| calls).sum()
    }

    /// The calls that are left, as far as they were saved.
    #[must_use]
    pub fn saved_at(&self, now: Timestamp) -> f64 {
        let gained = now.since(self.at).as_secs_f64() * self.rate();
        (self.saved + gained).min(self.most())
    }

    /// How full the savings are, from 0 to 1.
    #[must_use]
    pub fn fill_at(&self, now: Timestamp) -> f64 {
        (self.saved_at(now) / self.most()).clamp(0.0, 1.0)
    }

    /// The time between two calls when they are spread evenly.
    #[must_use]
    pub fn even(&self) -> Duration {
        HOUR / self.per_hour.max(1)
    }

    /// By how much polling slows down because Instagram's own limits are nearly used up.
    #[must_use]
    pub fn strain_at(&self, now: Timestamp) -> f64 {
        match self.usage.filter(|(at, _)| now.since(*at) < USAGE_LIFE) {
            Some((_, 90..)) => 4.0,
            Some((_, 75..)) => 2.0,
            _ => 1.0,
        }
    }
}

#[cfg(test)]
mod tests;
