//! Knowledge: what customers ask and what the owner answers.

use crate::{StoreError, Write};
use desk_core::{Change, Entity, EntryId, Source, SourceId, Timestamp, text};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeMap;

/// A row of `entry`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Ours.
    pub id: EntryId,
    /// What customers ask.
    pub questions: Vec<String>,
    /// What the owner answers.
    pub answer: String,
    /// Language of the answer.
    pub lang: String,
    /// May be sent without a person.
    pub auto_ok: bool,
    /// Customers must not see it.
    pub internal: bool,
    /// Last change.
    pub updated_at: Timestamp,
    /// The answer in other languages.
    pub answers: BTreeMap<String, String>,
    /// From when on it is not used any more.
    pub expires_at: Option<Timestamp>,
    /// The owner's name for what it is about.
    pub topic: String,
    /// The source it is read from.
    pub source_id: Option<SourceId>,
    /// Where it stands there.
    pub place: Option<String>,
    /// What the owner sent instead of it.
    pub doubt: Option<String>,
    /// Counts the changes of what it says.
    pub revision: u32,
}

impl Entry {
    /// The key of its topic.
    #[must_use]
    pub fn topic_key(&self) -> String {
        let name = text::fold(self.topic.trim());
        if name.is_empty() {
            format!("e:{}", self.id)
        } else {
            format!("n:{name}")
        }
    }

    /// Whether it may still be used.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| at > now)
    }

    /// Whether both say the same to a customer.
    fn says_as(&self, other: &Entry) -> bool {
        (&self.questions, &self.answer, &self.lang, &self.answers)
            == (&other.questions, &other.answer, &other.lang, &other.answers)
    }
}

const COLUMNS: &str = "id, questions, answer, lang, auto_ok, internal, updated_at, answers, expires_at, topic, \
     source_id, place, doubt, revision";

fn from_row(row: &Row<'_>) -> Result<Entry, StoreError> {
    Ok(Entry {
        id: EntryId(row.get(0)?),
        questions: serde_json::from_str(&row.get::<_, String>(1)?)?,
        answer: row.get(2)?,
        lang: row.get(3)?,
        auto_ok: row.get(4)?,
        internal: row.get(5)?,
        updated_at: Timestamp(row.get(6)?),
        answers: serde_json::from_str(&row.get::<_, String>(7)?)?,
        expires_at: row.get::<_, Option<i64>>(8)?.map(Timestamp),
        topic: row.get(9)?,
        source_id: row.get::<_, Option<i64>>(10)?.map(SourceId),
        place: row.get(11)?,
        doubt: row.get(12)?,
        revision: row.get(13)?,
    })
}

/// All entries, newest change first.
///
/// # Errors
/// When the file cannot be read.
pub fn all(db: &Connection) -> Result<Vec<Entry>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM entry ORDER BY updated_at DESC, id DESC"
    ))?;
    let mut rows = query.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(from_row(row)?);
    }
    Ok(entries)
}

/// One entry, if it is still there.
///
/// # Errors
/// When the file cannot be read.
pub fn find(db: &Connection, id: EntryId) -> Result<Option<Entry>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM entry WHERE id = ?1"))?;
    query
        .query_row([id.0], |row| Ok(from_row(row)))
        .optional()?
        .transpose()
}

/// Adds an entry; its `id` is ignored and the new one returned.
///
/// # Errors
/// When the file cannot be written.
pub fn add(w: &mut Write<'_>, entry: &Entry) -> Result<EntryId, StoreError> {
    w.prepare_cached(
        "INSERT INTO entry (questions, answer, lang, auto_ok, internal, updated_at, answers, expires_at, topic,
                            source_id, place)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        serde_json::to_string(&entry.questions)?,
        entry.answer,
        entry.lang,
        entry.auto_ok,
        entry.internal,
        entry.updated_at.0,
        serde_json::to_string(&entry.answers)?,
        entry.expires_at.map(|t| t.0),
        entry.topic,
        entry.source_id.map(|s| s.0),
        entry.place,
    ])?;
    let id = EntryId(w.last_insert_rowid());
    w.note(Change::upserted(Entity::Entry, id, Source::Owner));
    Ok(id)
}

/// Changes an entry. A change of what it says counts as a new revision and settles a doubt; so
/// does saving it unchanged: the owner has looked at it.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn change(w: &mut Write<'_>, entry: &Entry) -> Result<(), StoreError> {
    let before = find(w, entry.id)?.ok_or(StoreError::NotFound("entry"))?;
    w.prepare_cached(
        "UPDATE entry SET questions = ?2, answer = ?3, lang = ?4, auto_ok = ?5, internal = ?6, updated_at = ?7,
             answers = ?8, expires_at = ?9, topic = ?10, source_id = ?11, place = ?12, doubt = NULL,
             revision = revision + ?13
         WHERE id = ?1",
    )?
    .execute(params![
        entry.id.0,
        serde_json::to_string(&entry.questions)?,
        entry.answer,
        entry.lang,
        entry.auto_ok,
        entry.internal,
        entry.updated_at.0,
        serde_json::to_string(&entry.answers)?,
        entry.expires_at.map(|t| t.0),
        entry.topic,
        entry.source_id.map(|s| s.0),
        entry.place,
        u32::from(!before.says_as(entry)),
    ])?;
    w.note(Change::upserted(Entity::Entry, entry.id, Source::Owner));
    Ok(())
}

/// Notes what the owner sent instead of what an entry says.
///
/// # Errors
/// When the file cannot be written.
pub fn set_doubt(w: &mut Write<'_>, id: EntryId, sent: &str) -> Result<(), StoreError> {
    let n = w
        .prepare_cached("UPDATE entry SET doubt = ?2 WHERE id = ?1")?
        .execute(params![id.0, sent])?;
    if n > 0 {
        w.note(Change::upserted(Entity::Entry, id, Source::Owner));
    }
    Ok(())
}

/// Removes an entry.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone.
pub fn remove(w: &mut Write<'_>, id: EntryId) -> Result<(), StoreError> {
    if w.execute("DELETE FROM entry WHERE id = ?1", [id.0])? == 0 {
        return Err(StoreError::NotFound("entry"));
    }
    w.note(Change::removed(Entity::Entry, id, Source::Owner));
    Ok(())
}

/// The entries that were read from a source.
///
/// # Errors
/// When the file cannot be read.
pub fn of_source(db: &Connection, source: SourceId) -> Result<Vec<Entry>, StoreError> {
    let all = all(db)?;
    Ok(all
        .into_iter()
        .filter(|e| e.source_id == Some(source))
        .collect())
}
