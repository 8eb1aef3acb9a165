//! Logins begun and not ended: what a callback has to match.

use crate::{StoreError, Write};
use desk_core::{AccountId, Code, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// How long a login may take (the life of `state`).
pub const LOGIN_LIFE: Duration = Duration::from_secs(10 * 60);

/// A login begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The owner's Meta app.
    pub app_id: String,
    /// The redirect address, to be repeated in the exchange.
    pub redirect_uri: String,
    /// Whether it goes through Facebook.
    pub facebook: bool,
    /// The account that is to be connected again, when it is not a new one.
    pub account: Option<AccountId>,
}

/// Notes a login that begins. Only the hash of its state is kept: whoever reads the file cannot
/// forge a callback.
///
/// # Errors
/// When the file cannot be written.
pub fn begin(
    w: &mut Write<'_>,
    state_hash: &str,
    login: &Login,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.execute(
        "DELETE FROM login WHERE created_at < ?1",
        [(now - LOGIN_LIFE * 144).0],
    )?;
    w.execute(
        "INSERT INTO login (state_hash, app_id, redirect_uri, created_at, facebook, account_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            state_hash,
            login.app_id,
            login.redirect_uri,
            now.0,
            login.facebook,
            login.account.map(|a| a.0)
        ],
    )?;
    Ok(())
}

/// Takes the login that a state belongs to, once.
///
/// # Errors
/// [`Code::LoginUnknown`], [`Code::LoginUsed`] or [`Code::LoginExpired`].
pub fn take(w: &mut Write<'_>, state_hash: &str, now: Timestamp) -> Result<Login, StoreError> {
    let row = w
        .query_row(
            "SELECT app_id, redirect_uri, created_at, used_at, facebook, account_id FROM login WHERE state_hash = ?1",
            [state_hash],
            |r| {
                let login = Login {
                    app_id: r.get(0)?,
                    redirect_uri: r.get(1)?,
                    facebook: r.get(4)?,
                    account: r.get::<_, Option<i64>>(5)?.map(AccountId),
                };
                Ok((login, Timestamp(r.get(2)?), r.get::<_, Option<i64>>(3)?))
            },
        )
        .optional()?;
    let (login, created, used) = row.ok_or(StoreError::Refused(Code::LoginUnknown))?;
    if used.is_some() {
        return Err(StoreError::Refused(Code::LoginUsed));
    }
    if now.since(created) > LOGIN_LIFE || now < created {
        return Err(StoreError::Refused(Code::LoginExpired));
    }
    w.execute(
        "UPDATE login SET used_at = ?2 WHERE state_hash = ?1",
        params![state_hash, now.0],
    )?;
    Ok(login)
}

/// The Meta apps that logins were begun with.
///
/// # Errors
/// When the file cannot be read.
pub fn app_ids(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut query = db.prepare("SELECT DISTINCT app_id FROM login")?;
    let rows = query.query_map([], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
