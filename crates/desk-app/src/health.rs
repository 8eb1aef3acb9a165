//! How an account stands, as data: its three lights, and how long its token lasts.

use crate::dto::{AccountHealth, HealthLight, TokenWarning};
use desk_core::Timestamp;
use desk_core::message::Health;
use desk_store::table::account::Account;
use desk_sync::Light;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// The days before the end of a token on which the owner is warned.
const LEVELS: [u32; 4] = [1, 3, 7, 14];
/// No token of Instagram's lives longer (Meta, "Access Token").
const LONGEST_LIFE: Duration = Duration::from_secs(60 * 24 * 3600);

/// What to warn of, when a token runs out within 14 days. Level 0 is: it has.
pub(crate) fn token_warning(expires: Option<Timestamp>, now: Timestamp) -> Option<TokenWarning> {
    let expires = expires?;
    if expires <= now {
        return Some(TokenWarning {
            level: 0,
            days_left: 0,
        });
    }
    let left = expires.since(now);
    let level = LEVELS.into_iter().find(|days| left <= DAY * *days)?;
    let days_left = u32::try_from(left.as_secs() / DAY.as_secs()).unwrap_or(u32::MAX);
    Some(TokenWarning { level, days_left })
}

/// Until when a token lives at most, when Instagram never said how long.
pub(crate) fn at_most_until(account: &Account) -> Option<Timestamp> {
    if account.token_expires_at.is_some() || account.page_id.is_some() {
        return None;
    }
    Some(account.token_obtained_at + LONGEST_LIFE)
}

fn light(state: Health, seen: &Light) -> HealthLight {
    HealthLight {
        state,
        last_call_at: seen.last_call_at,
        code: seen.code.clone(),
        trace_id: seen.trace_id.clone(),
    }
}

/// The three lights of an account.
pub(crate) fn lights(account: &Account, seen: &desk_sync::Lights) -> AccountHealth {
    let profile = if seen.profile.last_call_at.is_none() {
        Health::Unknown
    } else if seen.profile.code.is_none() {
        Health::Good
    } else {
        Health::Troubled
    };
    AccountHealth {
        receiving: light(account.receiving, &seen.receiving),
        sending: light(account.sending, &seen.sending),
        profile: light(profile, &seen.profile),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_warned_at_fourteen_seven_three_and_one_days() {
        let now = Timestamp(1_790_000_000_000);
        let hours = |h: u64| Some(now + Duration::from_secs(h * 3600));
        for (expires, expected) in [
            (None, None),
            (hours(60 * 24), None),
            (hours(14 * 24 + 1), None),
            (hours(14 * 24), Some((14, 14))),
            (hours(7 * 24 + 1), Some((14, 7))),
            (hours(7 * 24), Some((7, 7))),
            (hours(3 * 24 + 1), Some((7, 3))),
            (hours(3 * 24), Some((3, 3))),
            (hours(25), Some((3, 1))),
            (hours(24), Some((1, 1))),
            (hours(1), Some((1, 0))),
            (Some(now), Some((0, 0))),
            (Some(now - DAY), Some((0, 0))),
        ] {
            let found = token_warning(expires, now).map(|w| (w.level, w.days_left));
            assert_eq!(found, expected, "{expires:?}");
        }
    }
}
