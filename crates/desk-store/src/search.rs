//! Search over all messages as one types.
//!
//! Words of three letters and more go to the trigram index, all of them in any order; each matches
//! anywhere inside a word, so that "ücret" finds "ücretsiz". Shorter words cannot use that index
//! and are sought in the newest messages only. What is typed is never taken as query syntax.

use crate::StoreError;
use crate::table::message::{self, Message};
use desk_core::text::fold;
use rusqlite::{Connection, params};

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

/// A quoted FTS5 string: inside quotes nothing is syntax.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

fn escaped_like(word: &str) -> String {
    let mut out = String::from("%");
    for c in word.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

/// The newest messages that hold every word of the query.
///
/// # Errors
/// When the file cannot be read.
pub fn messages(db: &Connection, query: &str, limit: u32) -> Result<Vec<Message>, StoreError> {
    let words = words(query);
    let (long, short): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|w| w.chars().count() >= 3);
    let columns = message::COLUMNS;
    if long.is_empty() {
        if short.is_empty() {
            return Ok(Vec::new());
        }
        let patterns: Vec<String> = short.iter().map(|w| escaped_like(w)).collect();
        let conditions: Vec<String> = (0..patterns.len())
            .map(|i| format!("m.folded LIKE ?{} ESCAPE '\\'", i + 3))
            .collect();
        let sql = format!(
            "SELECT {columns} FROM message m WHERE m.id > (SELECT coalesce(max(id), 0) FROM message) - ?1
             AND {} AND m.state <> 'cancelled' ORDER BY m.id DESC LIMIT ?2",
            conditions.join(" AND ")
        );
        let mut query = db.prepare_cached(&sql)?;
        let mut values: Vec<&dyn rusqlite::ToSql> = vec![&SHORT_WORD_REACH, &limit];
        values.extend(patterns.iter().map(|p| p as &dyn rusqlite::ToSql));
        let rows = query.query_map(values.as_slice(), message::from_row)?;
        return Ok(rows.collect::<Result<_, _>>()?);
    }
    let matching = long
        .iter()
        .map(|w| quoted(w))
        .collect::<Vec<_>>()
        .join(" AND ");
    let sql = format!(
        "SELECT {columns} FROM message_search s JOIN message m ON m.id = s.rowid
         WHERE message_search MATCH ?1 AND m.state <> 'cancelled' ORDER BY s.rowid DESC LIMIT ?2"
    );
    let mut query = db.prepare_cached(&sql)?;
    // Short words narrow what the long ones found.
    let fetch = if short.is_empty() {
        limit
    } else {
        limit.saturating_mul(8)
    };
    let rows = query.query_map(params![matching, fetch], message::from_row)?;
    let mut found: Vec<Message> = Vec::new();
    for row in rows {
        let row = row?;
        let folded = if short.is_empty() {
            String::new()
        } else {
            fold(&row.text)
        };
        if short.iter().all(|w| folded.contains(w.as_str())) {
            found.push(row);
        }
        if found.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(found)
}
