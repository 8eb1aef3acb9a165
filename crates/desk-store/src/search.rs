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
use desk_core::{Author, ConversationId, LabelId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql};
use std::fmt::Write as _;

/// How many of the newest messages a search for one or two letters looks at.
const SHORT_WORD_REACH: u32 = 10_000;
/// How many of the newest messages with the longer words are looked at for the shorter ones.
const NARROWED_REACH: u32 = 1_000;

/// Where to look, and what orders it. The index gives its own order without sorting, if asked by its
/// own name for it.
const BY_TRIGRAM: (&str, &str) = (
    "message_search s JOIN message m ON m.id = s.rowid
     WHERE message_search MATCH ?1 AND ?2 IS NOT NULL",
    "s.rowid DESC",
);
const NEWEST: (&str, &str) = (
    "message m
     WHERE ?1 IS NULL AND m.id > (SELECT coalesce(max(id), 0) FROM message) - ?2",
    "m.id DESC",
);
/// The messages of one conversation, which the conditions name.
const OF_ONE: (&str, &str) = (
    "message m WHERE ?1 IS NULL AND ?2 IS NOT NULL",
    "m.sent_at DESC, m.id DESC",
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

/// What narrows a search beside its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Only what was said in a conversation.
    pub conversation: Option<ConversationId>,
    /// Only in conversations with a label.
    pub label: Option<LabelId>,
    /// Only what one of these wrote; none means anybody.
    pub authors: Vec<Author>,
    /// Only what was written at this moment or later.
    pub from: Option<Timestamp>,
    /// Only what was written before this moment.
    pub to: Option<Timestamp>,
}

/// The newest messages that hold every word of the query.
///
/// # Errors
/// When the file cannot be read.
pub fn messages(db: &Connection, query: &str, limit: u32) -> Result<Vec<Message>, StoreError> {
    messages_narrowed(db, query, &Narrow::default(), limit)
}

/// The newest messages that hold every word of the query and fit the rest.
///
/// # Errors
/// When the file cannot be read.
pub fn messages_narrowed(
    db: &Connection,
    query: &str,
    narrow: &Narrow,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let words = words(query);
    let (long, short): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|w| w.chars().count() >= 3);
    let expression = trigram::expression(&long);
    let in_one = narrow.conversation.is_some();
    let ((from, order), reach, in_sql, after) = match &expression {
        _ if words.is_empty() => return Ok(Vec::new()),
        // One conversation is short: its messages are read, newest first, whatever the words.
        _ if in_one => (OF_ONE, limit, words.iter().collect(), Vec::new()),
        Some(_) if short.is_empty() => (BY_TRIGRAM, limit, long, short),
        Some(_) => (BY_TRIGRAM, NARROWED_REACH, long, short),
        None => (NEWEST, limit, short, long),
    };
    let columns = message::COLUMNS;
    let expression = expression.filter(|_| !in_one);
    let mut values: Vec<Value> = vec![
        Value::from(expression),
        Value::from(SHORT_WORD_REACH),
        Value::from(reach),
    ];
    let mut conditions = String::new();
    for word in in_sql {
        values.push(Value::from(word.clone()));
        let _ = write!(conditions, " AND instr(m.folded, ?{}) > 0", values.len());
    }
    add_narrow(narrow, &mut conditions, &mut values);
    let sql = format!(
        "SELECT {columns} FROM {from} AND m.state <> 'cancelled'{conditions} ORDER BY {order} LIMIT ?3"
    );
    let mut query = db.prepare_cached(&sql)?;
    let values: Vec<&dyn ToSql> = values.iter().map(|v| v as &dyn ToSql).collect();
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

/// Adds the conditions that are asked of every message found.
fn add_narrow(narrow: &Narrow, conditions: &mut String, values: &mut Vec<Value>) {
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        let at = format!("?{}", values.len());
        let _ = write!(conditions, " AND {}", condition.replace("{}", &at));
    };
    if let Some(conversation) = narrow.conversation {
        add("m.conversation_id = {}", Value::from(conversation.0));
    }
    if let Some(label) = narrow.label {
        add(
            "EXISTS (SELECT 1 FROM conversation_label l
                     WHERE l.conversation_id = m.conversation_id AND l.label_id = {})",
            Value::from(label.0),
        );
    }
    if let Some(from) = narrow.from {
        add("m.sent_at >= {}", Value::from(from.0));
    }
    if let Some(to) = narrow.to {
        add("m.sent_at < {}", Value::from(to.0));
    }
    if !narrow.authors.is_empty() {
        let words: Vec<String> = narrow
            .authors
            .iter()
            .map(|author| format!("'{author}'"))
            .collect();
        let _ = write!(conditions, " AND m.author IN ({})", words.join(", "));
    }
}
