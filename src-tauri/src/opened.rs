//! The desk, or why it could not be opened; commands that come too early wait for it.

use crate::is_ending;
use desk_app::{Desk, IpcError};
use std::sync::Arc;
use tokio::sync::watch;

type Outcome = Result<Arc<Desk>, IpcError>;

/// What [`Desk::open`] came to.
pub(crate) struct Opened(watch::Sender<Option<Outcome>>);

impl Default for Opened {
    fn default() -> Self {
        Opened(watch::Sender::new(None))
    }
}

impl Opened {
    /// Tells everyone who waits.
    pub(crate) fn set(&self, outcome: Outcome) {
        self.0.send_replace(Some(outcome));
    }

    /// What is known now.
    pub(crate) fn now(&self) -> Option<Outcome> {
        self.0.borrow().clone()
    }

    /// Waits until the desk is open.
    pub(crate) async fn desk(&self) -> Outcome {
        let mut outcome = self.0.subscribe();
        let known = outcome
            .wait_for(Option::is_some)
            .await
            .map_err(|_| is_ending())?;
        known.clone().ok_or_else(is_ending)?
    }
}
