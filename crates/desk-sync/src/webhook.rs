//! Webhooks: what Instagram delivers by itself, for owners whose tunnel leads to this machine.
//!
//! The [`receiver`] checks the signature, puts the delivery on the disk as it came, and answers; it
//! reads nothing. The [`drain`] reads what waits there, in its own time, and hands it to the same
//! ingest as the polls. So a delivery is never lost between Instagram and us: either it is on our
//! disk, or Instagram delivers it again.
//!
//! Polling stays the truth. What a webhook brings is counted against it, in both directions.

mod drain;
mod events;
pub mod receiver;
mod refused;

pub(crate) use drain::run as run_drain;
pub(crate) use receiver::run as run_receiver;
pub use refused::Count as RefusedCount;

use crate::engine::{Engine, Inner};
use desk_core::{AccountId, Code, IgUserId};
use desk_secrets::SecretName;
use desk_store::StoreError;
use desk_store::table::account::Account;
use graph_api::SecretString;
use tokio::sync::{Notify, watch};

/// The setting with the port that the receiver had: an owner's tunnel leads to it.
pub const PORT: &str = "webhook_port";

/// What the shells and the loops share about webhooks.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// The owner turned them on or off.
    pub(crate) changed: Notify,
    /// A delivery waits.
    pub(crate) came: Notify,
    /// How the receiver stands.
    listening: watch::Sender<Listening>,
    /// Deliveries whose signature was none of ours.
    refused: refused::Refused,
}

/// How the receiver stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listening {
    /// The port, once there is one.
    pub port: Option<u16>,
    /// Why it does not listen although it should.
    pub fault: Option<Code>,
}

impl Board {
    pub(crate) fn listening(&self) -> Listening {
        *self.listening.borrow()
    }

    fn set_listening(&self, listening: Listening) {
        self.listening.send_replace(listening);
    }
}

impl Engine {
    /// The owner turned webhooks on or off.
    pub fn webhooks_changed(&self) {
        let board = &self.inner().webhooks;
        board.set_listening(Listening::default());
        board.changed.notify_one();
    }

    /// How the receiver stands.
    #[must_use]
    pub fn listening_now(&self) -> Listening {
        self.inner().webhooks.listening()
    }

    /// How the receiver stands, once it has a port or a fault.
    pub async fn listening(&self) -> Listening {
        let board = &self.inner().webhooks;
        let mut seen = board.listening.subscribe();
        let settled = seen
            .wait_for(|l| l.port.is_some() || l.fault.is_some())
            .await;
        settled.map(|l| *l).unwrap_or_default()
    }

    /// The deliveries that were refused and are not written down yet.
    #[must_use]
    pub fn refused_deliveries(&self, account: AccountId) -> RefusedCount {
        self.inner().webhooks.refused.of(account)
    }

    /// Whether there is a secret to check an account's deliveries with.
    pub async fn has_webhook_secret(&self, account: &Account) -> bool {
        !secrets_of(self.inner(), account).await.is_empty()
    }
}

/// What deliveries of one account are checked with.
struct Keys {
    account: AccountId,
    verify: Option<SecretString>,
    secrets: Vec<SecretString>,
}

/// The secrets that may sign an account's deliveries: the one typed for it, and the one of the app
/// that the account was connected through.
pub(crate) async fn secrets_of(inner: &Inner, account: &Account) -> Vec<SecretString> {
    let names = [
        SecretName::webhook_secret(account.user_id.as_str()).ok(),
        account
            .app_id
            .as_deref()
            .and_then(|app| SecretName::app_secret(app).ok()),
    ];
    let mut secrets = Vec::new();
    for name in names.into_iter().flatten() {
        match inner.secrets.get(&name).await {
            Ok(Some(secret)) => secrets.push(secret),
            Ok(None) => {}
            Err(error) => tracing::warn!(error = %error, "a secret for webhooks could not be read"),
        }
    }
    secrets
}

/// The word that Meta repeats when it checks the address.
pub(crate) async fn verify_token(inner: &Inner, user: &IgUserId) -> Option<SecretString> {
    let name = SecretName::webhook_verify_token(user.as_str()).ok()?;
    inner.secrets.get(&name).await.ok().flatten()
}

/// The keys of all accounts whose owner wants webhooks. Read anew for every delivery, so that a
/// secret that was exchanged counts at once.
async fn keys(inner: &Inner) -> Result<Vec<Keys>, StoreError> {
    let accounts: Result<Vec<Account>, StoreError> = inner
        .store
        .read(|db| {
            desk_store::table::webhook::enabled(db)?
                .into_iter()
                .map(|id| desk_store::table::account::get(db, id))
                .collect()
        })
        .await;
    let mut keys = Vec::new();
    for account in accounts? {
        keys.push(Keys {
            account: account.id,
            verify: verify_token(inner, &account.user_id).await,
            secrets: secrets_of(inner, &account).await,
        });
    }
    Ok(keys)
}
