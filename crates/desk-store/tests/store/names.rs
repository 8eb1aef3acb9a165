//! The list narrowed to customers by name: the same rows whether they are few and come from the
//! index of names, or many and come from walking the list.

use crate::world::{account, open};
use desk_core::message::InboxView;
use desk_core::{IgsId, Timestamp};
use desk_store::table::conversation::{self, Conversation, Cursor, Customer};
use desk_store::{Store, StoreError};

/// Knows customers by handle and name, each a second newer than the one before.
async fn with_names(store: &Store, names: Vec<(String, Option<String>)>) {
    let written: Result<(), StoreError> = store
        .write(move |w| {
            let account = account(w);
            for (n, (username, name)) in names.iter().enumerate() {
                let customer = Customer {
                    id: &IgsId(format!("c{n}")),
                    username: Some(username),
                    name: name.as_deref(),
                };
                let at = Timestamp(i64::try_from(n).unwrap() * 1000);
                conversation::ensure(w, account, None, &customer, at)?;
            }
            Ok(())
        })
        .await;
    written.unwrap();
}

async fn page(store: &Store, name: &str, after: Option<Cursor>, limit: u32) -> Vec<Conversation> {
    let name = name.to_owned();
    let rows: Result<Vec<_>, StoreError> = store
        .read(move |db| conversation::list(db, InboxView::All, Some(&name), after, limit))
        .await;
    rows.unwrap()
}

async fn handles(store: &Store, name: &str) -> Vec<String> {
    let rows = page(store, name, None, 50).await;
    rows.into_iter().filter_map(|c| c.username).collect()
}

#[tokio::test]
async fn any_piece_of_a_name_in_any_spelling_finds_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let people = [
        ("ayse.k", Some("Ayşe Kılıç")),
        ("isil_d", Some("IŞIL Doğan")),
        ("alyona", Some("Алёна Фёдорова")),
        ("odd", Some("100% \"quoted\" _x_")),
        ("plain", None),
    ];
    let people = people.map(|(h, n)| (h.to_owned(), n.map(str::to_owned)));
    with_names(&store, people.to_vec()).await;
    for (name, expected) in [
        ("kılıç", "ayse.k"),
        ("AYŞE KILIÇ", "ayse.k"),
        ("se.k", "ayse.k"),
        ("ışıl", "isil_d"),
        ("алена фед", "alyona"),
        ("00% \"q", "odd"),
        ("_x_", "odd"),
        ("0%", "odd"),
        ("pl", "plain"),
        ("plain", "plain"),
    ] {
        assert_eq!(handles(&store, name).await, [expected], "{name}");
    }
    for name in [
        "nobody",
        "kılıçx",
        "%",
        "*",
        "\"\"\"",
        "ayse OR plain",
        "a\0b",
    ] {
        let found = handles(&store, name).await;
        assert!(found.len() <= 1, "{name}: {found:?}");
    }
}

#[tokio::test]
async fn a_new_name_is_found_and_the_old_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    with_names(&store, vec![("before".into(), None)]).await;
    with_names(&store, vec![("after".into(), None)]).await;
    assert!(handles(&store, "before").await.is_empty());
    assert_eq!(handles(&store, "after").await, ["after"]);
}

#[tokio::test]
async fn few_and_many_come_in_the_same_order_page_by_page() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let people = (0..2600).map(|n| {
        let name = if n % 100 == 7 {
            "Rare Person"
        } else {
            "Common Person"
        };
        (format!("p{n:04}"), Some(name.to_owned()))
    });
    with_names(&store, people.collect()).await;
    for (name, count) in [("rare per", 26), ("person", 2600), ("pe", 2600)] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let rows = page(&store, name, after, 10).await;
            let Some(last) = rows.last() else { break };
            after = Some(Cursor {
                last_at: last.last_at,
                id: last.id,
            });
            seen.extend(rows.into_iter().map(|c| c.id.0));
        }
        assert_eq!(seen.len(), count, "{name}");
        assert!(seen.is_sorted_by(|a, b| a > b), "{name}");
    }
}
