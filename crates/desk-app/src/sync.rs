//! How the synchronisation stands, what it did, and what happened while nobody was here.

use crate::dto::{
    Absence, AbsentConversation, AccountSync, EgressEntry, FirstSync, SyncLogEntry, SyncStatus,
};
use crate::{Desk, IpcError};
use desk_core::{AccountId, Code, ConversationId, Timestamp, text};
use desk_store::table::call_log::{self, CallEntry};
use desk_store::table::egress::{self, EgressRow};
use desk_store::table::{absence, account, conversation};
use desk_store::{Connection, StoreError};
use desk_sync::budget::CALLS_PER_HOUR;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How far back the ledger of hosts looks.
const LEDGER: Duration = Duration::from_secs(30 * 24 * 3600);
/// The most entries of the log that are shown at once.
const MOST_ENTRIES: u32 = 500;

/// What the file says of an account's synchronisation.
struct Stored {
    row: account::Account,
    conversations: u32,
    calls_today: u32,
}

fn stored(db: &Connection, now: Timestamp) -> Result<Vec<Stored>, StoreError> {
    let read = |row: account::Account| {
        let calls = call_log::calls_since(db, row.id, now - DAY)?;
        Ok(Stored {
            conversations: conversation::count_of(db, row.id)?,
            calls_today: calls.iter().map(|(_, calls)| calls).sum(),
            row,
        })
    };
    account::connected(db)?.into_iter().map(read).collect()
}

impl Desk {
    /// Command `sync_now`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such account.
    pub async fn sync_now(&self, account_id: AccountId) -> Result<(), IpcError> {
        self.known_account(account_id).await?;
        self.engine.poll_now(account_id);
        Ok(())
    }

    async fn known_account(&self, account_id: AccountId) -> Result<(), IpcError> {
        let known: Result<_, StoreError> = self
            .store
            .read(move |db| account::get(db, account_id))
            .await;
        known?;
        Ok(())
    }

    /// Command `sync_status`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn sync_status(&self) -> Result<SyncStatus, IpcError> {
        let now = self.clock.now();
        let rows: Result<Vec<Stored>, StoreError> =
            self.store.read(move |db| stored(db, now)).await;
        let accounts = rows?
            .into_iter()
            .map(|stored| self.account_sync(&stored))
            .collect();
        Ok(SyncStatus {
            accounts,
            paused_until: self.sync_paused_until(),
        })
    }

    fn account_sync(&self, stored: &Stored) -> AccountSync {
        let row = &stored.row;
        let progress = self.engine.progress(row.id);
        AccountSync {
            account_id: row.id,
            last_check_at: row.last_check_at,
            next_check_at: progress.next_check_at,
            fault: row.fault,
            synced: row.synced_at.is_some(),
            conversations: stored.conversations,
            calls_last_hour: progress.calls_last_hour,
            calls_total: progress.calls_total,
            interval_seconds: progress.interval.map(|wait| wait.as_secs_f64()),
            calls_used: progress.calls_last_hour,
            calls_budget: progress.calls_budget,
            calls_left: progress.calls_left,
            // The log is written after a check; what is under way is in the count of the hour.
            calls_today: stored.calls_today.max(progress.calls_last_hour),
            throttled_until: progress.throttled_until,
            first_sync: FirstSync {
                conversations: stored.conversations,
                done: row.synced_at.is_some(),
            },
        }
    }

    /// Command `sync_log`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn sync_log(
        &self,
        account_id: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<SyncLogEntry>, IpcError> {
        let limit = limit.min(MOST_ENTRIES);
        let entries: Result<Vec<CallEntry>, StoreError> = self
            .store
            .read(move |db| call_log::newest(db, account_id, limit))
            .await;
        let shown = |entry: CallEntry| SyncLogEntry {
            account_id: entry.account_id,
            at: entry.at,
            reason: entry.reason,
            calls: entry.calls,
            found: entry.found,
            fault: entry.fault,
            millis: u32::try_from(entry.took.as_millis()).unwrap_or(u32::MAX),
        };
        Ok(entries?.into_iter().map(shown).collect())
    }

    /// Command `sync_budget_set`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for a number that makes no sense, [`Code::NotFound`] when there is no
    /// such account.
    pub async fn sync_budget_set(
        &self,
        account_id: AccountId,
        calls_per_hour: u32,
    ) -> Result<SyncStatus, IpcError> {
        if !CALLS_PER_HOUR.contains(&calls_per_hour) {
            return Err(IpcError::new(
                Code::BadRequest,
                format!("calls an hour: from {CALLS_PER_HOUR:?}"),
            ));
        }
        self.known_account(account_id).await?;
        self.engine
            .set_calls_per_hour(account_id, calls_per_hour)
            .await?;
        self.sync_status().await
    }

    /// Command `focus_set`.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unused_async, reason = "a command is called like every other")]
    pub async fn focus_set(&self, focused: bool) -> Result<(), IpcError> {
        self.engine.set_focus(focused);
        Ok(())
    }

    /// Command `egress_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn egress_list(&self) -> Result<Vec<EgressEntry>, IpcError> {
        self.engine.write_books().await;
        let since = self.clock.now() - LEDGER;
        let rows: Result<Vec<EgressRow>, StoreError> =
            self.store.read(move |db| egress::since(db, since)).await;
        let shown = |row: EgressRow| EgressEntry {
            host: row.host,
            purpose: row.purpose,
            calls: row.traffic.calls as f64,
            bytes_out: row.traffic.bytes_out as f64,
            bytes_in: row.traffic.bytes_in as f64,
            last_at: row.last_at,
        };
        Ok(rows?.into_iter().map(shown).collect())
    }

    /// Command `absence_get`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn absence_get(&self) -> Result<Option<Absence>, IpcError> {
        let read: Result<Option<Absence>, StoreError> = self.store.read(read_absence).await;
        Ok(read?)
    }

    /// Command `absence_dismiss`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn absence_dismiss(&self) -> Result<(), IpcError> {
        let written: Result<(), StoreError> = self.store.write(absence::dismiss).await;
        Ok(written?)
    }
}

fn read_absence(db: &Connection) -> Result<Option<Absence>, StoreError> {
    let Some(found) = absence::newest(db)? else {
        return Ok(None);
    };
    let meanwhile = absence::meanwhile(db, &found)?;
    let checked = |row: &account::Account| row.last_check_at.is_some_and(|at| at >= found.ended_at);
    Ok(Some(Absence {
        kind: found.kind,
        began_at: found.began_at,
        ended_at: found.ended_at,
        checked: account::connected(db)?.iter().all(checked),
        messages: meanwhile.messages,
        customers: meanwhile.customers,
        windows_expired: named(meanwhile.expired),
        not_sent: named(meanwhile.not_sent),
    }))
}

fn named(rows: Vec<(ConversationId, String)>) -> Vec<AbsentConversation> {
    rows.into_iter()
        .map(|(conversation_id, name)| AbsentConversation {
            conversation_id,
            name: text::display_name(&name),
        })
        .collect()
}
