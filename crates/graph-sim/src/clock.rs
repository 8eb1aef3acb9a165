//! The simulator's own time: the real clock plus an offset that tests move, or a clock that
//! stands still until it is moved. Nothing else in the crate may ask the system for the time.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// The time as the simulated platform sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    fixed: Option<DateTime<Utc>>,
    offset: TimeDelta,
}

impl Clock {
    /// A clock that runs with the real time.
    pub(crate) fn running() -> Self {
        Self {
            fixed: None,
            offset: TimeDelta::zero(),
        }
    }

    /// A clock that stands at `at` until it is moved.
    pub(crate) fn fixed(at: DateTime<Utc>) -> Self {
        Self {
            fixed: Some(at),
            offset: TimeDelta::zero(),
        }
    }

    /// The present moment.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let base = self.fixed.unwrap_or_else(system_now);
        base.checked_add_signed(self.offset).unwrap_or(base)
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        let by = TimeDelta::from_std(by).unwrap_or_else(|_| TimeDelta::zero());
        let moved = self.offset.checked_add(&by).unwrap_or(self.offset);
        // A leap that ends outside the calendar would leave `now` undefined: it is not taken.
        if self
            .fixed
            .unwrap_or_else(system_now)
            .checked_add_signed(moved)
            .is_some()
        {
            self.offset = moved;
        }
    }

    /// Sets the clock to stand at `at`.
    pub(crate) fn stop_at(&mut self, at: DateTime<Utc>) {
        *self = Self::fixed(at);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that reads the clock"
)]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

/// Adds seconds to a moment, staying where it is when the sum leaves the calendar.
pub(crate) fn plus_seconds(at: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
    TimeDelta::try_seconds(seconds)
        .and_then(|delta| at.checked_add_signed(delta))
        .unwrap_or(at)
}
