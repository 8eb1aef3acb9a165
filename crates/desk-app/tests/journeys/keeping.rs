//! What the owner does to the inbox itself, through the commands.

use crate::world::World;
use desk_app::InboxView;
use desk_app::dto::{InboxFilter, LabelColor, SearchFilter};
use desk_core::message::{Place, RowState};
use desk_core::{Author, SendState, Timestamp};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread")]
async fn a_snoozed_conversation_comes_back_at_its_minute_also_after_a_sleep() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "yarın yazarım").await;
    let until = world.now() + 8 * HOUR;
    world
        .desk
        .conversation_snooze(vec![id], Some(until))
        .await
        .unwrap();
    assert_eq!(world.conversation(&ayse).await.place, Place::Snoozed);
    let counts = world.desk.inbox_counts().await.unwrap();
    assert_eq!((counts.needs_you, counts.snoozed), (0, 1));

    // The machine sleeps through it: the clock jumps.
    world.advance(20 * HOUR);
    world
        .until("it is back", async |desk| {
            desk.inbox_counts().await.unwrap().snoozed == 0
        })
        .await;
    let row = world.conversation(&ayse).await;
    assert_eq!(row.place, Place::Open);
    assert!(row.returned_at.is_some() && row.last_at >= until);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_that_has_passed_is_no_snooze() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "hi").await;
    let past = Some(Timestamp(world.now().0));
    let refused = world.desk.conversation_snooze(vec![id], past).await;
    assert_eq!(refused.unwrap_err().code, desk_app::Code::BadRequest);
    assert_eq!(world.conversation(&ayse).await.place, Place::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn done_and_undone_leaves_the_row_as_it_was() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "teşekkürler, ne zaman gelir?").await;
    let before = world.conversation(&ayse).await;
    world.desk.conversation_done(vec![id], true).await.unwrap();
    let page = world
        .desk
        .inbox_list(InboxView::Done, None, None, 5, None)
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.total), (1, 1));
    world.desk.conversation_done(vec![id], false).await.unwrap();
    assert_eq!(world.conversation(&ayse).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_kept_until_it_is_sent() {
    let mut world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "merhaba").await;
    world
        .desk
        .composer_save(id, "Merhaba, hemen".into())
        .await
        .unwrap();
    world.restart().await;
    let view = world.desk.conversation_open(id, None, 50).await.unwrap();
    assert_eq!(view.composing, "Merhaba, hemen");
    assert_eq!(view.conversation.composing, "Merhaba, hemen");
    world
        .desk
        .message_send(id, "Merhaba, hemen bakıyorum".into(), "press-1".into())
        .await
        .unwrap();
    world.until_state(id, SendState::Sent).await;
    let view = world.desk.conversation_open(id, None, 50).await.unwrap();
    assert_eq!(view.composing, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_never_reaches_the_customer() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "merhaba").await;
    let note = world.desk.note_add(id, "haggles".into()).await.unwrap();
    world
        .desk
        .note_change(note.id, "haggles a lot".into())
        .await
        .unwrap();
    world.poll().await;
    assert_eq!(world.desk.note_list(id).await.unwrap().len(), 1);
    assert!(world.delivered().is_empty());
    assert!(world.desk.outbox_list().await.unwrap().is_empty());
    assert_eq!(world.messages(id).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_and_kept_filters_narrow_the_list() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let tom = world.sim.customer("tom.h");
    let id = world.receives(&ayse, "merhaba").await;
    world.receives(&tom, "hello").await;
    let vip = world
        .desk
        .label_set(None, "VIP".into(), LabelColor::Red)
        .await
        .unwrap();
    world
        .desk
        .conversation_label(vec![id], vip.id, true)
        .await
        .unwrap();
    let filter = InboxFilter {
        label_id: Some(vip.id),
        unread: true,
        ..InboxFilter::default()
    };
    let kept = world
        .desk
        .filter_set(None, "VIP, new".into(), InboxView::NeedsYou, filter)
        .await
        .unwrap();
    let all = world.desk.filter_list().await.unwrap();
    assert_eq!(all, vec![kept.clone()]);
    let page = world
        .desk
        .inbox_list(kept.view, None, None, 10, Some(kept.filter))
        .await
        .unwrap();
    let names: Vec<_> = page.items.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["ayse.k"]);
    assert_eq!(page.items[0].labels, [vip.id]);
    world.desk.label_remove(vip.id).await.unwrap();
    assert!(world.conversation(&ayse).await.labels.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hit_opens_the_conversation_at_its_place() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "the needle in it").await;
    for n in 0..12 {
        ayse.writes(&format!("line {n}"));
    }
    world.poll().await;
    let filter = SearchFilter {
        conversation_id: Some(id),
        authors: vec![Author::Customer],
        ..SearchFilter::default()
    };
    let hits = world
        .desk
        .search("needle".into(), 5, Some(filter))
        .await
        .unwrap();
    let hit = hits.first().unwrap();
    let page = world
        .desk
        .conversation_page(id, Some(hit.cursor.clone()), None, 6)
        .await
        .unwrap();
    let texts: Vec<_> = page.messages.iter().map(|m| m.text.as_str()).collect();
    assert_eq!(texts, ["the needle in it", "line 0", "line 1"]);
    let next = world
        .desk
        .conversation_page(id, None, page.newer_after, 50)
        .await
        .unwrap();
    let first = next.messages.first().map(|m| m.text.clone());
    assert_eq!(
        (next.messages.len(), first.as_deref()),
        (10, Some("line 2"))
    );
    assert_eq!(next.newer_after, None);
    let row = world.conversation(&ayse).await;
    assert_ne!(row.state, RowState::Quiet);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_for_whoever_helps_tells_numbers_and_faults_and_no_word_of_anybody() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.marked");
    let id = world.receives(&ayse, "marked words of hers").await;
    world
        .knows(&["marked question"], "marked answer", "en")
        .await;
    world
        .desk
        .note_add(id, "marked note".to_owned())
        .await
        .unwrap();
    world.sim.conversations().fails_before_delivery().always();
    world.poll().await;
    world
        .until("the fault is told", async |desk| {
            let told = desk.diagnostics_get().await.unwrap().support;
            told.contains("instagram_")
        })
        .await;
    let found = world.desk.diagnostics_get().await.unwrap();
    assert_eq!((found.conversations, found.messages), (1, 1));
    let own = world.desk.account_list().await.unwrap().remove(0).username;
    let told = found.support.to_lowercase();
    for secret in ["marked", own.as_str(), "token", "IGAA"] {
        assert!(!told.contains(&secret.to_lowercase()), "{secret}: {told}");
    }
    assert!(
        told.contains("receiving: ") && told.contains("conversations 1"),
        "{told}"
    );
}
