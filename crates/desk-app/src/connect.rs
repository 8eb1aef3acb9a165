//! Connecting an account: by Instagram's page, by Facebook's page and a Page of the owner's, by a
//! pasted address of either, by a pasted token.
//!
//! A callback is hostile until it answers a login that is under way: any page can open a link with
//! our scheme. Only the hash of `state` is stored, it is good once and for ten minutes, and a
//! callback that answers no login changes nothing. What else has to be decided is asked
//! ([`question`]): which Page, and whether another account than the expected one is wanted.

pub(crate) mod address;
mod callback;
pub(crate) mod question;

pub(crate) use address::{endpoint_url, safe_link};

use crate::convert;
use crate::dto::{Account, ConnectMethod, ConnectStart, SecretInput};
use crate::{Desk, IpcError};
use address::redirect_url;
use callback::{Callback, hash, new_state, read_callback};
use desk_core::{AccountId, Change, Code, Entity, IgUserId, PageId, Source};
use desk_secrets::SecretName;
use desk_store::StoreError;
use desk_store::table::account::{self, Connected};
use desk_store::table::login::{self, Login};
use desk_store::table::outbox;
use graph_api::{AppCredentials, FacebookPage, LongLivedToken, Me, Reply, Scope, SecretString};
use question::Asked;
use secrecy::ExposeSecret;
use std::sync::PoisonError;

/// No token is longer.
const MAX_TOKEN_BYTES: usize = 2048;
/// A list of Pages that never ends must not hold the owner: each holds a hundred.
const MOST_LISTS: usize = 10;

/// A login that only has to be kept: whose token it is, and how it was had.
#[derive(Debug)]
pub(crate) struct Arrival {
    token: LongLivedToken,
    app_id: Option<String>,
    page: Option<(PageId, String)>,
    answer: Reply<Me>,
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
    pub async fn account_add_token(
        &self,
        token: SecretInput,
        account_id: Option<AccountId>,
    ) -> Result<Account, IpcError> {
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
        self.arrive(token, None, None, account_id).await
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
        account_id: Option<AccountId>,
    ) -> Result<ConnectStart, IpcError> {
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
        let client = &self.client;
        let address = match method {
            ConnectMethod::InstagramLogin => {
                client.authorize_url(&app_id, &redirect_uri, &Scope::INBOX, &state)
            }
            ConnectMethod::FacebookLogin => {
                client.facebook_authorize_url(&app_id, &redirect_uri, &state)
            }
        };
        let (state_hash, now) = (hash(&state), self.clock.now());
        let begun = Login {
            app_id,
            redirect_uri,
            facebook: method == ConnectMethod::FacebookLogin,
            account: account_id,
        };
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| login::begin(w, &state_hash, &begun, now))
            .await;
        written?;
        self.set_connect_fault(None);
        self.drop_question();
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
        if begun.facebook {
            return self.end_by_facebook(&app, &begun, &code).await;
        }
        let short = self
            .client
            .exchange_code(&app, &begun.redirect_uri, &code)
            .await?;
        let token = self
            .client
            .exchange_for_long_lived(&secret, &short.token)
            .await?;
        self.arrive(token, Some(begun.app_id), None, begun.account)
            .await
    }

    /// Ends a login by Facebook: one Page with an Instagram account is taken at once, of several the
    /// owner has to choose.
    async fn end_by_facebook(
        &self,
        app: &AppCredentials,
        begun: &Login,
        code: &SecretString,
    ) -> Result<Account, IpcError> {
        let client = &self.client;
        let short = client
            .facebook_exchange_code(app, &begun.redirect_uri, code)
            .await?;
        let person = client.facebook_long_lived(app, &short.token).await?;
        let pages = self.all_pages(&person.token).await?;
        let mut linked = pages.iter().filter(|page| page.instagram.is_some());
        match (linked.next(), linked.next()) {
            (None, _) => Err(IpcError::new(
                Code::NoPage,
                "no Page has an Instagram account",
            )),
            (Some(page), None) => {
                let page = page.clone();
                self.take_page(page, begun.app_id.clone(), begun.account)
                    .await
            }
            _ => {
                self.ask(Asked::Page {
                    pages,
                    app_id: begun.app_id.clone(),
                    expected: begun.account,
                });
                Err(IpcError::new(
                    Code::PageNeeded,
                    "several Pages to choose from",
                ))
            }
        }
    }

    async fn all_pages(&self, person: &SecretString) -> Result<Vec<FacebookPage>, IpcError> {
        let (mut pages, mut after) = (Vec::new(), None);
        for _ in 0..MOST_LISTS {
            let listed = self.client.facebook_pages(person, after.as_deref()).await?;
            pages.extend(listed.pages);
            // A cursor that comes back would lead round and round.
            if listed.after.is_none() || listed.after == after {
                break;
            }
            after = listed.after;
        }
        Ok(pages)
    }

    /// Connects the account that a Page is linked to. The token of a Page does not run out.
    async fn take_page(
        &self,
        page: FacebookPage,
        app_id: String,
        expected: Option<AccountId>,
    ) -> Result<Account, IpcError> {
        let token = LongLivedToken {
            token: page.token,
            token_type: None,
            expires_in: None,
        };
        let page = (PageId(page.id.to_string()), page.name);
        self.arrive(token, Some(app_id), Some(page), expected).await
    }

    /// Ends a login whose callback came as a link. The screen hears of success and failure alike.
    pub async fn finish_login_by_link(&self, link: String) {
        let fault = self
            .account_connect_finish(link)
            .await
            .err()
            .map(|e| e.code)
            // A question is no fault; the screen finds it beside.
            .filter(|code| !matches!(code, Code::PageNeeded | Code::OtherAccount));
        self.set_connect_fault(fault);
        self.announce(Change::upserted(Entity::Account, "", Source::Owner));
    }

    fn set_connect_fault(&self, fault: Option<Code>) {
        *self
            .connect_fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Asks who the token belongs to, and connects the account unless another one was expected.
    async fn arrive(
        &self,
        token: LongLivedToken,
        app_id: Option<String>,
        page: Option<(PageId, String)>,
        expected: Option<AccountId>,
    ) -> Result<Account, IpcError> {
        let login = match &page {
            None => graph_api::Login::Instagram,
            Some((page, _)) => graph_api::Login::Facebook(
                graph_api::PageId::parse(page.as_str())
                    .ok_or_else(|| IpcError::new(Code::NoPage, "the id of the Page is none"))?,
            ),
        };
        let answer = self.client.acting_for(login).me(&token.token).await?;
        let arrival = Arrival {
            token,
            app_id,
            page,
            answer,
        };
        if let Some(expected) = expected {
            let row: Result<account::Account, StoreError> =
                self.store.read(move |db| account::get(db, expected)).await;
            let row = row?;
            if row.user_id.as_str() != arrival.answer.value.user_id {
                let expected = row.username;
                let arrival = Box::new(arrival);
                self.ask(Asked::Switch { arrival, expected });
                return Err(IpcError::new(
                    Code::OtherAccount,
                    "the token belongs to another account",
                ));
            }
        }
        self.keep(arrival).await
    }

    /// Keeps a token, and begins to poll.
    async fn keep(&self, arrival: Arrival) -> Result<Account, IpcError> {
        let Arrival {
            token,
            app_id,
            page,
            answer,
        } = arrival;
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
            // The token of a Page lives as long as its owner's role, and has no refresh.
            refresh_due_at: page.is_none().then(|| now + desk_sync::FIRST_REFRESH),
            page,
            token_obtained_at: now,
            token_expires_at: token.expires_in.map(|life| now + life),
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
        self.drop_question();
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
