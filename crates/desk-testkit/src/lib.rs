//! What tests share: a clock that a test sets.
//!
//! A dev-dependency only; the product must never depend on it.

pub mod mutate;

use desk_core::clock::BoxFuture;
use desk_core::{Clock, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A clock that stands still until the test moves it. Whoever sleeps wakes when it passes their
/// moment.
#[derive(Debug)]
pub struct FakeClock {
    now: watch::Sender<Timestamp>,
}

impl FakeClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Arc<Self> {
        Arc::new(FakeClock {
            now: watch::Sender::new(at),
        })
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = *now + by);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            // The clock is held by whoever sleeps, so the channel cannot close.
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }
}
