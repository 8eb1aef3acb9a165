//! Search over all messages as one types.
//!
//! Words of three letters and more go to the trigram index, all of them in any order; each matches
//! anywhere inside a word, so that "ücret" finds "ücretsiz". The index only names messages that may
//! hold the words, and each is looked at. Where all words are shorter there is nothing to ask the
//! index, and they are sought in the newest messages only. What is typed is never taken as query
//! syntax.

use crate::table::message::{self, Message};
use crate::{StoreError, trigram};
use desk_core::text::fold;
use rusqlite::{Connection, ToSql};

/// How many of the newest messages a search for one or two letters looks at.
const SHORT_WORD_REACH: u32 = 10_000;
/// How many of the newest messages with the longer words are looked at for the shorter ones.
const NARROWED_REACH: u32 = 1_000;

/// Where to look, and what orders it. The index gives its own order without sorting, if asked by its
/// own name for it.
const BY_TRIGRAM: (&str, &str) = (
    "message_search s JOIN message m ON m.id = s.rowid
     WHERE message_search MATCH ?1 AND ?2 IS NOT NULL",
    "s.rowid",
);
const NEWEST: (&str, &str) = (
    "message m
     WHERE ?1 IS NULL AND m.id > (SELECT coalesce(max(id), 0) FROM message) - ?2",
    "m.id",
);

/// The folded words of a query.
#[must_use]
pub fn words(query: &str) -> Vec<String> {
    let folded = fold(query);
    let mut words: Vec<String> = folded
        .split_whitespace()
        .map(|w| w.chars().filter(|c| !c.is_control()).collect::<String>())
        .filter(|w| !w.is_empty())
        .take(12)
        .collect();
    words.dedup();
    words
}

/// The newest messages that hold every word of the query.
///
/// # Errors
/// When the file cannot be read.
pub fn messages(db: &Connection, query: &str, limit: u32) -> Result<Vec<Message>, StoreError> {
    let words = words(query);
    let (long, short): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|w| w.chars().count() >= 3);
    let expression = trigram::expression(&long);
    let ((from, order), reach, in_sql, after) = match &expression {
        Some(_) if short.is_empty() => (BY_TRIGRAM, limit, long, short),
        Some(_) => (BY_TRIGRAM, NARROWED_REACH, long, short),
        None if short.is_empty() => return Ok(Vec::new()),
        None => (NEWEST, limit, short, long),
    };
    let columns = message::COLUMNS;
    let holds: String = (0..in_sql.len())
        .map(|i| format!(" AND instr(m.folded, ?{}) > 0", i + 4))
        .collect();
    let sql = format!(
        "SELECT {columns} FROM {from} AND m.state <> 'cancelled'{holds} ORDER BY {order} DESC LIMIT ?3"
    );
    let mut query = db.prepare_cached(&sql)?;
    let mut values: Vec<&dyn ToSql> = vec![&expression, &SHORT_WORD_REACH, &reach];
    values.extend(in_sql.iter().map(|word| *word as &dyn ToSql));
    let rows = query.query_map(values.as_slice(), message::from_row)?;
    let narrowed = rows.filter(|row| {
        after.is_empty()
            || row.as_ref().map_or(true, |message| {
                let folded = fold(&message.text);
                after.iter().all(|word| folded.contains(word.as_str()))
            })
    });
    let enough = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(narrowed.take(enough).collect::<Result<_, _>>()?)
}
