//! The limit on conversation calls and the usage headers, both by the simulator's clock.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::settings::RateLimit;

/// Calls an hour that the usage headers call one hundred per cent.
const HOURLY_BUDGET: u64 = 4_800;

/// A bucket of calls, and the count of the current hour.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    filled: Option<(DateTime<Utc>, f64)>,
    hour: i64,
    calls: u64,
}

impl Rate {
    /// Takes one conversation call out of the bucket; false when it is empty.
    pub(crate) fn take(&mut self, limit: RateLimit, now: DateTime<Utc>) -> bool {
        let level = match self.filled {
            None => limit.burst,
            Some((at, level)) => {
                let millis = now.signed_duration_since(at).num_milliseconds().max(0);
                let seconds = millis.min(86_400_000) as f64 / 1000.0;
                (level + seconds * limit.per_second).min(limit.burst)
            }
        };
        let allowed = level >= 1.0;
        self.filled = Some((now, if allowed { level - 1.0 } else { level }));
        allowed
    }

    /// Counts a call and returns the percentage of this hour's budget that is used.
    pub(crate) fn count(&mut self, now: DateTime<Utc>) -> u64 {
        let hour = now.timestamp().div_euclid(3_600);
        if hour != self.hour {
            self.hour = hour;
            self.calls = 0;
        }
        self.calls += 1;
        (self.calls * 100 / HOURLY_BUDGET).min(100)
    }
}

/// The two usage headers at this percentage.
pub(crate) fn usage_headers(
    account: &str,
    percent: u64,
    regain_minutes: Option<u64>,
) -> Vec<(&'static str, String)> {
    let percent = if regain_minutes.is_some() {
        100
    } else {
        percent
    };
    let app =
        json!({ "call_count": percent, "total_time": percent / 2, "total_cputime": percent / 3 });
    let mut business = serde_json::Map::new();
    business.insert(
        account.to_owned(),
        json!([{
            "type": "instagram",
            "call_count": percent,
            "total_cputime": percent / 3,
            "total_time": percent / 2,
            "estimated_time_to_regain_access": regain_minutes.unwrap_or(0),
        }]),
    );
    vec![
        ("x-app-usage", app.to_string()),
        (
            "x-business-use-case-usage",
            Value::Object(business).to_string(),
        ),
    ]
}
