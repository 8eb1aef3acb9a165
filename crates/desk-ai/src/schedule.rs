//! At which hours a reply may go out by itself. Quiet hours are when nobody wants a message;
//! business hours are when the shop is there, or is not. Local time is given in; ask
//! [`Hours::allow`] when deciding and again for the moment at which the countdown ends, and put
//! a refusal into [`crate::Policy::quiet_hours`].

use desk_core::Timestamp;

const DAY: u16 = 24 * 60;

/// A minute of the owner's week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalMinute {
    /// 0 Monday to 6 Sunday.
    pub weekday: u8,
    /// Minutes since midnight.
    pub minute: u16,
}

impl LocalMinute {
    /// The local minute of a moment; the offset is that of the owner's clock to UTC then.
    #[must_use]
    pub fn of(at: Timestamp, utc_offset_seconds: i32) -> Self {
        let seconds = at.0.div_euclid(1000) + i64::from(utc_offset_seconds);
        let days = seconds.div_euclid(86_400);
        // 1970 began on a Thursday.
        Self {
            weekday: u8::try_from((days + 3).rem_euclid(7)).unwrap_or(0),
            minute: u16::try_from(seconds.rem_euclid(86_400) / 60).unwrap_or(0),
        }
    }
}

/// From one minute of the day to another, the last one excluded. One that ends before it begins
/// goes over midnight; an empty one covers nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First minute.
    pub from: u16,
    /// The minute after the last.
    pub to: u16,
}

impl Span {
    /// Reads `"22:00-08:00"`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.trim().split_once(['-', '–'])?;
        let clock = |t: &str| {
            let (hours, minutes) = t.trim().split_once([':', '.'])?;
            let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
            let at = hours * 60 + minutes;
            (minutes < 60 && at <= DAY).then_some(at)
        };
        Some(Self {
            from: clock(from)?,
            to: clock(to)?,
        })
    }

    /// Whether it began on the same day and covers the minute, or began the day before.
    const fn covers_same_day(self, minute: u16) -> bool {
        if self.from <= self.to {
            minute >= self.from && minute < self.to
        } else {
            minute >= self.from
        }
    }

    const fn covers_after_midnight(self, minute: u16) -> bool {
        self.from > self.to && minute < self.to
    }
}

/// When automatic replies go out with regard to business hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum When {
    /// At any hour.
    #[default]
    Always,
    /// While the shop is open: somebody is there to look.
    Open,
    /// While it is closed: otherwise people answer.
    Closed,
}

/// The owner's hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// Nothing goes out by itself then, on any day.
    pub quiet: Option<Span>,
    /// When the shop is open, Monday first; none on a closed day.
    pub open: [Vec<Span>; 7],
    /// What the business hours mean for automatic replies.
    pub when: When,
}

impl Hours {
    /// Whether a reply may go out by itself at this minute.
    #[must_use]
    pub fn allow(&self, at: LocalMinute) -> bool {
        !self.is_quiet(at)
            && match self.when {
                When::Always => true,
                When::Open => self.is_open(at),
                When::Closed => !self.is_open(at),
            }
    }

    /// Whether it is one of the quiet hours.
    #[must_use]
    pub fn is_quiet(&self, at: LocalMinute) -> bool {
        self.quiet
            .is_some_and(|s| s.covers_same_day(at.minute) || s.covers_after_midnight(at.minute))
    }

    /// Whether the shop is open.
    #[must_use]
    pub fn is_open(&self, at: LocalMinute) -> bool {
        let day = |n: u8| self.open.get(usize::from(n % 7)).into_iter().flatten();
        day(at.weekday).any(|s| s.covers_same_day(at.minute))
            || day(at.weekday + 6).any(|s| s.covers_after_midnight(at.minute))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(weekday: u8, clock: &str) -> LocalMinute {
        let span = Span::parse(&format!("{clock}-00:00")).unwrap();
        LocalMinute {
            weekday,
            minute: span.from,
        }
    }

    #[test]
    fn local_minutes_know_the_weekday() {
        // 2026-11-21 09:00 UTC is a Saturday; in Istanbul it is noon.
        let moment = Timestamp(1_795_251_600_000);
        assert_eq!(LocalMinute::of(moment, 0), at(5, "9:00"));
        assert_eq!(LocalMinute::of(moment, 3 * 3600), at(5, "12:00"));
        assert_eq!(LocalMinute::of(moment, -10 * 3600), at(4, "23:00"));
        assert_eq!(LocalMinute::of(Timestamp(-1), 0), at(2, "23:59"));
    }

    #[test]
    fn quiet_hours_go_over_midnight() {
        let hours = Hours {
            quiet: Span::parse("22:00-08:00"),
            ..Hours::default()
        };
        for (clock, allowed) in [
            ("21:59", true),
            ("22:00", false),
            ("23:59", false),
            ("0:00", false),
            ("7:59", false),
            ("8:00", true),
        ] {
            assert_eq!(hours.allow(at(2, clock)), allowed, "{clock}");
        }
        assert!(Hours::default().allow(at(0, "3:00")));
    }

    #[test]
    fn business_hours_allow_or_forbid() {
        let mut hours = Hours {
            when: When::Open,
            ..Hours::default()
        };
        hours.open[0] = vec![
            Span::parse("10:00-13:00").unwrap(),
            Span::parse("14:00-19:00").unwrap(),
        ];
        hours.open[5] = vec![Span::parse("18:00-02:00").unwrap()];
        for (day, clock, open) in [
            (0, "10:00", true),
            (0, "13:30", false),
            (0, "18:59", true),
            (0, "19:00", false),
            (1, "11:00", false),
            (5, "23:00", true),
            (6, "1:59", true),
            (6, "2:00", false),
        ] {
            assert_eq!(hours.is_open(at(day, clock)), open, "{day} {clock}");
            assert_eq!(hours.allow(at(day, clock)), open, "{day} {clock}");
            let closed = Hours {
                when: When::Closed,
                ..hours.clone()
            };
            assert_eq!(closed.allow(at(day, clock)), !open);
        }
        hours.when = When::Always;
        assert!(hours.allow(at(1, "3:00")));
    }

    #[test]
    fn only_times_of_a_day_are_read() {
        assert_eq!(
            Span::parse("9.30 – 24:00"),
            Some(Span {
                from: 570,
                to: 1440
            })
        );
        for bad in ["", "9-10", "25:00-26:00", "10:61-11:00", "x:y-1:00"] {
            assert_eq!(Span::parse(bad), None, "{bad}");
        }
    }
}
