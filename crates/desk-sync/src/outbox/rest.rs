//! Messages whose state could not be stored rest for a while: a disk that is full must not be asked
//! again and again, nor Instagram.

use super::LOOK_AGAIN;
use desk_core::{OutboxId, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// The longest rest.
const LONGEST: Duration = Duration::from_secs(5 * 60);

#[derive(Debug)]
struct Resting {
    faults: u32,
    since: Timestamp,
    until: Timestamp,
}

/// Who rests.
#[derive(Debug, Default)]
pub(super) struct Rest(BTreeMap<OutboxId, Resting>);

impl Rest {
    /// Takes note whether the state of a message could be stored.
    pub(super) fn note(&mut self, id: OutboxId, stored: bool, now: Timestamp) {
        if stored {
            self.0.remove(&id);
            return;
        }
        let faults = self.0.get(&id).map_or(0, |resting| resting.faults);
        let wait = LOOK_AGAIN * 2u32.saturating_pow(faults.min(8));
        let resting = Resting {
            faults: faults.saturating_add(1),
            since: now,
            until: now + wait.min(LONGEST),
        };
        self.0.insert(id, resting);
    }

    /// Whether a message rests. A clock that was set back ends it.
    pub(super) fn holds(&self, id: OutboxId, now: Timestamp) -> bool {
        let resting = self.0.get(&id);
        resting.is_some_and(|resting| resting.since <= now && now < resting.until)
    }

    /// When the next rest ends.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = self.0.values().map(|resting| resting.until);
        ends.filter(|until| *until > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_doubles_up_to_five_minutes_and_ends_with_success() {
        let (mut rest, id) = (Rest::default(), OutboxId(1));
        let mut now = Timestamp(1_000_000_000_000);
        for seconds in [10, 20, 40, 80, 160, 300, 300] {
            rest.note(id, false, now);
            let end = now + Duration::from_secs(seconds);
            assert_eq!(rest.next(now), Some(end));
            assert!(rest.holds(id, now) && !rest.holds(id, end));
            now = end;
        }
        assert_eq!(rest.next(now), None);
        rest.note(id, false, now);
        let set_back = Timestamp(now.0 - 86_400_000);
        assert!(!rest.holds(id, set_back));
        assert!(!rest.holds(OutboxId(2), now));
        rest.note(id, true, now);
        assert!(!rest.holds(id, now));
    }
}
