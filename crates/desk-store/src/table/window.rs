//! Conversations by their reply window: the list that shows first what closes first, and the alarm
//! before one closes.

use crate::table::conversation::{COLUMNS, Conversation, FROM, from_row};
use crate::table::listing::{Narrow, filter};
use crate::{StoreError, Write};
use desk_core::message::InboxView;
use desk_core::window::{ALARM, REPLY_WINDOW, SAFETY_MARGIN};
use desk_core::{Change, ConversationId, Entity, Source, Timestamp, text};
use rusqlite::{Connection, params};

/// Where a page begins: after this row. First come the open windows, those that close first at the
/// top; then all others, the newest at the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The moment for which the list was begun: the later pages must not see windows close.
    pub now: Timestamp,
    /// Whether the last row shown has an open window.
    pub open: bool,
    /// Its last inbound time, or for the others the time of its newest message.
    pub at: Timestamp,
    /// Its id.
    pub id: ConversationId,
}

impl Cursor {
    /// Before the first row.
    #[must_use]
    pub const fn first(now: Timestamp) -> Self {
        Cursor {
            now,
            open: true,
            at: Timestamp(i64::MIN),
            id: ConversationId(i64::MIN),
        }
    }

    /// After a row that was shown.
    #[must_use]
    pub fn after(row: &Conversation, now: Timestamp) -> Self {
        let open = row.last_inbound_at.filter(|at| *at > edge(now));
        Cursor {
            now,
            open: open.is_some(),
            at: open.unwrap_or(row.last_at),
            id: row.id,
        }
    }

    /// Reads what [`std::fmt::Display`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut pieces = text.strip_prefix('w')?.split('.');
        let mut number = || pieces.next()?.parse::<i64>().ok();
        Some(Cursor {
            now: Timestamp(number()?),
            open: number()? == 1,
            at: Timestamp(number()?),
            id: ConversationId(number()?),
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let open = i64::from(self.open);
        write!(f, "w{}.{open}.{}.{}", self.now.0, self.at.0, self.id)
    }
}

/// Whoever wrote after this moment has an open window.
fn edge(now: Timestamp) -> Timestamp {
    now - (REPLY_WINDOW - SAFETY_MARGIN)
}

/// A page of a view, narrowed.
///
/// # Errors
/// When the file cannot be read.
pub fn list(
    db: &Connection,
    view: InboxView,
    narrow: &Narrow,
    after: Cursor,
    limit: u32,
) -> Result<Vec<Conversation>, StoreError> {
    let edge = edge(after.now);
    let mut rows = Vec::new();
    if after.open {
        let condition = "c.last_inbound_at > ?1 AND (c.last_inbound_at, c.id) > (?2, ?3)";
        let order = "c.last_inbound_at, c.id";
        rows = page(
            db,
            &sql(view, condition, order),
            narrow,
            [edge.0, after.at.0, after.id.0, i64::from(limit)],
        )?;
    }
    let left = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
    if left > 0 {
        let (at, id) = if after.open {
            (i64::MAX, i64::MAX)
        } else {
            (after.at.0, after.id.0)
        };
        let condition = "(c.last_inbound_at IS NULL OR c.last_inbound_at <= ?1) AND (c.last_at, c.id) < (?2, ?3)";
        let order = "c.last_at DESC, c.id DESC";
        rows.extend(page(
            db,
            &sql(view, condition, order),
            narrow,
            [edge.0, at, id, i64::from(left)],
        )?);
    }
    Ok(rows)
}

fn sql(view: InboxView, condition: &str, order: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE {} AND {condition} AND (?5 IS NULL OR instr(c.folded_name, ?5) > 0)
             AND (?6 = 0 OR c.unread > 0) AND (?7 IS NULL OR c.account_id = ?7)
             AND (?8 IS NULL OR EXISTS (SELECT 1 FROM conversation_label l
                                        WHERE l.conversation_id = c.id AND l.label_id = ?8))
             AND (?9 IS NULL OR (c.last_inbound_at > ?9 AND c.last_inbound_at <= ?10))
         ORDER BY {order} LIMIT ?4",
        filter(view)
    )
}

/// The rows that a statement of [`sql`] selects: `place` is the edge, where to begin, and the limit.
fn page(
    db: &Connection,
    sql: &str,
    narrow: &Narrow,
    place: [i64; 4],
) -> Result<Vec<Conversation>, StoreError> {
    let [edge, at, id, limit] = place;
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map(
        params![
            edge,
            at,
            id,
            limit,
            narrow.name.as_deref().map(text::fold),
            narrow.unread,
            narrow.account.map(|a| a.0),
            narrow.label.map(|l| l.0),
            narrow.inbound.map(|(from, _)| from.0),
            narrow.inbound.map(|(_, to)| to.0)
        ],
        from_row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The conversations that wait for the owner, whose window closes within [`ALARM`], and of which the
/// owner was not told yet.
///
/// # Errors
/// When the file cannot be read.
pub fn alarms_due(
    db: &Connection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT id FROM conversation WHERE last_inbound_at > ?1 AND last_inbound_at <= ?2
             AND row_state <> 'quiet' AND window_alarm_for IS NOT last_inbound_at
         ORDER BY last_inbound_at LIMIT ?3",
    )?;
    let edge = edge(now);
    let rows = query.query_map(params![edge.0, (edge + ALARM).0, limit], |r| {
        r.get(0).map(ConversationId)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next window comes within [`ALARM`] of its end.
///
/// # Errors
/// When the file cannot be read.
pub fn next_alarm(db: &Connection, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT min(last_inbound_at) FROM conversation WHERE last_inbound_at > ?1",
    )?;
    let oldest: Option<i64> = query.query_row([(edge(now) + ALARM).0], |r| r.get(0))?;
    Ok(oldest.map(|at| Timestamp(at) + (REPLY_WINDOW - SAFETY_MARGIN - ALARM)))
}

/// Tells that a window closes soon, once for each turn of the customer's.
///
/// # Errors
/// When the file cannot be written.
pub fn alarm(w: &mut Write<'_>, id: ConversationId) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE conversation SET window_alarm_for = last_inbound_at WHERE id = ?1")?
        .execute([id.0])?;
    w.note(Change::upserted(Entity::Window, id, Source::Outbox));
    Ok(())
}
