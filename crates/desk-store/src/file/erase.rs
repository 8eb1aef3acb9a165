//! Erasing: one customer, or everything.
//!
//! What a deletion leaves behind in a database (free pages, tombstones of the search index, the log)
//! is overwritten as well, so that a search through the bytes of the file finds nothing. The tables
//! are found by their columns and not by a list, so that a new table is not forgotten: a row belongs
//! to a conversation when it says `conversation_id`, or names one of its messages, drafts or outbox
//! rows.
//!
//! Instagram still shows the customer's newest messages. So that the next check does not bring them
//! back, a hash of the customer's id stays behind with the time: what is older is not stored again.

use super::{backup, folder};
use crate::table::erased;
use crate::{Store, StoreError};
use desk_core::{Change, ConversationId, Entity, Source, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::PathBuf;

/// Tables that hold the owner's words and settings: nothing in them is a customer's row.
const OWNERS: &[&str] = &[
    "account",
    "setting",
    "entry",
    "erased",
    "login",
    "ai_call",
    "topic",
    "source",
    "saved_reply",
];
/// The columns by which a row belongs to a conversation, the nearest first.
const LINKS: &[&str] = &["conversation_id", "message_id", "outbox_id", "draft_id"];
/// Columns with what Instagram sent, in tables without a link.
const RAW: &[&str] = &["raw", "payload", "body"];

/// Who is to be erased, by what stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Instagram's id of the owner's account.
    pub account_user_id: String,
    /// Instagram's id of the customer.
    pub customer_id: String,
}

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Messages in the open file.
    pub messages: u64,
    /// Backups and replaced files that were cleaned as well.
    pub copies: u32,
    /// Copies that could not be opened and were left alone.
    pub untouched: Vec<PathBuf>,
}

impl Store {
    /// Erases a customer: every row, the search index, and the automatic backups as well.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or that the file cannot be written.
    pub async fn erase_person(
        &self,
        id: ConversationId,
        now: Timestamp,
    ) -> Result<Erased, StoreError> {
        let (person, messages) = self
            .write(move |w| -> Result<_, StoreError> {
                let person = person_of(w, id)?;
                let messages = erase_rows(w, &person)?;
                erased::note(w, &person.account_user_id, &person.customer_id, now)?;
                w.note(Change::removed(Entity::Conversation, id, Source::Owner));
                Ok((person, messages))
            })
            .await?;
        self.checkpoint().await?;
        let folder = self.folder().clone();
        backup::off_loop(move || {
            let mut erased = Erased {
                messages,
                ..Erased::default()
            };
            let mut copies = folder::dated(&folder.backups(), "db");
            copies.extend(folder::dated(&folder.set_aside(), "db"));
            copies.extend([folder.staged()].into_iter().filter(|p| p.exists()));
            for copy in copies {
                match erase_in_copy(&copy, &person) {
                    Ok(()) => erased.copies += 1,
                    Err(_) => erased.untouched.push(copy),
                }
            }
            Ok(erased)
        })
        .await
    }

    /// Erases everything: all rows, all backups, replaced files and exports that lie in the data
    /// folder. The file stays open and is empty.
    ///
    /// # Errors
    /// When something cannot be written or removed.
    pub async fn erase_all(&self) -> Result<(), StoreError> {
        self.write(|w| -> Result<(), StoreError> {
            w.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            for table in tables(w)? {
                w.execute(&format!("DELETE FROM \"{table}\""), [])?;
            }
            w.note(Change::removed(Entity::Account, "", Source::Owner));
            w.note(Change::removed(Entity::Conversation, "", Source::Owner));
            Ok(())
        })
        .await?;
        self.vacuum().await?;
        self.checkpoint().await?;
        let folder = self.folder().clone();
        backup::off_loop(move || {
            let unwritable = |e| StoreError::Unwritable(Some(e));
            for dir in [folder.backups(), folder.set_aside(), folder.exports()] {
                if dir.is_dir() {
                    std::fs::remove_dir_all(&dir).map_err(unwritable)?;
                }
            }
            folder::remove_database(&folder.staged()).map_err(unwritable)?;
            folder::remove(&folder.mark()).map_err(unwritable)?;
            for entry in std::fs::read_dir(folder.dir())
                .map_err(unwritable)?
                .flatten()
            {
                let name = entry.file_name();
                if name.to_string_lossy().starts_with("replydesk.before-") {
                    folder::remove_database(&entry.path()).map_err(unwritable)?;
                }
            }
            folder::sync_dir(folder.dir()).map_err(unwritable)
        })
        .await
    }
}

fn person_of(db: &Connection, id: ConversationId) -> Result<Person, StoreError> {
    let found = db
        .query_row(
            "SELECT a.user_id, c.customer_id FROM conversation c JOIN account a ON a.id = c.account_id
             WHERE c.id = ?1",
            [id.0],
            |r| {
                Ok(Person {
                    account_user_id: r.get(0)?,
                    customer_id: r.get(1)?,
                })
            },
        )
        .optional()?;
    found.ok_or(StoreError::NotFound("conversation"))
}

/// Copies are cleaned like the file itself; one that is older than the customer is left as it is.
fn erase_in_copy(path: &std::path::Path, person: &Person) -> Result<(), StoreError> {
    let mut copy = Connection::open(path)?;
    copy.execute_batch("PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;")?;
    crate::migration::check_version(&copy)?;
    let tx = copy.transaction()?;
    erase_rows(&tx, person)?;
    tx.commit()?;
    copy.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    copy.close().map_err(|(_, e)| StoreError::from(e))?;
    folder::sync_file(path).map_err(|e| StoreError::Unwritable(Some(e)))
}

/// Deletes every row of a person; says how many messages there were.
fn erase_rows(db: &Connection, person: &Person) -> Result<u64, StoreError> {
    db.execute_batch("PRAGMA defer_foreign_keys = ON")?;
    let conversation: Option<(i64, Option<String>)> = db
        .query_row(
            "SELECT c.id, c.external_id FROM conversation c JOIN account a ON a.id = c.account_id
             WHERE a.user_id = ?1 AND c.customer_id = ?2",
            params![person.account_user_id, person.customer_id],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .optional()?;
    let Some((conversation, thread)) = conversation else {
        return Ok(0);
    };
    let mut all = tables(db)?;
    all.retain(|t| !OWNERS.contains(&t.as_str()));
    for table in &all {
        let columns = columns(db, table)?;
        let has = |name: &str| columns.iter().any(|c| c == name);
        if matches!(
            table.as_str(),
            "conversation" | "message" | "draft" | "outbox"
        ) {
            continue;
        }
        if let Some(link) = LINKS.iter().find(|link| has(link)) {
            let owned = match *link {
                "conversation_id" => "= ?1".to_owned(),
                other => format!(
                    "IN (SELECT id FROM {} WHERE conversation_id = ?1)",
                    other.trim_end_matches("_id")
                ),
            };
            db.execute(
                &format!("DELETE FROM \"{table}\" WHERE {link} {owned}"),
                [conversation],
            )?;
        }
        // A batch of events names several people; the whole of it goes, what else was in it is
        // stored as messages.
        for raw in RAW.iter().filter(|raw| has(raw)) {
            db.execute(
                &format!(
                    "DELETE FROM \"{table}\" WHERE instr(CAST({raw} AS BLOB), CAST(?1 AS BLOB)) > 0
                         OR (?2 IS NOT NULL AND instr(CAST({raw} AS BLOB), CAST(?2 AS BLOB)) > 0)"
                ),
                params![person.customer_id, thread],
            )?;
        }
    }
    for table in ["outbox", "draft"] {
        db.execute(
            &format!("DELETE FROM {table} WHERE conversation_id = ?1"),
            [conversation],
        )?;
    }
    let messages = db.execute(
        "DELETE FROM message WHERE conversation_id = ?1",
        [conversation],
    )?;
    db.execute("DELETE FROM conversation WHERE id = ?1", [conversation])?;
    Ok(u64::try_from(messages).unwrap_or(u64::MAX))
}

/// The tables with rows of ours; those of the search index follow them by triggers.
fn tables(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut query = db.prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let rows = query.query_map([], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn columns(db: &Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let mut query = db.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let rows = query.query_map([table], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
