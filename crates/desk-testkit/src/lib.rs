//! What tests share: a clock that a test sets.
//!
//! A dev-dependency only; the product must never depend on it.

pub mod bound;
pub mod mutate;

use desk_core::clock::BoxFuture;
use desk_core::{Clock, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A clock that stands still until the test moves it. Whoever sleeps wakes when it passes their
/// moment, or when it is set.
#[derive(Debug)]
pub struct FakeClock {
    shown: watch::Sender<Shown>,
}

#[derive(Debug, Clone, Copy)]
struct Shown {
    now: Timestamp,
    uptime: Duration,
    set: u32,
}

impl FakeClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Arc<Self> {
        Arc::new(FakeClock {
            shown: watch::Sender::new(Shown {
                now: at,
                uptime: Duration::ZERO,
                set: 0,
            }),
        })
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.shown.send_modify(|shown| {
            shown.now = shown.now + by;
            shown.uptime += by;
        });
    }

    /// Lets the machine sleep: the time of day goes on, and nothing else.
    pub fn sleep(&self, time: Duration) {
        self.shown.send_modify(|shown| {
            shown.now = shown.now + time;
            shown.set += 1;
        });
    }

    /// Sets the clock, as an owner or a network does: no time passes.
    pub fn set(&self, to: Timestamp) {
        self.shown.send_modify(|shown| {
            shown.now = to;
            shown.set += 1;
        });
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        self.shown.borrow().now
    }

    fn uptime(&self) -> Duration {
        self.shown.borrow().uptime
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let mut shown = self.shown.subscribe();
        let set = shown.borrow_and_update().set;
        Box::pin(async move {
            // The clock is held by whoever sleeps, so the channel cannot close.
            let _ = shown
                .wait_for(|shown| shown.now >= at || shown.set != set)
                .await;
        })
    }
}
