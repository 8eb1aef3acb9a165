//! Who a customer is: looked up when the screen shows them, once, and with what Instagram gives.

use crate::world::World;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use desk_app::dto::ConversationRow;
use desk_app::{ConversationId, InboxView};
use graph_sim::{Customer, Endpoint};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn asked(world: &World, id: ConversationId) -> Option<Vec<u8>> {
    let shown = world.desk.customer_picture(id).await.unwrap()?;
    assert!(shown.mime.starts_with("image/"), "{}", shown.mime);
    Some(STANDARD.decode(shown.base64).unwrap())
}

/// Waits until customers were looked up so often.
async fn until_looked_up(world: &World, times: usize) {
    world
        .until(&format!("{times} look-ups"), async |_| {
            world.sim.calls_at(Endpoint::Profile) >= times
        })
        .await;
}

async fn until_row(
    world: &World,
    customer: &Customer,
    is_it: impl Fn(&ConversationRow) -> bool,
) -> ConversationRow {
    world
        .until("the row tells more", async |_| {
            is_it(&world.conversation(customer).await)
        })
        .await;
    world.conversation(customer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_gets_a_name_and_a_face_when_looked_at_and_only_then() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    ayse.is_named(Some("Ayşe Kaya"));
    let id = world.receives(&ayse, "Merhaba").await;
    assert_eq!(world.sim.calls_at(Endpoint::Profile), 0, "nobody looked");
    let before = world.conversation(&ayse).await;
    assert_eq!((before.name.as_str(), before.picture), ("ayse.k", None));
    assert_eq!(asked(&world, id).await, None);
    let row = until_row(&world, &ayse, |row| row.picture.is_some()).await;
    assert_eq!(row.name, "Ayşe Kaya");
    let picture = asked(&world, id).await.unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    for _ in 0..5 {
        asked(&world, id).await.unwrap();
    }
    // Lists go on telling the handle alone, and the name is still found.
    ayse.writes("Orada mısınız?");
    world.poll().await;
    let by_name = world
        .desk
        .inbox_list(InboxView::All, Some("kaya".into()), None, 5, None);
    assert_eq!(by_name.await.unwrap().items.len(), 1);
    assert_eq!(world.sim.calls_at(Endpoint::Profile), 1);
    assert_eq!(world.sim.calls_at(Endpoint::Media), 1, "the bytes are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tells_nothing_is_asked_once_and_again_when_they_wrote_weeks_later() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    ayse.consents(false);
    asked(&world, id).await;
    until_looked_up(&world, 1).await;
    for _ in 0..5 {
        world.poll().await;
        assert_eq!(asked(&world, id).await, None);
    }
    assert_eq!(world.sim.calls_at(Endpoint::Profile), 1);
    ayse.consents(true).is_named(Some("Ayşe Kaya"));
    world.advance(DAY * 15);
    ayse.writes("Yine ben");
    world.poll().await;
    asked(&world, id).await;
    until_row(&world, &ayse, |row| row.name == "Ayşe Kaya").await;
    assert_eq!(world.sim.calls_at(Endpoint::Profile), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_refused_is_not_asked_for_again() {
    let world = World::connected().await;
    world
        .sim
        .change(|s| s.optional_fields_refused = vec!["profile_pic".to_owned()]);
    let (ayse, mehmet) = (world.sim.customer("ayse.k"), world.sim.customer("mehmet"));
    ayse.is_named(Some("Ayşe Kaya"));
    mehmet.is_named(Some("Mehmet Demir"));
    let first = world.receives(&ayse, "Merhaba").await;
    let second = world.receives(&mehmet, "Selam").await;
    asked(&world, first).await;
    let row = until_row(&world, &ayse, |row| row.name == "Ayşe Kaya").await;
    assert_eq!(row.picture, None);
    asked(&world, second).await;
    until_row(&world, &mehmet, |row| row.name == "Mehmet Demir").await;
    assert_eq!(
        world.sim.calls_at(Endpoint::Profile),
        3,
        "refused once, and never asked for again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_none_leaves_the_initials() {
    for hostile in ["page", "bomb", "drawing", "cut", "elsewhere"] {
        let world = World::connected().await;
        world
            .sim
            .change(|s| s.media_hostile = Some(hostile.to_owned()));
        let ayse = world.sim.customer("ayse.k");
        ayse.is_named(Some("Ayşe Kaya"));
        let id = world.receives(&ayse, "Merhaba").await;
        asked(&world, id).await;
        let row = until_row(&world, &ayse, |row| row.name == "Ayşe Kaya").await;
        assert_eq!(row.picture, None, "{hostile}");
        assert_eq!(asked(&world, id).await, None, "{hostile}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_up_waits_when_instagram_wants_no_calls_and_a_send_may_not() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    ayse.is_named(Some("Ayşe Kaya"));
    let id = world.receives(&ayse, "Merhaba").await;
    world.sim.profile().rate_limited(5).once();
    asked(&world, id).await;
    until_looked_up(&world, 1).await;
    for _ in 0..5 {
        asked(&world, id).await;
    }
    assert_eq!(world.sim.calls_at(Endpoint::Profile), 1);
    // The wait begins when the refusal was read, which may be after the clock was moved.
    world
        .until("the row tells more", async |_| {
            world.advance(Duration::from_secs(16 * 60));
            asked(&world, id).await;
            world.conversation(&ayse).await.picture.is_some()
        })
        .await;
}
