//! What the engine remembers of an account's synchronisation across a restart.

use crate::{StoreError, Write};
use desk_core::{AccountId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// The calls an hour when the owner did not say.
pub const DEFAULT_CALLS_PER_HOUR: u32 = 200;

/// A row of `sync_state`.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncState {
    /// The owner's limit.
    pub calls_per_hour: u32,
    /// Calls that were left at `saved_at`.
    pub saved: f64,
    /// When; the beginning of time for an account that never called.
    pub saved_at: Timestamp,
    /// Until when Instagram wants no calls.
    pub throttled_until: Option<Timestamp>,
    /// Whether Instagram itself named that time.
    pub throttle_named: bool,
    /// The highest share that the usage headers told last.
    pub usage_percent: Option<u32>,
    /// What was learned of when messages come; empty when nothing was.
    pub arrivals: String,
    /// All conversations that changed up to here, by Instagram's time, were read.
    pub seen_up_to: Timestamp,
}

impl Default for SyncState {
    fn default() -> Self {
        SyncState {
            calls_per_hour: DEFAULT_CALLS_PER_HOUR,
            saved: 0.0,
            saved_at: Timestamp(0),
            throttled_until: None,
            throttle_named: false,
            usage_percent: None,
            arrivals: String::new(),
            seen_up_to: Timestamp(0),
        }
    }
}

/// What is remembered of an account; the default for a new one.
///
/// # Errors
/// When the file cannot be read.
pub fn get(db: &Connection, account: AccountId) -> Result<SyncState, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT calls_per_hour, saved, saved_at, throttled_until, throttle_named, usage_percent,
                    arrivals, seen_up_to FROM sync_state WHERE account_id = ?1",
        )?
        .query_row([account.0], |row| {
            Ok(SyncState {
                calls_per_hour: row.get(0)?,
                saved: row.get(1)?,
                saved_at: Timestamp(row.get(2)?),
                throttled_until: row.get::<_, Option<i64>>(3)?.map(Timestamp),
                throttle_named: row.get(4)?,
                usage_percent: row.get(5)?,
                arrivals: row.get(6)?,
                seen_up_to: Timestamp(row.get(7)?),
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Remembers everything but what the owner set and how far the conversations were read.
///
/// # Errors
/// When the file cannot be written.
pub fn save(w: &mut Write<'_>, account: AccountId, state: &SyncState) -> Result<(), StoreError> {
    w.prepare_cached(
        "INSERT INTO sync_state (account_id, saved, saved_at, throttled_until, throttle_named,
                                 usage_percent, arrivals)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account_id) DO UPDATE SET
             saved = excluded.saved, saved_at = excluded.saved_at,
             throttled_until = excluded.throttled_until,
             throttle_named = excluded.throttle_named,
             usage_percent = excluded.usage_percent, arrivals = excluded.arrivals",
    )?
    .execute(params![
        account.0,
        state.saved,
        state.saved_at.0,
        state.throttled_until.map(|t| t.0),
        state.throttle_named,
        state.usage_percent,
        state.arrivals,
    ])?;
    Ok(())
}

/// Sets how many calls an hour the owner allows.
///
/// # Errors
/// When the file cannot be written.
pub fn set_calls_per_hour(
    w: &mut Write<'_>,
    account: AccountId,
    calls: u32,
) -> Result<(), StoreError> {
    w.execute(
        "INSERT INTO sync_state (account_id, calls_per_hour) VALUES (?1, ?2)
         ON CONFLICT (account_id) DO UPDATE SET calls_per_hour = excluded.calls_per_hour",
        params![account.0, calls],
    )?;
    Ok(())
}

/// Notes that every conversation that changed up to a moment was read.
///
/// # Errors
/// When the file cannot be written.
pub fn set_seen_up_to(
    w: &mut Write<'_>,
    account: AccountId,
    at: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "INSERT INTO sync_state (account_id, seen_up_to) VALUES (?1, ?2)
         ON CONFLICT (account_id) DO UPDATE SET seen_up_to = excluded.seen_up_to",
    )?
    .execute(params![account.0, at.0])?;
    Ok(())
}
