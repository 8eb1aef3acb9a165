//! Lets the calls of one account go: two a second at the most, and within its budget.
//!
//! Meta's page "Rate Limits" gives the Conversations API two calls a second per account. Sends have
//! a limit of their own, a hundred a second; a person's send is not made to wait for either.

use crate::budget::{Admission, RateBudget};
use desk_core::sync::Lane;
use desk_core::{Clock, Timestamp};
use desk_store::table::sync_state::SyncState;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How many calls the limit allows within [`SPAN`].
const CALLS: usize = 2;
const SPAN: Duration = Duration::from_secs(1);

/// A call that may not be made yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotYet {
    pub(crate) until: Timestamp,
    /// Whether Instagram wants it so, rather than the owner's budget.
    pub(crate) throttled: bool,
}

/// Spaces the calls of one account, and counts them.
#[derive(Debug)]
pub(crate) struct Pace {
    /// No limit of two calls a second.
    unlimited: bool,
    /// Whether the budget holds up anybody; it counts in any case.
    enforced: bool,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// The times that the latest calls were given, at most [`CALLS`].
    given: VecDeque<Instant>,
    budget: Option<RateBudget>,
    /// Whether what was remembered is in the budget.
    begun: bool,
    total: u32,
}

impl Pace {
    pub(crate) fn new(unlimited: bool, enforced: bool) -> Self {
        Pace {
            unlimited,
            enforced,
            inner: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins with what was remembered; later, what is known here is newer.
    pub(crate) fn begin(&self, now: Timestamp, state: &SyncState, given: &[(Timestamp, u32)]) {
        let mut inner = self.lock();
        if !inner.begun {
            inner.begun = true;
            inner.budget = Some(RateBudget::restored_at(now, state, given));
        }
    }

    /// Looks at the budget, or changes it.
    pub(crate) fn budget<T>(&self, now: Timestamp, with: impl FnOnce(&mut RateBudget) -> T) -> T {
        let mut inner = self.lock();
        let fresh = || RateBudget::fresh_at(now, SyncState::default().calls_per_hour);
        with(inner.budget.get_or_insert_with(fresh))
    }

    /// Waits for the next free moment within the second, and counts the call.
    pub(crate) async fn take(&self, clock: &dyn Clock, lane: Lane) -> Result<(), NotYet> {
        let now = clock.now();
        let admission = self.budget(now, |budget| budget.admit_at(now, lane));
        match admission {
            Admission::Wait { until, throttled } if throttled || self.enforced => {
                return Err(NotYet { until, throttled });
            }
            _ => {}
        }
        self.budget(now, |budget| budget.count_at(now));
        let at = self.book(Instant::now(), lane);
        tokio::time::sleep_until(at).await;
        Ok(())
    }

    /// Books the next free moment.
    fn book(&self, now: Instant, lane: Lane) -> Instant {
        let mut inner = self.lock();
        inner.total = inner.total.saturating_add(1);
        let mut at = now;
        if !self.unlimited {
            let sends = lane <= Lane::AutoSend;
            if inner.given.len() >= CALLS
                && let Some(oldest) = inner.given.pop_front()
                && !sends
            {
                at = at.max(oldest + SPAN);
            }
            inner.given.push_back(at);
        }
        at
    }

    /// Calls since the start.
    pub(crate) fn total(&self) -> u32 {
        self.lock().total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_testkit::FakeClock;

    #[tokio::test(start_paused = true)]
    async fn never_more_than_two_calls_within_a_second() {
        let pace = Pace::new(false, true);
        let clock = FakeClock::at(Timestamp(0));
        let start = Instant::now();
        let mut times = Vec::new();
        for lane in [
            Lane::Poll,
            Lane::Backfill,
            Lane::Poll,
            Lane::FollowUp,
            Lane::Poll,
            Lane::Poll,
            Lane::Backfill,
        ] {
            pace.take(clock.as_ref(), lane).await.unwrap();
            times.push(start.elapsed());
        }
        for trio in times.windows(3) {
            assert!(
                trio[2] - trio[0] >= SPAN,
                "three calls within a second: {times:?}"
            );
        }
        assert_eq!(pace.total(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_send_does_not_wait_for_the_first_synchronisation() {
        let pace = Pace::new(false, true);
        let clock = FakeClock::at(Timestamp(0));
        for _ in 0..4 {
            pace.take(clock.as_ref(), Lane::Backfill).await.unwrap();
        }
        let start = Instant::now();
        pace.take(clock.as_ref(), Lane::OwnerSend).await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        pace.take(clock.as_ref(), Lane::Backfill).await.unwrap();
        assert!(start.elapsed() > Duration::ZERO, "but it is counted");
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_that_is_not_enforced_counts_all_the_same() {
        let pace = Pace::new(true, false);
        let clock = FakeClock::at(Timestamp(0));
        for _ in 0..300 {
            pace.take(clock.as_ref(), Lane::Poll).await.unwrap();
        }
        let now = clock.now();
        assert_eq!(pace.budget(now, |budget| budget.used_at(now)), 300);
        pace.budget(now, |budget| budget.throttled_at(now, Some(SPAN)));
        let refused = pace.take(clock.as_ref(), Lane::Poll).await.unwrap_err();
        assert_eq!((refused.until, refused.throttled), (now + SPAN, true));
    }
}
