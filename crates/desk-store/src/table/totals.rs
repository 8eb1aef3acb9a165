//! How much the file holds, for the page that a person asking for help copies from. Only numbers.

use crate::StoreError;
use rusqlite::Connection;

/// Rows by what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Connected accounts, and those whose history alone stayed.
    pub accounts: u32,
    /// Conversations.
    pub conversations: u32,
    /// Messages.
    pub messages: u32,
    /// Pieces of knowledge.
    pub entries: u32,
    /// Outbox rows that are not settled.
    pub unsettled: u32,
    /// The number of the newest migration.
    pub schema: u32,
}

/// Counts.
///
/// # Errors
/// When the file cannot be read.
pub fn read(db: &Connection) -> Result<Totals, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM conversation),
                (SELECT count(*) FROM message), (SELECT count(*) FROM entry),
                (SELECT count(*) FROM outbox
                  WHERE state IN ('queued', 'sending', 'retrying', 'unconfirmed')),
                (SELECT user_version FROM pragma_user_version)",
    )?;
    Ok(query.query_row([], |r| {
        Ok(Totals {
            accounts: r.get(0)?,
            conversations: r.get(1)?,
            messages: r.get(2)?,
            entries: r.get(3)?,
            unsettled: r.get(4)?,
            schema: r.get(5)?,
        })
    })?)
}
