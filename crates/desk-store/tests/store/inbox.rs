//! What the owner does to the list: done, snoozed, labelled, unread; and what they write for
//! themselves.

use crate::world::{CUSTOMER, NOW, account, incoming, open, reopen, seed};
use desk_core::message::{InboxView, Place, RowState};
use desk_core::{AccountId, Author, ConversationId, Direction, IgsId, LabelId, Source, Timestamp};
use desk_store::table::conversation::{self, Conversation, Customer, Heard, Narrow};
use desk_store::table::{composer, filter, label, listing, message, note, place};
use desk_store::{Store, StoreError, search};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

async fn row(store: &Store, id: ConversationId) -> Conversation {
    let row: Result<_, StoreError> = store.read(move |db| conversation::get(db, id)).await;
    row.unwrap()
}

async fn ids(store: &Store, view: InboxView, narrow: Narrow) -> Vec<ConversationId> {
    let rows: Result<Vec<_>, StoreError> = store
        .read(move |db| conversation::list_narrowed(db, view, &narrow, None, 50))
        .await;
    rows.unwrap().into_iter().map(|c| c.id).collect()
}

async fn says(store: &Store, id: ConversationId, name: &str, direction: Direction, at: Timestamp) {
    let said = incoming(name, direction, "kargo", at);
    let written: Result<(), StoreError> = store
        .write(move |w| {
            if let message::Upserted::New(new) = message::upsert(w, AccountId(1), id, &said)? {
                let mut heard = Heard::default();
                match direction {
                    Direction::In => heard.inbound(new, at, true),
                    Direction::Out => heard.answer(),
                }
                conversation::note_heard(w, id, &heard)?;
            }
            conversation::refresh_row(w, id, Source::Poll)
        })
        .await;
    written.unwrap();
}

async fn write<F>(store: &Store, work: F)
where
    F: FnOnce(&mut desk_store::Write<'_>) -> Result<(), StoreError> + Send + 'static,
{
    store.write(work).await.unwrap();
}

#[tokio::test]
async fn what_is_done_leaves_the_list_and_comes_back_when_the_customer_writes() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| place::set_done(w, &[id], true)).await;
    assert!(
        ids(&store, InboxView::NeedsYou, Narrow::default())
            .await
            .is_empty()
    );
    assert_eq!(ids(&store, InboxView::Done, Narrow::default()).await, [id]);
    assert_eq!(ids(&store, InboxView::All, Narrow::default()).await, [id]);
    says(&store, id, "phone", Direction::Out, NOW + HOUR).await;
    assert_eq!(
        row(&store, id).await.place,
        Place::Done,
        "our own words change nothing"
    );
    says(&store, id, "again", Direction::In, NOW + HOUR + HOUR).await;
    assert_eq!(row(&store, id).await.place, Place::Open);
    assert_eq!(
        ids(&store, InboxView::NeedsYou, Narrow::default()).await,
        [id]
    );
}

#[tokio::test]
async fn a_snooze_ends_at_its_moment_and_the_row_says_so_until_it_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    says(&store, id, "answer", Direction::Out, NOW + HOUR).await;
    assert_eq!(row(&store, id).await.row_state, RowState::Quiet);
    let until = NOW + 3 * HOUR;
    write(&store, move |w| place::snooze(w, &[id], Some(until))).await;
    assert_eq!(
        ids(&store, InboxView::Snoozed, Narrow::default()).await,
        [id]
    );

    let early = until - Duration::from_millis(1);
    write(&store, move |w| {
        place::wake(w, early).map(|woken| assert!(woken.is_empty()))
    })
    .await;
    assert_eq!(row(&store, id).await.snoozed_until, Some(until));

    // The file is all that is needed: the program may have been off meanwhile.
    drop(store);
    let store = reopen(dir.path()).await;
    write(&store, move |w| {
        place::wake(w, until).map(|woken| assert_eq!(woken, [id]))
    })
    .await;
    let back = row(&store, id).await;
    assert_eq!(
        (back.place, back.row_state, back.last_at, back.snoozed_until),
        (Place::Open, RowState::Returned, until, None),
        "at the top, and marked"
    );
    says(&store, id, "dealt with", Direction::Out, until + HOUR).await;
    let settled = row(&store, id).await;
    assert_eq!(
        (settled.row_state, settled.returned_at),
        (RowState::Quiet, None)
    );
}

#[tokio::test]
async fn a_word_of_the_customers_ends_a_snooze() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        place::snooze(w, &[id], Some(NOW + 9 * HOUR))
    })
    .await;
    says(&store, id, "now", Direction::In, NOW + HOUR).await;
    let back = row(&store, id).await;
    assert_eq!((back.place, back.snoozed_until), (Place::Open, None));
    let next: Result<_, StoreError> = store.read(place::next_wake).await;
    assert_eq!(next.unwrap(), None);
}

#[tokio::test]
async fn of_many_at_once_all_change_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    let wrong: Result<(), StoreError> = store
        .write(move |w| place::set_done(w, &[id, ConversationId(999)], true))
        .await;
    assert!(matches!(wrong, Err(StoreError::NotFound(_))));
    assert_eq!(row(&store, id).await.place, Place::Open);
}

#[tokio::test]
async fn the_numbers_are_those_of_the_rows() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    says(&store, id, "second", Direction::In, NOW + HOUR).await;
    let counts: Result<_, StoreError> = store.read(listing::count_unread).await;
    assert_eq!(counts.unwrap(), (1, 2));
    write(&store, move |w| conversation::mark_read(w, id)).await;
    assert!(
        ids(
            &store,
            InboxView::All,
            Narrow {
                unread: true,
                ..Narrow::default()
            }
        )
        .await
        .is_empty()
    );
    write(&store, move |w| place::mark_unread(w, &[id])).await;
    assert_eq!(row(&store, id).await.unread, 1);
    let unread = Narrow {
        unread: true,
        ..Narrow::default()
    };
    assert_eq!(ids(&store, InboxView::All, unread).await, [id]);
}

/// Few are sorted, many are walked to: the same rows come of both.
#[tokio::test]
async fn a_label_narrows_the_list_whether_few_or_many_carry_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let written: Result<(LabelId, LabelId), StoreError> = store
        .write(|w| {
            let account = account(w);
            let rare = label::set(w, None, "VIP", "red")?;
            let common = label::set(w, None, "Mağaza", "blue")?;
            for n in 0..2100i64 {
                let customer = Customer {
                    id: &IgsId(format!("{CUSTOMER}{n}")),
                    username: Some("someone"),
                    name: None,
                };
                let at = Timestamp(NOW.0 + n);
                let id = conversation::ensure(w, account, None, &customer, at)?;
                label::mark(w, id, common, true)?;
                if n % 700 == 0 {
                    label::mark(w, id, rare, true)?;
                }
            }
            Ok((rare, common))
        })
        .await;
    let (rare, common) = written.unwrap();
    let with = |label| Narrow {
        label: Some(label),
        ..Narrow::default()
    };
    let expected: Vec<_> = [1401, 701, 1].map(ConversationId).to_vec();
    assert_eq!(ids(&store, InboxView::All, with(rare)).await, expected);
    let many = ids(&store, InboxView::All, with(common)).await;
    assert_eq!(
        (many.len(), many.first()),
        (50, Some(&ConversationId(2100)))
    );
    let both = Narrow {
        name: Some("some".into()),
        ..with(rare)
    };
    assert_eq!(ids(&store, InboxView::All, both).await, expected);
    let labels: Result<_, StoreError> = store.read(label::all).await;
    let counts: Vec<_> = labels
        .unwrap()
        .into_iter()
        .map(|l| l.conversations)
        .collect();
    assert_eq!(counts, [2100, 3]);
}

#[tokio::test]
async fn two_labels_do_not_look_the_same_and_a_removed_one_is_gone_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let one = label::set(w, None, "İade", "red")?;
        assert_eq!(label::set(w, None, "IADE", "blue")?, one);
        label::mark(w, id, one, true)?;
        label::mark(w, id, one, true)?;
        assert_eq!(conversation::get(w, id)?.labels, [one]);
        label::remove(w, one)?;
        assert!(conversation::get(w, id)?.labels.is_empty());
        assert!(matches!(
            label::mark(w, id, one, true),
            Err(StoreError::NotFound(_))
        ));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_the_composer_survives_and_shows_in_the_row() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        composer::save(w, id, "Merhaba,\nkargo", NOW)
    })
    .await;
    drop(store);
    let store = reopen(dir.path()).await;
    assert_eq!(row(&store, id).await.composing, "Merhaba, kargo");
    let whole: Result<_, StoreError> = store.read(move |db| composer::text(db, id)).await;
    assert_eq!(whole.unwrap(), "Merhaba,\nkargo");
    write(&store, move |w| composer::save(w, id, "  \n", NOW)).await;
    assert_eq!(row(&store, id).await.composing, "");
}

#[tokio::test]
async fn a_note_is_kept_changed_and_removed_and_never_a_message() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let one = note::add(w, id, "allergic to wool", NOW)?;
        note::change(w, one.id, "allergic to wool and dust", NOW + HOUR)?;
        let all = note::of(w, id)?;
        assert_eq!(all.len(), 1);
        assert_eq!(all.first().unwrap().changed_at, Some(NOW + HOUR));
        assert!(search::messages(w, "allergic", 10)?.is_empty());
        assert_eq!(desk_store::table::outbox::open(w)?.len(), 0);
        note::remove(w, one.id)?;
        assert!(note::of(w, id)?.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_filter_is_kept_and_changed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write(&store, |w| {
        let id = filter::set(w, None, "Hot", InboxView::NeedsYou, "{}")?;
        filter::set(w, Some(id), "Hotter", InboxView::All, "{\"unread\":true}")?;
        let all = filter::all(w)?;
        assert_eq!(all.len(), 1);
        assert_eq!(all.first().unwrap().name, "Hotter");
        filter::remove(w, id)?;
        assert!(matches!(
            filter::remove(w, id),
            Err(StoreError::NotFound(_))
        ));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_search_is_narrowed_by_person_author_label_and_date() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    says(&store, id, "a", Direction::In, NOW + HOUR).await;
    says(&store, id, "b", Direction::Out, NOW + 2 * HOUR).await;
    let found = |narrow: search::Narrow| {
        let store = store.clone();
        async move {
            let hits: Result<Vec<_>, StoreError> = store
                .read(move |db| search::messages_narrowed(db, "kargo", &narrow, 10))
                .await;
            hits.unwrap().len()
        }
    };
    let any = search::Narrow::default;
    assert_eq!(found(any()).await, 2);
    assert_eq!(
        found(search::Narrow {
            conversation: Some(id),
            ..any()
        })
        .await,
        2
    );
    assert_eq!(
        found(search::Narrow {
            conversation: Some(ConversationId(9)),
            ..any()
        })
        .await,
        0
    );
    assert_eq!(
        found(search::Narrow {
            authors: vec![Author::Customer],
            ..any()
        })
        .await,
        1
    );
    assert_eq!(
        found(search::Narrow {
            label: Some(LabelId(1)),
            ..any()
        })
        .await,
        0
    );
    assert_eq!(
        found(search::Narrow {
            from: Some(NOW + 2 * HOUR),
            ..any()
        })
        .await,
        1
    );
    assert_eq!(
        found(search::Narrow {
            to: Some(NOW + 2 * HOUR),
            ..any()
        })
        .await,
        1
    );
}
