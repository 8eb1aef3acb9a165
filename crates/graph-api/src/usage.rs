//! Owns the two usage headers of Meta. It must not fail: a header that cannot be read is ignored,
//! because a budget corrected a minute later is better than a message lost now.

use crate::read::{self, Object};
use std::time::Duration;

/// How much of Meta's limits has been used, as far as the reply told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// `X-App-Usage`: the app as a whole.
    pub app: Option<AppUsage>,
    /// `X-Business-Use-Case-Usage`: each account and kind of use.
    pub business: Vec<BusinessUsage>,
}

/// Shares of the app's limits, in percent; over 100 means throttled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppUsage {
    /// Calls made.
    pub call_count: u32,
    /// Time used.
    pub total_time: u32,
    /// Processor time used.
    pub total_cpu_time: u32,
}

/// Shares of the limits of one account and one kind of use, in percent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BusinessUsage {
    /// The business or account that the header names.
    pub account_id: String,
    /// The kind of use, such as `instagram` or `messenger`.
    pub kind: String,
    /// Calls made.
    pub call_count: u32,
    /// Time used.
    pub total_time: u32,
    /// Processor time used.
    pub total_cpu_time: u32,
    /// Minutes until calls are answered again; zero while not throttled.
    pub regain_minutes: u32,
}

impl Usage {
    /// Reads both headers; either may be missing or malformed.
    pub fn from_headers(app: Option<&str>, business: Option<&str>) -> Self {
        Self {
            app: app.and_then(read_app),
            business: business.map(read_business).unwrap_or_default(),
        }
    }

    /// The highest share of any limit, or nothing when the reply told none.
    pub fn max_percent(&self) -> Option<u32> {
        let app = self
            .app
            .iter()
            .flat_map(|use_of| [use_of.call_count, use_of.total_time, use_of.total_cpu_time]);
        let business = self
            .business
            .iter()
            .flat_map(|use_of| [use_of.call_count, use_of.total_time, use_of.total_cpu_time]);
        app.chain(business).max()
    }

    /// The longest wait that Meta asks for, in minutes; nothing while not throttled.
    pub fn regain_minutes(&self) -> Option<u32> {
        let longest = self
            .business
            .iter()
            .map(|use_of| use_of.regain_minutes)
            .max();
        longest.filter(|minutes| *minutes > 0)
    }

    /// [`Usage::regain_minutes`] as a duration.
    pub fn regain(&self) -> Option<Duration> {
        self.regain_minutes()
            .map(|minutes| Duration::from_secs(u64::from(minutes) * 60))
    }
}

fn read_app(header: &str) -> Option<AppUsage> {
    let document = read::Document::from_text(header).ok()?;
    let object = document.object()?;
    let app = AppUsage {
        call_count: percent(&object, "call_count")?,
        total_time: percent(&object, "total_time").unwrap_or(0),
        total_cpu_time: percent(&object, "total_cputime").unwrap_or(0),
    };
    Some(app)
}

fn read_business(header: &str) -> Vec<BusinessUsage> {
    let Ok(document) = read::Document::from_text(header) else {
        return Vec::new();
    };
    let Some(accounts) = document.object() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    // The header may hold one key twice (Meta's own sample does), so every entry counts.
    for (account_id, uses) in accounts.entries() {
        for item in read::list(uses).unwrap_or_default() {
            let Some(object) = Object::from_raw(item) else {
                continue;
            };
            found.push(BusinessUsage {
                account_id: account_id.to_owned(),
                kind: object.text("type").unwrap_or_default(),
                call_count: percent(&object, "call_count").unwrap_or(0),
                total_time: percent(&object, "total_time").unwrap_or(0),
                total_cpu_time: percent(&object, "total_cputime").unwrap_or(0),
                regain_minutes: percent(&object, "estimated_time_to_regain_access").unwrap_or(0),
            });
        }
    }
    found
}

/// Reads a number of any form and rounds it up, so that 99.5 is never shown as room to spare.
fn percent(object: &Object<'_>, name: &str) -> Option<u32> {
    let number = object.text(name)?.trim().parse::<f64>().ok()?;
    // `as` saturates, so that an absurd number becomes the largest instead of an error.
    (number.is_finite() && number >= 0.0).then(|| number.ceil() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_headers_are_read() {
        let usage = Usage::from_headers(
            Some(r#"{"call_count":41,"total_time":12,"total_cputime":9}"#),
            Some(
                r#"{"178":[{"type":"instagram","call_count":100,"total_cputime":31,
                    "total_time":18,"estimated_time_to_regain_access":7}]}"#,
            ),
        );
        assert_eq!(
            usage.app,
            Some(AppUsage {
                call_count: 41,
                total_time: 12,
                total_cpu_time: 9
            })
        );
        assert_eq!(usage.max_percent(), Some(100));
        assert_eq!(usage.regain_minutes(), Some(7));
        assert_eq!(usage.regain(), Some(Duration::from_secs(420)));
        assert_eq!(usage.business[0].account_id, "178");
        assert_eq!(usage.business[0].kind, "instagram");
    }

    #[test]
    fn a_key_that_comes_twice_counts_both_times() {
        let usage = Usage::from_headers(
            None,
            Some(
                r#"{"178":[{"type":"a","call_count":90}],
                    "178":[{"type":"b","call_count":5,"estimated_time_to_regain_access":"3"}]}"#,
            ),
        );
        assert_eq!(usage.business.len(), 2);
        assert_eq!(usage.max_percent(), Some(90));
        assert_eq!(usage.regain_minutes(), Some(3));
    }

    #[test]
    fn numbers_in_other_forms_are_read() {
        let usage = Usage::from_headers(Some(r#"{"call_count":"99.2","total_time":1e9999}"#), None);
        assert_eq!(usage.max_percent(), Some(100));
        let usage = Usage::from_headers(Some(r#"{"call_count":123456789012345}"#), None);
        assert_eq!(usage.max_percent(), Some(u32::MAX));
    }

    #[test]
    fn a_header_that_cannot_be_read_is_ignored() {
        for text in [
            "",
            "nonsense",
            "[]",
            "{}",
            "{\"call_count\":",
            "{\"call_count\":-4}",
            "null",
        ] {
            let usage = Usage::from_headers(Some(text), Some(text));
            assert_eq!(usage.app, None, "{text}");
            assert_eq!(usage.regain_minutes(), None, "{text}");
        }
        let usage = Usage::from_headers(None, Some(r#"{"1":5,"2":[3,{"call_count":8}],"3":null}"#));
        assert_eq!(usage.max_percent(), Some(8));
        assert_eq!(Usage::default().max_percent(), None);
    }
}
