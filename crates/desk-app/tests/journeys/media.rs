//! Media: shown when it is looked at, checked before, gone when its sender takes it back.

use crate::world::World;
use desk_app::{AttachmentId, ConversationId};
use desk_core::{Code, MediaState};
use graph_sim::{AttachmentKind, Endpoint};
use std::time::Duration;

/// A picture has come.
async fn picture(world: &World) -> (ConversationId, AttachmentId, String) {
    let irina = world.sim.customer("irina.s");
    let mid = irina.sends_attachment(AttachmentKind::Image);
    world.poll().await;
    let id = world.conversation(&irina).await.id;
    let message = world.messages(id).await.pop().unwrap();
    (id, message.attachments.first().unwrap().id, mid)
}

fn files(world: &World) -> usize {
    let dir = world.data.path().join("media");
    std::fs::read_dir(dir).map_or(0, |entries| {
        entries
            .filter(|e| e.as_ref().unwrap().file_type().unwrap().is_file())
            .count()
    })
}

async fn fault(world: &World, id: AttachmentId) -> Code {
    world.desk.media_read(id).await.unwrap_err().code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_fetched_once_and_goes_when_its_sender_takes_it_back() {
    let world = World::connected().await;
    let (id, picture, mid) = picture(&world).await;
    assert_eq!(world.sim.calls_at(Endpoint::Media), 0, "nobody looked yet");
    let media = world.desk.media_read(picture).await.unwrap();
    assert_eq!(media.mime, "image/png");
    assert_eq!((media.width, media.height), (Some(120), Some(120)));
    let again = world.desk.media_read(picture).await.unwrap();
    assert_eq!(again, media);
    assert_eq!(world.sim.calls_at(Endpoint::Media), 1);
    assert_eq!(files(&world), 1);

    let irina = world.sim.customer("irina.s");
    let before = irina.writes("before");
    world.advance(Duration::from_secs(5));
    irina.writes("after");
    world.poll().await;
    assert!(!before.is_empty());
    irina.unsends(&mid);
    world.poll().await;
    assert!(
        !world.messages(id).await[0].unsent,
        "one odd showing is not enough"
    );
    world.advance(Duration::from_secs(90));
    // The oldest of a thread has no neighbour before it: a poll cannot tell why it is not shown.
    world.poll().await;
    assert!(!world.messages(id).await[0].unsent);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_polls_no_longer_show_between_its_neighbours_was_taken_back() {
    let world = World::connected().await;
    let tom = world.sim.customer("tom.h");
    tom.writes("first");
    world.advance(Duration::from_secs(5));
    let taken = tom.sends_attachment(AttachmentKind::Image);
    world.advance(Duration::from_secs(5));
    tom.writes("last");
    world.poll().await;
    let id = world.conversation(&tom).await.id;
    let picture = world.messages(id).await[1].attachments[0].id;
    world.desk.media_read(picture).await.unwrap();
    tom.unsends(&taken);
    world.poll().await;
    assert!(!world.messages(id).await[1].unsent, "seen missing once");
    world.advance(Duration::from_secs(61));
    world.poll().await;
    let messages = world.messages(id).await;
    assert_eq!(messages.len(), 3, "that there was one stays visible");
    assert!(messages[1].unsent && messages[1].attachments.is_empty());
    world
        .until("its copy is gone", async |_| files(&world) == 0)
        .await;
    assert_eq!(fault(&world, picture).await, Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_what_it_claims_is_never_shown() {
    let world = World::connected().await;
    let vera = world.sim.customer("vera.m");
    for (word, code) in [
        ("bomb", Code::MediaTooLarge),
        ("huge", Code::MediaTooLarge),
        ("page", Code::MediaRefused),
        ("drawing", Code::MediaRefused),
        ("cut", Code::MediaRefused),
        ("elsewhere", Code::MediaRefused),
        ("circle", Code::MediaRefused),
    ] {
        world.sim.change(|s| s.media_hostile = Some(word.into()));
        vera.sends_attachment(AttachmentKind::Image);
        world.advance(Duration::from_secs(1));
        world.poll().await;
        let id = world.conversation(&vera).await.id;
        let attachment = world
            .messages(id)
            .await
            .pop()
            .unwrap()
            .attachments
            .remove(0);
        assert_eq!(fault(&world, attachment.id).await, code, "{word}");
    }
    assert_eq!(files(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_ran_out_is_read_anew_once() {
    let world = World::connected().await;
    let (id, picture, _) = picture(&world).await;
    world.sim.change(|s| s.media_generation = 1);
    world.desk.media_read(picture).await.unwrap();
    assert_eq!(world.sim.calls_at(Endpoint::Media), 2);

    world
        .sim
        .customer("irina.s")
        .sends_attachment(AttachmentKind::Video);
    world.advance(Duration::from_secs(1));
    world.poll().await;
    let film = world.messages(id).await.pop().unwrap().attachments[0].id;
    world.sim.change(|s| s.media_gone = true);
    assert_eq!(fault(&world, film).await, Code::MediaGone);
    let asked = world.sim.calls_at(Endpoint::Media);
    assert_eq!(fault(&world, film).await, Code::MediaGone);
    assert_eq!(
        world.sim.calls_at(Endpoint::Media),
        asked,
        "not asked for again"
    );
    let shown = world
        .messages(id)
        .await
        .pop()
        .unwrap()
        .attachments
        .remove(0);
    assert_eq!(shown.media, MediaState::Gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_go_after_some_days_unless_the_owner_keeps_them() {
    let world = World::connected().await;
    let (_, picture, _) = picture(&world).await;
    world.desk.media_read(picture).await.unwrap();
    let stored = world.desk.privacy_settings_get().await.unwrap();
    assert_eq!((stored.keep_media, stored.stored_files), (false, 1));
    world.advance(Duration::from_secs(4 * 24 * 3600));
    world
        .until("the copy is gone", async |_| files(&world) == 0)
        .await;

    world.desk.privacy_settings_set(true).await.unwrap();
    world
        .until("the copy is fetched", async |_| files(&world) == 1)
        .await;
    world.advance(Duration::from_secs(40 * 24 * 3600));
    world.poll().await;
    assert_eq!(files(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn media_of_a_story_mention_is_shown_and_never_stored() {
    let world = World::connected().await;
    world.desk.privacy_settings_set(true).await.unwrap();
    let ayse = world.sim.customer("ayse.k");
    ayse.sends_attachment(AttachmentKind::StoryMention);
    world.poll().await;
    let id = world.conversation(&ayse).await.id;
    let story = world.messages(id).await.pop().unwrap().story.unwrap();
    let attachment = story.attachment.unwrap();
    assert_eq!(attachment.media, MediaState::Ready);
    let media = world.desk.media_read(attachment.id).await.unwrap();
    assert_eq!(media.mime, "image/png");
    assert_eq!(files(&world), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_things_of_one_message_and_its_reactions_come_by_polls() {
    let world = World::connected().await;
    let irina = world.sim.customer("irina.s");
    let mid = irina.sends_album(&[
        AttachmentKind::Image,
        AttachmentKind::Image,
        AttachmentKind::Video,
    ]);
    irina.replies_to(&mid, "which one is in stock?");
    world.poll().await;
    let id = world.conversation(&irina).await.id;
    let messages = world.messages(id).await;
    assert_eq!(messages[0].attachments.len(), 3);
    let reply = messages[1].reply_to.as_ref().unwrap();
    assert_eq!(reply.message_id, Some(messages[0].id));

    irina.reacts(&mid, "love");
    world.poll().await;
    assert_eq!(world.messages(id).await[0].reactions[0].emoji, "❤️");
    irina.unreacts(&mid);
    world.poll().await;
    assert!(world.messages(id).await[0].reactions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_instagram_shows_leaves_a_mark_in_the_thread() {
    let world = World::connected().await;
    let vera = world.sim.customer("vera.m");
    let id = world.receives(&vera, "the first").await;
    for n in 0..30 {
        vera.writes(&n.to_string());
        world.sim.advance(Duration::from_secs(1));
    }
    world.poll().await;
    let view = world.desk.conversation_open(id, None, 200).await.unwrap();
    assert_eq!(view.messages.len(), 21);
    assert_eq!(view.gaps.len(), 1);
    assert_eq!(view.gaps[0].after_id, view.messages[0].id);
    assert_eq!(view.gaps[0].before_id, view.messages[1].id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_customer_leaves_no_picture_and_the_others_keep_theirs() {
    let world = World::connected().await;
    let (id, first, _) = picture(&world).await;
    world.desk.media_read(first).await.unwrap();
    let tom = world.sim.customer("tom.h");
    tom.sends_attachment(AttachmentKind::File);
    world.poll().await;
    let with_tom = world.conversation(&tom).await.id;
    let toms = world.messages(with_tom).await[0].attachments[0].id;
    let shown = world.desk.media_read(toms).await.unwrap();
    assert_eq!(files(&world), 2);
    let opened = world.data.path().join("media").join("opened").join("x");
    std::fs::create_dir_all(&opened).unwrap();
    std::fs::write(opened.join("file.jpg"), "copy").unwrap();
    let report = world.desk.person_erase(id).await.unwrap();
    assert_eq!(report.untouched, Vec::<String>::new());
    assert_eq!(files(&world), 1, "gone when the command has ended");
    assert!(!opened.exists(), "copies for other programs too");
    assert_eq!(world.desk.media_read(toms).await.unwrap(), shown);
    world.desk.all_erase("ERASE".into()).await.unwrap();
    assert!(!world.data.path().join("media").exists());
}
