//! Cursor paging: opaque cursors that stay right while new items arrive, and the cut of a page out
//! of a list that is ordered newest first.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::graph_error::GraphError;

/// The place of an item in time; later is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    millis: i64,
    serial: u64,
}

impl Key {
    /// The place of something that happened at `at`, as the `serial`-th of all things.
    pub(crate) fn new(at: DateTime<Utc>, serial: u64) -> Self {
        Self {
            millis: at.timestamp_millis(),
            serial,
        }
    }

    /// The cursor that stands for this place.
    pub(crate) fn cursor(self) -> String {
        format!("QVFIUm{:x}ZAx{:x}", self.millis, self.serial)
    }

    fn from_cursor(text: &str) -> Option<Self> {
        let (millis, serial) = text.strip_prefix("QVFIUm")?.split_once("ZAx")?;
        Some(Self {
            millis: i64::from_str_radix(millis, 16).ok()?,
            serial: u64::from_str_radix(serial, 16).ok()?,
        })
    }
}

/// What part of a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ask {
    /// Page size as written.
    pub(crate) limit: Option<String>,
    /// Items behind this cursor.
    pub(crate) after: Option<String>,
    /// Items before this cursor.
    pub(crate) before: Option<String>,
}

/// A page of items, newest first.
#[derive(Debug)]
pub(crate) struct Page<'a, T> {
    /// The items.
    pub(crate) items: Vec<&'a T>,
    /// Page size that was honoured.
    pub(crate) limit: usize,
    /// Cursors of the first and the last item.
    pub(crate) cursors: Option<(String, String)>,
    /// Whether more items follow.
    pub(crate) more: bool,
}

/// Cuts a page out of `items`, which are newest first.
pub(crate) fn cut<'a, T>(
    items: Vec<&'a T>,
    key: impl Fn(&T) -> Key,
    ask: &Ask,
    default_limit: usize,
    max_limit: usize,
) -> Result<Page<'a, T>, GraphError> {
    let limit = match &ask.limit {
        None => default_limit,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| {
                GraphError::parameter("(#100) Param limit must be a positive integer")
            })?,
    }
    .min(max_limit)
    .max(1);
    let after = read_cursor(ask.after.as_deref())?;
    let before = read_cursor(ask.before.as_deref())?;
    let mut kept: Vec<&T> = items
        .into_iter()
        .filter(|item| after.is_none_or(|after| key(item) < after))
        .filter(|item| before.is_none_or(|before| key(item) > before))
        .collect();
    let more;
    if before.is_some() && after.is_none() {
        let skip = kept.len().saturating_sub(limit);
        kept.drain(..skip);
        more = !kept.is_empty();
    } else {
        more = kept.len() > limit;
        kept.truncate(limit);
    }
    let cursors = match (kept.first(), kept.last()) {
        (Some(first), Some(last)) => Some((key(first).cursor(), key(last).cursor())),
        _ => None,
    };
    Ok(Page {
        items: kept,
        limit,
        cursors,
        more,
    })
}

fn read_cursor(text: Option<&str>) -> Result<Option<Key>, GraphError> {
    text.filter(|text| !text.is_empty())
        .map(|text| {
            Key::from_cursor(text)
                .ok_or_else(|| GraphError::parameter("(#100) Invalid cursors values"))
        })
        .transpose()
}

impl<T> Page<'_, T> {
    /// The `paging` object: cursors, and `next` (made from the last cursor) while more follows.
    pub(crate) fn paging(
        &self,
        next: impl FnOnce(&str, usize) -> String,
        ask: &Ask,
        cursors_on_empty: bool,
    ) -> Option<Value> {
        let mut paging = Map::new();
        match &self.cursors {
            Some((before, after)) => {
                paging.insert(
                    "cursors".to_owned(),
                    json!({ "before": before, "after": after }),
                );
                if self.more {
                    paging.insert("next".to_owned(), Value::String(next(after, self.limit)));
                }
            }
            None if cursors_on_empty => {
                let cursor = ask.after.as_deref().unwrap_or("QVFIUm0ZAx0");
                paging.insert(
                    "cursors".to_owned(),
                    json!({ "before": cursor, "after": cursor }),
                );
            }
            None => return None,
        }
        Some(Value::Object(paging))
    }
}
