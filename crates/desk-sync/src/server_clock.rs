//! What Instagram's clock shows, as far as its answers told.
//!
//! The reply window and the times of messages are Instagram's. Where the owner's machine is wrong by
//! a day, only this keeps a reply from being refused, or an echo from being overlooked.

use desk_core::Timestamp;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Answers tell whole seconds: less than this is no difference.
const SAME: i64 = 2_000;

/// How far Instagram's clock is ahead of ours.
#[derive(Debug, Default)]
pub(crate) struct ServerClock {
    ahead_millis: Mutex<Option<i64>>,
}

impl ServerClock {
    /// Notes the time that an answer told, and ours when it came.
    pub(crate) fn heard(&self, told: Timestamp, ours: Timestamp) {
        let ahead = told.0.saturating_sub(ours.0);
        let ahead = if ahead.abs() <= SAME { 0 } else { ahead };
        *self
            .ahead_millis
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(ahead);
    }

    /// The clock was set: what was known of the difference is no longer true.
    pub(crate) fn forget(&self) {
        *self
            .ahead_millis
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Instagram's time at a moment of ours; `None` where it is not known.
    pub(crate) fn known(&self, ours: Timestamp) -> Option<Timestamp> {
        let ahead = *self
            .ahead_millis
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        ahead.map(|ahead| Timestamp(ours.0.saturating_add(ahead)))
    }

    /// Instagram's time at a moment of ours; ours itself, where nothing is known.
    pub(crate) fn at(&self, ours: Timestamp) -> Timestamp {
        self.known(ours).unwrap_or(ours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_is_a_day_behind_knows_instagrams_time() {
        let (clock, ours) = (ServerClock::default(), Timestamp(1_000_000_000));
        assert_eq!(clock.at(ours), ours, "nothing is known yet");
        clock.heard(Timestamp(ours.0 + 86_400_000), ours);
        assert_eq!(clock.at(ours), Timestamp(ours.0 + 86_400_000));
        clock.heard(Timestamp(ours.0 - 900), ours);
        assert_eq!(clock.at(ours), ours, "within the second of an answer");
        clock.heard(Timestamp(0), ours);
        clock.forget();
        assert_eq!(clock.at(ours), ours);
    }
}
