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
    start_in(&Local, day)
}

fn start_in<Zone: TimeZone>(zone: &Zone, day: NaiveDate) -> Timestamp {
    let begin = (0..4)
        .filter_map(|hour| day.and_hms_opt(hour, 0, 0))
        .find_map(|time| zone.from_local_datetime(&time).earliest());
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
    use chrono::{FixedOffset, MappedLocalTime, NaiveDateTime, TimeDelta};

    /// A zone whose clocks go an hour ahead at a moment of winter time, and back at one of summer
    /// time.
    #[derive(Debug, Clone)]
    struct Changing {
        ahead: NaiveDateTime,
        back: NaiveDateTime,
    }

    impl Changing {
        fn offset(hours: i32) -> FixedOffset {
            FixedOffset::east_opt(hours * 3600).unwrap()
        }
    }

    impl TimeZone for Changing {
        type Offset = FixedOffset;

        fn from_offset(_: &FixedOffset) -> Self {
            unreachable!("nobody asks")
        }

        fn offset_from_local_date(&self, day: &NaiveDate) -> MappedLocalTime<FixedOffset> {
            self.offset_from_local_datetime(&day.and_hms_opt(0, 0, 0).unwrap())
        }

        fn offset_from_local_datetime(&self, at: &NaiveDateTime) -> MappedLocalTime<FixedOffset> {
            let hour = TimeDelta::hours(1);
            let (winter, summer) = (Changing::offset(0), Changing::offset(1));
            if (self.ahead..self.ahead + hour).contains(at) {
                MappedLocalTime::None
            } else if (self.back - hour..self.back).contains(at) {
                MappedLocalTime::Ambiguous(summer, winter)
            } else if (self.ahead..self.back).contains(at) {
                MappedLocalTime::Single(summer)
            } else {
                MappedLocalTime::Single(winter)
            }
        }

        fn offset_from_utc_date(&self, day: &NaiveDate) -> FixedOffset {
            self.offset_from_utc_datetime(&day.and_hms_opt(0, 0, 0).unwrap())
        }

        fn offset_from_utc_datetime(&self, at: &NaiveDateTime) -> FixedOffset {
            let back = self.back - TimeDelta::hours(1);
            Changing::offset(i32::from((self.ahead..back).contains(at)))
        }
    }

    #[test]
    fn days_on_which_the_clocks_change_have_23_and_25_hours_and_lose_no_moment() {
        let moment = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        // Once in the night, once over midnight itself.
        for (ahead, back) in [
            ("2027-03-28T02:00:00", "2027-10-31T02:00:00"),
            ("2027-03-28T00:00:00", "2027-10-31T01:00:00"),
        ] {
            let zone = Changing {
                ahead: moment(ahead),
                back: moment(back),
            };
            let hours = |day: &str| {
                let day = day.parse::<NaiveDate>().unwrap();
                let (began, ended) = (
                    start_in(&zone, day),
                    start_in(&zone, day.succ_opt().unwrap()),
                );
                ended.since(began).as_secs() / 3600
            };
            let days = ["2027-03-27", "2027-03-28", "2027-10-30", "2027-10-31"];
            assert_eq!(days.map(hours), [24, 23, 24, 25], "{ahead}");
        }
    }

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
