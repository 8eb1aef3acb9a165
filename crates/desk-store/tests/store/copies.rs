//! Copies of the file: backups, restoring, and a file that is damaged, older, or another one.

use crate::world::{NOW, open, reopen, seed};
use desk_core::{Author, Code, ConversationId, SendState, Source};
use desk_store::file::recovery::{self, Event, Recovery};
use desk_store::file::{check, recovery::dismiss};
use desk_store::table::{conversation, outbox, setting};
use desk_store::{Store, StoreError};
use std::path::{Path, PathBuf};
use std::time::Duration;

async fn queue(store: &Store, conversation_id: ConversationId, text: &str) -> outbox::OutboxRow {
    let approved = outbox::Approved {
        conversation_id,
        client_id: text.to_owned(),
        approval: desk_core::outbox::Approval::Person,
        author: Author::Owner,
        draft_id: None,
        trigger_id: None,
        text: text.to_owned(),
    };
    let row: Result<_, StoreError> = store
        .write(move |w| outbox::enqueue(w, &approved, NOW))
        .await;
    row.unwrap()
}

async fn rows(store: &Store) -> Vec<outbox::OutboxRow> {
    let rows: Result<_, StoreError> = store.read(outbox::open).await;
    rows.unwrap()
}

async fn recovery(store: &Store) -> Option<Recovery> {
    let found: Result<_, StoreError> = store.read(recovery::last).await;
    found.unwrap()
}

async fn say(store: &Store, value: u32) {
    let written: Result<(), StoreError> =
        store.write(move |w| setting::set(w, "told", &value)).await;
    written.unwrap();
}

async fn told(store: &Store) -> u32 {
    let read: Result<u32, StoreError> = store.read(|db| setting::get(db, "told")).await;
    read.unwrap()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

/// Overwrites pages in the middle of a file, as a failing disk does.
fn tear(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let (from, to) = (8192, bytes.len().min(16384 * 3));
    bytes.get_mut(from..to).unwrap().fill(0xA5);
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_backup_is_made_while_the_file_is_written_and_is_of_one_moment() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    seed(&store).await;
    let writer = store.clone();
    let writing = tokio::spawn(async move {
        for value in 0..200 {
            let both: Result<(), StoreError> = writer
                .write(move |w| {
                    setting::set(w, "told", &value)?;
                    setting::set(w, "told again", &value)
                })
                .await;
            both.unwrap();
        }
    });
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(store.back_up(None, NOW).await.unwrap());
    }
    writing.await.unwrap();
    for backup in &made {
        assert_eq!(check::inspect(&backup.path).unwrap().messages, 1);
        let db = rusqlite::Connection::open(&backup.path).unwrap();
        let different: u32 = db
            .query_row(
                "SELECT count(DISTINCT value) FROM setting WHERE key LIKE 'told%'",
                [],
                |r| r.get(0),
            )
            .unwrap();
        assert!(different <= 1, "the copy saw half of a transaction");
        assert!(!backup.path.with_extension("db-wal").exists());
    }
    assert!(
        !files(dir.path())
            .iter()
            .any(|f| f.extension().is_some_and(|e| e == "part")),
        "a half copy was left behind"
    );
    store.prune_backups().unwrap();
    assert_eq!(
        store.backups().len(),
        desk_store::file::backup::KEPT.min(made.len())
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_is_private_and_never_takes_the_place_of_another_file() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    seed(&store).await;
    let target = place.path().join("mine.db");
    let made = store.back_up(Some(target.clone()), NOW).await.unwrap();
    let mode = std::fs::metadata(&made.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = store.back_up(Some(target), NOW).await.unwrap_err();
    assert_eq!(again.code(), Code::FileExists);
    let nowhere = PathBuf::from("/proc/replydesk-cannot-be-here.db");
    let refused = store.back_up(Some(nowhere), NOW).await.unwrap_err();
    assert_eq!(refused.code(), Code::PlaceUnwritable);
    assert!(store.backups().is_empty());
}

#[tokio::test]
async fn a_restored_backup_sends_nothing_and_the_file_of_today_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversation = seed(&store).await;
    say(&store, 1).await;
    queue(&store, conversation, "Yes, it is here").await;
    let backup = store.back_up(None, NOW).await.unwrap();
    say(&store, 2).await;
    let found = store.stage_restore(backup.path).await.unwrap();
    assert_eq!((found.made_at, found.messages), (Some(NOW), 2));
    assert!(store.restore_is_staged());
    assert_eq!(
        told(&store).await,
        2,
        "nothing changes before the next start"
    );
    drop(store);

    let store = reopen(dir.path()).await;
    assert_eq!(told(&store).await, 1);
    let row = rows(&store).await.remove(0);
    assert_eq!(
        row.state,
        SendState::Unconfirmed,
        "it may have been sent since"
    );
    assert_eq!(row.fault, Some(Code::ReplyFromCopy), "and says why");
    assert!(row.started_at.is_some(), "an echo can be matched with it");
    let happened = recovery(&store).await.unwrap();
    assert_eq!(happened.event, Event::Restored);
    assert_eq!(happened.backup_made_at, Some(NOW));
    assert_eq!(happened.unconfirmed, 1);
    let kept = happened.set_aside.unwrap();
    let kept = rusqlite::Connection::open(kept).unwrap();
    let value: String = kept
        .query_row("SELECT value FROM setting WHERE key = 'told'", [], |r| {
            r.get(0)
        })
        .unwrap();
    assert_eq!(value, "2", "the file of today was set aside whole");
    let put_away: Result<(), StoreError> = store.write(dismiss).await;
    put_away.unwrap();
    drop(store);
    let store = reopen(dir.path()).await;
    assert_eq!(recovery(&store).await, None, "it is told once");
    assert_eq!(rows(&store).await[0].state, SendState::Unconfirmed);
}

#[tokio::test]
async fn what_is_no_sound_backup_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    seed(&store).await;
    say(&store, 1).await;

    let text = other.path().join("text.db");
    std::fs::write(&text, "no database at all".repeat(500)).unwrap();
    let foreign = other.path().join("foreign.db");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE holiday (x); PRAGMA user_version = 1;")
        .unwrap();
    let torn = store
        .back_up(Some(other.path().join("torn.db")), NOW)
        .await
        .unwrap()
        .path;
    tear(&torn);
    let newer = store
        .back_up(Some(other.path().join("newer.db")), NOW)
        .await
        .unwrap()
        .path;
    rusqlite::Connection::open(&newer)
        .unwrap()
        .pragma_update(None, "user_version", 999)
        .unwrap();
    for (path, code) in [
        (text, Code::BackupUnusable),
        (foreign, Code::BackupUnusable),
        (torn, Code::BackupUnusable),
        (newer, Code::DataTooNew),
        (other.path().join("missing.db"), Code::NotFound),
    ] {
        let refused = store.stage_restore(path.clone()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{}", path.display());
        assert!(!store.restore_is_staged());
    }
    drop(store);
    let store = reopen(dir.path()).await;
    assert_eq!(told(&store).await, 1);
    assert_eq!(recovery(&store).await, None);
}

#[tokio::test]
async fn a_damaged_file_is_kept_and_the_newest_good_backup_takes_its_place() {
    /// A way to damage a file.
    type Damage = fn(&Path);
    let ways: [(&str, Damage); 4] = [
        ("the header is gone", |p| {
            let mut bytes = std::fs::read(p).unwrap();
            bytes[..4096].fill(0);
            std::fs::write(p, bytes).unwrap();
        }),
        ("it is something else", |p| {
            std::fs::write(p, "this is no database".repeat(900)).unwrap();
        }),
        ("it is empty", |p| std::fs::write(p, "").unwrap()),
        ("it is gone", |p| std::fs::remove_file(p).unwrap()),
    ];
    for (what, damage) in ways {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        let conversation = seed(&store).await;
        say(&store, 1).await;
        queue(&store, conversation, "Yes").await;
        let good = store.back_up(None, NOW).await.unwrap();
        let bad = store
            .back_up(None, NOW + Duration::from_secs(60))
            .await
            .unwrap();
        say(&store, 2).await;
        drop(store);
        drop(reopen(dir.path()).await);
        drop(reopen(dir.path()).await);
        tear(&bad.path);
        let database = dir.path().join("replydesk.db");
        damage(&database);

        let store = reopen(dir.path()).await;
        assert_eq!(told(&store).await, 1, "{what}");
        let happened = recovery(&store).await.unwrap();
        assert_eq!(happened.event, Event::DamagedRestored, "{what}");
        assert_eq!(happened.backup_made_at, Some(good.made_at), "{what}");
        assert_eq!(
            rows(&store).await[0].state,
            SendState::Unconfirmed,
            "{what}"
        );
        let row: Result<_, StoreError> = store.read(desk_store::table::account::connected).await;
        assert_eq!(
            row.unwrap()[0].synced_at,
            None,
            "{what}: the windows are read again"
        );
        if what != "it is gone" {
            let kept = happened.set_aside.expect(what);
            assert!(kept.is_file(), "{what}");
        }
    }
}

#[tokio::test]
async fn without_a_backup_a_new_file_is_begun_and_the_owner_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    seed(&store).await;
    drop(store);
    drop(reopen(dir.path()).await);
    std::fs::write(dir.path().join("replydesk.db"), "noise".repeat(2000)).unwrap();
    let store = reopen(dir.path()).await;
    let happened = recovery(&store).await.unwrap();
    assert_eq!(happened.event, Event::DamagedNew);
    let kept = std::fs::read(happened.set_aside.unwrap()).unwrap();
    assert!(
        kept.starts_with(b"noise"),
        "the damaged file is kept as it was"
    );
}

#[tokio::test]
async fn damage_inside_is_found_by_the_check_and_mended_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    seed(&store).await;
    say(&store, 1).await;
    store.back_up(None, NOW).await.unwrap();
    assert!(store.check().await.unwrap());
    drop(store);
    drop(reopen(dir.path()).await);
    tear(&dir.path().join("replydesk.db"));
    // The pages that the start needs may be in order: only the check reads all of them.
    let Ok(store) = Store::open(dir.path()) else {
        panic!("this damage does not keep the file from being opened");
    };
    if recovery(&store).await.is_none() {
        assert!(!store.check().await.unwrap());
        drop(store);
        let store = reopen(dir.path()).await;
        assert_eq!(
            recovery(&store).await.unwrap().event,
            Event::DamagedRestored
        );
        assert_eq!(told(&store).await, 1);
    }
}

#[tokio::test]
async fn a_file_that_was_rolled_back_or_swapped_sends_nothing_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversation = seed(&store).await;
    queue(&store, conversation, "Yes").await;
    drop(store);
    drop(reopen(dir.path()).await);
    let database = dir.path().join("replydesk.db");
    let yesterday = elsewhere.path().join("copy.db");
    std::fs::copy(&database, &yesterday).unwrap();
    // A day of work: the row is sent.
    let store = reopen(dir.path()).await;
    let row = rows(&store).await.remove(0);
    let sent: Result<(), StoreError> = store
        .write(move |w| outbox::sent(w, row.id, None, None))
        .await;
    sent.unwrap();
    drop(store);
    drop(reopen(dir.path()).await);
    std::fs::copy(&yesterday, &database).unwrap();
    let store = reopen(dir.path()).await;
    let row = rows(&store).await.remove(0);
    assert_eq!(
        row.state,
        SendState::Unconfirmed,
        "it was sent in the meantime"
    );
    assert_eq!(recovery(&store).await.unwrap().event, Event::Older);
    drop(store);
    drop(reopen(dir.path()).await);

    // Somebody else's file.
    let other = tempfile::tempdir().unwrap();
    let theirs = open(other.path());
    let conversation = seed(&theirs).await;
    queue(&theirs, conversation, "Not ours").await;
    drop(theirs);
    drop(reopen(other.path()).await);
    std::fs::copy(other.path().join("replydesk.db"), &database).unwrap();
    let store = reopen(dir.path()).await;
    assert_eq!(recovery(&store).await.unwrap().event, Event::Other);
    assert_eq!(rows(&store).await[0].state, SendState::Unconfirmed);
}

#[tokio::test]
async fn the_turns_that_the_ai_was_to_take_are_not_taken_in_a_doubtful_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversation = seed(&store).await;
    let planned: Result<(), StoreError> = store
        .write(move |w| conversation::schedule_turn(w, conversation, NOW, Duration::ZERO, NOW))
        .await;
    planned.unwrap();
    let backup = store.back_up(None, NOW).await.unwrap();
    store.stage_restore(backup.path).await.unwrap();
    drop(store);
    let store = reopen(dir.path()).await;
    let due: Result<Option<i64>, StoreError> = store
        .read(|db| {
            Ok(
                db.query_row("SELECT max(turn_due_at) FROM conversation", [], |r| {
                    r.get(0)
                })?,
            )
        })
        .await;
    assert_eq!(due.unwrap(), None);
    assert_eq!(recovery(&store).await.unwrap().stopped, 1);
    let row: Result<_, StoreError> = store
        .write(move |w| conversation::refresh_row(w, conversation, Source::Poll))
        .await;
    row.unwrap();
}

#[tokio::test]
async fn an_end_without_closing_is_known_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    assert!(!store.ended_uncleanly());
    seed(&store).await;
    // What a power cut leaves: the files as they are at this moment.
    let after = tempfile::tempdir().unwrap();
    for file in files(dir.path()) {
        std::fs::copy(&file, after.path().join(file.file_name().unwrap())).unwrap();
    }
    drop(store);
    let store = open(after.path());
    assert!(store.ended_uncleanly());
    assert_eq!(
        recovery(&store).await,
        None,
        "nothing happened to the file itself"
    );
    drop(store);
    assert!(!reopen(after.path()).await.ended_uncleanly());
    assert!(!reopen(dir.path()).await.ended_uncleanly());
}
