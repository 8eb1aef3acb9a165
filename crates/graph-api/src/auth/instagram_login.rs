//! Owns the sign-in with Instagram: the address for the browser, the exchange of the code, the
//! long-lived token and its refresh. It must not store a token or decide when to refresh.

use crate::client::{Client, Place};
use crate::endpoints::under;
use crate::error::Error;
use crate::read::{Document, Object};
use crate::transport::{Answer, Reply};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, time::Duration};
use url::Url;

/// A permission that the owner is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Who the account is; needed for everything, the refresh of a token included.
    Basic,
    /// Reading and answering messages.
    ManageMessages,
    /// Reading and answering comments.
    ManageComments,
    /// Publishing posts.
    ContentPublish,
    /// Reading figures.
    ManageInsights,
}

impl Scope {
    /// What the inbox needs and nothing more.
    pub const INBOX: [Self; 2] = [Self::Basic, Self::ManageMessages];

    /// The name at Meta.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "instagram_business_basic",
            Self::ManageMessages => "instagram_business_manage_messages",
            Self::ManageComments => "instagram_business_manage_comments",
            Self::ContentPublish => "instagram_business_content_publish",
            Self::ManageInsights => "instagram_business_manage_insights",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The Meta app of the owner: the pair shown under "API setup with Instagram login", not the one
/// under "Basic".
#[derive(Clone, Debug)]
pub struct AppCredentials {
    /// The Instagram app id.
    pub app_id: String,
    /// The Instagram app secret.
    pub secret: SecretString,
}

/// A token of one hour, good for one exchange.
#[derive(Clone, Debug)]
pub struct ShortLivedToken {
    /// The token.
    pub token: SecretString,
    /// An id of the account. Sources contradict each other as to which of the two ids it is, so
    /// ask [`Client::me`].
    pub user_id: Option<String>,
    /// The permissions that the owner left ticked.
    pub permissions: Vec<String>,
}

/// A token of about 60 days that can be refreshed.
#[derive(Clone, Debug)]
pub struct LongLivedToken {
    /// The token.
    pub token: SecretString,
    /// `bearer`, if the reply said so.
    pub token_type: Option<String>,
    /// How long it is valid from now, if the reply said so.
    pub expires_in: Option<Duration>,
}

impl Client {
    /// Exchanges the code of the redirect for a token of one hour. A code works once and for an
    /// hour; the `#_` that a copied address ends with is removed here.
    ///
    /// # Errors
    /// When the code, the app or the redirect address is refused, or the call fails.
    pub async fn exchange_code(
        &self,
        app: &AppCredentials,
        redirect_uri: &str,
        code: &SecretString,
    ) -> Result<ShortLivedToken, Error> {
        const OPERATION: &str = "exchange_code";
        let path = ["oauth", "access_token"];
        let code = SecretString::from(clean_code(code.expose_secret()));
        let url = self
            .url(Place::Api, &path)
            .ok_or_else(|| Error::unsent(OPERATION, "the path is not usable"))?;
        let request = self.request(Method::POST, url).form(&[
            ("client_id", app.app_id.trim()),
            ("client_secret", app.secret.expose_secret().trim()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", redirect_uri),
            ("code", code.expose_secret()),
        ]);
        let secrets = [&app.secret, &code];
        let template = "/oauth/access_token";
        let answer = self
            .send(OPERATION, template, request, &secrets, true)
            .await?;
        Ok(read_token(answer, OPERATION, short_lived)?.value)
    }

    /// Exchanges a token of one hour for one of about 60 days.
    ///
    /// # Errors
    /// When the token or the secret is refused, or the call fails.
    pub async fn exchange_for_long_lived(
        &self,
        app_secret: &SecretString,
        short: &SecretString,
    ) -> Result<LongLivedToken, Error> {
        const OPERATION: &str = "exchange_for_long_lived";
        let query = [
            ("grant_type", "ig_exchange_token"),
            ("client_secret", app_secret.expose_secret().trim()),
            ("access_token", short.expose_secret().trim()),
        ];
        let secrets = [app_secret, short];
        self.token_call(OPERATION, "access_token", "/access_token", &query, &secrets)
            .await
    }

    /// Renews a token of at least 24 hours for another 60 days. No secret of the app is needed, and
    /// the reply may carry the same token or a new one.
    ///
    /// # Errors
    /// When the token is too young, dead or lacks the basic permission, or the call fails.
    pub async fn refresh(&self, token: &SecretString) -> Result<LongLivedToken, Error> {
        const OPERATION: &str = "refresh";
        let query = [
            ("grant_type", "ig_refresh_token"),
            ("access_token", token.expose_secret().trim()),
        ];
        let template = "/refresh_access_token";
        self.token_call(
            OPERATION,
            "refresh_access_token",
            template,
            &query,
            &[token],
        )
        .await
    }

    async fn token_call(
        &self,
        operation: &'static str,
        path: &str,
        template: &'static str,
        query: &[(&str, &str)],
        secrets: &[&SecretString],
    ) -> Result<LongLivedToken, Error> {
        let url = self
            .url(Place::GraphUnversioned, &[path])
            .ok_or_else(|| Error::unsent(operation, "the path is not usable"))?;
        let request = self.request(Method::GET, url).query(query);
        let answer = self
            .send(operation, template, request, secrets, true)
            .await?;
        Ok(read_token(answer, operation, long_lived)?.value)
    }
}

pub(crate) fn authorize_url(
    base: &Url,
    app_id: &str,
    redirect_uri: &str,
    scopes: &[Scope],
    state: &str,
) -> Url {
    let mut url = under(base, &["oauth", "authorize"]);
    let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    url.query_pairs_mut()
        .append_pair("client_id", app_id.trim())
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", &names.join(","))
        .append_pair("state", state);
    url
}

/// The code without the fragment that Instagram hangs on the redirect.
pub(super) fn clean_code(code: &str) -> String {
    let code = code.trim();
    code.strip_suffix("#_=_")
        .or_else(|| code.strip_suffix("#_"))
        .or_else(|| code.strip_suffix("%23_"))
        .unwrap_or(code)
        .to_owned()
}

fn read_token<T>(
    answer: Answer,
    operation: &'static str,
    read: impl Fn(&Object<'_>) -> Option<T>,
) -> Result<Reply<T>, Error> {
    let read = |document: &Document| {
        let object = unwrapped(document).ok_or("no object with a token")?;
        read(&object).ok_or("no access_token")
    };
    answer.reply(operation, read)
}

/// The object itself, or the first one inside `data`.
pub(crate) fn unwrapped(document: &Document) -> Option<Object<'_>> {
    let object = document.object()?;
    match object.get("data") {
        Some(data) if data.get().starts_with('{') => Object::from_raw(data),
        Some(_) => object.list("data").into_iter().find_map(Object::from_raw),
        None => Some(object),
    }
}

fn short_lived(object: &Object<'_>) -> Option<ShortLivedToken> {
    Some(ShortLivedToken {
        token: SecretString::from(object.some_text("access_token")?),
        user_id: object.id("user_id"),
        permissions: permissions(object),
    })
}

fn long_lived(object: &Object<'_>) -> Option<LongLivedToken> {
    Some(LongLivedToken {
        token: SecretString::from(object.some_text("access_token")?),
        token_type: object.some_text("token_type"),
        expires_in: object.unsigned("expires_in").map(Duration::from_secs),
    })
}

/// Permissions as one text with commas or spaces, or as a list.
fn permissions(object: &Object<'_>) -> Vec<String> {
    let listed = object
        .list("permissions")
        .into_iter()
        .filter_map(crate::read::text);
    let written = object.text("permissions").unwrap_or_default();
    let written = written
        .split([',', ' '])
        .map(str::trim)
        .filter(|name| !name.is_empty());
    listed.chain(written.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests;
