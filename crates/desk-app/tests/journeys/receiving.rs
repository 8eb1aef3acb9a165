//! Receiving: complete, once, attributed to the right author, on few calls.

use crate::world::World;
use desk_app::InboxView;
use desk_core::{Author, Direction, MessageKind};
use graph_sim::{AttachmentKind, Endpoint};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_synchronisation_brings_every_conversation() {
    let world = World::unconnected().await;
    for n in 0..45 {
        world
            .sim
            .customer(&format!("customer.{n}"))
            .writes(&format!("message {n}"));
    }
    world.connect().await;
    let page = world
        .desk
        .inbox_list(InboxView::All, None, None, 200, None)
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.total), (45, 45));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steady_poll_is_one_call_however_many_conversations_there_are() {
    let world = World::unconnected().await;
    for n in 0..60 {
        world.sim.customer(&format!("customer.{n}")).writes("hello");
    }
    world.connect().await;
    world.sim.forget_calls();
    world.poll().await;
    assert_eq!(world.sim.calls().len(), 1, "nothing new");
    world.sim.customer("customer.7").writes("one more");
    world.sim.forget_calls();
    world.poll().await;
    assert_eq!(world.sim.calls().len(), 1, "one new message");
    assert_eq!(world.sim.calls_at(Endpoint::Conversations), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_larger_than_the_list_shows_is_read_from_the_thread() {
    let world = World::connected().await;
    let vera = world.sim.customer("vera.m");
    let id = world.receives(&vera, "0").await;
    for n in 1..=15 {
        vera.writes(&n.to_string());
    }
    world.poll().await;
    let texts: Vec<String> = world
        .messages(id)
        .await
        .into_iter()
        .map(|m| m.text)
        .collect();
    let expected: Vec<String> = (0..=15).map(|n| n.to_string()).collect();
    assert_eq!(texts, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_from_the_phone_is_labelled_so_and_ends_the_ais_turn() {
    let world = World::connected().await;
    world
        .knows(&["how much is shipping?"], "Shipping is 90 TL.", "en")
        .await;
    let tom = world.sim.customer("tom.h");
    let (id, draft) = world.drafted(&tom, "how much is shipping?").await;
    assert!(!draft.text.is_empty());
    world.sim.owner_phone().writes(&tom, "90 TL!");
    world.poll().await;
    let last = world.messages(id).await.pop().unwrap();
    assert_eq!(
        (last.direction, last.author),
        (Direction::Out, Author::OwnerPhone)
    );
    let draft = world.desk.draft_get(id).await.unwrap().unwrap();
    assert_eq!(draft.outcome, desk_core::Outcome::Stale);
    assert_eq!(world.conversation(&tom).await.unread, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_message_has_its_name() {
    let world = World::connected().await;
    let irina = world.sim.customer("irina.s");
    let cases = [
        (AttachmentKind::Image, MessageKind::Image),
        (AttachmentKind::Video, MessageKind::Video),
        (AttachmentKind::Audio, MessageKind::Audio),
        (AttachmentKind::File, MessageKind::File),
        (AttachmentKind::Share, MessageKind::Share),
        (AttachmentKind::StoryMention, MessageKind::StoryMention),
        (AttachmentKind::Unsupported, MessageKind::Unsupported),
    ];
    for (sent, _) in cases {
        irina.sends_attachment(sent);
        world.advance(Duration::from_secs(1));
    }
    irina.replies_to_story("красиво!");
    world.poll().await;
    let id = world.conversation(&irina).await.id;
    let kinds: Vec<MessageKind> = world.messages(id).await.iter().map(|m| m.kind).collect();
    let mut expected: Vec<MessageKind> = cases.iter().map(|(_, kind)| *kind).collect();
    expected.push(MessageKind::StoryReply);
    assert_eq!(kinds, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_instagram_refuses_are_left_out_and_the_rest_arrives() {
    let world = World::unconnected().await;
    world
        .sim
        .change(|s| s.optional_fields_refused = vec!["all".into()]);
    let vera = world.sim.customer("vera.m");
    vera.writes("Здравствуйте");
    world.connect().await;
    let id = world.conversation(&vera).await.id;
    assert_eq!(world.messages(id).await[0].text, "Здравствуйте");
    world.sim.forget_calls();
    world.poll().await;
    assert_eq!(
        world.sim.calls().len(),
        1,
        "what is refused is not asked for again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_were_refused_are_asked_for_again_after_a_week() {
    let world = World::unconnected().await;
    world
        .sim
        .change(|s| s.optional_fields_refused = vec!["all".into()]);
    let vera = world.sim.customer("vera.m");
    vera.writes("Здравствуйте");
    world.connect().await;
    let id = world.conversation(&vera).await.id;
    // Meta begins to give them; nobody knows before they are asked for.
    world.sim.change(|s| s.optional_fields_refused = Vec::new());
    vera.sends_attachment(AttachmentKind::Image);
    world.advance(Duration::from_secs(6 * 24 * 3600));
    world.poll().await;
    let newest = async || world.messages(id).await.pop().unwrap();
    assert!(newest().await.attachments.is_empty());
    world.advance(Duration::from_secs(24 * 3600));
    world.poll().await;
    vera.sends_attachment(AttachmentKind::Image);
    world.poll().await;
    assert_eq!(newest().await.attachments.len(), 1);
    world.sim.forget_calls();
    world.poll().await;
    assert_eq!(world.sim.calls().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_still_refused_cost_a_week_one_round_of_calls() {
    let world = World::unconnected().await;
    world
        .sim
        .change(|s| s.optional_fields_refused = vec!["all".into()]);
    world.sim.customer("vera.m").writes("Здравствуйте");
    world.connect().await;
    world.advance(Duration::from_secs(8 * 24 * 3600));
    world.poll().await;
    world.sim.forget_calls();
    for _ in 0..3 {
        world.poll().await;
    }
    assert_eq!(world.sim.calls_at(Endpoint::Conversations), 3);
    assert_eq!(world.desk.account_list().await.unwrap()[0].fault, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_what_was_written_in_any_spelling() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    world
        .receives(&ayse, "İSTANBUL'a kargo ÜCRETİ ne kadar?")
        .await;
    for query in ["istanbul", "ISTANBUL", "ucret", "kargo ne", "ü", "STANB"] {
        let hits = world.desk.search(query.into(), 10, None).await.unwrap();
        assert_eq!(hits.len(), 1, "{query}");
    }
    for syntax in [
        "\"",
        "NEAR(",
        "a*",
        "-kargo",
        "kargo OR x",
        "'; DROP TABLE message; --",
        "%",
        "_",
        "\\",
    ] {
        world.desk.search(syntax.into(), 10, None).await.unwrap();
    }
    assert!(
        world
            .desk
            .search("%%%".into(), 10, None)
            .await
            .unwrap()
            .is_empty(),
        "taken as it is written"
    );
    assert!(
        world
            .desk
            .search("___".into(), 10, None)
            .await
            .unwrap()
            .is_empty(),
        "taken as it is written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_shows_ids_and_times_alone_is_enough() {
    let world = World::unconnected().await;
    let vera = world.sim.customer("vera.m");
    vera.writes("Здравствуйте");
    world.advance(Duration::from_secs(60));
    let minimum = |at: &str| {
        let id = vera.conversation_id().unwrap();
        serde_json::json!({ "data": [{ "id": id, "updated_time": at }] })
    };
    let first = world.sim.now().format("%Y-%m-%dT%H:%M:%S+0000").to_string();
    world
        .sim
        .conversations()
        .answers(200, minimum(&first))
        .times(1);
    world.connect().await;
    let id = world.conversation(&vera).await.id;
    assert_eq!(world.messages(id).await[0].text, "Здравствуйте");
    vera.writes("Есть кто?");
    let second = world.sim.now().format("%Y-%m-%dT%H:%M:%S+0000").to_string();
    world.advance(Duration::from_secs(60));
    world
        .sim
        .conversations()
        .answers(200, minimum(&second))
        .always();
    world.poll().await;
    assert_eq!(world.messages(id).await[1].text, "Есть кто?");
    world.sim.forget_calls();
    world.poll().await;
    assert_eq!(
        world.sim.calls_at(Endpoint::Messages),
        0,
        "what was read is not read again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_asks_nothing_and_ends_by_itself() {
    let world = World::connected().await;
    world.poll().await;
    world.desk.sync_pause(60).await.unwrap();
    assert_eq!(
        world.desk.sync_paused_until(),
        Some(world.now() + Duration::from_secs(3600))
    );
    let told = world.desk.sync_status().await.unwrap();
    assert_eq!(told.paused_until, world.desk.sync_paused_until());
    let before = world.sim.calls_at(graph_sim::Endpoint::Conversations);
    let ayse = world.sim.customer("ayse");
    ayse.writes("is anyone there?");
    world.advance(Duration::from_secs(1800));
    // Something that is asked for by the owner still happens: it shows that the rest stood still.
    world
        .desk
        .inbox_list(desk_app::InboxView::All, None, None, 10, None)
        .await
        .unwrap();
    assert_eq!(
        world.sim.calls_at(graph_sim::Endpoint::Conversations),
        before
    );
    world.advance(Duration::from_secs(1801));
    world
        .until("the message has arrived after the pause", async |desk| {
            let page = desk
                .inbox_list(
                    desk_app::InboxView::All,
                    Some("ayse".to_owned()),
                    None,
                    5,
                    None,
                )
                .await
                .unwrap();
            page.items
                .first()
                .is_some_and(|row| row.snippet.contains("anyone"))
        })
        .await;
    assert_eq!(world.desk.sync_paused_until(), None);
    let told = world.desk.sync_status().await.unwrap();
    assert_eq!(told.paused_until, None);
}
