//! A disk that is full, a place that cannot be written, a file that another program holds: each is a
//! state of its own, and none loses what was stored.

use crate::world::{open, reopen, seed};
use desk_core::Code;
use desk_store::table::setting;
use desk_store::{Store, StoreError};
use std::path::Path;
use std::time::Duration;

#[tokio::test]
async fn a_full_disk_refuses_the_write_and_keeps_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    seed(&store).await;
    let limited: Result<(), StoreError> = store
        .write(|w| {
            let pages: u32 = w.query_row("PRAGMA page_count", [], |r| r.get(0))?;
            // SQLite answers with the limit that is now in force.
            let _: u32 =
                w.query_row(&format!("PRAGMA max_page_count = {}", pages + 2), [], |r| {
                    r.get(0)
                })?;
            Ok(())
        })
        .await;
    limited.unwrap();
    let big = "x".repeat(1 << 20);
    let refused: Result<(), StoreError> = store.write(move |w| setting::set(w, "big", &big)).await;
    assert_eq!(refused.unwrap_err().code(), Code::DiskFull);
    let small: Result<(), StoreError> = store.write(|w| setting::set(w, "small", &7)).await;
    small.unwrap();
    let read: Result<(u32, String), StoreError> = store
        .read(|db| Ok((setting::get(db, "small")?, setting::get(db, "big")?)))
        .await;
    assert_eq!(
        read.unwrap(),
        (7, String::new()),
        "a refused write is as if never begun"
    );
    assert!(store.check().await.unwrap());
}

#[tokio::test]
async fn a_file_that_may_only_be_read_is_told_apart_and_read_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    seed(&store).await;
    let last: Result<(), StoreError> = store
        .write(|w| Ok(w.pragma_update(None, "query_only", true)?))
        .await;
    last.unwrap();
    let refused: Result<(), StoreError> = store.write(|w| setting::set(w, "x", &1)).await;
    assert_eq!(refused.unwrap_err().code(), Code::DataFolderUnwritable);
    let read: Result<u32, StoreError> = store.read(|db| setting::get(db, "x")).await;
    assert_eq!(read.unwrap(), 0, "reading goes on");
    drop(store);
    let store = reopen(dir.path()).await;
    let written: Result<(), StoreError> = store.write(|w| setting::set(w, "x", &1)).await;
    written.unwrap();
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_told_apart_and_works_again_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    seed(&store).await;
    let hasty: Result<(), StoreError> = store
        .write(|w| Ok(w.busy_timeout(Duration::from_millis(20))?))
        .await;
    hasty.unwrap();
    let other = rusqlite::Connection::open(dir.path().join("replydesk.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused: Result<(), StoreError> = store.write(|w| setting::set(w, "x", &1)).await;
    assert_eq!(refused.unwrap_err().code(), Code::DataLocked);
    let read: Result<u32, StoreError> = store.read(|db| setting::get(db, "x")).await;
    assert_eq!(read.unwrap(), 0, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    let written: Result<(), StoreError> = store.write(|w| setting::set(w, "x", &1)).await;
    written.unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    // No process may make a folder there, whatever its rights.
    let refused = Store::open(Path::new("/proc/replydesk-test")).unwrap_err();
    assert_eq!(refused.code(), Code::DataFolderUnwritable);
}

#[test]
fn a_file_in_the_place_of_the_folder_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("data");
    std::fs::write(&file, "x").unwrap();
    let refused = Store::open(&file).unwrap_err();
    assert_eq!(refused.code(), Code::DataFolderUnwritable);
    assert_eq!(std::fs::read(&file).unwrap(), b"x");
}
