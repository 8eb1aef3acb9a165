//! Connecting an account: by the browser, by a pasted address, by a pasted token.
//!
//! A callback is hostile until it answers a login that is under way: any page can open a link with
//! our scheme. Only the hash of `state` is stored, it is good once and for ten minutes, and a
//! callback that answers no login changes nothing.

use crate::config::Config;
use crate::convert;
use crate::dto::{Account, ConnectMethod, ConnectStart, SecretInput};
use crate::{Desk, IpcError};
use desk_core::{AccountId, Change, Code, Entity, IgUserId, Source};
use desk_secrets::SecretName;
use desk_store::StoreError;
use desk_store::table::account::{self, Connected};
use desk_store::table::login::{self, Login};
use desk_store::table::outbox;
use graph_api::{AppCredentials, LongLivedToken, Scope, SecretString};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use std::sync::PoisonError;
use url::{Host, Url};

/// No address that Instagram sends a browser to is longer.
const MAX_CALLBACK_BYTES: usize = 8 * 1024;
/// No token is longer.
const MAX_TOKEN_BYTES: usize = 2048;

/// What a callback says.
enum Callback {
    /// The owner allowed it.
    Allowed { code: SecretString, state: String },
    /// The owner did not.
    Denied { state: Option<String> },
}

/// Reads a callback: our own link, the redirect address, or what follows the question mark in it.
fn read_callback(text: &str) -> Option<Callback> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_CALLBACK_BYTES || text.contains('\0') {
        return None;
    }
    let query = match Url::parse(text) {
        Ok(url) => url.query()?.to_owned(),
        Err(_) => text
            .trim_start_matches('?')
            .trim_end_matches("#_")
            .to_owned(),
    };
    let value = |wanted: &str| {
        let mut all =
            url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == wanted);
        let first = all.next().map(|(_, v)| v.into_owned());
        // Two values for one name: nobody honest sends that.
        if all.next().is_some() {
            None
        } else {
            first.filter(|v| !v.is_empty())
        }
    };
    let state = value("state");
    if value("error").is_some() {
        return Some(Callback::Denied { state });
    }
    let code = value("code")?;
    let code = code.strip_suffix("#_").unwrap_or(&code).to_owned();
    Some(Callback::Allowed {
        code: SecretString::from(code),
        state: state?,
    })
}

fn hash(state: &str) -> String {
    Sha256::digest(state.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// 244 random bits.
fn new_state() -> String {
    format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    )
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// An address that may be opened in the browser: https, no user name in front of the host. Plain
/// http leads to the simulator alone.
pub(crate) fn safe_link(text: &str, config: &Config) -> Result<Url, IpcError> {
    let refused = |why: &str| IpcError::new(Code::BadRequest, why.to_owned());
    let url = Url::parse(text.trim()).map_err(|_| refused("no address"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("the address hides its host"));
    }
    let is_simulator = is_loopback(&url) && url.origin() == config.endpoints.instagram_web.origin();
    match url.scheme() {
        "https" if url.host().is_some() => Ok(url),
        "http" if is_simulator => Ok(url),
        _ => Err(refused("only https addresses are opened")),
    }
}

/// The address of an AI endpoint: https, or this machine.
pub(crate) fn endpoint_url(text: &str) -> Result<Url, IpcError> {
    let refused = || {
        IpcError::new(
            Code::AiAddressUnusable,
            "the endpoint's address must be https, or on this machine",
        )
    };
    let url = Url::parse(text.trim()).map_err(|_| refused())?;
    let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if is_private && url.host().is_some() {
        Ok(url)
    } else {
        Err(refused())
    }
}

fn redirect_url(text: &str) -> Result<String, IpcError> {
    let refused = || IpcError::new(Code::RedirectMismatch, "the redirect address must be https");
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| refused())?;
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
        Ok(text.to_owned())
    } else {
        Err(refused())
    }
}

impl Desk {
    /// Command `account_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn account_list(&self) -> Result<Vec<Account>, IpcError> {
        let rows: Result<Vec<account::Account>, StoreError> =
            self.store.read(account::connected).await;
        let now = self.clock.now();
        Ok(rows?
            .iter()
            .map(|row| convert::account(row, &self.engine.lights(row.id), now))
            .collect())
    }

    /// Command `account_add_token`.
    ///
    /// # Errors
    /// [`Code::TokenInvalid`], [`Code::NotATester`] and whatever Instagram says to the token.
    pub async fn account_add_token(&self, token: SecretInput) -> Result<Account, IpcError> {
        let text = token.0.expose_secret();
        let is_token = !text.is_empty()
            && text.len() <= MAX_TOKEN_BYTES
            && text.chars().all(|c| c.is_ascii_graphic());
        if !is_token {
            return Err(IpcError::new(Code::TokenInvalid, "the text is no token"));
        }
        // How long a token of the dashboard lives is not told.
        let token = LongLivedToken {
            token: token.0,
            token_type: None,
            expires_in: None,
        };
        self.add_account(token, None).await
    }

    /// Command `account_connect_start`.
    ///
    /// # Errors
    /// [`Code::WrongApp`] for an app id or secret that cannot be one.
    pub async fn account_connect_start(
        &self,
        method: ConnectMethod,
        app_id: String,
        app_secret: SecretInput,
        redirect_uri: String,
    ) -> Result<ConnectStart, IpcError> {
        let ConnectMethod::InstagramLogin = method;
        let app_id = app_id.trim().to_owned();
        if app_id.is_empty() || !app_id.chars().all(|c| c.is_ascii_digit()) || app_secret.is_empty()
        {
            return Err(IpcError::new(
                Code::WrongApp,
                "an app id is a number, and a secret goes with it",
            ));
        }
        let redirect_uri = redirect_url(&redirect_uri)?;
        self.secrets
            .set(&SecretName::app_secret(&app_id)?, &app_secret.0)
            .await?;
        let state = new_state();
        let address = self
            .client
            .authorize_url(&app_id, &redirect_uri, &Scope::INBOX, &state);
        let (state_hash, now) = (hash(&state), self.clock.now());
        let begun = Login {
            app_id,
            redirect_uri,
            facebook: false,
            account: None,
        };
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| login::begin(w, &state_hash, &begun, now))
            .await;
        written?;
        self.set_connect_fault(None);
        Ok(ConnectStart {
            authorize_url: address.into(),
        })
    }

    /// Command `account_connect_finish`.
    ///
    /// # Errors
    /// Why the callback is not accepted, or what Instagram says.
    pub async fn account_connect_finish(&self, callback_url: String) -> Result<Account, IpcError> {
        let callback = read_callback(&callback_url).ok_or_else(|| {
            IpcError::new(
                Code::CallbackUnreadable,
                "the address is not Instagram's answer",
            )
        })?;
        let now = self.clock.now();
        let take = |state: String| {
            let state_hash = hash(&state);
            self.store.write(move |w| login::take(w, &state_hash, now))
        };
        let (code, state) = match callback {
            Callback::Denied { state } => {
                if let Some(state) = state {
                    take(state).await.map_err(|e: StoreError| e)?;
                }
                return Err(IpcError::new(
                    Code::ConsentDenied,
                    "the owner denied it on Instagram's page",
                ));
            }
            Callback::Allowed { code, state } => (code, state),
        };
        let begun: Result<Login, StoreError> = take(state).await;
        let begun = begun?;
        let secret = self
            .secrets
            .get(&SecretName::app_secret(&begun.app_id)?)
            .await?;
        let secret =
            secret.ok_or_else(|| IpcError::new(Code::WrongApp, "the app's secret is gone"))?;
        let app = AppCredentials {
            app_id: begun.app_id.clone(),
            secret: secret.clone(),
        };
        let short = self
            .client
            .exchange_code(&app, &begun.redirect_uri, &code)
            .await?;
        let token = self
            .client
            .exchange_for_long_lived(&secret, &short.token)
            .await?;
        self.add_account(token, Some(begun.app_id)).await
    }

    /// Ends a login whose callback came as a link. The screen hears of success and failure alike.
    pub async fn finish_login_by_link(&self, link: String) {
        let fault = self
            .account_connect_finish(link)
            .await
            .err()
            .map(|e| e.code);
        self.set_connect_fault(fault);
        self.announce(Change::upserted(Entity::Account, "", Source::Owner));
    }

    fn set_connect_fault(&self, fault: Option<Code>) {
        *self
            .connect_fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Asks who the token belongs to, keeps it, and begins to poll.
    async fn add_account(
        &self,
        token: LongLivedToken,
        app_id: Option<String>,
    ) -> Result<Account, IpcError> {
        let answer = self.client.me(&token.token).await?;
        let me = answer.value.clone();
        // The keyring first: an account without its token would look connected and be deaf.
        self.secrets
            .set(&SecretName::account_token(&me.user_id)?, &token.token)
            .await?;
        let now = self.clock.now();
        let connected = Connected {
            username: me.username.clone().unwrap_or_else(|| me.user_id.clone()),
            scoped_id: me.id.unwrap_or_default(),
            user_id: IgUserId(me.user_id),
            name: me.name,
            app_id,
            page: None,
            token_obtained_at: now,
            token_expires_at: token.expires_in.map(|life| now + life),
            refresh_due_at: Some(now + desk_sync::FIRST_REFRESH),
        };
        let row: Result<account::Account, StoreError> = self
            .store
            .write(move |w| {
                let id = account::connect(w, &connected)?;
                outbox::release_held(w, id, now)?;
                account::get(w, id)
            })
            .await;
        let row = row?;
        self.set_connect_fault(None);
        self.engine.note_profile(row.id, &Ok(answer));
        self.engine.watch(row.id);
        Ok(convert::account(&row, &self.engine.lights(row.id), now))
    }

    /// Command `account_disconnect`. The token goes, the history stays.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such account.
    pub async fn account_disconnect(&self, account_id: AccountId) -> Result<(), IpcError> {
        let row: Result<account::Account, StoreError> = self
            .store
            .read(move |db| account::get(db, account_id))
            .await;
        let row = row?;
        self.engine.unwatch(account_id);
        self.secrets
            .delete(&SecretName::account_token(row.user_id.as_str())?)
            .await?;
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| account::disconnect(w, account_id))
            .await;
        Ok(written?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_and_state(text: &str) -> Option<(String, String)> {
        match read_callback(text)? {
            Callback::Allowed { code, state } => Some((code.expose_secret().to_owned(), state)),
            Callback::Denied { .. } => None,
        }
    }

    #[test]
    fn a_callback_is_read_however_it_comes() {
        for text in [
            "replydesk://oauth/instagram?code=AQ-1_x&state=s1",
            "https://example.test/connect?code=AQ-1_x&state=s1#_",
            "  https://example.test/connect?state=s1&code=AQ-1_x#_\n",
            "code=AQ-1_x&state=s1#_",
            "?code=AQ-1_x&state=s1",
            "replydesk://oauth/instagram?code=AQ-1_x%23_&state=s1",
        ] {
            assert_eq!(
                code_and_state(text),
                Some(("AQ-1_x".into(), "s1".into())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_callback_is_refused() {
        for text in [
            "",
            "hello",
            "replydesk://oauth/instagram",
            "code=a",
            "state=b",
            "code=a&code=b&state=c",
            "code=&state=x",
        ] {
            assert!(read_callback(text).is_none(), "{text:?} was accepted");
        }
        assert!(read_callback(&format!("code={}&state=x", "a".repeat(1 << 20))).is_none());
        assert!(read_callback("code=a\0&state=x").is_none());
    }

    #[test]
    fn a_denial_is_known() {
        let text = "https://x.test/?error=access_denied&error_reason=user_denied&state=s";
        assert!(
            matches!(read_callback(text), Some(Callback::Denied { state: Some(s) }) if s == "s")
        );
    }

    #[test]
    fn states_do_not_repeat() {
        assert_ne!(new_state(), new_state());
        assert_eq!(new_state().len(), 64);
    }

    #[test]
    fn an_endpoint_is_https_or_here() {
        for good in [
            "https://api.openai.com/v1",
            "http://127.0.0.1:11434/v1",
            "http://localhost:1234/v1",
            "http://[::1]/v1",
        ] {
            assert!(endpoint_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.openai.com",
            "ftp://x",
            "x",
            "http://127.0.0.1.evil.tld",
            "file:///etc/passwd",
        ] {
            assert!(endpoint_url(bad).is_err(), "{bad}");
        }
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn fuzz_deep_links_and_callbacks() {
        let seeds: [&[u8]; 5] = [
            b"replydesk://oauth/instagram?code=AQBx1&state=5f0c1b7a#_",
            b"https://example.org/replydesk/instagram?code=AQB&state=s",
            b"?code=AQB&state=s",
            b"replydesk://oauth/instagram?error=access_denied&error_reason=user_denied&state=s",
            b"--flag=../../x",
        ];
        desk_testkit::mutate::feed(&seeds, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            if let Some(Callback::Allowed { state, .. }) = read_callback(&text) {
                assert!(!state.is_empty() && state.len() <= MAX_CALLBACK_BYTES);
            }
            let _ = redirect_url(&text);
            if let Ok(url) = endpoint_url(&text) {
                assert!(url.scheme() == "https" || is_loopback(&url), "{url}");
            }
        });
    }
}
