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
const SHORT_WORD_REACH: u32 = 20_000;

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
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let columns = message::COLUMNS;
    let holds_all: String = (0..words.len())
        .map(|i| format!(" AND instr(m.folded, ?{}) > 0", i + 3))
        .collect();
    let (sql, first): (String, Box<dyn ToSql>) = match trigram::expression(&words) {
        Some(expression) => (
            format!(
                "SELECT {columns} FROM message_search s JOIN message m ON m.id = s.rowid
                 WHERE message_search MATCH ?1 AND m.state <> 'cancelled'{holds_all}
                 ORDER BY s.rowid DESC LIMIT ?2"
            ),
            Box::new(expression),
        ),
        None => (
            format!(
                "SELECT {columns} FROM message m
                 WHERE m.id > (SELECT coalesce(max(id), 0) FROM message) - ?1
                 AND m.state <> 'cancelled'{holds_all} ORDER BY m.id DESC LIMIT ?2"
            ),
            Box::new(SHORT_WORD_REACH),
        ),
    };
    let mut query = db.prepare_cached(&sql)?;
    let mut values: Vec<&dyn ToSql> = vec![&*first, &limit];
    values.extend(words.iter().map(|word| word as &dyn ToSql));
    let rows = query.query_map(values.as_slice(), message::from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
