//! Sending: at most once, whatever Instagram answers.

use crate::world::World;
use desk_app::Code;
use desk_core::SendState;
use graph_sim::Endpoint;
use std::time::Duration;

const S: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn what_the_owner_writes_arrives_once() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    for _ in 0..2 {
        world
            .desk
            .message_send(id, "Buyurun 🌷".into(), "press-1".into())
            .await
            .unwrap();
    }
    let sent = world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["Buyurun 🌷"]);
    assert_eq!(
        sent.external_id.unwrap().0,
        world.sim.ledger()[0].message_id
    );
    world.poll().await;
    assert_eq!(
        world.messages(id).await.len(),
        2,
        "the echo is no second message"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_equal_texts_are_two_messages() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    world
        .desk
        .message_send(id, "ok".into(), "press-1".into())
        .await
        .unwrap();
    world
        .desk
        .message_send(id, "ok".into(), "press-2".into())
        .await
        .unwrap();
    world
        .until("both are sent", async |desk| {
            desk.outbox_list().await.unwrap().is_empty()
        })
        .await;
    world.poll().await;
    assert_eq!(world.delivered(), ["ok", "ok"]);
    assert_eq!(world.messages(id).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_delivered_in_spite_of_an_error_is_found_and_not_sent_again() {
    for fault in ["answers 500", "cuts the line", "answers with half a JSON"] {
        let world = World::connected().await;
        let ayse = world.sim.customer("ayse.k");
        let id = world.receives(&ayse, "Merhaba").await;
        match fault {
            "answers 500" => world.sim.send_message().fails_after_delivery().once(),
            "cuts the line" => world.sim.send_message().closes_after_delivery().once(),
            _ => world.sim.send_message().answers_truncated_json().once(),
        }
        world
            .desk
            .message_send(id, "Kargo 90 TL".into(), "press-1".into())
            .await
            .unwrap();
        let unclear = world.until_state(id, SendState::Unconfirmed).await;
        assert_eq!(unclear.fault, Some(Code::ReplyUnconfirmed), "{fault}");
        if world.delivered().is_empty() {
            // Half an answer can also come without a delivery: then the owner is asked, below.
            continue;
        }
        world.advance(4 * S);
        world.until_state(id, SendState::Sent).await;
        world.advance(600 * S);
        world.poll().await;
        assert_eq!(world.delivered(), ["Kargo 90 TL"], "{fault}");
        assert_eq!(world.messages(id).await.len(), 2, "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_not_found_is_looked_for_four_times_and_then_the_owner_decides() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    world.sim.send_message().fails_before_delivery().once();
    world
        .desk
        .message_send(id, "Kargo 90 TL".into(), "press-1".into())
        .await
        .unwrap();
    world.until_state(id, SendState::Unconfirmed).await;
    for wait in [4, 8, 21, 121] {
        let before = world
            .desk
            .outbox_list()
            .await
            .unwrap()
            .remove(0)
            .next_try_at;
        world.advance(wait * S);
        world
            .until("a look was taken", async |desk| {
                desk.outbox_list().await.unwrap().remove(0).next_try_at != before
            })
            .await;
    }
    let item = world.desk.outbox_list().await.unwrap().remove(0);
    assert_eq!(
        (item.state, item.next_try_at),
        (SendState::Unconfirmed, None),
        "the owner is asked"
    );
    world.advance(3600 * S);
    world.poll().await;
    assert_eq!(
        world.delivered(),
        Vec::<String>::new(),
        "nothing goes out by itself"
    );
    world.desk.outbox_retry(item.id).await.unwrap();
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["Kargo 90 TL"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_is_obeyed_to_the_minute() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    world.sim.send_message().rate_limited(7).once();
    world
        .desk
        .message_send(id, "Kargo 90 TL".into(), "press-1".into())
        .await
        .unwrap();
    let waiting = world.until_state(id, SendState::Retrying).await;
    assert_eq!(waiting.fault, Some(Code::InstagramThrottled));
    assert!(waiting.next_try_at.unwrap().since(world.now()) >= 7 * 60 * S);
    world.advance(8 * 60 * S);
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["Kargo 90 TL"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_token_holds_messages_until_the_account_is_connected_again() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    world.sim.revoke_tokens(460);
    world
        .desk
        .message_send(id, "Kargo 90 TL".into(), "press-1".into())
        .await
        .unwrap();
    let held = world.until_state(id, SendState::Retrying).await;
    assert_eq!(
        (held.fault, held.next_try_at),
        (Some(Code::TokenInvalid), None)
    );
    world.advance(3600 * S);
    assert!(world.delivered().is_empty());
    let fresh = world.sim.token();
    world.add_token(&fresh).await.unwrap();
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["Kargo 90 TL"]);
    assert_eq!(
        world.desk.account_list().await.unwrap().len(),
        1,
        "it is the same account"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_instagram_refuses_fails_with_its_reason_and_does_not_hold_up_others() {
    let world = World::connected().await;
    let (ayse, vera) = (world.sim.customer("ayse.k"), world.sim.customer("vera.m"));
    let with_ayse = world.receives(&ayse, "Merhaba").await;
    let with_vera = world.receives(&vera, "Здравствуйте").await;
    ayse.blocks_us();
    world
        .sim
        .send_message()
        .slow(Duration::from_millis(300))
        .once();
    world
        .desk
        .message_send(with_ayse, "Merhaba".into(), "1".into())
        .await
        .unwrap();
    world
        .desk
        .message_send(with_vera, "Добрый день".into(), "2".into())
        .await
        .unwrap();
    world.until_state(with_vera, SendState::Sent).await;
    let failed = world.until_state(with_ayse, SendState::Failed).await;
    assert_eq!(failed.fault, Some(Code::RecipientUnavailable));
    let item = world.desk.outbox_list().await.unwrap().remove(0);
    world.desk.outbox_discard(item.id).await.unwrap();
    assert!(world.desk.outbox_list().await.unwrap().is_empty());
    assert_eq!(
        world.messages(with_ayse).await.len(),
        1,
        "what was put away is out of sight"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_24_hours_nothing_goes_out() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    world.advance(24 * 3600 * S);
    let refused = world
        .desk
        .message_send(id, "Geç kaldık".into(), "1".into())
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::WindowClosed);
    assert!(world.delivered().is_empty());
    assert_eq!(
        world.sim.calls_at(Endpoint::SendMessage),
        0,
        "Instagram was not even asked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_nothing_and_sends_nothing_twice() {
    let mut world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    world.sim.send_message().fails_after_delivery().once();
    world
        .desk
        .message_send(id, "bir".into(), "1".into())
        .await
        .unwrap();
    world.until_state(id, SendState::Unconfirmed).await;
    world
        .desk
        .message_send(id, "iki".into(), "2".into())
        .await
        .unwrap();
    world.restart().await;
    world.advance(4 * S);
    world
        .until("both are sent", async |desk| {
            desk.outbox_list().await.unwrap().is_empty()
        })
        .await;
    assert_eq!(world.delivered(), ["bir", "iki"], "once each, in order");
}
