use super::*;
use graph_api::{AppUsage, BusinessUsage};

const NOON: Timestamp = Timestamp(1_789_459_200_000);
const SECOND: Duration = Duration::from_secs(1);

fn spend(budget: &mut RateBudget, now: Timestamp, calls: u32) {
    for _ in 0..calls {
        budget.count_at(now);
    }
}

fn waits(budget: &mut RateBudget, now: Timestamp, lane: Lane) -> Option<Duration> {
    match budget.admit_at(now, lane) {
        Admission::Go => None,
        Admission::Wait { until, .. } => Some(until.since(now)),
    }
}

#[test]
fn lower_lanes_stop_first_and_a_person_never_does() {
    let order = [
        Lane::Backfill,
        Lane::Poll,
        Lane::FollowUp,
        Lane::AutoSend,
        Lane::ApprovedDraft,
    ];
    let mut budget = RateBudget::fresh_at(NOON, 200);
    let mut stopped = Vec::new();
    for _ in 0..390 {
        budget.count_at(NOON);
        for lane in order {
            if !stopped.contains(&lane) && waits(&mut budget, NOON, lane).is_some() {
                stopped.push(lane);
            }
        }
    }
    assert_eq!(
        stopped,
        [Lane::Backfill, Lane::Poll, Lane::FollowUp, Lane::AutoSend]
    );
    assert_eq!(waits(&mut budget, NOON, Lane::OwnerSend), None);
    spend(&mut budget, NOON, 5000);
    assert_eq!(waits(&mut budget, NOON, Lane::OwnerSend), None);
    assert_eq!(waits(&mut budget, NOON, Lane::ApprovedDraft), None);
}

#[test]
fn polling_all_the_time_comes_to_the_owners_number_an_hour() {
    let mut budget = RateBudget::fresh_at(NOON, 200);
    spend(&mut budget, NOON, 200);
    let (mut now, mut calls) = (NOON + HOUR, 0);
    let end = now + HOUR * 24;
    while now < end {
        match budget.admit_at(now, Lane::Poll) {
            Admission::Go => {
                budget.count_at(now);
                calls += 1;
            }
            Admission::Wait { until, .. } => now = until.max(now + Duration::from_millis(1)),
        }
    }
    assert!((200 * 24..=200 * 25).contains(&calls), "{calls}");
}

#[test]
fn no_hour_has_more_than_twice_the_number() {
    let mut budget = RateBudget::fresh_at(NOON, 200);
    let later = NOON + HOUR * 48;
    assert!(budget.saved_at(later) <= 1200.0, "six hours' worth at most");
    let (mut now, mut calls) = (later, 0);
    while now < later + HOUR {
        if let Admission::Go = budget.admit_at(now, Lane::Poll) {
            budget.count_at(now);
            calls += 1;
        }
        now = now + SECOND;
    }
    assert_eq!(calls, 400);
}

#[test]
fn a_named_time_is_obeyed_to_the_minute_and_by_all() {
    let mut budget = RateBudget::fresh_at(NOON, 200);
    budget.throttled_at(NOON, Some(Duration::from_secs(7 * 60)));
    let last = NOON + Duration::from_secs(7 * 60) - Duration::from_millis(1);
    for lane in Lane::ALL {
        let answer = budget.clone().admit_at(last, *lane);
        assert!(
            matches!(
                answer,
                Admission::Wait {
                    throttled: true,
                    ..
                }
            ),
            "{lane}"
        );
        let after = budget.clone().admit_at(last + SECOND, *lane);
        assert_eq!(after, Admission::Go, "{lane}");
    }
}

#[test]
fn a_named_time_holds_across_a_restart() {
    let mut budget = RateBudget::fresh_at(NOON, 200);
    spend(&mut budget, NOON, 30);
    budget.throttled_at(NOON, Some(HOUR));
    let mut state = SyncState::default();
    budget.remember(&mut state);
    let later = NOON + HOUR / 2;
    let mut restored = RateBudget::restored_at(later, &state, &[(NOON, 30)]);
    assert_eq!(waits(&mut restored, later, Lane::OwnerSend), Some(HOUR / 2));
    assert_eq!(restored.used_at(later), 30);
    assert!((restored.saved_at(later) - 270.0).abs() < 1e-6);
}

#[test]
fn a_time_that_we_assumed_does_not_hold_up_a_person() {
    let mut budget = RateBudget::fresh_at(NOON, 200);
    budget.throttled_at(NOON, None);
    assert_eq!(waits(&mut budget, NOON, Lane::Poll), Some(UNNAMED_WAIT));
    assert_eq!(waits(&mut budget, NOON, Lane::OwnerSend), None);
    let later = NOON + UNNAMED_WAIT;
    budget.throttled_at(later, None);
    assert_eq!(
        waits(&mut budget, later, Lane::Poll),
        Some(UNNAMED_WAIT * 2)
    );
}

#[test]
fn the_headers_correct_the_budget() {
    let share = |call_count| Usage {
        app: Some(AppUsage {
            call_count,
            ..AppUsage::default()
        }),
        business: Vec::new(),
    };
    let mut budget = RateBudget::fresh_at(NOON, 200);
    for (percent, strain) in [(10, 1.0), (80, 2.0), (95, 4.0), (20, 1.0)] {
        budget.corrected_at(NOON, &share(percent));
        assert!((budget.strain_at(NOON) - strain).abs() < 1e-9, "{percent}");
    }
    budget.corrected_at(NOON, &share(95));
    budget.corrected_at(NOON, &Usage::default());
    assert!(budget.strain_at(NOON) > 1.0, "no header takes nothing back");
    assert!(budget.strain_at(NOON + HOUR) < 1.5, "but it ages");
    let regain = Usage {
        app: None,
        business: vec![BusinessUsage {
            regain_minutes: 9,
            ..BusinessUsage::default()
        }],
    };
    budget.corrected_at(NOON, &regain);
    assert_eq!(waits(&mut budget, NOON, Lane::Poll), Some(SECOND * 540));
}

#[test]
fn absurd_waits_are_bounded() {
    for wait in [Duration::MAX, Duration::from_secs(u64::MAX)] {
        let mut budget = RateBudget::fresh_at(NOON, 200);
        budget.throttled_at(NOON, Some(wait));
        assert_eq!(
            waits(&mut budget, NOON, Lane::Poll),
            Some(LONGEST_NAMED_WAIT)
        );
    }
}

#[test]
fn a_clock_that_is_set_changes_no_limit() {
    let day = HOUR * 24;
    let mut budget = RateBudget::fresh_at(NOON, 200);
    spend(&mut budget, NOON, 200);
    budget.throttled_at(NOON, Some(Duration::from_secs(600)));
    let back = NOON - day;
    assert_eq!(
        waits(&mut budget, back, Lane::Poll),
        Some(Duration::from_secs(600)),
        "a day back: the same ten minutes"
    );
    assert_eq!(budget.used_at(back), 200);
    assert!(budget.saved_at(back) < 1.0, "no calls for nothing");
    let ahead = back + day * 365;
    assert_eq!(waits(&mut budget, ahead, Lane::Poll), None);
    assert!(budget.saved_at(ahead) <= 1200.0);
}

#[test]
fn a_remembered_state_that_makes_no_sense_is_harmless() {
    let state = SyncState {
        saved: f64::NAN,
        saved_at: NOON + HOUR * 9999,
        calls_per_hour: 0,
        throttled_until: Some(Timestamp(i64::MAX)),
        ..SyncState::default()
    };
    let mut budget = RateBudget::restored_at(NOON, &state, &[(Timestamp(i64::MAX), u32::MAX)]);
    assert!(budget.per_hour() >= 20);
    let wait = waits(&mut budget, NOON, Lane::Poll).unwrap();
    assert!(wait <= LONGEST_NAMED_WAIT, "{wait:?}");
}
