//! The file itself: who may open it, and what a transaction that fails leaves behind.

use crate::world::{CUSTOMER, open, seed};
use desk_core::Code;
use desk_store::table::{conversation, setting};
use desk_store::{Store, StoreError};

#[tokio::test]
async fn a_second_opening_is_refused_while_the_first_lasts() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    assert_eq!(
        Store::open(dir.path()).unwrap_err().code(),
        Code::AlreadyRunning
    );
    drop(first);
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let db = rusqlite::Connection::open(dir.path().join("replydesk.db")).unwrap();
    db.pragma_update(None, "user_version", 999).unwrap();
    drop(db);
    let before = std::fs::read(dir.path().join("replydesk.db")).unwrap();
    assert_eq!(
        Store::open(dir.path()).unwrap_err().code(),
        Code::DataTooNew
    );
    let after = std::fs::read(dir.path().join("replydesk.db")).unwrap();
    assert!(after == before, "the file was changed");
}

#[tokio::test]
async fn a_transaction_that_fails_changes_and_announces_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    let mut changes = store.changes();
    let failed: Result<(), StoreError> = store
        .write(move |w| {
            conversation::set_mode(w, id, desk_core::ReplyMode::Auto)?;
            Err(StoreError::Refused(Code::Internal))
        })
        .await;
    assert!(failed.is_err());
    let row: Result<_, StoreError> = store.read(move |db| conversation::get(db, id)).await;
    assert_eq!(row.unwrap().mode, None);
    assert!(
        changes.try_recv().is_err(),
        "nothing happened, so nothing is announced"
    );
}

#[tokio::test]
async fn a_panic_inside_a_transaction_does_not_stop_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let failed: Result<(), StoreError> = store.write(|_| panic!("a fault of ours")).await;
    assert!(failed.is_err());
    let written: Result<(), StoreError> = store.write(|w| setting::set(w, "key", &1)).await;
    written.unwrap();
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    drop(store);
    let store = crate::world::reopen(dir.path()).await;
    let row: Result<_, StoreError> = store.read(move |db| conversation::get(db, id)).await;
    assert_eq!(row.unwrap().customer_id.as_str(), CUSTOMER);
}
