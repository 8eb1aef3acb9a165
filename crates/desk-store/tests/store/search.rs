//! Search finds what was written, in any spelling, and never trips over what is typed.

use crate::world::{NOW, incoming, open, seed};
use desk_core::{AccountId, ConversationId, Direction};
use desk_store::table::message;
use desk_store::{Store, StoreError, search};
use proptest::prelude::*;

async fn with_texts(store: &Store, texts: Vec<String>) -> ConversationId {
    let id = seed(store).await;
    let written: Result<(), StoreError> = store
        .write(move |w| {
            for (n, text) in texts.iter().enumerate() {
                message::upsert(
                    w,
                    AccountId(1),
                    id,
                    &incoming(&format!("s{n}"), Direction::In, text, NOW),
                )?;
            }
            Ok(())
        })
        .await;
    written.unwrap();
    id
}

async fn found(store: &Store, query: &str) -> Vec<String> {
    let query = query.to_owned();
    let hits: Result<Vec<_>, StoreError> =
        store.read(move |db| search::messages(db, &query, 50)).await;
    hits.unwrap().into_iter().map(|m| m.text).collect()
}

#[tokio::test]
async fn spelling_does_not_matter() {
    let texts = [
        "İSTANBUL'a kargo",
        "ısı dayanıklı",
        "ISPARTA gülü",
        "Ещё есть?",
        "ücreti ne",
        "Доставка завтра",
        "Straße 5",
    ];
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    with_texts(&store, texts.iter().map(|t| (*t).to_owned()).collect()).await;
    let cases = [
        ("istanbul", 0),
        ("ISTANBUL", 0),
        ("ıstanbul", 0),
        ("isi", 1),
        ("ısı", 1),
        ("ısparta", 2),
        ("isparta", 2),
        ("еще", 3),
        ("ЕЩЁ", 3),
        ("ucret", 4),
        ("ÜCRET", 4),
        ("достав", 5),
        ("strasse", 6),
        ("aße", 6),
        ("zavtra завтра", 9),
        ("kargo istanbul", 0),
    ];
    for (query, expected) in cases {
        let expected: Vec<&str> = texts.get(expected).copied().into_iter().collect();
        assert_eq!(found(&store, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_changed_or_deleted_message_is_found_as_it_is_now() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = with_texts(&store, vec!["before".into()]).await;
    let changed: Result<_, StoreError> = store
        .write(move |w| {
            message::upsert(
                w,
                AccountId(1),
                id,
                &incoming("s0", Direction::In, "after", NOW),
            )
        })
        .await;
    changed.unwrap();
    assert!(found(&store, "before").await.is_empty());
    assert_eq!(found(&store, "after").await, ["after"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_piece_of_a_text_finds_it(text in "[\\p{L}\\p{N} .,!?\"*()-]{3,40}", from in 0usize..20, length in 3usize..12) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let store = open(dir.path());
            with_texts(&store, vec![text.clone()]).await;
            let piece: String = text.chars().skip(from).take(length).collect();
            if !piece.trim().is_empty() {
                prop_assert!(found(&store, &piece).await.contains(&text), "{piece:?} does not find {text:?}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn nothing_that_is_typed_is_a_fault(query in any::<String>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let store = open(dir.path());
            with_texts(&store, vec!["text".into()]).await;
            let _ = found(&store, &query).await;
        });
    }
}
