//! What Instagram sent and nobody could read: kept, so that nothing is lost.

use crate::{StoreError, Write};
use desk_core::{AccountId, Timestamp};
use rusqlite::params;

/// The most that is kept of one piece.
const MAX_BYTES: usize = 64 * 1024;

/// Keeps a piece. The same piece again changes nothing.
///
/// # Errors
/// When the file cannot be written.
pub fn keep(
    w: &mut Write<'_>,
    account: AccountId,
    raw: &str,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let cut = raw.get(..raw.floor_char_boundary(MAX_BYTES)).unwrap_or(raw);
    let n = w.execute(
        "INSERT OR IGNORE INTO unreadable (account_id, raw, reason, seen_at) VALUES (?1, ?2, ?3, ?4)",
        params![account.0, cut, reason, now.0],
    )?;
    Ok(n > 0)
}
