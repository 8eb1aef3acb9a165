//! A clock that the measurement moves, so that a day takes minutes.

use desk_core::clock::BoxFuture;
use desk_core::{Clock, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct VirtualClock {
    start: Timestamp,
    now: watch::Sender<Timestamp>,
}

impl VirtualClock {
    /// A clock that shows `at`.
    pub fn at(at: Timestamp) -> Arc<Self> {
        Arc::new(VirtualClock {
            start: at,
            now: watch::Sender::new(at),
        })
    }

    /// Lets time pass.
    pub fn move_to(&self, at: Timestamp) {
        self.now.send_modify(|now| *now = at.max(*now));
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn uptime(&self) -> Duration {
        self.now().since(self.start)
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'_, ()> {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }
}
