//! Keeps the calls of one account below the platform's limit: a bucket that fills by time.
//!
//! Meta's page "Rate Limits" gives the Conversations API two calls a second per account.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// How many calls the limit allows within [`SPAN`].
const CALLS: usize = 2;
const SPAN: Duration = Duration::from_secs(1);

/// Spaces the calls of one account, and counts them.
#[derive(Debug)]
pub(crate) struct Pace {
    unlimited: bool,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// The times that the latest calls were given, at most [`CALLS`].
    given: VecDeque<Instant>,
    /// The times of the calls in the last hour.
    hour: VecDeque<Instant>,
    total: u32,
}

impl Pace {
    pub(crate) fn new(unlimited: bool) -> Self {
        Pace {
            unlimited,
            inner: Mutex::default(),
        }
    }

    /// Waits until a call may be made, and counts it.
    pub(crate) async fn take(&self) {
        let at = self.book(Instant::now());
        tokio::time::sleep_until(at).await;
    }

    /// Books the next free moment.
    fn book(&self, now: Instant) -> Instant {
        let Ok(mut inner) = self.inner.lock() else {
            return now;
        };
        let mut at = now;
        if !self.unlimited {
            if inner.given.len() >= CALLS
                && let Some(oldest) = inner.given.pop_front()
            {
                at = at.max(oldest + SPAN);
            }
            inner.given.push_back(at);
        }
        inner.total = inner.total.saturating_add(1);
        inner.hour.push_back(at);
        while inner
            .hour
            .front()
            .is_some_and(|t| now.duration_since(*t) > Duration::from_secs(3600))
        {
            inner.hour.pop_front();
        }
        at
    }

    /// Calls in the last hour, and in all.
    pub(crate) fn calls(&self) -> (u32, u32) {
        let Ok(mut inner) = self.inner.lock() else {
            return (0, 0);
        };
        let now = Instant::now();
        while inner
            .hour
            .front()
            .is_some_and(|t| now.duration_since(*t) > Duration::from_secs(3600))
        {
            inner.hour.pop_front();
        }
        (
            u32::try_from(inner.hour.len()).unwrap_or(u32::MAX),
            inner.total,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn never_more_than_two_calls_within_a_second() {
        let pace = Pace::new(false);
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..7 {
            pace.take().await;
            times.push(start.elapsed());
        }
        for trio in times.windows(3) {
            assert!(
                trio[2] - trio[0] >= SPAN,
                "three calls within a second: {times:?}"
            );
        }
        assert_eq!(pace.calls(), (7, 7));
    }
}
