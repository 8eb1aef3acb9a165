//! Keeps tokens alive: refreshed from the second day on, then weekly.
//!
//! A refresh needs no app secret, so it happens here, without the owner. Instagram accepts it when
//! the token is at least 24 hours old and has not run out (Meta, "Refresh Access Token").

use crate::engine::Inner;
use crate::fault;
use desk_core::Timestamp;
use desk_secrets::SecretName;
use desk_store::StoreError;
use desk_store::table::account::{self, Account};
use graph_api::RetryKind;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// When a fresh token may first be refreshed, with an hour to spare for clocks that differ.
pub const FIRST_REFRESH: Duration = Duration::from_secs(25 * 3600);
const WEEKLY: Duration = Duration::from_secs(7 * 24 * 3600);
const AFTER_FAULT: Duration = Duration::from_secs(6 * 3600);
const LONGEST_NAP: Duration = Duration::from_secs(3600);

/// Works until told to stop.
pub(crate) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    loop {
        let now = inner.clock.now();
        let mut next = now + LONGEST_NAP;
        let accounts: Result<Vec<Account>, StoreError> = inner.store.read(account::connected).await;
        match accounts {
            Ok(accounts) => {
                for account in accounts {
                    match account.refresh_due_at {
                        Some(due) if due <= now => {
                            if let Err(e) = refresh(&inner, &account, now).await {
                                tracing::error!(account.id = %account.id, error = %e, "a refreshed token could not be noted");
                            }
                        }
                        Some(due) => next = next.min(due),
                        None => {}
                    }
                }
            }
            Err(e) => tracing::error!(error = %e, "the accounts could not be read"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = inner.clock.sleep_until(next) => {}
        }
    }
}

async fn refresh(inner: &Inner, account: &Account, now: Timestamp) -> Result<(), StoreError> {
    let id = account.id;
    let later = |at: Timestamp| {
        inner
            .store
            .write(move |w| account::set_refresh_due(w, id, Some(at)))
    };
    let Ok(name) = SecretName::account_token(account.user_id.as_str()) else {
        return inner
            .store
            .write(move |w| account::set_refresh_due(w, id, None))
            .await;
    };
    let old = match inner.secrets.get(&name).await {
        Ok(Some(token)) => token,
        Ok(None) => {
            return inner
                .store
                .write(move |w| account::set_refresh_due(w, id, None))
                .await;
        }
        Err(e) => {
            tracing::warn!(account.id = %id, error = %e, "the token could not be read for its refresh");
            return later(now + AFTER_FAULT).await;
        }
    };
    match inner.client.refresh(&old).await {
        Ok(fresh) => {
            // The keyring first: a token that is noted but not kept would be lost.
            if let Err(e) = inner.secrets.set(&name, &fresh.token).await {
                tracing::warn!(account.id = %id, error = %e, "a refreshed token could not be kept");
                return later(now + AFTER_FAULT).await;
            }
            let expires = fresh.expires_in.map(|life| now + life);
            tracing::info!(account.id = %id, "the token was refreshed");
            inner
                .store
                .write(move |w| account::token_refreshed(w, id, now, expires, Some(now + WEEKLY)))
                .await
        }
        Err(error) => {
            tracing::warn!(account.id = %id, code = %fault::code_of(&error), error = %error, "a token could not be refreshed");
            match error.retry_kind() {
                RetryKind::Auth(_) => {
                    inner
                        .store
                        .write(move |w| account::set_refresh_due(w, id, None))
                        .await
                }
                _ => later(now + AFTER_FAULT).await,
            }
        }
    }
}
