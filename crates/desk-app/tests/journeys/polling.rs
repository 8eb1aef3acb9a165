//! Polling when things go wrong: nothing is lost, nobody is called too often, and what happened
//! meanwhile is told.

use crate::world::World;
use desk_app::dto::AccountSync;
use desk_app::{Code, InboxView};
use desk_core::Timestamp;
use desk_core::sync::{AbsenceKind, CallReason};
use graph_sim::{Customer, Endpoint};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);

async fn sync(world: &World) -> AccountSync {
    world.desk.sync_status().await.unwrap().accounts.remove(0)
}

async fn names(world: &World) -> usize {
    let page = world.desk.inbox_list(InboxView::All, None, None, 200, None);
    page.await.unwrap().items.len()
}

/// Waits until a check has ended since the next one was planned for `before`.
async fn until_checked_since(world: &World, before: Option<Timestamp>) {
    world
        .until("a check has ended", async |desk| {
            let status = desk.sync_status().await.unwrap().accounts.remove(0);
            status.next_check_at.is_some_and(|at| Some(at) != before)
        })
        .await;
}

/// So many customers write, each once, a second apart.
fn crowd(world: &World, size: usize) -> Vec<Customer> {
    (0..size)
        .map(|n| {
            let customer = world.sim.customer(&format!("customer.{n}"));
            customer.writes(&format!("message {n}"));
            world.advance(Duration::from_millis(1));
            customer
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_synchronisation_that_was_cut_off_goes_on_after_a_restart() {
    let mut world = World::unconnected().await;
    crowd(&world, 70);
    // The third page fails until the program ends.
    world.sim.conversations().slow(Duration::ZERO).times(2);
    world.sim.conversations().fails_before_delivery().times(200);
    world.connect_without_waiting().await;
    world
        .until("two pages are there", async |desk| {
            let page = desk.inbox_list(InboxView::All, None, None, 200, None).await;
            page.unwrap().items.len() == 40
        })
        .await;
    assert!(!sync(&world).await.first_sync.done);
    world.sim.clear_faults();
    world.sim.forget_calls();
    world.sim.customer("late.comer").writes("while it was off");
    world.restart().await;
    world
        .until("all is there", async |desk| {
            desk.account_list().await.unwrap().iter().all(|a| a.synced)
        })
        .await;
    assert_eq!(names(&world).await, 71);
    // A check for news has pages of another length.
    let calls = world.sim.calls();
    let further = |query: &str| query.contains("limit=20") && query.contains("after=");
    assert_eq!(
        calls.iter().filter(|call| further(&call.query)).count(),
        2,
        "of four pages, what was read is not read again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_comes_back_costs_no_conversation() {
    let world = World::unconnected().await;
    crowd(&world, 70);
    world.sim.conversations().slow(Duration::ZERO).times(1);
    world.sim.conversations().repeats_cursor().times(1);
    world.connect().await;
    assert_eq!(names(&world).await, 70);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_whose_cursor_always_comes_back_ends() {
    let world = World::unconnected().await;
    crowd(&world, 30);
    world.sim.conversations().repeats_cursor().always();
    world.connect().await;
    world.poll().await;
    assert!(world.sim.calls().len() < 30, "{}", world.sim.calls().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn news_behind_a_page_that_failed_is_not_lost() {
    let world = World::unconnected().await;
    let customers = crowd(&world, 60);
    world.connect().await;
    for customer in &customers {
        customer.writes("again");
        // Their clock alone: ours would have us check in between.
        world.sim.advance(SECOND);
    }
    // The first page is read, the one behind it is not.
    world.sim.conversations().slow(Duration::ZERO).times(1);
    world.sim.conversations().fails_before_delivery().times(1);
    world.poll().await;
    assert_eq!(sync(&world).await.fault, Some(Code::InstagramFault));
    // Now the first page holds a conversation without news, and those behind it still do.
    world.poll().await;
    for customer in &customers {
        let id = world.conversation(customer).await.id;
        let texts = world.messages(id).await;
        assert_eq!(texts.len(), 2, "{}", customer.username());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_cannot_be_read_does_not_stop_the_others() {
    let world = World::connected().await;
    let (vera, tom) = (world.sim.customer("vera.m"), world.sim.customer("tom.h"));
    world.receives(&vera, "0").await;
    for n in 1..=9 {
        vera.writes(&n.to_string());
    }
    let refusal = serde_json::json!({ "error": { "message": "Unsupported get request.", "type": "IGApiException", "code": 100, "error_subcode": 33 } });
    world.sim.messages().answers(400, refusal).times(1);
    tom.writes("hello");
    world.poll().await;
    assert_eq!(
        world
            .messages(world.conversation(&tom).await.id)
            .await
            .len(),
        1
    );
    assert_eq!(sync(&world).await.fault, None);
    world.poll().await;
    assert_eq!(
        world
            .messages(world.conversation(&vera).await.id)
            .await
            .len(),
        10
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_is_always_refused_is_not_asked_for_for_ever() {
    let world = World::connected().await;
    let vera = world.sim.customer("vera.m");
    let id = world.receives(&vera, "0").await;
    for n in 1..=9 {
        vera.writes(&n.to_string());
    }
    let refusal = serde_json::json!({ "error": { "message": "Unsupported get request.", "type": "IGApiException", "code": 100, "error_subcode": 33 } });
    world.sim.messages().answers(400, refusal).always();
    for _ in 0..3 {
        world.poll().await;
    }
    assert_eq!(world.messages(id).await.len(), 6, "what the list shows");
    world.sim.forget_calls();
    world.poll().await;
    assert_eq!(world.sim.calls_at(Endpoint::Messages), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_dies_in_the_middle_of_a_page_costs_nothing_that_was_read() {
    let world = World::connected().await;
    let (vera, tom) = (world.sim.customer("vera.m"), world.sim.customer("tom.h"));
    world.receives(&vera, "0").await;
    for n in 1..=9 {
        vera.writes(&n.to_string());
    }
    world.advance(SECOND);
    tom.writes("hello");
    let dead = serde_json::json!({ "error": { "message": "Error validating access token: the session has been invalidated", "type": "OAuthException", "code": 190, "error_subcode": 460 } });
    world.sim.messages().answers(400, dead).times(1);
    world.poll().await;
    assert_eq!(
        world
            .messages(world.conversation(&tom).await.id)
            .await
            .len(),
        1
    );
    assert_eq!(sync(&world).await.fault, Some(Code::TokenInvalid));
    world.connect().await;
    world.poll().await;
    assert_eq!(
        world
            .messages(world.conversation(&vera).await.id)
            .await
            .len(),
        10
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_instagram_names_is_kept_to_the_minute_and_across_a_restart() {
    let mut world = World::connected().await;
    world.sim.conversations().rate_limited(7).once();
    let until = world.now() + Duration::from_millis(1) + SECOND * 420;
    world.poll().await;
    let status = sync(&world).await;
    assert_eq!(status.fault, Some(Code::InstagramThrottled));
    assert_eq!(status.throttled_until, Some(until));
    assert_eq!(status.next_check_at, Some(until));
    world.sim.forget_calls();
    world.advance(SECOND * 200);
    world.restart().await;
    world.until_next_check(until).await;
    let account = sync(&world).await.account_id;
    world.desk.sync_now(account).await.unwrap();
    assert_eq!(world.sim.calls().len(), 0, "not one call before");
    world.advance(SECOND * 221);
    until_checked_since(&world, Some(until)).await;
    assert!(!world.sim.calls().is_empty());
    assert_eq!(sync(&world).await.throttled_until, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_hours_of_sleep_are_told_and_the_check_is_at_once() {
    let world = World::connected().await;
    let (vera, tom) = (world.sim.customer("vera.m"), world.sim.customer("tom.h"));
    world.receives(&vera, "before").await;
    let before = sync(&world).await.next_check_at;
    world.sim.advance(HOUR * 4);
    tom.writes("while it slept");
    tom.writes("hello?");
    world.sim.advance(HOUR * 4);
    world.clock.sleep(HOUR * 8);
    until_checked_since(&world, before).await;
    world
        .until("the absence is told", async |desk| {
            let absence = desk.absence_get().await.unwrap();
            absence.is_some_and(|a| a.checked && a.messages == 2)
        })
        .await;
    let absence = world.desk.absence_get().await.unwrap().unwrap();
    assert_eq!((absence.kind, absence.customers), (AbsenceKind::Asleep, 1));
    assert!(absence.ended_at.since(absence.began_at) >= HOUR * 7);
    let log = world.desk.sync_log(None, 5).await.unwrap();
    assert!(
        log.iter()
            .any(|e| e.reason == CallReason::Resumed && e.found == 2),
        "{log:?}"
    );
    world.desk.absence_dismiss().await.unwrap();
    assert_eq!(world.desk.absence_get().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_was_off_tells_what_waited_and_what_expired() {
    let mut world = World::connected().await;
    let (vera, tom) = (world.sim.customer("vera.m"), world.sim.customer("tom.h"));
    world.receives(&vera, "is it blue?").await;
    world.desk.shutdown().await;
    world.advance(HOUR * 20);
    tom.writes("good morning");
    world.advance(HOUR * 10);
    world.restart().await;
    world
        .until("the absence is told", async |desk| {
            let absence = desk.absence_get().await.unwrap();
            absence.is_some_and(|a| a.checked && a.messages == 1)
        })
        .await;
    let absence = world.desk.absence_get().await.unwrap().unwrap();
    assert_eq!(absence.kind, AbsenceKind::Off);
    let expired: Vec<_> = absence
        .windows_expired
        .iter()
        .map(|c| c.conversation_id)
        .collect();
    assert_eq!(expired, [world.conversation(&vera).await.id]);
    assert!(absence.not_sent.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_does_not_stop_the_checks() {
    let world = World::connected().await;
    let vera = world.sim.customer("vera.m");
    let day = HOUR * 24;
    let now = world.now();
    for (n, set) in [now - day, now + day * 365, now].into_iter().enumerate() {
        vera.writes(&n.to_string());
        let before = sync(&world).await.next_check_at;
        world.clock.set(set);
        world.advance(SECOND * 6);
        until_checked_since(&world, before).await;
        world.poll().await;
        let id = world.conversation(&vera).await.id;
        assert_eq!(world.messages(id).await.len(), n + 1, "clock set to {set}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_called_and_what_left_this_computer_is_written_down() {
    let world = World::connected().await;
    let vera = world.sim.customer("vera.m");
    let id = world.receives(&vera, "how much?").await;
    world
        .desk
        .message_send(id, "90 TL".into(), "press-1".into())
        .await
        .unwrap();
    world.until_state(id, desk_core::SendState::Sent).await;
    world.poll().await;
    let listed = async |desk: std::sync::Arc<desk_app::Desk>| {
        let log = desk.sync_log(None, 50).await.unwrap();
        log.iter().map(|entry| entry.calls).sum::<u32>()
    };
    world
        .until("the log holds every call", async |desk| {
            let calls = listed(desk.clone()).await;
            let status = desk.sync_status().await.unwrap().accounts.remove(0);
            status.calls_used == calls
        })
        .await;
    let log = world.desk.sync_log(None, 50).await.unwrap();
    for reason in [CallReason::FirstSync, CallReason::Send] {
        assert!(log.iter().any(|e| e.reason == reason), "{log:?}");
    }
    let ledger = world.desk.egress_list().await.unwrap();
    let host = world.sim.url().trim_start_matches("http://").to_owned();
    assert!(ledger.iter().all(|row| row.host == host), "{ledger:?}");
    let made: f64 = ledger.iter().map(|row| row.calls).sum();
    // A check may begin meanwhile.
    let most = world.sim.calls().len() as f64;
    assert!((5.0..=most).contains(&made), "{ledger:?}");
    assert!(
        ledger
            .iter()
            .all(|row| row.bytes_out > 50.0 && row.bytes_in > 50.0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_sets_the_budget() {
    let mut world = World::connected().await;
    let account = sync(&world).await.account_id;
    assert_eq!(sync(&world).await.calls_budget, 200);
    let refused = world.desk.sync_budget_set(account, 0).await.unwrap_err();
    assert_eq!(refused.code, Code::BadRequest);
    world.desk.sync_budget_set(account, 60).await.unwrap();
    world.restart().await;
    world
        .until("the budget is read", async |desk| {
            let status = desk.sync_status().await.unwrap();
            status.accounts.iter().all(|a| a.calls_budget == 60)
        })
        .await;
}
