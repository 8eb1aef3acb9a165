//! Counts deliveries that were refused. Whoever finds the address of a tunnel may knock as often as
//! they like: that must not wear the disk, so the first is written down, and then what gathered in
//! an hour.

use desk_core::{AccountId, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Between two writes.
const WRITTEN_EVERY: Duration = Duration::from_secs(3600);

/// Refusals of one account that are not written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub count: u32,
    /// The last.
    pub last: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Kept {
    written_at: Option<Timestamp>,
    gathered: Count,
}

/// Refusals of all accounts.
#[derive(Debug, Default)]
pub(crate) struct Refused(Mutex<BTreeMap<AccountId, Kept>>);

impl Refused {
    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<AccountId, Kept>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts one for each account; gives what is to be written down now.
    pub(crate) fn add(
        &self,
        accounts: impl Iterator<Item = AccountId>,
        now: Timestamp,
    ) -> Vec<(AccountId, u32)> {
        self.with(|all| {
            let mut due = Vec::new();
            for account in accounts {
                let kept = all.entry(account).or_default();
                kept.gathered.count = kept.gathered.count.saturating_add(1);
                kept.gathered.last = Some(now);
                // A clock that was set back must not let everything through.
                let is_due = kept
                    .written_at
                    .is_none_or(|at| now.since(at) >= WRITTEN_EVERY);
                if is_due {
                    kept.written_at = Some(now);
                    due.push((account, std::mem::take(&mut kept.gathered).count));
                }
            }
            due
        })
    }

    /// What is not written down yet.
    pub(crate) fn of(&self, account: AccountId) -> Count {
        self.with(|all| all.get(&account).map(|kept| kept.gathered))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_in_an_hour_are_two_writes_and_none_is_forgotten() {
        let (refused, account) = (Refused::default(), AccountId(1));
        let start = Timestamp(1_000_000_000_000);
        let mut written = Vec::new();
        for second in 0..1000 {
            let now = start + Duration::from_secs(second * 4);
            written.extend(refused.add([account].into_iter(), now));
        }
        assert_eq!(written.len(), 2, "{written:?}");
        let sum: u32 = written.iter().map(|(_, count)| count).sum();
        assert_eq!(sum + refused.of(account).count, 1000);
        assert_eq!(
            refused.of(account).last,
            Some(start + Duration::from_secs(3996))
        );
        assert_eq!(refused.of(AccountId(2)), Count::default());
    }
}
