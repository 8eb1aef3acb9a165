//! Who was erased: a hash and a time, so that what Instagram still shows is not stored again.

use crate::{StoreError, Write};
use desk_core::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

fn hash(account_user_id: &str, customer_id: &str) -> String {
    Sha256::digest(format!("replydesk/erased/{account_user_id}/{customer_id}").as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Notes that a customer was erased.
///
/// # Errors
/// When the file cannot be written.
pub fn note(
    w: &mut Write<'_>,
    account_user_id: &str,
    customer_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.execute(
        "INSERT INTO erased (customer_hash, erased_at) VALUES (?1, ?2)
         ON CONFLICT (customer_hash) DO UPDATE SET erased_at = max(erased_at, excluded.erased_at)",
        params![hash(account_user_id, customer_id), now.0],
    )?;
    Ok(())
}

/// Until when everything of a customer was erased.
///
/// # Errors
/// When the file cannot be read.
pub fn up_to(
    db: &Connection,
    account_user_id: &str,
    customer_id: &str,
) -> Result<Option<Timestamp>, StoreError> {
    // Most files have nobody in it, and this is asked for every conversation of every check.
    let any: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM erased)")?
        .query_row([], |r| r.get(0))?;
    if !any {
        return Ok(None);
    }
    let at: Option<i64> = db
        .prepare_cached("SELECT erased_at FROM erased WHERE customer_hash = ?1")?
        .query_row([hash(account_user_id, customer_id)], |r| r.get(0))
        .optional()?;
    Ok(at.map(Timestamp))
}
