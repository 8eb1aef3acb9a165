//! Automatic replies: after a countdown, never against the owner.

use crate::world::{QUIET, World};
use desk_app::{Code, ConversationId, ReplyMode};
use desk_core::{Author, Outcome, Reason, SendState};
use graph_sim::Customer;
use std::time::Duration;

const COUNTDOWN: Duration = Duration::from_secs(46);

/// A conversation that is set to automatic, with knowledge that answers it.
async fn automatic() -> (World, Customer, ConversationId) {
    let world = World::connected().await;
    world
        .knows(
            &[
                "how much is shipping?",
                "what does shipping cost?",
                "shipping price",
            ],
            "Shipping is 90 TL.",
            "en",
        )
        .await;
    world
        .knows(
            &[
                "when are you open?",
                "opening hours",
                "what time do you open",
            ],
            "We are open 10:00-18:00.",
            "en",
        )
        .await;
    let tom = world.sim.customer("tom.h");
    let (id, _) = world.drafted(&tom, "hello").await;
    world
        .desk
        .auto_reply_set(id, ReplyMode::Auto)
        .await
        .unwrap();
    (world, tom, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reply_goes_out_after_the_countdown() {
    let (world, tom, id) = automatic().await;
    let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(
        draft.outcome,
        Outcome::Countdown,
        "{:?} {:?}",
        draft.reasons,
        draft.checks
    );
    assert!(
        world.delivered().is_empty(),
        "not before the countdown has ended"
    );
    world.advance(COUNTDOWN);
    let sent = world.until_state(id, SendState::Sent).await;
    assert_eq!(sent.author, Author::Ai);
    let delivered = world.delivered();
    assert_eq!(delivered.len(), 1);
    assert!(
        delivered[0].ends_with("Shipping is 90 TL."),
        "{delivered:?}"
    );
    assert_ne!(
        delivered[0], "Shipping is 90 TL.",
        "the first automatic reply says that it is one"
    );
    let (_, second) = world.drafted(&tom, "and when are you open?").await;
    assert_eq!(
        second.text, "We are open 10:00-18:00.",
        "only the first one says so"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_stops_what_counts_down_and_what_would() {
    let (world, tom, id) = automatic().await;
    let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(draft.outcome, Outcome::Countdown);
    world.desk.ai_pause(true).await.unwrap();
    let stopped = world.desk.draft_get(id).await.unwrap().unwrap();
    assert_eq!(
        (stopped.outcome, stopped.reasons.first()),
        (Outcome::Proposed, Some(&Reason::Paused))
    );
    world.receives(&tom, "when are you open?").await;
    world.advance(QUIET + COUNTDOWN);
    world.poll().await;
    assert!(world.delivered().is_empty());
    world.desk.ai_pause(false).await.unwrap();
    let resumed = world.draft_of(id).await;
    assert_eq!(
        resumed.text.lines().last(),
        Some("We are open 10:00-18:00."),
        "the turn was not forgotten"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_can_stop_a_countdown() {
    let (world, tom, _) = automatic().await;
    let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
    let stopped = world.desk.draft_stop(draft.id).await.unwrap();
    assert_eq!(stopped.outcome, Outcome::Proposed);
    world.advance(COUNTDOWN);
    world.poll().await;
    assert!(world.delivered().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_message_or_a_reply_from_the_phone_stops_it() {
    for phone in [false, true] {
        let (world, tom, id) = automatic().await;
        let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
        assert_eq!(draft.outcome, Outcome::Countdown);
        if phone {
            world.sim.owner_phone().writes(&tom, "90!");
        } else {
            tom.writes("never mind, I have a complaint");
        }
        world.poll().await;
        world.advance(COUNTDOWN);
        world.poll().await;
        let sent: Vec<String> = world.delivered();
        assert!(sent.is_empty(), "phone {phone}: {sent:?}");
        assert_ne!(
            world.desk.draft_get(id).await.unwrap().unwrap().outcome,
            Outcome::Approved
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_the_conversation_back_stops_it() {
    let (world, tom, id) = automatic().await;
    let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(draft.outcome, Outcome::Countdown);
    world
        .desk
        .auto_reply_set(id, ReplyMode::Draft)
        .await
        .unwrap();
    world.advance(COUNTDOWN);
    world.poll().await;
    assert!(world.delivered().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_through_a_night_is_not_answered_by_surprise() {
    let (mut world, tom, id) = automatic().await;
    let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(draft.outcome, Outcome::Countdown);
    world.desk.shutdown().await;
    world.advance(Duration::from_secs(8 * 3600));
    world.restart().await;
    world
        .until("the countdown was given back", async |desk| {
            desk.draft_get(id)
                .await
                .unwrap()
                .is_some_and(|d| d.outcome == Outcome::Proposed)
        })
        .await;
    assert!(world.delivered().is_empty());
    let draft = world.desk.draft_get(id).await.unwrap().unwrap();
    assert_eq!(draft.reasons.first(), Some(&Reason::TooLate));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automatic_reply_whose_outcome_is_unclear_is_not_repeated() {
    let (world, tom, id) = automatic().await;
    world.drafted(&tom, "how much is shipping?").await;
    world.sim.send_message().fails_after_delivery().once();
    world.advance(COUNTDOWN);
    world.until_state(id, SendState::Unconfirmed).await;
    world.advance(Duration::from_secs(5));
    world.until_state(id, SendState::Sent).await;
    world.advance(Duration::from_secs(600));
    world.poll().await;
    assert_eq!(world.delivered().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_countdown_that_ended_cannot_be_stopped() {
    let (world, tom, id) = automatic().await;
    let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
    world.advance(COUNTDOWN);
    world.until_state(id, SendState::Sent).await;
    assert_eq!(
        world.desk.draft_stop(draft.id).await.unwrap_err().code,
        Code::TooLate
    );
}
