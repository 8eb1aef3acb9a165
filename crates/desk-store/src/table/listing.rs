//! Pages of the conversation list: a view, narrowed by a name, a label and the like.
//!
//! A page must not get slower with the number of conversations, so each way of narrowing has a way
//! of its own: what few conversations have is looked up and sorted, what many have is met by
//! walking the list.

use super::conversation::{COLUMNS, Conversation, FROM, from_row};
use crate::{StoreError, trigram};
use desk_core::message::InboxView;
use desk_core::{AccountId, ConversationId, LabelId, Timestamp, text};
use rusqlite::types::Value;
use rusqlite::{Connection, ToSql, params};

/// Where a page of the list begins: after this row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Time of the last row shown.
    pub last_at: Timestamp,
    /// Its id.
    pub id: ConversationId,
}

impl Cursor {
    /// Reads what [`std::fmt::Display`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        Some(Cursor {
            last_at: Timestamp(at.parse().ok()?),
            id: id.parse().ok()?,
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.last_at.0, self.id)
    }
}

/// What narrows a view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Part of the customer's name or handle.
    pub name: Option<String>,
    /// Only those with messages that the owner has not seen.
    pub unread: bool,
    /// Only those with a label.
    pub label: Option<LabelId>,
    /// Only those of an account.
    pub account: Option<AccountId>,
    /// Only those whose customer wrote last after the first and up to the second moment.
    pub inbound: Option<(Timestamp, Timestamp)>,
}

pub(super) const fn filter(view: InboxView) -> &'static str {
    match view {
        InboxView::NeedsYou => "c.row_state <> 'quiet' AND c.place = 'open'",
        InboxView::AiReady => "c.row_state IN ('draft_ready', 'countdown') AND c.place = 'open'",
        InboxView::All => "1",
        InboxView::Done => "c.place = 'done'",
        InboxView::Snoozed => "c.place = 'snoozed'",
    }
}

/// Up to so many conversations are worth sorting; more are found sooner by walking the list.
const FEW: u32 = 2000;
/// One or two letters have no trigram: they are sought in so many conversations of a view, the newest
/// first. The next letter finds all others.
const SHORT_NAME_REACH: u32 = 10_000;
const ORDER: &str = "ORDER BY c.last_at DESC, c.id DESC";

/// A page of the list, newest first. `name` narrows it to customers whose name or handle holds it.
///
/// # Errors
/// When the file cannot be read.
pub fn list(
    db: &Connection,
    view: InboxView,
    name: Option<&str>,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Conversation>, StoreError> {
    let narrow = Narrow {
        name: name.map(str::to_owned),
        ..Narrow::default()
    };
    list_narrowed(db, view, &narrow, after, limit)
}

/// A page of the list, newest first, narrowed in any way.
///
/// # Errors
/// When the file cannot be read.
pub fn list_narrowed(
    db: &Connection,
    view: InboxView,
    narrow: &Narrow,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Conversation>, StoreError> {
    let after = after.unwrap_or(Cursor {
        last_at: Timestamp(i64::MAX),
        id: ConversationId(i64::MAX),
    });
    let mut picked = Picked {
        from: "conversation c",
        conditions: vec![
            filter(view).to_owned(),
            "(c.last_at, c.id) < (?1, ?2)".to_owned(),
        ],
        values: vec![
            Value::from(after.last_at.0),
            Value::from(after.id.0),
            Value::from(limit),
        ],
    };
    picked.narrow(db, view, narrow)?;
    let conditions = picked.conditions.join(" AND ");
    let walks = narrow.name.is_none() && narrow.label.is_none() && narrow.inbound.is_none();
    // Those that fit are picked by indexes alone, before their rows and messages are read.
    let sql = if walks {
        format!("SELECT {COLUMNS} FROM {FROM} WHERE {conditions} {ORDER} LIMIT ?3")
    } else {
        format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE c.id IN (
                 SELECT c.id FROM {} WHERE {conditions} {ORDER} LIMIT ?3) {ORDER} LIMIT ?3",
            picked.from
        )
    };
    let mut query = db.prepare_cached(&sql)?;
    let values: Vec<&dyn ToSql> = picked.values.iter().map(|v| v as &dyn ToSql).collect();
    let rows = query.query_map(values.as_slice(), from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// From where the rows of a page are picked, and by which conditions.
struct Picked {
    from: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Picked {
    fn narrow(&mut self, db: &Connection, view: InboxView, n: &Narrow) -> Result<(), StoreError> {
        if let Some(name) = &n.name {
            self.named(db, view, &text::fold(name))?;
        }
        if let Some(label) = n.label {
            self.labelled(db, label)?;
        }
        if let Some((from, to)) = n.inbound {
            if self.from == "conversation c" {
                self.from = "conversation c INDEXED BY conversation_by_inbound";
            }
            let (from, to) = (self.value(from.0), self.value(to.0));
            self.conditions.push(format!(
                "c.last_inbound_at > {from} AND c.last_inbound_at <= {to}"
            ));
        }
        if n.unread {
            self.conditions.push("c.unread > 0".to_owned());
        }
        if let Some(account) = n.account {
            let account = self.value(account.0);
            // The sign keeps the planner off the account's index, which knows no order.
            self.conditions.push(format!("+c.account_id = {account}"));
        }
        Ok(())
    }

    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    fn named(&mut self, db: &Connection, view: InboxView, name: &str) -> Result<(), StoreError> {
        let at = self.value(name.to_owned());
        self.conditions
            .push(format!("instr(c.folded_name, {at}) > 0"));
        let Some(expression) = trigram::expression(&[name]) else {
            let view = filter(view);
            self.conditions.push(format!(
                "c.last_at >= coalesce((SELECT c.last_at FROM conversation c
                     WHERE {view} AND (c.last_at, c.id) < (?1, ?2) {ORDER}
                     LIMIT 1 OFFSET {SHORT_NAME_REACH}), 0)"
            ));
            return Ok(());
        };
        let mut query = db.prepare_cached(
            "SELECT count(*) FROM (SELECT rowid FROM conversation_search
                                   WHERE conversation_search MATCH ?1 LIMIT ?2)",
        )?;
        let found: u32 = query.query_row(params![expression, FEW + 1], |r| r.get(0))?;
        if found <= FEW {
            self.from = "conversation_search s CROSS JOIN conversation c ON c.id = s.rowid";
            let at = self.value(expression);
            self.conditions
                .insert(0, format!("conversation_search MATCH {at}"));
        }
        Ok(())
    }

    fn labelled(&mut self, db: &Connection, label: LabelId) -> Result<(), StoreError> {
        let mut query = db.prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM conversation_label WHERE label_id = ?1 LIMIT ?2)",
        )?;
        let found: u32 = query.query_row(params![label.0, FEW + 1], |r| r.get(0))?;
        let at = self.value(label.0);
        if found <= FEW && self.from == "conversation c" {
            self.from =
                "conversation_label l CROSS JOIN conversation c ON c.id = l.conversation_id";
            self.conditions.insert(0, format!("l.label_id = {at}"));
        } else {
            self.conditions.push(format!(
                "EXISTS (SELECT 1 FROM conversation_label l
                         WHERE l.conversation_id = c.id AND l.label_id = {at})"
            ));
        }
        Ok(())
    }
}

/// How many conversations a view holds.
///
/// # Errors
/// When the file cannot be read.
pub fn count(db: &Connection, view: InboxView) -> Result<u32, StoreError> {
    let sql = match view {
        // Without any condition, SQLite counts pages instead of rows.
        InboxView::All => "SELECT count(*) FROM conversation".to_owned(),
        view => format!("SELECT count(*) FROM conversation c WHERE {}", filter(view)),
    };
    Ok(db.prepare_cached(&sql)?.query_row([], |r| r.get(0))?)
}

/// How many conversations have messages that the owner has not seen, and how many such messages
/// there are.
///
/// # Errors
/// When the file cannot be read.
pub fn count_unread(db: &Connection) -> Result<(u32, u32), StoreError> {
    let mut query = db.prepare_cached(
        "SELECT count(*), coalesce(sum(c.unread), 0) FROM conversation c WHERE c.unread > 0",
    )?;
    Ok(query.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
}
