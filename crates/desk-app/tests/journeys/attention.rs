//! What the owner is told outside the window.

use crate::world::World;
use desk_app::dto::NotificationSettings;
use desk_app::{Code, Notice, ReplyMode};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;

/// The next notice; a journey in which none comes has failed.
async fn next(notices: &mut Receiver<Arc<Notice>>) -> Arc<Notice> {
    tokio::time::timeout(Duration::from_secs(20), notices.recv())
        .await
        .unwrap()
        .unwrap()
}

async fn settings(world: &World, change: impl FnOnce(&mut NotificationSettings)) {
    let mut settings = world.desk.notification_settings_get().await.unwrap();
    change(&mut settings);
    world
        .desk
        .notification_settings_set(settings)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_told_with_its_sender_and_its_words() {
    let world = World::connected().await;
    let mut notices = world.desk.notices();
    let id = world
        .receives(&world.sim.customer("ayse"), "Kargo ne kadar?")
        .await;
    let notice = next(&mut notices).await;
    assert_eq!(notice.conversation, Some(id));
    assert_eq!(
        notice.title,
        world.conversation(&world.sim.customer("ayse")).await.name
    );
    assert_eq!(notice.body, "Kargo ne kadar?");
    assert!(notice.stop.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn private_mode_tells_neither_who_nor_what() {
    let world = World::connected().await;
    settings(&world, |s| s.hide_content = true).await;
    let mut notices = world.desk.notices();
    let ayse = world.sim.customer("ayse");
    world.receives(&ayse, "a secret matter").await;
    let notice = next(&mut notices).await;
    assert_eq!(notice.title, "ReplyDesk");
    let name = world.conversation(&ayse).await.name;
    assert!(
        !notice.body.contains("secret") && !notice.body.contains(&name),
        "{}",
        notice.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_conversation_on_the_screen_is_not_told_of() {
    let world = World::connected().await;
    let (ayse, tom) = (world.sim.customer("ayse"), world.sim.customer("tom.h"));
    let mut notices = world.desk.notices();
    let watched = world.receives(&ayse, "hello").await;
    assert_eq!(next(&mut notices).await.conversation, Some(watched));
    world.desk.conversation_watch(Some(watched)).await.unwrap();
    world.advance(Duration::from_secs(30));
    world.receives(&ayse, "are you there?").await;
    let other = world.receives(&tom, "hi").await;
    // Told in the order in which they came: had there been one for the first, it would be here.
    assert_eq!(next(&mut notices).await.conversation, Some(other));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_while_it_is_muted() {
    let mut world = World::connected().await;
    let until = world.now() + Duration::from_secs(3600);
    settings(&world, |s| s.muted_until = Some(until)).await;
    let mut muted = world.desk.notices();
    world.receives(&world.sim.customer("ayse"), "hello").await;
    // A desk that has ended tells nothing more.
    world.restart().await;
    assert!(muted.try_recv().is_err());
    let mut notices = world.desk.notices();
    world.advance(Duration::from_secs(3601));
    let later = world.receives(&world.sim.customer("tom.h"), "hi").await;
    let notice = next(&mut notices).await;
    assert_eq!(notice.conversation, Some(later));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_countdown_can_be_stopped_from_its_notice() {
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
    let tom = world.sim.customer("tom.h");
    let (id, _) = world.drafted(&tom, "hello").await;
    world
        .desk
        .auto_reply_set(id, ReplyMode::Auto)
        .await
        .unwrap();
    let mut notices = world.desk.notices();
    world.advance(Duration::from_secs(30));
    world.drafted(&tom, "how much is shipping?").await;
    world.advance(Duration::from_secs(11));
    let draft = loop {
        if let Some((draft, button)) = next(&mut notices).await.stop.clone() {
            assert!(!button.is_empty());
            break draft;
        }
    };
    world.desk.draft_stop(draft).await.unwrap();
    world.advance(Duration::from_secs(600));
    world.poll().await;
    assert!(world.delivered().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn wishes_that_make_no_sense_are_refused() {
    let world = World::unconnected().await;
    let good = world.desk.notification_settings_get().await.unwrap();
    for (from, to) in [
        (Some("25:00"), Some("07:00")),
        (Some("22:00"), None),
        (None, Some("07:00")),
    ] {
        let mut settings = good.clone();
        settings.quiet_from = from.map(str::to_owned);
        settings.quiet_to = to.map(str::to_owned);
        let refused = world.desk.notification_settings_set(settings).await;
        assert_eq!(
            refused.unwrap_err().code,
            Code::BadRequest,
            "{from:?} {to:?}"
        );
    }
    assert_eq!(world.desk.notification_settings_get().await.unwrap(), good);
    let desktop = world.desk.desktop_settings_get().await.unwrap();
    assert!(!desktop.supported);
    let refused = world.desk.desktop_settings_set(true, true).await;
    assert_eq!(refused.unwrap_err().code, Code::NotAllowed);
}
