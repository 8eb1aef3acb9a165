//! Erasing and exporting: what is gone is gone from the bytes, what is exported is complete and
//! harmless.

use crate::world::{CUSTOMER, NOW, incoming, open, reopen, seed};
use desk_core::{Direction, IgMessageId, IgThreadId, IgsId, Source, Timestamp};
use desk_store::file::export::Format;
use desk_store::table::conversation::{self, Customer};
use desk_store::table::{account, draft, entry, erased, message, outbox, unreadable};
use desk_store::{Store, StoreError};
use std::path::Path;
use std::time::Duration;

const SECRET: &str = "zebrafish-4711";
const OTHER: &str = "9988776655443322";

fn bytes_with(dir: &Path, needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(bytes_with(&path, needle));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            if bytes.windows(needle.len()).any(|w| w == needle.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

/// A second customer, and much of the first in every table that can hold it.
async fn furnish(store: &Store) -> desk_core::ConversationId {
    let first = seed(store).await;
    let made: Result<(), StoreError> = store
        .write(move |w| {
            let account = account::connected(w)?.remove(0).id;
            for number in 0..300u32 {
                let text = format!("{SECRET} message number {number} about lamps");
                let mut row = incoming(
                    &format!("mid-{SECRET}-{number}"),
                    Direction::In,
                    &text,
                    NOW + Duration::from_secs(u64::from(number)),
                );
                row.raw = format!("{{\"from\":\"{CUSTOMER}\",\"message\":\"{text}\"}}");
                message::upsert(w, account, first, &row)?;
            }
            unreadable::keep(
                w,
                account,
                &format!("{{\"from\":{CUSTOMER},\"x\":\"{SECRET}\"}}"),
                "no time",
                NOW,
            )?;
            let other = Customer {
                id: &IgsId(OTHER.into()),
                username: Some("mehmet"),
                name: None,
            };
            let second =
                conversation::ensure(w, account, Some(&IgThreadId("t2".into())), &other, NOW)?;
            message::upsert(
                w,
                account,
                second,
                &incoming("keep", Direction::In, "=1+1 kept", NOW),
            )?;
            conversation::refresh_row(w, second, Source::Poll)
        })
        .await;
    made.unwrap();
    let approved = outbox::Approved {
        conversation_id: first,
        client_id: format!("press {SECRET}"),
        approval: desk_core::outbox::Approval::Person,
        author: desk_core::Author::Owner,
        draft_id: None,
        trigger_id: None,
        text: format!("an answer to {SECRET}"),
    };
    let queued: Result<_, StoreError> = store
        .write(move |w| outbox::enqueue(w, &approved, NOW))
        .await;
    queued.unwrap();
    first
}

async fn found(store: &Store, query: &str) -> usize {
    let query = query.to_owned();
    let hits: Result<_, StoreError> = store
        .read(move |db| desk_store::search::messages(db, &query, 50))
        .await;
    hits.unwrap().len()
}

#[tokio::test]
async fn an_erased_customer_is_nowhere_in_the_bytes_of_the_file_or_its_backups() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = furnish(&store).await;
    store.back_up(None, NOW).await.unwrap();
    assert!(found(&store, "lamps").await > 0);
    assert!(!bytes_with(dir.path(), SECRET).is_empty());

    let erased = store
        .erase_person(id, NOW + Duration::from_secs(3600))
        .await
        .unwrap();
    assert_eq!((erased.messages, erased.copies), (302, 1));
    assert!(erased.untouched.is_empty());
    assert_eq!(bytes_with(dir.path(), SECRET), Vec::<String>::new());
    assert_eq!(bytes_with(dir.path(), CUSTOMER), Vec::<String>::new());
    assert_eq!(bytes_with(dir.path(), "ayse.k"), Vec::<String>::new());
    assert_eq!(found(&store, "lamps").await, 0);
    assert_eq!(found(&store, "kept").await, 1, "the other customer stays");
    let sound: Result<(), StoreError> = store
        .write(|w| {
            // The index agrees with what it indexes: SQLite checks that itself.
            w.execute_batch(
                "INSERT INTO message_search (message_search, rank) VALUES ('integrity-check', 1);
                 INSERT INTO conversation_search (conversation_search, rank) VALUES ('integrity-check', 1);",
            )?;
            Ok(())
        })
        .await;
    sound.unwrap();
    assert!(store.check().await.unwrap());
    let until: Result<Option<Timestamp>, StoreError> = store
        .read(|db| erased::up_to(db, "17840000000000001", CUSTOMER))
        .await;
    assert_eq!(until.unwrap(), Some(NOW + Duration::from_secs(3600)));
    assert_eq!(
        store.erase_person(id, NOW).await.unwrap_err().code(),
        desk_core::Code::NotFound
    );
}

#[tokio::test]
async fn everything_erased_leaves_an_empty_file_and_no_copy() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    furnish(&store).await;
    store.back_up(None, NOW).await.unwrap();
    store.export(None, Format::Json, NOW).await.unwrap();
    store.erase_all().await.unwrap();
    for needle in [SECRET, CUSTOMER, OTHER, "1+1 kept", "17840000000000001"] {
        assert_eq!(
            bytes_with(dir.path(), needle),
            Vec::<String>::new(),
            "{needle}"
        );
    }
    assert!(store.backups().is_empty());
    drop(store);
    let store = crate::world::reopen(dir.path()).await;
    let accounts: Result<Vec<_>, StoreError> = store.read(account::all).await;
    assert!(accounts.unwrap().is_empty());
    let told: Result<_, StoreError> = store.read(desk_store::file::recovery::last).await;
    assert_eq!(
        told.unwrap(),
        None,
        "this was the owner's wish, not an accident"
    );
}

#[tokio::test]
async fn an_export_holds_every_message_and_no_formula() {
    let dir = tempfile::tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    furnish(&store).await;
    let json = store
        .export(Some(place.path().join("all.json")), Format::Json, NOW)
        .await
        .unwrap();
    assert_eq!((json.conversations, json.messages), (2, 303));
    let read: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&json.path).unwrap()).unwrap();
    assert_eq!(
        read["conversations"][0]["messages"]
            .as_array()
            .unwrap()
            .len(),
        302
    );
    assert_eq!(read["conversations"][1]["messages"][0]["text"], "=1+1 kept");
    assert_eq!(read["accounts"][0]["username"], "shop");

    let csv = store
        .export(Some(place.path().join("all.csv")), Format::Csv, NOW)
        .await
        .unwrap();
    let text = String::from_utf8(std::fs::read(&csv.path).unwrap()).unwrap();
    assert!(
        text.starts_with('\u{feff}'),
        "spreadsheets need the mark of UTF-8"
    );
    assert_eq!(text.lines().count(), 304);
    assert!(text.contains("\"'=1+1 kept\""), "a formula was let through");
    let again = store
        .export(Some(csv.path), Format::Csv, NOW)
        .await
        .unwrap_err();
    assert_eq!(again.code(), desk_core::Code::FileExists);
}

#[tokio::test]
async fn drafts_and_traces_go_with_the_customer_and_the_owners_knowledge_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = furnish(&store).await;
    let made: Result<(), StoreError> = store
        .write(move |w| {
            w.execute_batch(&format!(
                "INSERT INTO draft (conversation_id, trigger_id, outcome, text, created_at) VALUES ({}, 1, 'proposed', '{SECRET}', 1);
                 INSERT INTO trace (draft_id, stage, detail, micros, at) VALUES (last_insert_rowid(), 'triage', '\"{SECRET}\"', 1, 1);
                 INSERT INTO entry (questions, answer, lang, updated_at) VALUES ('[\"q\"]', 'the owner''s answer', 'en', 1);",
                id.0
            ))?;
            Ok(())
        })
        .await;
    made.unwrap();
    store.erase_person(id, NOW).await.unwrap();
    assert_eq!(bytes_with(dir.path(), SECRET), Vec::<String>::new());
    let left: Result<(usize, usize), StoreError> = store
        .read(move |db| {
            Ok((
                entry::all(db)?.len(),
                usize::from(draft::current(db, id)?.is_some()),
            ))
        })
        .await;
    assert_eq!(left.unwrap(), (1, 0));
}

#[tokio::test]
async fn what_the_ai_wrote_down_about_a_message_goes_when_its_sender_takes_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    let made: Result<(), StoreError> = store
        .write(move |w| {
            let account = account::connected(w)?.remove(0).id;
            let says = |w: &mut desk_store::Write<'_>, mid: &str, direction, text: &str, second| {
                let at = NOW + Duration::from_secs(second);
                message::upsert(w, account, id, &incoming(mid, direction, text, at))
            };
            says(w, "taken", Direction::In, &format!("my pin is {SECRET}"), 10)?;
            says(w, "hello", Direction::In, "hello?", 20)?;
            says(w, "ours", Direction::Out, "A moment", 30)?;
            says(w, "later", Direction::In, "thanks", 40)?;
            // The turn of the taken message ends with the one after it; the last is another turn.
            for (trigger, outcome, detail) in [
                ("hello", "stale", SECRET),
                ("hello", "approved", SECRET),
                ("later", "approved", "kept-words"),
            ] {
                w.execute_batch(&format!(
                    "INSERT INTO draft (conversation_id, trigger_id, outcome, text, checks, created_at)
                     SELECT {}, id, '{outcome}', iif('{outcome}' = 'stale', '{SECRET}', 'sent'), '[\"{detail}\"]', 1
                     FROM message WHERE external_id = '{trigger}';
                     INSERT INTO trace (draft_id, stage, detail, micros, at)
                     VALUES (last_insert_rowid(), 'verify', '\"{detail}\"', 1, 1);",
                    id.0
                ))?;
            }
            w.execute_batch(&format!(
                "INSERT INTO suggestion (message_id, conversation_id, question, answer, lang, created_at)
                 SELECT id, conversation_id, '{SECRET}', 'A moment', 'en', 1 FROM message WHERE external_id = 'ours'"
            ))?;
            Ok(())
        })
        .await;
    made.unwrap();
    assert!(!bytes_with(dir.path(), SECRET).is_empty());
    let taken: Result<bool, StoreError> = store
        .write(|w| {
            let account = account::connected(w)?.remove(0).id;
            let known = message::known(w, account, &IgMessageId("taken".into()))?.unwrap();
            message::unsend(w, &known)
        })
        .await;
    assert!(taken.unwrap());
    drop(store);
    let store = reopen(dir.path()).await;
    drop(store);
    drop(reopen(dir.path()).await);
    assert_eq!(bytes_with(dir.path(), SECRET), Vec::<String>::new());
    assert!(!bytes_with(dir.path(), "kept-words").is_empty());
}
