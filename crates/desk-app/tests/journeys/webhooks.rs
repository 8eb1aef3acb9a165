//! Webhooks: signed, kept before anything else, read once however often and in whatever order they
//! come; and never relied on.

use crate::world::World;
use desk_app::dto::{MessageState, SecretInput, WebhookLight, WebhookStatus};
use desk_app::{AccountId, ConversationId};
use desk_core::{Author, Direction, MediaState, MessageKind, StoryKind, TapKind};
use graph_api::SecretString;
use graph_sim::{Answer, AttachmentKind, Customer, Signer};
use std::time::Duration;

/// Turns webhooks on, with the tunnel in place.
async fn turned_on(world: &World) -> AccountId {
    let account = world.desk.account_list().await.unwrap().remove(0).id;
    let secret = SecretInput(SecretString::from(world.sim.app_secret()));
    let setup = world
        .desk
        .webhook_set(account, true, Some(secret))
        .await
        .unwrap();
    let hooks = world.sim.webhooks();
    assert_eq!(
        hooks.subscribe(&setup.url, "another word").await,
        Answer::Refused(403)
    );
    assert_eq!(
        hooks.subscribe(&setup.url, &setup.verify_token).await,
        Answer::Accepted
    );
    account
}

/// From now on nothing can be polled.
fn without_polls(world: &World) {
    world.sim.conversations().fails_before_delivery().always();
}

async fn status(world: &World, account: AccountId) -> WebhookStatus {
    world.desk.webhook_status(account).await.unwrap()
}

/// Delivers what waits, and waits until so many messages of a customer are there.
async fn arrive(world: &World, customer: &Customer, count: usize) -> ConversationId {
    assert_eq!(
        world.sim.webhooks().deliver_in(1000).await,
        Answer::Accepted
    );
    there(world, customer, count).await
}

async fn there(world: &World, customer: &Customer, count: usize) -> ConversationId {
    let id = conversation_of(world, customer).await;
    world
        .until("the messages are there", async |desk| {
            let view = desk.conversation_open(id, None, 200).await.unwrap();
            view.messages.len() >= count
        })
        .await;
    id
}

/// The conversation of a customer, whom a webhook names by id alone.
async fn conversation_of(world: &World, customer: &Customer) -> ConversationId {
    let tail = customer.igsid().split_at(customer.igsid().len() - 4).1;
    let find = async |desk: std::sync::Arc<desk_app::Desk>| {
        let view = desk_app::InboxView::All;
        let page = desk.inbox_list(view, None, None, 200, None).await.unwrap();
        let named = |row: &desk_app::dto::ConversationRow| {
            row.username.as_deref() == Some(customer.username()) || row.name.ends_with(tail)
        };
        page.items.into_iter().find(named).map(|row| row.id)
    };
    world
        .until("the conversation is there", async |desk| {
            find(desk).await.is_some()
        })
        .await;
    find(std::sync::Arc::clone(&world.desk)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_comes_by_webhook_alone_and_a_poll_adds_nothing() {
    let world = World::connected().await;
    turned_on(&world).await;
    without_polls(&world);
    let irina = world.sim.customer("irina.s");
    let cases = [
        (AttachmentKind::Image, MessageKind::Image),
        (AttachmentKind::Video, MessageKind::Video),
        (AttachmentKind::Audio, MessageKind::Audio),
        (AttachmentKind::File, MessageKind::File),
        (AttachmentKind::Share, MessageKind::Share),
        (AttachmentKind::Reel, MessageKind::Share),
        (AttachmentKind::StoryMention, MessageKind::StoryMention),
        (AttachmentKind::Heart, MessageKind::Sticker),
        (AttachmentKind::ViewOnce, MessageKind::Unsupported),
        (AttachmentKind::Unsupported, MessageKind::Unsupported),
    ];
    for (sent, _) in cases {
        irina.sends_attachment(sent);
        world.advance(Duration::from_secs(1));
    }
    irina.replies_to_story("красиво!");
    let id = arrive(&world, &irina, cases.len() + 1).await;
    let by_webhook = world.messages(id).await;
    let kinds: Vec<MessageKind> = by_webhook.iter().map(|m| m.kind).collect();
    let mut expected: Vec<MessageKind> = cases.iter().map(|(_, kind)| *kind).collect();
    expected.push(MessageKind::StoryReply);
    assert_eq!(kinds, expected);
    let post = &by_webhook[4];
    assert_eq!(post.attachments.len(), 1, "a post under two names is one");
    assert_eq!(post.attachments[0].title.as_deref(), Some("A post"));
    let story = by_webhook[10].story.as_ref().unwrap();
    assert_eq!(story.kind, StoryKind::Reply);
    assert_eq!(story.attachment.as_ref().unwrap().media, MediaState::Ready);
    assert!(by_webhook[8].open_in_instagram.is_some(), "seen once");
    assert!(by_webhook[9].open_in_instagram.is_some(), "not shown");
    assert!(by_webhook[0].open_in_instagram.is_none());

    world.sim.clear_faults();
    world.poll().await;
    let after: Vec<_> = world.messages(id).await.iter().map(|m| m.id).collect();
    let before: Vec<_> = by_webhook.iter().map(|m| m.id).collect();
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_in_one_post_again_and_backwards_are_a_thousand_messages() {
    let world = World::connected().await;
    turned_on(&world).await;
    without_polls(&world);
    let vera = world.sim.customer("vera.m");
    for n in 0..1000 {
        vera.writes_at(
            world.sim.now() - Duration::from_secs(2000 - n),
            &format!("{n}"),
        );
    }
    let hooks = world.sim.webhooks();
    hooks.reverse_waiting();
    let id = arrive(&world, &vera, 200).await;
    assert_eq!(hooks.repeat().await, Answer::Accepted);
    hooks.as_list(true);
    vera.writes("the last");
    arrive(&world, &vera, 200).await;
    world
        .until("the last is there", async |desk| {
            let view = desk.conversation_open(id, None, 1).await.unwrap();
            view.messages[0].text == "the last"
        })
        .await;
    let mut texts = Vec::new();
    let mut before = None;
    loop {
        let view = world
            .desk
            .conversation_open(id, before.clone(), 200)
            .await
            .unwrap();
        texts.splice(0..0, view.messages.into_iter().map(|m| m.text));
        before = view.older_before;
        if before.is_none() {
            break;
        }
    }
    let mut expected: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    expected.push("the last".into());
    assert_eq!(texts, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_a_message_reaches_the_thread_in_whatever_order() {
    let world = World::connected().await;
    turned_on(&world).await;
    let ayse = world.sim.customer("ayse.k");
    let first = ayse.writes("Merhaba");
    let id = arrive(&world, &ayse, 1).await;
    without_polls(&world);
    world.sim.owner_phone().writes(&ayse, "Hoş geldiniz");
    let ours = ayse.reads_ids().pop().unwrap();
    world.advance(Duration::from_secs(2));
    let edited = ayse.writes("kırmızı var mı?");
    ayse.edits(&edited, "mavi var mı?");
    let taken = ayse.writes("my secret address");
    ayse.unsends(&taken);
    ayse.reacts(&ours, "love");
    ayse.sees(&ours);
    // The last becomes the first: an edit and an unsend come before their messages.
    world.sim.webhooks().reverse_waiting();
    assert_eq!(world.sim.webhooks().deliver().await, Answer::Accepted);
    there(&world, &ayse, 4).await;
    world
        .until("the phone's reply is there", async |desk| {
            let view = desk.conversation_open(id, None, 50).await.unwrap();
            view.messages.iter().any(|m| m.text == "Hoş geldiniz")
        })
        .await;
    world.sim.webhooks().repeat().await;
    let messages = world.messages(id).await;
    let of = |mid: &str| {
        messages
            .iter()
            .find(|m| m.external_id.as_ref().is_some_and(|e| e.as_str() == mid))
            .unwrap()
    };
    assert_eq!(of(&first).text, "Merhaba");
    assert_eq!(
        (of(&edited).text.as_str(), of(&edited).edited),
        ("mavi var mı?", true)
    );
    assert_eq!((of(&taken).text.as_str(), of(&taken).unsent), ("", true));
    let reply = of(&ours);
    assert_eq!(
        (reply.author, reply.direction, reply.state),
        (
            Author::OwnerPhone,
            Direction::Out,
            MessageState::Outgoing(desk_core::SendState::Sent)
        )
    );
    assert_eq!(reply.reactions.len(), 1);
    assert_eq!(reply.reactions[0].emoji, "❤️");
    assert!(reply.seen);
    let found = world.desk.search("secret".into(), 10, None).await.unwrap();
    assert!(found.is_empty(), "what was taken back is found no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn taps_postbacks_and_ads_say_what_they_are() {
    let world = World::connected().await;
    turned_on(&world).await;
    without_polls(&world);
    let tom = world.sim.customer("tom.h");
    tom.taps("Opening hours", "HOURS");
    world.advance(Duration::from_secs(1));
    tom.presses("Talk to a person", "HUMAN");
    world.advance(Duration::from_secs(1));
    tom.writes_from_ad("Is this still there?", "Blue mug");
    tom.follows_link("spring");
    let id = arrive(&world, &tom, 3).await;
    let messages = world.messages(id).await;
    let taps: Vec<_> = messages
        .iter()
        .map(|m| m.tap.as_ref().map(|t| (t.kind, t.title.clone())))
        .collect();
    assert_eq!(
        taps,
        [
            Some((TapKind::QuickReply, "Opening hours".to_owned())),
            Some((TapKind::Postback, "Talk to a person".to_owned())),
            None
        ]
    );
    assert_eq!(messages[1].kind, MessageKind::Text);
    let ad = messages[2].referral.as_ref().unwrap();
    assert_eq!(ad.ad_title.as_deref(), Some("Blue mug"));
    world
        .until("the link is known", async |desk| {
            let view = desk.conversation_open(id, None, 1).await.unwrap();
            view.referral
                .is_some_and(|r| r.reference.as_deref() == Some("spring"))
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_is_counted_and_does_not_wear_the_disk() {
    let world = World::connected().await;
    let account = world.desk.account_list().await.unwrap().remove(0).id;
    turned_on(&world).await;
    world.poll().await;
    let hooks = world.sim.webhooks();
    assert_eq!(hooks.post_forged("{}").await, Answer::Refused(403));
    let file = |name: &str| std::fs::read(world.data.path().join(name)).unwrap_or_default();
    let disk = || (file("replydesk.db"), file("replydesk.db-wal"));
    let before = disk();
    for n in 0..50 {
        let body = format!("{{\"n\":{n}}}");
        assert_eq!(hooks.post_forged(&body).await, Answer::Refused(403));
    }
    assert!(disk() == before, "not one byte was written");
    let told = status(&world, account).await;
    assert_eq!(told.refused, 51);
    assert_eq!(told.refused_at, Some(world.now()));
    world.advance(Duration::from_secs(3601));
    hooks.post_forged("{}").await;
    assert_eq!(status(&world, account).await.refused, 52);
    assert!(disk() != before, "after an hour it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_light_is_green_after_a_real_event_and_nothing_unsigned_comes_in() {
    let world = World::connected().await;
    let account = world.desk.account_list().await.unwrap().remove(0).id;
    assert_eq!(status(&world, account).await.light, WebhookLight::Off);
    turned_on(&world).await;
    assert_eq!(status(&world, account).await.light, WebhookLight::Checked);
    let hooks = world.sim.webhooks();
    assert_eq!(hooks.post_forged("{}").await, Answer::Refused(403));
    assert_eq!(status(&world, account).await.refused, 1);
    assert_eq!(hooks.test().await, Answer::Accepted);
    world
        .until("the test is noted", async |desk| {
            desk.webhook_status(account)
                .await
                .unwrap()
                .tested_at
                .is_some()
        })
        .await;
    let tested = status(&world, account).await;
    assert_eq!((tested.light, tested.events), (WebhookLight::Checked, 0));

    let vera = world.sim.customer("vera.m");
    vera.writes("Здравствуйте / привет 🙂");
    let id = arrive(&world, &vera, 1).await;
    assert_eq!(world.messages(id).await[0].text, "Здравствуйте / привет 🙂");
    assert_eq!(status(&world, account).await.light, WebhookLight::Green);

    world
        .desk
        .webhook_set(
            account,
            true,
            Some(SecretInput(SecretString::from(world.sim.meta_secret()))),
        )
        .await
        .unwrap();
    hooks.signed_by(Signer::Meta);
    vera.writes("signed by the other secret");
    arrive(&world, &vera, 2).await;

    world.desk.webhook_set(account, false, None).await.unwrap();
    assert_eq!(status(&world, account).await.light, WebhookLight::Off);
    vera.writes("nobody listens");
    world
        .until("nobody listens", async |_| {
            matches!(world.sim.webhooks().deliver().await, Answer::Refused(0))
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_way_missed_is_counted() {
    let world = World::connected().await;
    let account = turned_on(&world).await;
    let hooks = world.sim.webhooks();
    let ayse = world.sim.customer("ayse.k");
    ayse.writes("both");
    arrive(&world, &ayse, 1).await;
    world.poll().await;
    ayse.writes("dropped by the webhook");
    hooks.drop_waiting();
    world.poll().await;
    without_polls(&world);
    ayse.writes("never polled");
    arrive(&world, &ayse, 3).await;
    let early = status(&world, account).await;
    assert_eq!(
        (early.missed_by_webhook, early.missed_by_polling),
        (0, 0),
        "too early to tell"
    );
    world.advance(Duration::from_secs(11 * 60));
    let late = status(&world, account).await;
    assert_eq!((late.missed_by_webhook, late.missed_by_polling), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_place_yet_is_kept_and_shown_nowhere() {
    let world = World::connected().await;
    let account = turned_on(&world).await;
    let hooks = world.sim.webhooks();
    assert_eq!(hooks.comment("price?", false).await, Answer::Accepted);
    assert_eq!(hooks.comment("price?", true).await, Answer::Accepted);
    let stranger = r#"{"object":"instagram","entry":[{"id":"999","time":1,"messaging":[{"sender":{"id":"5"},"recipient":{"id":"999"},"timestamp":1789459200311,"message":{"mid":"m1","text":"not for us"}}]}]}"#;
    assert_eq!(hooks.post_raw(stranger).await, Answer::Accepted);
    for odd in ["[]", "7", "{", "\"\"", r#"{"entry":[{"id":"1"}]}"#] {
        assert_eq!(hooks.post_raw(odd).await, Answer::Accepted, "{odd}");
    }
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    assert_eq!(hooks.post_raw(&deep).await, Answer::Accepted);
    let large = "x".repeat(9 * 1024 * 1024);
    // The answer may get lost, since it is given before the body has come.
    assert_ne!(hooks.post_raw(&large).await, Answer::Accepted);
    hooks.in_standby(true);
    let tom = world.sim.customer("tom.h");
    tom.writes("while another app answers");
    let id = arrive(&world, &tom, 1).await;
    assert_eq!(world.messages(id).await.len(), 1);
    assert_eq!(status(&world, account).await.unreadable, 0);
    let inbox = world
        .desk
        .inbox_list(desk_app::InboxView::All, None, None, 50, None)
        .await
        .unwrap();
    assert_eq!(inbox.items.len(), 1, "the stranger's message is not shown");
}
