use super::*;

const NOON: Timestamp = Timestamp(1_789_459_200_000);
const SECOND: Duration = Duration::from_secs(1);

fn wait(budget: &RateBudget, arrivals: &Arrivals, now: Timestamp, hints: Hints) -> Duration {
    interval_at(now, &mut arrivals.clone(), budget, hints)
}

#[test]
fn a_fresh_account_is_polled_at_least_as_often_as_an_even_spread() {
    let budget = RateBudget::fresh_at(NOON, 200);
    let arrivals = Arrivals::default();
    let quiet = wait(&budget, &arrivals, NOON, Hints::default());
    assert!(quiet <= SECOND * 18, "{quiet:?}");
    let news = Hints {
        news_at: Some(NOON),
        ..Hints::default()
    };
    assert!(wait(&budget, &arrivals, NOON + SECOND * 100, news) <= SECOND * 5);
    let focused = Hints {
        focused_at: Some(NOON),
        ..Hints::default()
    };
    assert!(wait(&budget, &arrivals, NOON, focused) <= SECOND * 9);
}

#[test]
fn attention_does_not_last_for_ever() {
    let budget = RateBudget::fresh_at(NOON, 200);
    let focused = Hints {
        focused_at: Some(NOON),
        ..Hints::default()
    };
    let arrivals = Arrivals::default();
    let later = NOON + ATTENTION;
    assert_eq!(
        wait(&budget, &arrivals, later, focused),
        wait(&budget, &arrivals, later, Hints::default())
    );
}

#[test]
fn the_wait_follows_the_rate_the_savings_and_the_headers() {
    let budget = RateBudget::fresh_at(NOON, 200);
    let mut burst = Arrivals::default();
    for n in 0..100u32 {
        burst.arrived(NOON - SECOND * (1000 - n * 10), NOON);
    }
    let brisk = wait(&budget, &burst, NOON, Hints::default());
    let calm = wait(&budget, &burst, NOON + SECOND * 7200, Hints::default());
    assert!(brisk < calm, "{brisk:?} {calm:?}");

    let mut poor = budget.clone();
    for _ in 0..195 {
        poor.count_at(NOON);
    }
    let arrivals = Arrivals::default();
    let rich = wait(&budget, &arrivals, NOON, Hints::default());
    assert!(wait(&poor, &arrivals, NOON, Hints::default()) > rich * 2);

    let mut strained = budget.clone();
    let usage = graph_api::Usage::from_headers(Some(r#"{"call_count":95}"#), None);
    strained.corrected_at(NOON, &usage);
    assert_eq!(wait(&strained, &arrivals, NOON, Hints::default()), rich * 4);
}

#[test]
fn no_wait_is_shorter_than_two_seconds_or_longer_than_ten_minutes() {
    let mut budget = RateBudget::fresh_at(NOON, 3600);
    let mut arrivals = Arrivals::default();
    for _ in 0..1000 {
        arrivals.arrived(NOON, NOON);
    }
    let focused = Hints {
        focused_at: Some(NOON),
        news_at: Some(NOON),
    };
    assert_eq!(wait(&budget, &arrivals, NOON, focused), SHORTEST);
    for _ in 0..9000 {
        budget.count_at(NOON);
    }
    budget.set_per_hour_at(NOON, 20);
    for hours in 1..100 {
        let at = NOON + SECOND * 3600 * hours;
        let wait = wait(&budget, &Arrivals::default(), at, Hints::default());
        assert!((SHORTEST..=LONGEST).contains(&wait));
    }
}
