//! Connected accounts: who they are, how well they work, when their token runs out.

use super::setting;
use crate::word::{opt_word, word};
use crate::{StoreError, Write};
use desk_core::message::Health;
use desk_core::{AccountId, Change, Code, Entity, IgUserId, PageId, Source, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use std::time::Duration;

/// A row of `account`.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Ours.
    pub id: AccountId,
    /// Instagram's id of the professional account.
    pub user_id: IgUserId,
    /// Instagram's app-scoped id of the same account.
    pub scoped_id: String,
    /// Handle.
    pub username: String,
    /// Name.
    pub name: Option<String>,
    /// The Meta app it was connected through.
    pub app_id: Option<String>,
    /// Whether the owner wants it.
    pub connected: bool,
    /// When the token was issued.
    pub token_obtained_at: Timestamp,
    /// When it runs out.
    pub token_expires_at: Option<Timestamp>,
    /// When to refresh it.
    pub refresh_due_at: Option<Timestamp>,
    /// Whether messages arrive.
    pub receiving: Health,
    /// Whether messages go out.
    pub sending: Health,
    /// The fault behind a bad health.
    pub fault: Option<Code>,
    /// Last successful poll.
    pub last_check_at: Option<Timestamp>,
    /// End of the first synchronisation.
    pub synced_at: Option<Timestamp>,
    /// Where the first synchronisation goes on.
    pub backfill_cursor: Option<String>,
    /// Whether Instagram ever showed a conversation.
    pub conversations_seen: bool,
    /// Optional message fields that Instagram refused.
    pub refused_fields: String,
    /// The Facebook Page it is reached through; none with Instagram Login.
    pub page_id: Option<PageId>,
    /// That Page's name.
    pub page_name: Option<String>,
}

const COLUMNS: &str = "id, user_id, scoped_id, username, name, app_id, connected, token_obtained_at, \
     token_expires_at, refresh_due_at, receiving, sending, fault, last_check_at, synced_at, \
     backfill_cursor, conversations_seen, refused_fields, page_id, page_name";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Account> {
    let time = |i| row.get::<_, Option<i64>>(i).map(|t| t.map(Timestamp));
    Ok(Account {
        id: AccountId(row.get(0)?),
        user_id: IgUserId(row.get(1)?),
        scoped_id: row.get(2)?,
        username: row.get(3)?,
        name: row.get(4)?,
        app_id: row.get(5)?,
        connected: row.get(6)?,
        token_obtained_at: Timestamp(row.get(7)?),
        token_expires_at: time(8)?,
        refresh_due_at: time(9)?,
        receiving: word!(row, 10, Health),
        sending: word!(row, 11, Health),
        fault: opt_word!(row, 12, Code),
        last_check_at: time(13)?,
        synced_at: time(14)?,
        backfill_cursor: row.get(15)?,
        conversations_seen: row.get(16)?,
        refused_fields: row.get(17)?,
        page_id: row.get::<_, Option<String>>(18)?.map(PageId),
        page_name: row.get(19)?,
    })
}

/// What `/me` and the exchange of tokens told about an account.
#[derive(Debug, Clone)]
pub struct Connected {
    /// Instagram's id of the professional account.
    pub user_id: IgUserId,
    /// The app-scoped id.
    pub scoped_id: String,
    /// Handle.
    pub username: String,
    /// Name.
    pub name: Option<String>,
    /// The Meta app.
    pub app_id: Option<String>,
    /// When the token was issued.
    pub token_obtained_at: Timestamp,
    /// When it runs out, if Instagram said.
    pub token_expires_at: Option<Timestamp>,
    /// When to refresh it.
    pub refresh_due_at: Option<Timestamp>,
    /// The Facebook Page and its name, with Facebook Login.
    pub page: Option<(PageId, String)>,
}

/// All accounts that the owner wants.
///
/// # Errors
/// When the file cannot be read.
pub fn connected(db: &Connection) -> Result<Vec<Account>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE connected = 1 ORDER BY id");
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every account there ever was.
///
/// # Errors
/// When the file cannot be read.
pub fn all(db: &Connection) -> Result<Vec<Account>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM account ORDER BY id");
    let mut query = db.prepare(&sql)?;
    let rows = query.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The account with Instagram's id, connected or not.
///
/// # Errors
/// When the file cannot be read.
pub fn by_user_id(db: &Connection, user_id: &IgUserId) -> Result<Option<Account>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE user_id = ?1");
    Ok(db
        .prepare_cached(&sql)?
        .query_row([user_id.as_str()], from_row)
        .optional()?)
}

/// Whether there is any account, so that there is anything to lose.
///
/// # Errors
/// When the file cannot be read.
pub fn any(db: &Connection) -> Result<bool, StoreError> {
    Ok(db.query_row("SELECT EXISTS (SELECT 1 FROM account)", [], |r| r.get(0))?)
}

/// One account.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get(db: &Connection, id: AccountId) -> Result<Account, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE id = ?1");
    let found = db
        .prepare_cached(&sql)?
        .query_row([id.0], from_row)
        .optional()?;
    found.ok_or(StoreError::NotFound("account"))
}

/// Connects an account, or connects it anew: the history of an account known before stays.
///
/// # Errors
/// When the file cannot be written.
pub fn connect(w: &mut Write<'_>, account: &Connected) -> Result<AccountId, StoreError> {
    let id: i64 = w
        .prepare_cached(
            "INSERT INTO account (user_id, scoped_id, username, name, app_id, token_obtained_at,
                                  token_expires_at, refresh_due_at, page_id, page_name)
             VALUES (:user_id, :scoped_id, :username, :name, :app_id, :obtained, :expires, :refresh,
                     :page_id, :page_name)
             ON CONFLICT (user_id) DO UPDATE SET
                 scoped_id = coalesce(nullif(excluded.scoped_id, ''), scoped_id), username = excluded.username,
                 name = coalesce(excluded.name, name), app_id = coalesce(excluded.app_id, app_id),
                 connected = 1, token_obtained_at = excluded.token_obtained_at,
                 token_expires_at = excluded.token_expires_at,
                 refresh_due_at = excluded.refresh_due_at,
                 -- The other login has fields and cursors of its own.
                 refused_fields = CASE WHEN page_id IS excluded.page_id THEN refused_fields ELSE '' END,
                 backfill_cursor = CASE WHEN page_id IS excluded.page_id THEN backfill_cursor END,
                 page_id = excluded.page_id, page_name = excluded.page_name,
                 receiving = 'unknown', sending = 'unknown', fault = NULL
             RETURNING id",
        )?
        .query_row(
            named_params! {
                ":user_id": account.user_id.as_str(), ":scoped_id": account.scoped_id,
                ":username": account.username, ":name": account.name, ":app_id": account.app_id,
                ":obtained": account.token_obtained_at.0,
                ":expires": account.token_expires_at.map(|t| t.0),
                ":refresh": account.refresh_due_at.map(|t| t.0),
                ":page_id": account.page.as_ref().map(|(id, _)| id.as_str()),
                ":page_name": account.page.as_ref().map(|(_, name)| name.as_str()),
            },
            |row| row.get(0),
        )?;
    noted(w, AccountId(id), Source::Owner);
    Ok(AccountId(id))
}

fn noted(w: &mut Write<'_>, id: AccountId, source: Source) {
    w.note(Change::upserted(Entity::Account, id, source));
}

/// Notes that the owner no longer wants the account. Its history stays.
///
/// # Errors
/// When the file cannot be written.
pub fn disconnect(w: &mut Write<'_>, id: AccountId) -> Result<(), StoreError> {
    let n = w.execute(
        "UPDATE account SET connected = 0, refresh_due_at = NULL WHERE id = ?1",
        [id.0],
    )?;
    if n == 0 {
        return Err(StoreError::NotFound("account"));
    }
    w.note(Change::removed(Entity::Account, id, Source::Owner));
    Ok(())
}

/// Notes a fresh token.
///
/// # Errors
/// When the file cannot be written.
pub fn token_refreshed(
    w: &mut Write<'_>,
    id: AccountId,
    obtained: Timestamp,
    expires: Option<Timestamp>,
    refresh_due: Option<Timestamp>,
) -> Result<(), StoreError> {
    w.execute(
        "UPDATE account SET token_obtained_at = ?2, token_expires_at = coalesce(?3, token_expires_at),
                            refresh_due_at = ?4 WHERE id = ?1",
        params![id.0, obtained.0, expires.map(|t| t.0), refresh_due.map(|t| t.0)],
    )?;
    noted(w, id, Source::Poll);
    Ok(())
}

/// Sets when the token is to be refreshed next.
///
/// # Errors
/// When the file cannot be written.
pub fn set_refresh_due(
    w: &mut Write<'_>,
    id: AccountId,
    due: Option<Timestamp>,
) -> Result<(), StoreError> {
    w.execute(
        "UPDATE account SET refresh_due_at = ?2 WHERE id = ?1",
        params![id.0, due.map(|t| t.0)],
    )?;
    Ok(())
}

/// Notes how receiving works. A change is published only when something differs.
///
/// # Errors
/// When the file cannot be written.
pub fn set_receiving(
    w: &mut Write<'_>,
    id: AccountId,
    health: Health,
    fault: Option<Code>,
    checked_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let before = get(w, id)?;
    w.prepare_cached(
        "UPDATE account SET receiving = ?2, fault = ?3, last_check_at = coalesce(?4, last_check_at)
         WHERE id = ?1",
    )?
    .execute(params![
        id.0,
        health.as_str(),
        fault.map(Code::as_str),
        checked_at.map(|t| t.0)
    ])?;
    if before.receiving != health || before.fault != fault {
        noted(w, id, Source::Poll);
    }
    Ok(())
}

/// Notes how sending works.
///
/// # Errors
/// When the file cannot be written.
pub fn set_sending(
    w: &mut Write<'_>,
    id: AccountId,
    health: Health,
    fault: Option<Code>,
) -> Result<(), StoreError> {
    let before = get(w, id)?;
    if before.sending == health && (fault.is_none() || before.fault == fault) {
        return Ok(());
    }
    w.execute(
        "UPDATE account SET sending = ?2, fault = coalesce(?3, fault) WHERE id = ?1",
        params![id.0, health.as_str(), fault.map(Code::as_str)],
    )?;
    noted(w, id, Source::Outbox);
    Ok(())
}

/// Notes how far the first synchronisation is; `cursor` is `None` when it has ended.
///
/// # Errors
/// When the file cannot be written.
pub fn set_backfill(
    w: &mut Write<'_>,
    id: AccountId,
    cursor: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    match cursor {
        Some(cursor) => {
            w.execute(
                "UPDATE account SET backfill_cursor = ?2 WHERE id = ?1",
                params![id.0, cursor],
            )?;
        }
        None => {
            w.execute(
                "UPDATE account SET backfill_cursor = NULL, synced_at = coalesce(synced_at, ?2) WHERE id = ?1",
                params![id.0, now.0],
            )?;
            noted(w, id, Source::Poll);
        }
    }
    Ok(())
}

/// Notes that Instagram showed a conversation, so the app is published and access is allowed.
///
/// # Errors
/// When the file cannot be written.
pub fn set_conversations_seen(w: &mut Write<'_>, id: AccountId) -> Result<(), StoreError> {
    let n = w.execute(
        "UPDATE account SET conversations_seen = 1 WHERE id = ?1 AND conversations_seen = 0",
        [id.0],
    )?;
    if n > 0 {
        noted(w, id, Source::Poll);
    }
    Ok(())
}

/// The setting with the time at which Instagram was last asked for everything.
fn fields_asked_at(id: AccountId) -> String {
    format!("fields_asked_at.{}", id.0)
}

/// Notes the optional fields that Instagram refused.
///
/// # Errors
/// When the file cannot be written.
pub fn set_refused_fields(
    w: &mut Write<'_>,
    id: AccountId,
    fields: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let first = w.execute(
        "UPDATE account SET refused_fields = ?2 WHERE id = ?1 AND refused_fields = ''",
        params![id.0, fields],
    )?;
    if first > 0 {
        return setting::set(w, &fields_asked_at(id), &Some(now));
    }
    w.execute(
        "UPDATE account SET refused_fields = ?2 WHERE id = ?1",
        params![id.0, fields],
    )?;
    Ok(())
}

/// Forgets which optional fields were refused when that was so long ago that Instagram may give
/// them by now; says whether it did.
///
/// # Errors
/// When the file cannot be written.
pub fn forget_refused_fields(
    w: &mut Write<'_>,
    id: AccountId,
    after: Duration,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let asked: Option<Timestamp> = setting::get(w, &fields_asked_at(id))?;
    // A time ahead of ours is that of a clock that was wrong.
    if asked.is_some_and(|at| at <= now && now.since(at) < after) {
        return Ok(false);
    }
    let n = w.execute(
        "UPDATE account SET refused_fields = '' WHERE id = ?1 AND refused_fields <> ''",
        [id.0],
    )?;
    Ok(n > 0)
}

/// Lets the first synchronisation begin anew.
///
/// # Errors
/// When the file cannot be written.
pub fn forget_backfill(w: &mut Write<'_>, id: AccountId) -> Result<(), StoreError> {
    w.execute(
        "UPDATE account SET backfill_cursor = NULL WHERE id = ?1",
        [id.0],
    )?;
    Ok(())
}

/// Whether the owner's app has the feature "Human Agent" for this account.
///
/// # Errors
/// When the file cannot be read.
pub fn human_agent(db: &Connection, id: AccountId) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached("SELECT human_agent FROM account WHERE id = ?1")?;
    let found = query.query_row([id.0], |r| r.get(0)).optional()?;
    found.ok_or(StoreError::NotFound("account"))
}

/// Sets whether the owner's app has the feature "Human Agent" for this account.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such account.
pub fn set_human_agent(w: &mut Write<'_>, id: AccountId, on: bool) -> Result<(), StoreError> {
    let changed = w.execute(
        "UPDATE account SET human_agent = ?2 WHERE id = ?1",
        params![id.0, on],
    )?;
    if changed == 0 {
        return Err(StoreError::NotFound("account"));
    }
    noted(w, id, Source::Owner);
    Ok(())
}
