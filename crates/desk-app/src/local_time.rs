//! The owner's own time: what day it is where this computer stands. Takes a moment, never reads
//! the clock.

use chrono::{Datelike, Local, NaiveDate, Offset, TimeZone};
use desk_core::Timestamp;

/// How far the owner's clock is from UTC at a moment, in seconds.
#[must_use]
pub(crate) fn offset_seconds(at: Timestamp) -> i32 {
    Local
        .offset_from_utc_datetime(&at.to_datetime().naive_utc())
        .fix()
        .local_minus_utc()
}

fn day_of(at: Timestamp) -> NaiveDate {
    at.to_datetime().with_timezone(&Local).date_naive()
}

/// The day, such as `2026-11-21`.
#[must_use]
pub(crate) fn date(at: Timestamp) -> String {
    day_of(at).to_string()
}

/// The month, such as `2026-11`.
#[must_use]
pub(crate) fn month(at: Timestamp) -> String {
    day_of(at).format("%Y-%m").to_string()
}

/// When a day began. Where clocks jump over midnight, the day begins an hour later.
fn start_of(day: NaiveDate) -> Timestamp {
    let begin = (0..4)
        .filter_map(|hour| day.and_hms_opt(hour, 0, 0))
        .find_map(|time| Local.from_local_datetime(&time).earliest());
    begin.map_or(Timestamp(0), |t| Timestamp(t.timestamp_millis()))
}

/// When the day of a moment began.
#[must_use]
pub(crate) fn day_began(at: Timestamp) -> Timestamp {
    start_of(day_of(at))
}

/// The days of a month, each with its beginning and its end; `None` for what is no month.
#[must_use]
pub(crate) fn days_of(month: &str) -> Option<Vec<(String, Timestamp, Timestamp)>> {
    let first = format!("{month}-01").parse::<NaiveDate>().ok()?;
    let days = first
        .iter_days()
        .take_while(|day| day.month() == first.month())
        .filter_map(|day| Some((day.to_string(), start_of(day), start_of(day.succ_opt()?))));
    Some(days.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_cut_into_its_days() {
        let days = days_of("2028-02").unwrap();
        assert_eq!(days.len(), 29, "a leap year");
        for pair in days.windows(2) {
            assert_eq!(pair[0].2, pair[1].1, "no moment is lost between two days");
        }
        for (name, began, _) in &days {
            assert_eq!(&date(*began), name);
            assert_eq!(day_began(*began), *began);
            assert_eq!(month(*began), "2028-02");
        }
        for wrong in ["", "2028", "2028-13", "x-01", "2028-02-01"] {
            assert_eq!(days_of(wrong), None, "{wrong}");
        }
    }
}
