//! Webhooks, for owners with a tunnel: turned on and off, and how they stand.

use crate::dto::{SecretInput, WebhookLight, WebhookSetup, WebhookStatus};
use crate::{Desk, IpcError};
use desk_core::{AccountId, Code, Path, Timestamp};
use desk_secrets::SecretName;
use desk_store::StoreError;
use desk_store::table::account::{self, Account};
use desk_store::table::message;
use desk_store::table::webhook::{self, Noted, Webhook};
use desk_sync::Listening;
use graph_api::SecretString;
use secrecy::ExposeSecret;
use std::time::Duration;

/// A message counts as missed when the other way has not shown it for so long: webhooks are
/// delivered at once and polls come within minutes.
const MISSED_AFTER: Duration = Duration::from_secs(10 * 60);
/// How long turning webhooks on waits for the receiver to have its port.
const PORT_TIME: Duration = Duration::from_secs(3);
/// The letters of a verify token.
const TOKEN_BYTES: usize = 24;

/// The names of the events, which are others for a Page.
fn fields_for(account: &Account) -> &'static [&'static str; 6] {
    if account.page_id.is_some() {
        &graph_api::webhook::PAGE_FIELDS
    } else {
        &graph_api::webhook::FIELDS
    }
}

impl Desk {
    /// Command `webhook_set`.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown account, [`Code::PortTaken`], or a fault of the keyring.
    pub async fn webhook_set(
        &self,
        account_id: AccountId,
        enabled: bool,
        app_secret: Option<SecretInput>,
    ) -> Result<WebhookSetup, IpcError> {
        let account = self.webhook_account(account_id).await?;
        if let Some(secret) = app_secret.filter(|s| !s.is_empty()) {
            let name = SecretName::webhook_secret(account.user_id.as_str())?;
            self.secrets.set(&name, &secret.0).await?;
        }
        let word = self.webhook_word(&account, enabled).await?;
        let now = self.clock.now();
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| webhook::set_enabled(w, account_id, enabled, now))
            .await;
        written?;
        self.engine.webhooks_changed();
        if enabled {
            self.subscribe(&account).await?;
        }
        Ok(WebhookSetup {
            url: self.webhook_url(enabled).await?,
            verify_token: word,
        })
    }

    async fn webhook_account(&self, id: AccountId) -> Result<Account, IpcError> {
        let account: Result<Account, StoreError> =
            self.store.read(move |db| account::get(db, id)).await;
        Ok(account?)
    }

    /// The verify token; made when webhooks are first turned on, and the same ever after.
    async fn webhook_word(&self, account: &Account, make: bool) -> Result<String, IpcError> {
        let name = SecretName::webhook_verify_token(account.user_id.as_str())?;
        if let Some(word) = self.secrets.get(&name).await? {
            return Ok(word.expose_secret().to_owned());
        }
        if !make {
            return Ok(String::new());
        }
        let word: String = uuid::Uuid::new_v4()
            .simple()
            .to_string()
            .chars()
            .chain(uuid::Uuid::new_v4().simple().to_string().chars())
            .take(TOKEN_BYTES * 2)
            .collect();
        self.secrets
            .set(&name, &SecretString::from(word.clone()))
            .await?;
        Ok(word)
    }

    /// The address of the receiver; waits a moment for its port.
    async fn webhook_url(&self, enabled: bool) -> Result<String, IpcError> {
        if !enabled {
            return Ok(String::new());
        }
        let listening = tokio::time::timeout(PORT_TIME, self.engine.listening()).await;
        match listening.unwrap_or_else(|_| self.engine.listening_now()) {
            Listening {
                port: Some(port), ..
            } => Ok(url(port)),
            Listening { fault, .. } => Err(IpcError::new(
                fault.unwrap_or(Code::PortTaken),
                "the receiver has no port",
            )),
        }
    }

    /// Asks Instagram to let the account send events. When it refuses, the owner can still do it at
    /// Meta, so webhooks stay on and the fault is shown.
    async fn subscribe(&self, account: &Account) -> Result<(), IpcError> {
        let id = account.id;
        let name = SecretName::account_token(account.user_id.as_str())?;
        let fault = match self.secrets.get(&name).await? {
            None => Some(Code::TokenInvalid),
            Some(token) => match desk_sync::client_for(&self.client, account) {
                Ok(client) => client
                    .subscribe(&token, account.user_id.as_str(), fields_for(account))
                    .await
                    .err()
                    .map(|e| desk_sync::code_of(&e)),
                Err(code) => Some(code),
            },
        };
        let now = self.clock.now();
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| webhook::note_that(w, id, Noted::Subscribed(fault), now))
            .await;
        Ok(written?)
    }

    /// Command `webhook_status`.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown account, or a fault of the keyring.
    pub async fn webhook_status(&self, account_id: AccountId) -> Result<WebhookStatus, IpcError> {
        let account = self.webhook_account(account_id).await?;
        let now = self.clock.now();
        let read: Result<_, StoreError> = self
            .store
            .read(move |db| {
                let row = webhook::get(db, account_id)?;
                let span = (
                    row.enabled_at.unwrap_or(now),
                    Timestamp(now.0 - i64::try_from(MISSED_AFTER.as_millis()).unwrap_or(0)),
                );
                let alone = |path| message::count_by_path_alone(db, account_id, path, span);
                let counts = (alone(Path::Poll)?, alone(Path::Webhook)?);
                Ok((row, counts, webhook::count_failed(db, account_id)?))
            })
            .await;
        let (mut row, (by_poll, by_webhook), unreadable) = read?;
        let unwritten = self.engine.refused_deliveries(account_id);
        row.refused = row.refused.saturating_add(unwritten.count);
        row.refused_at = row.refused_at.max(unwritten.last);
        let listening = self.engine.listening_now();
        let has_secret = self.engine.has_webhook_secret(&account).await;
        let setup = match listening.port.filter(|_| row.enabled) {
            Some(port) => Some(WebhookSetup {
                url: url(port),
                verify_token: self.webhook_word(&account, false).await?,
            }),
            None => None,
        };
        Ok(WebhookStatus {
            account_id,
            enabled: row.enabled,
            light: light(&row, listening, has_secret),
            setup,
            fields: fields_for(&account).map(str::to_owned).to_vec(),
            listening: listening.port.is_some(),
            has_secret,
            fault: listening.fault.filter(|_| row.enabled).or(row.fault),
            handshake_at: row.handshake_at,
            tested_at: row.tested_at,
            event_at: row.event_at,
            events: row.events,
            refused: row.refused,
            refused_at: row.refused_at,
            missed_by_webhook: by_poll,
            missed_by_polling: by_webhook,
            unreadable,
        })
    }
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}{}", desk_sync::WEBHOOK_PATH)
}

/// The light: green only after a real event. A check of the address or a test proves the tunnel and
/// the word, not that messages come.
fn light(row: &Webhook, listening: Listening, has_secret: bool) -> WebhookLight {
    // Somebody who merely finds the address must not be able to put the light out.
    let refused_last = row.event_at.is_none() && row.refused_at > row.tested_at;
    if !row.enabled {
        WebhookLight::Off
    } else if listening.fault.is_some() || !has_secret || refused_last {
        WebhookLight::Broken
    } else if row.event_at.is_some() {
        WebhookLight::Green
    } else if row.handshake_at.is_some() || row.tested_at.is_some() {
        WebhookLight::Checked
    } else {
        WebhookLight::Waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_light_is_green_only_after_a_real_event() {
        let well = Listening {
            port: Some(1),
            fault: None,
        };
        let at = |n| Some(Timestamp(n));
        let on = Webhook {
            enabled: true,
            ..Webhook::default()
        };
        let handshake = Webhook {
            handshake_at: at(1),
            ..on.clone()
        };
        let tested = Webhook {
            tested_at: at(2),
            ..handshake.clone()
        };
        let real = Webhook {
            event_at: at(3),
            ..tested.clone()
        };
        let refused = Webhook {
            refused_at: at(4),
            ..tested.clone()
        };
        let noise = Webhook {
            refused_at: at(4),
            ..real.clone()
        };
        for (row, expected) in [
            (Webhook::default(), WebhookLight::Off),
            (on, WebhookLight::Waiting),
            (handshake, WebhookLight::Checked),
            (tested, WebhookLight::Checked),
            (real.clone(), WebhookLight::Green),
            (refused, WebhookLight::Broken),
            (noise, WebhookLight::Green),
        ] {
            assert_eq!(light(&row, well, true), expected, "{row:?}");
        }
        assert_eq!(light(&real, well, false), WebhookLight::Broken, "no secret");
        let taken = Listening {
            port: None,
            fault: Some(Code::PortTaken),
        };
        assert_eq!(light(&real, taken, true), WebhookLight::Broken);
    }
}
