//! Owns the client as the rest of the product sees it. It must not keep a token: every method is
//! given one.

use crate::auth::{facebook_login, instagram_login};
use crate::endpoints::{EndpointError, Endpoints, under};
use crate::error::Error;
use crate::login::Login;
use crate::meter::Meter;
use crate::transport::{self, Answer, Call};
use crate::version::ApiVersion;
use reqwest::{Method, RequestBuilder, redirect};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// A client of the Graph API. Cheap to clone; clones share the connections.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
    meter: Option<Arc<dyn Meter>>,
    login: Login,
}

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    endpoints: Endpoints,
    version: ApiVersion,
    limits: Limits,
}

/// How long and how much one call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For the connection, with name and TLS.
    pub connect_timeout: Duration,
    /// For a read, from the first byte sent to the last received.
    pub read_timeout: Duration,
    /// For a send. Longer, because giving up makes the outcome unknown.
    pub send_timeout: Duration,
    /// For the body of a reply.
    pub max_body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            send_timeout: Duration::from_secs(60),
            max_body_bytes: 8 * 1024 * 1024,
        }
    }
}

/// A client that cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An endpoint breaks the rules.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// TLS or another part of the HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Http(#[source] reqwest::Error),
}

/// Where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The Graph API of the login that the client acts for, with the version in front of the path.
    Graph,
    /// That of Facebook, whatever the client acts for.
    Facebook,
    /// The Graph API without a version.
    GraphUnversioned,
    /// The host that exchanges codes.
    Api,
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    /// When an endpoint is not allowed, or TLS cannot be set up.
    pub fn new(
        endpoints: Endpoints,
        version: ApiVersion,
        limits: Limits,
    ) -> Result<Self, BuildError> {
        endpoints.check()?;
        // An error says that a provider is installed already, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("ReplyDesk/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect_timeout)
            // A connection that the server is about to close would lose a send half-way.
            .pool_idle_timeout(Duration::from_secs(20))
            // A redirect would carry the token to a host that nobody configured.
            .redirect(redirect::Policy::none())
            .no_proxy()
            // Even a repetition that HTTP calls safe is one that we did not decide.
            .retry(reqwest::retry::never())
            .build()
            .map_err(BuildError::Http)?;
        Ok(Self {
            shared: Arc::new(Shared {
                http,
                endpoints,
                version,
                limits,
            }),
            meter: None,
            login: Login::default(),
        })
    }

    /// The same client, with somebody who counts its calls.
    #[must_use]
    pub fn metered(mut self, meter: Arc<dyn Meter>) -> Self {
        self.meter = Some(meter);
        self
    }

    /// The same client for an account that is reached by this login. Every call about an account
    /// goes to the host of its login, and names the Page where that acts.
    #[must_use]
    pub fn acting_for(&self, login: Login) -> Self {
        Self {
            login,
            ..self.clone()
        }
    }

    /// The login that this client acts for.
    pub(crate) fn login(&self) -> &Login {
        &self.login
    }

    /// The hosts that this client talks to.
    pub fn endpoints(&self) -> &Endpoints {
        &self.shared.endpoints
    }

    /// The version of the API that this client asks for.
    pub fn version(&self) -> &ApiVersion {
        &self.shared.version
    }

    /// The address that the owner's browser opens to connect an account.
    ///
    /// `redirect_uri` has to be byte for byte the one registered at Meta; `state` comes back with
    /// the code and has to be random and used once.
    pub fn authorize_url(
        &self,
        app_id: &str,
        redirect_uri: &str,
        scopes: &[instagram_login::Scope],
        state: &str,
    ) -> Url {
        let base = &self.shared.endpoints.instagram_web;
        instagram_login::authorize_url(base, app_id, redirect_uri, scopes, state)
    }

    /// The address of Facebook's dialog, for the owner's browser.
    pub fn facebook_authorize_url(&self, app_id: &str, redirect_uri: &str, state: &str) -> Url {
        let shared = &self.shared;
        let base = &shared.endpoints.facebook_web;
        facebook_login::dialog_url(base, &shared.version, app_id, redirect_uri, state)
    }

    /// The address of a path, or nothing when a segment could lead elsewhere.
    pub(crate) fn url(&self, place: Place, segments: &[&str]) -> Option<Url> {
        if segments
            .iter()
            .any(|segment| matches!(segment.trim(), "" | "." | ".."))
        {
            return None;
        }
        let endpoints = &self.shared.endpoints;
        Some(match place {
            Place::Graph | Place::Facebook => {
                let host = match (place, &self.login) {
                    (Place::Graph, Login::Instagram) => &endpoints.instagram_graph,
                    _ => &endpoints.facebook_graph,
                };
                under(&under(host, &[self.shared.version.as_str()]), segments)
            }
            Place::GraphUnversioned => under(&endpoints.instagram_graph, segments),
            Place::Api => under(&endpoints.instagram_api, segments),
        })
    }

    /// Reads from the versioned Graph API with the token in a header.
    pub(crate) async fn get(
        &self,
        operation: &'static str,
        template: &'static str,
        token: &SecretString,
        segments: &[&str],
        query: &[(&str, String)],
    ) -> Result<Answer, Error> {
        let url = self
            .url(Place::Graph, segments)
            .ok_or_else(|| Error::unsent(operation, "an id is not usable in a path"))?;
        let request = self.request(Method::GET, url).query(query);
        let request = request.bearer_auth(token.expose_secret().trim());
        self.send(operation, template, request, &[token], false)
            .await
    }

    /// A request with the time limit of its method.
    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let limits = &self.shared.limits;
        let timeout = if method == Method::GET {
            limits.read_timeout
        } else {
            limits.send_timeout
        };
        self.shared.http.request(method, url).timeout(timeout)
    }

    pub(crate) async fn send(
        &self,
        operation: &'static str,
        template: &'static str,
        request: RequestBuilder,
        secrets: &[&SecretString],
        returns_token: bool,
    ) -> Result<Answer, Error> {
        // A token with a line break would fail here, before anything leaves.
        let request = request
            .build()
            .map_err(|_| Error::unsent(operation, "a value is not usable in a request"))?;
        let max_body_bytes = self.shared.limits.max_body_bytes;
        let call = Call {
            operation,
            template,
            request,
            secrets,
            returns_token,
            max_body_bytes,
            meter: self.meter.as_deref(),
        };
        transport::call(&self.shared.http, call).await
    }
}
