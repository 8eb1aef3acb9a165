//! Owns the sign-in with Facebook: the address of the dialog, the exchange of the code, the
//! long-lived token of the person, and the Pages with the tokens that messages are read with. It
//! must not store a token or choose a Page.

use super::instagram_login::{AppCredentials, LongLivedToken, clean_code};
use crate::client::{Client, Place};
use crate::endpoints::under;
use crate::error::Error;
use crate::login::PageId;
use crate::page::is_plain;
use crate::read::{Document, Object};
use crate::version::ApiVersion;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// The permissions that the owner is asked for on Facebook's page: who the Instagram account is, its
/// messages, which Pages there are and acting for one, those of a business among them.
const SCOPES: &str = "instagram_basic,instagram_manage_messages,pages_show_list,\
                      pages_read_engagement,pages_manage_metadata,business_management";
/// A Page of the person, with the Instagram account that is linked to it.
#[derive(Clone, Debug)]
pub struct FacebookPage {
    /// The Page.
    pub id: PageId,
    /// Its name.
    pub name: String,
    /// The token that acts for it.
    pub token: SecretString,
    /// The linked Instagram account; none when the Page has none.
    pub instagram: Option<LinkedAccount>,
}

/// The Instagram account that is linked to a Page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedAccount {
    /// Its professional id.
    pub id: String,
    /// Its handle.
    pub username: Option<String>,
}

/// Some of the Pages.
#[derive(Clone, Debug)]
pub struct FacebookPages {
    /// Those that may be acted for.
    pub pages: Vec<FacebookPage>,
    /// The cursor of the next ones.
    pub after: Option<String>,
}

impl Client {
    /// Exchanges the code of the redirect for a token of the person. How long it lives is not told
    /// reliably, so ask for a long-lived one next.
    ///
    /// # Errors
    /// When the code, the app or the redirect address is refused, or the call fails.
    pub async fn facebook_exchange_code(
        &self,
        app: &AppCredentials,
        redirect_uri: &str,
        code: &SecretString,
    ) -> Result<LongLivedToken, Error> {
        let code = SecretString::from(clean_code(code.expose_secret()));
        let query = [
            ("client_id", app.app_id.trim()),
            ("redirect_uri", redirect_uri),
            ("client_secret", app.secret.expose_secret().trim()),
            ("code", code.expose_secret()),
        ];
        self.facebook_token("facebook_exchange_code", &query, &[&app.secret, &code])
            .await
    }

    /// Exchanges a token of the person for one of about 60 days. The tokens of Pages that it is then
    /// asked for do not run out.
    ///
    /// # Errors
    /// When the token or the secret is refused, or the call fails.
    pub async fn facebook_long_lived(
        &self,
        app: &AppCredentials,
        token: &SecretString,
    ) -> Result<LongLivedToken, Error> {
        let query = [
            ("grant_type", "fb_exchange_token"),
            ("client_id", app.app_id.trim()),
            ("client_secret", app.secret.expose_secret().trim()),
            ("fb_exchange_token", token.expose_secret().trim()),
        ];
        self.facebook_token("facebook_long_lived", &query, &[&app.secret, token])
            .await
    }

    async fn facebook_token(
        &self,
        operation: &'static str,
        query: &[(&str, &str)],
        secrets: &[&SecretString],
    ) -> Result<LongLivedToken, Error> {
        let url = self
            .url(Place::Facebook, &["oauth", "access_token"])
            .ok_or_else(|| Error::unsent(operation, "the path is not usable"))?;
        let request = self.request(Method::GET, url).query(query);
        let answer = self
            .send(operation, "/oauth/access_token", request, secrets, true)
            .await?;
        Ok(answer.reply(operation, read_token)?.value)
    }

    /// Some of the Pages that the person left ticked, with the accounts linked to them.
    ///
    /// # Errors
    /// When the token is refused, or the call fails.
    pub async fn facebook_pages(
        &self,
        token: &SecretString,
        after: Option<&str>,
    ) -> Result<FacebookPages, Error> {
        const OPERATION: &str = "facebook_pages";
        const FIELDS: &str = "id,name,access_token,instagram_business_account{id,username}";
        let url = self
            .url(Place::Facebook, &["me", "accounts"])
            .ok_or_else(|| Error::unsent(OPERATION, "the path is not usable"))?;
        let mut query = vec![("fields", FIELDS), ("limit", "100")];
        query.extend(
            after
                .filter(|after| is_plain(after))
                .map(|after| ("after", after)),
        );
        let request = self.request(Method::GET, url).query(&query);
        let request = request.bearer_auth(token.expose_secret().trim());
        // The reply carries tokens of its own, which have to stay in it.
        let answer = self
            .send(OPERATION, "/me/accounts", request, &[token], true)
            .await?;
        Ok(answer.reply(OPERATION, read_pages)?.value)
    }
}

/// The address of the dialog that the owner's browser opens.
pub(crate) fn dialog_url(
    base: &Url,
    version: &ApiVersion,
    app_id: &str,
    redirect_uri: &str,
    state: &str,
) -> Url {
    let mut url = under(base, &[version.as_str(), "dialog", "oauth"]);
    url.query_pairs_mut()
        .append_pair("client_id", app_id.trim())
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("state", state)
        .append_pair("response_type", "code")
        .append_pair("scope", SCOPES);
    url
}

fn read_token(document: &Document) -> Result<LongLivedToken, &'static str> {
    let object = document.object().ok_or("no object with a token")?;
    Ok(LongLivedToken {
        token: SecretString::from(object.some_text("access_token").ok_or("no access_token")?),
        token_type: object.some_text("token_type"),
        expires_in: object
            .unsigned("expires_in")
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs),
    })
}

/// A list without `data` is an error, as everywhere: it must not be taken for "no Pages". A Page
/// without a token may not be acted for and is left out.
fn read_pages(document: &Document) -> Result<FacebookPages, &'static str> {
    let object = document.object().ok_or("a list that is no object")?;
    object.get("data").ok_or("a list without data")?;
    let pages = object
        .list("data")
        .into_iter()
        .filter_map(Object::from_raw)
        .filter_map(|page| {
            let linked = page.object("instagram_business_account");
            Some(FacebookPage {
                id: PageId::parse(&page.id("id")?)?,
                name: page.some_text("name").unwrap_or_default(),
                token: SecretString::from(page.some_text("access_token")?),
                instagram: linked.and_then(|account| {
                    Some(LinkedAccount {
                        id: account.id("id")?,
                        username: account.some_text("username"),
                    })
                }),
            })
        })
        .collect();
    let paging = object.object("paging");
    let after = paging.and_then(|paging| {
        paging.some_text("next")?;
        paging.object("cursors")?.some_text("after")
    });
    Ok(FacebookPages { pages, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(json: &str) -> Result<FacebookPages, &'static str> {
        read_pages(&Document::from_text(json).unwrap())
    }

    #[test]
    fn pages_are_read_with_and_without_an_account() {
        let read = pages(
            r#"{"data":[{"id":"11","name":"Shop","access_token":"EAApage1",
                 "instagram_business_account":{"id":17840000000000001,"username":"our_shop"}},
                {"id":"12","name":"Family","access_token":"EAApage2"},
                {"id":"13","name":"No rights"},{"id":"../x","access_token":"EAA"}],
               "paging":{"cursors":{"before":"B","after":"A"}}}"#,
        )
        .unwrap();
        let ids: Vec<&str> = read.pages.iter().map(|p| p.id.as_str()).collect();
        assert_eq!(ids, ["11", "12"]);
        let linked = read.pages[0].instagram.clone().unwrap();
        assert_eq!(linked.id, "17840000000000001");
        assert_eq!(linked.username.as_deref(), Some("our_shop"));
        assert_eq!(read.pages[1].instagram, None);
        assert_eq!(read.after, None, "no next address, no next page");
        assert!(pages(r#"{"paging":{}}"#).is_err());
        assert!(pages(r#"{"data":[]}"#).unwrap().pages.is_empty());
        assert!(
            !format!("{read:?}").contains("EAApage1"),
            "a token is in the debug form"
        );
    }

    #[test]
    fn a_token_that_never_runs_out_has_no_life_to_count() {
        let token = |json: &str| read_token(&Document::from_text(json).unwrap()).unwrap();
        let never = token(r#"{"access_token":"EAA","token_type":"bearer","expires_in":0}"#);
        assert_eq!(never.expires_in, None);
        let known = token(r#"{"access_token":"EAA","expires_in":5183000}"#);
        assert_eq!(known.expires_in, Some(Duration::from_secs(5_183_000)));
        assert_eq!(token(r#"{"access_token":"EAA"}"#).expires_in, None);
    }

    #[test]
    fn the_dialog_asks_for_what_the_inbox_needs() {
        let base = Url::parse("https://www.facebook.com/").unwrap();
        let url = dialog_url(
            &base,
            &ApiVersion::default(),
            "42",
            "https://x.test/c",
            "s&1",
        );
        assert_eq!(url.path(), "/v25.0/dialog/oauth");
        let scope = url
            .query_pairs()
            .find(|(k, _)| k == "scope")
            .unwrap()
            .1
            .into_owned();
        assert!(scope.contains("instagram_basic,instagram_manage_messages,pages_show_list"));
        assert!(url.query_pairs().any(|(k, v)| k == "state" && v == "s&1"));
    }
}
