//! The only door to the time of day, so that a test can hold the key.

use crate::time::Timestamp;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A boxed future, as object-safe traits need it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Tells the time and waits for it.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment.
    fn now(&self) -> Timestamp;
    /// How long this process has run, by a clock that nobody can set. It may stand still while the
    /// machine sleeps.
    fn uptime(&self) -> Duration;
    /// Waits until the clock shows `at` or later; or until somebody set it, so that whoever waits
    /// must look again.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// A sleeping machine stops the timers but not the wall clock: waiting in short steps makes a
/// resumed laptop notice at once that a deadline has passed.
const STEP: Duration = Duration::from_secs(5);
/// What differs by more than this between two steps was set, or slept through.
const DRIFT: Duration = Duration::from_secs(2);

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the system"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from(chrono::Utc::now())
    }

    fn uptime(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            loop {
                let (now, up) = (self.now(), self.uptime());
                let left = at.since(now);
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(STEP)).await;
                let expected = now + self.uptime().saturating_sub(up);
                let shown = self.now();
                if shown.since(expected).max(expected.since(shown)) > DRIFT {
                    return;
                }
            }
        })
    }
}
