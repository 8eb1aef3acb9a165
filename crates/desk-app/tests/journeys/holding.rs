//! What is held, scheduled, split, and decided by the owner.

use crate::world::World;
use desk_app::dto::{HumanAgentChange, InboxFilter, InboxSort, Message, SendingSettingsChange};
use desk_app::{Code, ConversationId, InboxView};
use desk_core::window::WindowState;
use desk_core::{SendState, Timestamp};
use std::time::Duration;

const S: Duration = Duration::from_secs(1);
const M: Duration = Duration::from_secs(60);
const H: Duration = Duration::from_secs(3600);

async fn shop() -> (World, ConversationId) {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    (world, id)
}

async fn send(world: &World, id: ConversationId, text: &str, press: &str) -> Message {
    world
        .desk
        .message_send(id, text.into(), press.into())
        .await
        .unwrap()
}

async fn hold_for(world: &World, seconds: u32) {
    let change = SendingSettingsChange {
        undo_seconds: Some(seconds),
        ..SendingSettingsChange::default()
    };
    world.desk.sending_settings_set(change).await.unwrap();
}

async fn drained(world: &World) {
    world
        .until("all is sent", async |desk| {
            desk.outbox_list().await.unwrap().is_empty()
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_message_can_be_taken_back_and_goes_out_after_its_hold() {
    let (world, id) = shop().await;
    hold_for(&world, 10).await;
    let first = send(&world, id, "yanlış", "1").await;
    let hold = first.sending.unwrap().not_before.unwrap();
    assert_eq!(hold.since(world.now()), 10 * S);
    world.advance(9 * S);
    world
        .desk
        .outbox_discard(first.outbox_id.unwrap())
        .await
        .unwrap();
    send(&world, id, "doğru", "2").await;
    world.advance(5 * S);
    world.poll().await;
    assert!(world.delivered().is_empty(), "the second is still held");
    world.advance(6 * S);
    drained(&world).await;
    assert_eq!(world.delivered(), ["doğru"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_outlives_a_restart_and_ends_at_a_press() {
    let (mut world, id) = shop().await;
    hold_for(&world, 30).await;
    send(&world, id, "bir", "1").await;
    world.restart().await;
    world.poll().await;
    assert!(world.delivered().is_empty());
    let item = world.desk.outbox_list().await.unwrap().remove(0);
    assert_eq!(item.state, SendState::Queued);
    world.desk.outbox_send_now(item.id).await.unwrap();
    drained(&world).await;
    assert_eq!(world.delivered(), ["bir"]);
}

/// A day back, a year on: nothing goes early, nothing waits for ever, nothing goes twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_neither_ends_nor_prolongs_a_hold() {
    for (name, to) in [("a day back", -86_400_000), ("a year on", 365 * 86_400_000)] {
        let (world, id) = shop().await;
        hold_for(&world, 10).await;
        send(&world, id, "bir", "1").await;
        world.advance(4 * S);
        world.clock.set(Timestamp(world.now().0 + to));
        world
            .until("the hold follows the clock", async |desk| {
                // The outbox looks at the clock whenever anything is written; on a real clock it also
                // does so by itself every few seconds.
                let preferences = desk.app_state().await.unwrap().preferences;
                desk.preferences_set(preferences).await.unwrap();
                let item = desk.outbox_list().await.unwrap().remove(0);
                let left = item.next_try_at.unwrap().0 - world.now().0;
                (1..=10_000).contains(&left)
            })
            .await;
        assert!(world.delivered().is_empty(), "{name}: it went early");
        // A check tells Instagram's own time, by which the reply window is counted.
        world.poll().await;
        world.advance(11 * S);
        drained(&world).await;
        world.poll().await;
        assert_eq!(world.delivered(), ["bir"], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_message_goes_at_its_time_and_holds_up_nobody() {
    let (world, id) = shop().await;
    let at = world.now() + 3 * H;
    let later = world
        .desk
        .message_schedule(id, "akşam".into(), "1".into(), at)
        .await
        .unwrap();
    assert_eq!(later.next_try_at, Some(at));
    assert!(later.sending.unwrap().scheduled);
    send(&world, id, "şimdi", "2").await;
    world
        .until("the later one alone waits", async |desk| {
            desk.outbox_list().await.unwrap().len() == 1
        })
        .await;
    assert_eq!(world.delivered(), ["şimdi"]);
    world.advance(3 * H + S);
    drained(&world).await;
    assert_eq!(world.delivered(), ["şimdi", "akşam"]);
    let shown: Vec<_> = world
        .messages(id)
        .await
        .into_iter()
        .map(|m| m.text)
        .collect();
    assert_eq!(shown, ["Merhaba", "şimdi", "akşam"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_outside_the_reply_window_is_refused() {
    let (world, id) = shop().await;
    let refused = world
        .desk
        .message_schedule(id, "geç".into(), "1".into(), world.now() + 24 * H)
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::ScheduleOutsideWindow);
    assert!(world.desk.outbox_list().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_is_sent_in_parts_and_stops_at_the_first_that_fails() {
    let (world, id) = shop().await;
    let text = "Bu cümle yeterince uzun olsun diye yazıldı. ".repeat(50);
    let preview = world.desk.message_split(text.clone()).await.unwrap();
    let parts: Vec<String> = preview.parts.into_iter().map(|part| part.text).collect();
    assert!(parts.len() == 3 && parts.iter().all(|part| part.len() <= 1000));
    send(&world, id, &text, "1").await;
    send(&world, id, &text, "1").await;
    drained(&world).await;
    assert_eq!(world.delivered(), parts, "as previewed, in order, once");

    world
        .sim
        .send_message()
        .answers(
            400,
            serde_json::json!({ "error": { "message": "(#100) no", "type": "IGApiException", "code": 100 } }),
        )
        .once();
    send(&world, id, &text, "2").await;
    world
        .until("the first part failed", async |desk| {
            desk.outbox_list().await.unwrap()[0].state == SendState::Failed
        })
        .await;
    world.advance(H);
    world.poll().await;
    assert_eq!(world.delivered().len(), 3, "the later parts stay");
    let first = world.desk.outbox_list().await.unwrap().remove(0);
    world.desk.outbox_retry(first.id).await.unwrap();
    drained(&world).await;
    assert_eq!(world.delivered()[3..], parts);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_before_a_failure_waits_and_what_is_written_after_it_goes() {
    let (world, id) = shop().await;
    hold_for(&world, 5).await;
    world
        .sim
        .send_message()
        .answers(
            400,
            serde_json::json!({ "error": { "message": "(#100) no", "type": "IGApiException", "code": 100, "fbtrace_id": "T1" } }),
        )
        .once();
    let first = send(&world, id, "bir", "1").await;
    send(&world, id, "iki", "2").await;
    world.advance(6 * S);
    world
        .until("the first failed", async |desk| {
            desk.outbox_list().await.unwrap()[0].state == SendState::Failed
        })
        .await;
    let items = world.desk.outbox_list().await.unwrap();
    assert_eq!(items[0].sending.meta.as_ref().unwrap().code, Some(100));
    assert!(
        items[1].sending.waits,
        "it was written in the belief that the first arrives"
    );
    hold_for(&world, 0).await;
    send(&world, id, "üç", "3").await;
    world
        .until("the third is sent", async |desk| {
            desk.outbox_list().await.unwrap().len() == 2
        })
        .await;
    assert_eq!(world.delivered(), ["üç"]);
    world
        .desk
        .outbox_discard(first.outbox_id.unwrap())
        .await
        .unwrap();
    drained(&world).await;
    assert_eq!(world.delivered(), ["üç", "iki"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_can_have_an_unconfirmed_message_looked_up_or_forgotten() {
    let (world, id) = shop().await;
    world.sim.send_message().fails_after_delivery().once();
    let sent = send(&world, id, "bir", "1").await;
    world.until_state(id, SendState::Unconfirmed).await;
    world
        .desk
        .outbox_check(sent.outbox_id.unwrap())
        .await
        .unwrap();
    world.until_state(id, SendState::Sent).await;

    world.sim.send_message().fails_before_delivery().once();
    let lost = send(&world, id, "iki", "2").await;
    world.until_state(id, SendState::Unconfirmed).await;
    world
        .desk
        .outbox_discard(lost.outbox_id.unwrap())
        .await
        .unwrap();
    send(&world, id, "üç", "3").await;
    drained(&world).await;
    assert_eq!(world.delivered(), ["bir", "üç"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn try_now_keeps_to_the_pause_that_instagram_asks_for() {
    let (world, id) = shop().await;
    world.sim.send_message().rate_limited(5).once();
    let sent = send(&world, id, "bir", "1").await;
    let waiting = world.until_state(id, SendState::Retrying).await;
    assert!(waiting.next_try_at.is_some(), "the next try is shown");
    world
        .desk
        .outbox_send_now(sent.outbox_id.unwrap())
        .await
        .unwrap();
    world
        .until("the next try is after the pause", async |desk| {
            let item = desk.outbox_list().await.unwrap().remove(0);
            item.state == SendState::Retrying
                && item.next_try_at.is_some_and(|at| at > world.now() + M)
        })
        .await;
    assert!(
        world.delivered().is_empty(),
        "asking again would prolong it"
    );
    world.advance(5 * M + S);
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["bir"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_24_hours_a_person_may_answer_where_the_app_has_the_feature() {
    let (world, id) = shop().await;
    world.sim.change(|s| s.human_agent = true);
    let account = world.desk.account_list().await.unwrap().remove(0).id;
    world.advance(25 * H);
    let window = world
        .desk
        .conversation_open(id, None, 1)
        .await
        .unwrap()
        .conversation
        .window;
    assert_eq!(
        (window.state, window.human_until),
        (WindowState::Closed, None)
    );
    let change = SendingSettingsChange {
        accounts: Some(vec![HumanAgentChange {
            account_id: account,
            human_agent: true,
        }]),
        ..SendingSettingsChange::default()
    };
    world.desk.sending_settings_set(change).await.unwrap();
    let window = world
        .desk
        .conversation_open(id, None, 1)
        .await
        .unwrap()
        .conversation
        .window;
    assert_eq!(window.state, WindowState::HumanOnly);
    send(&world, id, "Geciktiğimiz için üzgünüz", "1").await;
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.sim.ledger()[0].tag.as_deref(), Some("HUMAN_AGENT"));
    world.advance(6 * 24 * H);
    let refused = world
        .desk
        .message_send(id, "çok geç".into(), "2".into())
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::WindowClosed);
}

#[tokio::test(flavor = "multi_thread")]
async fn within_24_hours_nothing_is_tagged() {
    let (world, id) = shop().await;
    let account = world.desk.account_list().await.unwrap().remove(0).id;
    let change = SendingSettingsChange {
        accounts: Some(vec![HumanAgentChange {
            account_id: account,
            human_agent: true,
        }]),
        ..SendingSettingsChange::default()
    };
    world.desk.sending_settings_set(change).await.unwrap();
    send(&world, id, "Buyurun", "1").await;
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.sim.ledger()[0].tag, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn hearts_reactions_and_signals_reach_instagram() {
    let (world, id) = shop().await;
    world.desk.heart_send(id, "h1".into()).await.unwrap();
    drained(&world).await;
    assert_eq!(
        world.sim.ledger()[0].message["attachment"]["type"],
        "like_heart"
    );
    let heart = world.messages(id).await.remove(1);
    assert_eq!(heart.kind, desk_core::MessageKind::Sticker);

    let greeting = world.messages(id).await.remove(0);
    world
        .desk
        .reaction_set(greeting.id, Some("love".into()))
        .await
        .unwrap();
    world.desk.reaction_set(greeting.id, None).await.unwrap();
    world.desk.typing_note(id).await.unwrap();
    let change = SendingSettingsChange {
        typing: Some(true),
        ..SendingSettingsChange::default()
    };
    world.desk.sending_settings_set(change).await.unwrap();
    world.desk.typing_note(id).await.unwrap();
    world.desk.typing_note(id).await.unwrap();
    world
        .until("the customer sees it", async |_| {
            world.sim.sender_actions().len() == 3
        })
        .await;
    let said: Vec<String> = world
        .sim
        .sender_actions()
        .into_iter()
        .map(|a| a.action)
        .collect();
    assert_eq!(
        said,
        ["react", "unreact", "typing_on"],
        "typing only where the owner allows it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heart_whose_answer_is_lost_is_found_again() {
    let (world, id) = shop().await;
    world.sim.send_message().closes_after_delivery().once();
    world.desk.heart_send(id, "h1".into()).await.unwrap();
    world.until_state(id, SendState::Unconfirmed).await;
    world.advance(4 * S);
    world.until_state(id, SendState::Sent).await;
    world.poll().await;
    assert_eq!(
        world.messages(id).await.len(),
        2,
        "its echo is no second message"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_can_begin_with_the_window_that_closes_first() {
    let world = World::connected().await;
    let (old, fresh, closed) = (
        world.sim.customer("old.one"),
        world.sim.customer("fresh.one"),
        world.sim.customer("closed.one"),
    );
    world.receives(&closed, "Merhaba").await;
    world.advance(20 * H);
    world.receives(&old, "Merhaba").await;
    world.advance(10 * H);
    world.receives(&fresh, "Merhaba").await;
    let by_window = InboxFilter {
        sort: Some(InboxSort::Window),
        ..InboxFilter::default()
    };
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        let page = world
            .desk
            .inbox_list(InboxView::All, None, cursor, 1, Some(by_window.clone()))
            .await
            .unwrap();
        names.extend(page.items.into_iter().map(|row| row.name));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(names, ["old.one", "fresh.one", "closed.one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_told_once_before_a_window_closes_on_a_waiting_customer() {
    let (world, id) = shop().await;
    let mut changes = world.desk.changes();
    world.advance(23 * H);
    let mut told = 0;
    let alarmed = async {
        loop {
            let batch = changes.recv().await.unwrap();
            told += batch
                .iter()
                .filter(|c| c.entity == desk_core::Entity::Window && c.id == id.to_string())
                .count();
            if told > 0 {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), alarmed)
        .await
        .expect("no alarm came");
    for _ in 0..3 {
        world.advance(6 * 60 * S);
        world.poll().await;
    }
    while let Ok(batch) = changes.try_recv() {
        told += batch
            .iter()
            .filter(|c| c.entity == desk_core::Entity::Window)
            .count();
    }
    assert_eq!(told, 1);
}
