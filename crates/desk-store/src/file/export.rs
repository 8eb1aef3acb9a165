//! Everything that was said, in a form that other programs read: JSON for machines, CSV for a
//! spreadsheet.
//!
//! Rows are written as they are read, so a million messages need no more memory than one. A cell
//! that a spreadsheet would take for a formula gets an apostrophe in front: the texts are those of
//! strangers.

use super::{backup, folder};
use crate::{Store, StoreError};
use desk_core::{Code, Timestamp};
use rusqlite::{Connection, Row};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object with all accounts, conversations and messages.
    Json,
    /// One line for each message.
    Csv,
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
        }
    }
}

/// An export on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Where it lies.
    pub path: PathBuf,
    /// How many conversations are in it.
    pub conversations: u64,
    /// How many messages.
    pub messages: u64,
    /// Its size.
    pub bytes: u64,
}

impl Store {
    /// Writes all conversations and messages into a file.
    ///
    /// # Errors
    /// [`Code::FileExists`], [`Code::PlaceUnwritable`] or [`StoreError::Full`]; nothing is left
    /// behind then.
    pub async fn export(
        &self,
        target: Option<PathBuf>,
        format: Format,
        now: Timestamp,
    ) -> Result<Exported, StoreError> {
        let (folder, source) = (self.folder().clone(), self.path().to_owned());
        backup::off_loop(move || {
            let dir = folder.exports();
            let target = match target {
                None => {
                    folder::make_private_dir(&dir).map_err(backup::place)?;
                    folder::free_name(&dir, now, format.ending())
                }
                Some(dir) if dir.is_dir() => folder::free_name(&dir, now, format.ending()),
                Some(path) => path,
            };
            write_file(&source, &target, format, now)
        })
        .await
    }
}

fn write_file(
    source: &Path,
    target: &Path,
    format: Format,
    now: Timestamp,
) -> Result<Exported, StoreError> {
    if target.exists() {
        return Err(StoreError::Refused(Code::FileExists));
    }
    let db = crate::store::open_reader(source)?;
    // One read transaction: the conversations and their messages are of one moment.
    db.execute_batch("BEGIN")?;
    let part = folder::beside(target, ".part");
    folder::remove(&part).map_err(backup::place)?;
    let mut out = BufWriter::new(folder::create_private(&part).map_err(backup::place)?);
    let written = match format {
        Format::Json => json(&db, &mut out, now),
        Format::Csv => csv(&db, &mut out),
    };
    let counts = written.and_then(|counts| {
        finish(out, &part, target).map_err(backup::place)?;
        Ok(counts)
    });
    match counts {
        Ok(counts) => Ok(Exported {
            path: target.to_owned(),
            conversations: counts.conversations,
            messages: counts.messages,
            bytes: std::fs::metadata(target).map_err(backup::place)?.len(),
        }),
        Err(error) => {
            let _ = folder::remove(&part);
            Err(error)
        }
    }
}

fn finish(out: BufWriter<File>, part: &Path, target: &Path) -> io::Result<()> {
    out.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    folder::rename(part, target)
}

#[derive(Debug, Default)]
struct Counts {
    conversations: u64,
    messages: u64,
}

/// An account as it is exported: who it is, nothing of how it is reached.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountOut {
    id: i64,
    user_id: String,
    username: String,
    name: Option<String>,
}

/// A conversation as it is exported.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConversationOut {
    id: i64,
    account_id: i64,
    customer_id: String,
    external_id: Option<String>,
    username: Option<String>,
    name: Option<String>,
}

/// A message as it is exported.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageOut {
    id: i64,
    external_id: Option<String>,
    direction: String,
    author: String,
    kind: String,
    text: String,
    sent_at: Timestamp,
    state: String,
    unsent: bool,
}

const MESSAGES: &str =
    "SELECT id, external_id, direction, author, kind, text, sent_at, state, unsent
     FROM message WHERE conversation_id = ?1 ORDER BY sent_at, id";

fn message_from(row: &Row<'_>) -> rusqlite::Result<MessageOut> {
    Ok(MessageOut {
        id: row.get(0)?,
        external_id: row.get(1)?,
        direction: row.get(2)?,
        author: row.get(3)?,
        kind: row.get(4)?,
        text: row.get(5)?,
        sent_at: Timestamp(row.get(6)?),
        state: row.get(7)?,
        unsent: row.get(8)?,
    })
}

fn accounts(db: &Connection) -> Result<Vec<AccountOut>, StoreError> {
    let mut query = db.prepare("SELECT id, user_id, username, name FROM account ORDER BY id")?;
    let rows = query.query_map([], |r| {
        Ok(AccountOut {
            id: r.get(0)?,
            user_id: r.get(1)?,
            username: r.get(2)?,
            name: r.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Hands over one conversation after the other.
fn each_conversation(
    db: &Connection,
    mut take: impl FnMut(ConversationOut) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut query = db.prepare(
        "SELECT id, account_id, customer_id, external_id, username, name FROM conversation ORDER BY id",
    )?;
    let mut rows = query.query([])?;
    while let Some(r) = rows.next()? {
        take(ConversationOut {
            id: r.get(0)?,
            account_id: r.get(1)?,
            customer_id: r.get(2)?,
            external_id: r.get(3)?,
            username: r.get(4)?,
            name: r.get(5)?,
        })?;
    }
    Ok(())
}

fn json(db: &Connection, out: &mut impl Write, now: Timestamp) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    let head = format!(
        "{{\"format\":\"replydesk-export\",\"version\":1,\"exportedAt\":\"{now}\",\"accounts\":"
    );
    put(out, head.as_bytes())?;
    value(out, &accounts(db)?)?;
    put(out, b",\"conversations\":[")?;
    let mut messages = db.prepare(MESSAGES)?;
    each_conversation(db, |conversation| {
        let comma: &[u8] = if counts.conversations > 0 {
            b",\n"
        } else {
            b"\n"
        };
        put(out, comma)?;
        counts.conversations += 1;
        put(out, b"{\"conversation\":")?;
        value(out, &conversation)?;
        put(out, b",\"messages\":[")?;
        let mut first = true;
        let mut rows = messages.query([conversation.id])?;
        while let Some(row) = rows.next()? {
            if !std::mem::take(&mut first) {
                put(out, b",")?;
            }
            value(out, &message_from(row)?)?;
            counts.messages += 1;
        }
        put(out, b"]}")
    })?;
    put(out, b"]}\n")?;
    Ok(counts)
}

fn csv(db: &Connection, out: &mut impl Write) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    // The mark of UTF-8, without which spreadsheets read Turkish and Russian as noise.
    put(out, "\u{feff}".as_bytes())?;
    put(
        out,
        b"account,conversation,customer_id,customer,customer_name,sent_at,direction,author,kind,state,text,message_id\r\n",
    )?;
    let accounts = accounts(db)?;
    let mut messages = db.prepare(MESSAGES)?;
    each_conversation(db, |conversation| {
        counts.conversations += 1;
        let account = accounts.iter().find(|a| a.id == conversation.account_id);
        let account = account.map(|a| a.username.as_str()).unwrap_or_default();
        let mut rows = messages.query([conversation.id])?;
        while let Some(row) = rows.next()? {
            let message = message_from(row)?;
            counts.messages += 1;
            let cells = [
                cell(account),
                cell(&conversation.id.to_string()),
                cell(&conversation.customer_id),
                cell(conversation.username.as_deref().unwrap_or_default()),
                cell(conversation.name.as_deref().unwrap_or_default()),
                cell(&message.sent_at.to_string()),
                cell(&message.direction),
                cell(&message.author),
                cell(&message.kind),
                cell(&message.state),
                cell(&message.text),
                cell(message.external_id.as_deref().unwrap_or_default()),
            ];
            put(out, cells.join(",").as_bytes())?;
            put(out, b"\r\n")?;
        }
        Ok(())
    })?;
    Ok(counts)
}

fn put(out: &mut impl Write, bytes: &[u8]) -> Result<(), StoreError> {
    out.write_all(bytes).map_err(backup::place)
}

fn value(out: &mut impl Write, value: &impl Serialize) -> Result<(), StoreError> {
    put(out, &serde_json::to_vec(value)?)
}

/// A cell, always quoted. Spreadsheets take what begins with one of these signs for a formula, even
/// inside quotes and after spaces; the wide forms count as the same signs in some of them.
fn cell(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    let is_formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' | '|' | '%')
    );
    let apostrophe = if is_formula { "'" } else { "" };
    format!(
        "\"{apostrophe}{}\"",
        text.replace('\0', "").replace('"', "\"\"")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, expected) in [
            ("Merhaba", "\"Merhaba\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            (
                "=HYPERLINK(\"http://x\")",
                "\"'=HYPERLINK(\"\"http://x\"\")\"",
            ),
            ("+90 555", "\"'+90 555\""),
            ("-5", "\"'-5\""),
            ("@sum", "\"'@sum\""),
            ("  =1+1", "\"'  =1+1\""),
            ("\t=1", "\"'\t=1\""),
            ("＝1", "\"'＝1\""),
            ("a\0b", "\"ab\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
