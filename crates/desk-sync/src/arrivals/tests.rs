use super::*;

/// A Monday, at midnight.
const MONDAY: Timestamp = Timestamp(1_789_344_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);

/// Four weeks in which two conversations begin in each hour from 10 to 20, and none at night.
fn four_weeks() -> Arrivals {
    let mut learned = Arrivals::default();
    learned.observe_at(MONDAY);
    for hour in 0..4 * 168u32 {
        if (10..20).contains(&(hour % 24)) {
            for n in 0..2 {
                let at = MONDAY + HOUR * hour + Duration::from_secs(600 + 1500 * n);
                learned.arrived(at, at);
            }
        }
    }
    learned.observe_at(MONDAY + HOUR * 24 * 28);
    learned
}

#[test]
fn busy_hours_are_told_from_quiet_ones() {
    let learned = four_weeks();
    let next_week = MONDAY + HOUR * 24 * 28;
    let (day, night) = (
        learned.rate_at(next_week + HOUR * 15).base,
        learned.rate_at(next_week + HOUR * 3).base,
    );
    assert!(day > night * 10.0, "{day} {night}");
    assert!(
        (day * 3600.0 - 2.0).abs() < 0.7,
        "two an hour: {}",
        day * 3600.0
    );
}

#[test]
fn a_burst_raises_the_rate_and_fades() {
    let mut learned = four_weeks();
    let at = MONDAY + HOUR * (24 * 28 + 12);
    let before = learned.rate_at(at).total();
    learned.arrived(at, at);
    let rates: Vec<f64> = [1, 20, 120, 3600]
        .iter()
        .map(|s| learned.rate_at(at + SECOND * *s).total())
        .collect();
    assert!(rates[0] > before, "{before} {rates:?}");
    assert!(rates.is_sorted_by(|a, b| a > b), "{rates:?}");
    assert!(rates[3] < before * 1.5, "{rates:?}");
}

#[test]
fn how_many_lines_follow_is_learned() {
    let mut lonely = Arrivals::default();
    let mut talkative = Arrivals::default();
    for n in 0..400u32 {
        let at = MONDAY + HOUR * n;
        lonely.arrived(at, at);
        for line in 0..3 {
            let at = at + SECOND * (line * 12);
            talkative.arrived(at, at);
        }
    }
    let after = |learned: &mut Arrivals| {
        let at = MONDAY + HOUR * 401;
        learned.arrived(at, at);
        learned.rate_at(at + SECOND).burst
    };
    assert!(after(&mut talkative) > after(&mut lonely) * 3.0);
}

#[test]
fn an_answer_is_expected_after_sending() {
    let mut learned = Arrivals::default();
    let before = learned.rate_at(MONDAY).total();
    learned.sent(MONDAY);
    assert!(learned.rate_at(MONDAY + SECOND).total() > before * 2.0);
}

#[test]
fn what_was_learned_survives_a_restart_and_damage_does_not_matter() {
    let learned = four_weeks();
    let read = Arrivals::from_json(&learned.to_json());
    let at = MONDAY + HOUR * (24 * 28 + 15);
    assert!((read.rate_at(at).base - learned.rate_at(at).base).abs() < 1e-12);
    assert_eq!(read.count(), learned.count());
    for bad in [
        "",
        "{}",
        "null",
        "[1]",
        r#"{"begun":[],"hours":[]}"#,
        &learned
            .to_json()
            .replacen("begun\":[0.0", "begun\":[-1.0", 1),
        &learned.to_json().replacen("begun\":[0.0,", "begun\":[", 1),
    ] {
        assert_eq!(Arrivals::from_json(bad).count(), 0, "{:.40}", bad);
    }
}

#[test]
fn the_past_teaches_as_much_as_the_present() {
    let times: Vec<Timestamp> = (0..300u32)
        .map(|n| MONDAY + HOUR * (24 * (n / 10) + 10 + n % 10))
        .collect();
    let now = MONDAY + HOUR * 24 * 30;
    let learned = Arrivals::from_history(&times, now);
    assert_eq!(learned.count(), 300);
    let at = |hour: u32| learned.rate_at(now + HOUR * hour).base;
    assert!(at(15) > at(3) * 3.0);
}

#[test]
fn no_clock_makes_a_rate_that_is_none() {
    let day = 24 * 3600 * 1000;
    let mut learned = four_weeks();
    for now in [
        MONDAY,
        Timestamp(0),
        Timestamp(MONDAY.0 + 365 * day),
        Timestamp(i64::MAX / 2),
        Timestamp(-5),
        MONDAY,
    ] {
        learned.observe_at(now);
        learned.arrived(Timestamp(now.0.saturating_add(day)), now);
        learned.sent(now);
        let (root, base) = learned.means_at(now);
        let rate = learned.rate_at(now);
        for n in [root, base, rate.base, rate.burst] {
            assert!(n.is_finite() && n >= 0.0, "{now}: {n}");
        }
        assert!(rate.base > 0.0);
    }
    assert!(Arrivals::from_json(&learned.to_json()).count() > 0, "sound");
}

#[test]
fn summer_time_moves_a_day_by_an_hour_and_is_relearned() {
    let mut learned = four_weeks();
    let change = MONDAY + HOUR * 24 * 28;
    let first = learned.rate_at(change + HOUR * 9).base;
    for hour in 0..2 * 168u32 {
        if (9..19).contains(&(hour % 24)) {
            for n in 0..2 {
                let at = change + HOUR * hour + Duration::from_secs(600 + 1500 * n);
                learned.arrived(at, at);
            }
        }
    }
    let later = change + HOUR * 24 * 14;
    learned.observe_at(later);
    let night = learned.rate_at(later + HOUR * 3).base;
    assert!(first > night * 2.0, "its neighbours cover the first day");
    assert!(learned.rate_at(later + HOUR * 9).base > first);
}
