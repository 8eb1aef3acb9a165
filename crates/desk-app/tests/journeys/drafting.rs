//! Drafting: a draft for every message, and the owner's word over it.

use crate::world::World;
use desk_app::{Code, ReplyMode};
use desk_core::{Author, Outcome, Reason, SendState};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_writes_a_draft_appears_the_owner_approves_and_it_is_sent_once() {
    let world = World::connected().await;
    world
        .knows(
            &["how much is shipping?", "shipping price"],
            "Shipping is 90 TL.",
            "en",
        )
        .await;
    let tom = world.sim.customer("tom.h");
    let (id, draft) = world.drafted(&tom, "Hi, how much is shipping?").await;
    assert_eq!(
        (draft.outcome, draft.text.as_str()),
        (Outcome::Proposed, "Shipping is 90 TL.")
    );
    assert_eq!(draft.cites.len(), 1);
    for _ in 0..2 {
        world
            .desk
            .draft_approve(draft.id, None, None)
            .await
            .unwrap();
    }
    let sent = world.until_state(id, SendState::Sent).await;
    assert_eq!(
        (sent.author, sent.draft_id),
        (Author::Owner, Some(draft.id))
    );
    assert_eq!(world.delivered(), ["Shipping is 90 TL."]);
    let why = world.desk.draft_why(draft.id).await.unwrap();
    assert!(
        why.stages.iter().any(|s| s.stage == "decision"),
        "{:?}",
        why.stages
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_draft_is_sent_as_edited() {
    let world = World::connected().await;
    world
        .knows(&["how much is shipping?"], "Shipping is 90 TL.", "en")
        .await;
    let tom = world.sim.customer("tom.h");
    let (id, draft) = world.drafted(&tom, "how much is shipping?").await;
    world
        .desk
        .draft_approve(draft.id, Some("90 TL, Tom".into()), None)
        .await
        .unwrap();
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["90 TL, Tom"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_message_makes_the_draft_stale_and_another_is_written() {
    let world = World::connected().await;
    world
        .knows(&["how much is shipping?"], "Shipping is 90 TL.", "en")
        .await;
    let tom = world.sim.customer("tom.h");
    let (id, old) = world.drafted(&tom, "how much is shipping?").await;
    world.receives(&tom, "to Ankara").await;
    let refused = world
        .desk
        .draft_approve(old.id, None, None)
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::DraftStale);
    let new = world.draft_of(id).await;
    assert_ne!(new.id, old.id);
    assert!(world.delivered().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_draft_stays_rejected() {
    let world = World::connected().await;
    world
        .knows(&["how much is shipping?"], "Shipping is 90 TL.", "en")
        .await;
    let tom = world.sim.customer("tom.h");
    let (id, draft) = world.drafted(&tom, "how much is shipping?").await;
    world
        .desk
        .draft_reject(draft.id, Some("wrong price".into()))
        .await
        .unwrap();
    let refused = world
        .desk
        .draft_approve(draft.id, None, None)
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::DraftSettled);
    let again = world.desk.draft_regenerate(id).await.unwrap();
    assert_eq!(
        (again.outcome, again.text.as_str()),
        (Outcome::Proposed, "Shipping is 90 TL.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_reply_is_another_and_never_sent_by_itself() {
    let world = World::connected().await;
    let (home, abroad) = ("Shipping is 90 TL.", "Shipping abroad is 400 TL.");
    world.knows(&["how much is shipping?"], home, "en").await;
    world
        .knows(&["how much is shipping to Germany?"], abroad, "en")
        .await;
    let tom = world.sim.customer("tom.h");
    let (id, first) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(first.text, home);
    for wanted in [abroad, home, abroad] {
        let next = world.desk.draft_regenerate(id).await.unwrap();
        assert_eq!(
            (next.outcome, next.text.as_str()),
            (Outcome::Proposed, wanted)
        );
    }
    assert!(world.delivered().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn thanks_need_no_reply_and_pictures_need_the_owner() {
    let world = World::connected().await;
    world
        .knows(&["how much is shipping?"], "Shipping is 90 TL.", "en")
        .await;
    let (tom, vera, ayse) = (
        world.sim.customer("tom.h"),
        world.sim.customer("vera.m"),
        world.sim.customer("ayse.k"),
    );
    for (customer, text) in [
        (&tom, "thanks!"),
        (&vera, "спасибо большое"),
        (&ayse, "teşekkürler 🌷"),
    ] {
        let (_, draft) = world.drafted(customer, text).await;
        assert_eq!(
            (draft.outcome, draft.reasons),
            (Outcome::Skipped, vec![Reason::ThanksOnly]),
            "{text}"
        );
    }
    tom.sends_attachment(graph_sim::AttachmentKind::Image);
    world.poll().await;
    let draft = world.draft_of(world.conversation(&tom).await.id).await;
    assert_eq!(draft.outcome, Outcome::Held);
    assert_eq!(draft.reasons.first(), Some(&Reason::Attachment));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_off_gets_no_draft_until_it_is_on_again() {
    let world = World::connected().await;
    world
        .knows(&["how much is shipping?"], "Shipping is 90 TL.", "en")
        .await;
    let tom = world.sim.customer("tom.h");
    let id = world.receives(&tom, "hello there").await;
    world.draft_of(id).await;
    world.desk.auto_reply_set(id, ReplyMode::Off).await.unwrap();
    let before = world.desk.draft_get(id).await.unwrap().unwrap().id;
    world.receives(&tom, "how much is shipping?").await;
    world.advance(crate::world::QUIET);
    world.poll().await;
    assert_eq!(world.desk.draft_get(id).await.unwrap().unwrap().id, before);
    world
        .desk
        .auto_reply_set(id, ReplyMode::Draft)
        .await
        .unwrap();
    let draft = world.draft_of(id).await;
    assert_eq!(draft.text, "Shipping is 90 TL.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_quiet_time_still_brings_the_draft() {
    let mut world = World::connected().await;
    world
        .knows(&["how much is shipping?"], "Shipping is 90 TL.", "en")
        .await;
    let tom = world.sim.customer("tom.h");
    let id = world.receives(&tom, "how much is shipping?").await;
    world.restart().await;
    let draft = world.draft_of(id).await;
    assert_eq!(draft.text, "Shipping is 90 TL.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_answered_even_when_our_clock_runs_ahead() {
    let world = World::connected().await;
    world
        .knows(&["how much is shipping?"], "Shipping is 90 TL.", "en")
        .await;
    let tom = world.sim.customer("tom.h");
    let id = world.receives(&tom, "hello there").await;
    world.clock.advance(std::time::Duration::from_secs(40));
    world
        .desk
        .message_send(id, "Hello Tom".into(), "1".into())
        .await
        .unwrap();
    world.until_state(id, SendState::Sent).await;
    world.sim.advance(std::time::Duration::from_secs(5));
    let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(draft.text, "Shipping is 90 TL.");
}
