//! The receiver on loopback: takes what is signed, keeps it, and says so.

use super::{Keys, Listening, PORT, keys};
use crate::engine::Inner;
use crate::media::folder::name_of;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk_core::{AccountId, Code};
use desk_store::StoreError;
use desk_store::table::setting;
use desk_store::table::webhook::{self, Noted};
use graph_api::webhook::{is_same_word, is_signed};
use std::future::IntoFuture;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Where the receiver answers.
pub const PATH: &str = "/instagram";
/// A thousand updates with long addresses stay below this.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Meta gives five seconds; a body that takes longer is not from Meta.
const BODY_TIME: Duration = Duration::from_secs(5);
/// So many deliveries are taken in at once; more wait for their turn, unread.
const AT_ONCE: usize = 8;
/// Between two tries to get a port that something else holds.
const PORT_WAIT: Duration = Duration::from_secs(30);

#[derive(Clone)]
struct Door {
    inner: Arc<Inner>,
    free: Arc<Semaphore>,
}

/// Listens while an owner wants webhooks, until told to stop.
pub(crate) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    loop {
        let wanted: Result<Vec<AccountId>, StoreError> = inner.store.read(webhook::enabled).await;
        let wanted = match wanted {
            Ok(accounts) => !accounts.is_empty(),
            Err(error) => {
                tracing::error!(error = %error, "the receiver could not read what is wanted");
                false
            }
        };
        if wanted {
            listen(&inner, &stop).await;
        } else {
            inner.webhooks.set_listening(Listening::default());
            tokio::select! {
                () = stop.cancelled() => {}
                () = inner.webhooks.changed.notified() => {}
            }
        }
        if stop.is_cancelled() {
            return;
        }
    }
}

/// Listens until something changed.
async fn listen(inner: &Arc<Inner>, stop: &CancellationToken) {
    let listener = match bind(inner).await {
        Ok(listener) => listener,
        Err(code) => {
            inner.webhooks.set_listening(Listening {
                port: None,
                fault: Some(code),
            });
            let later = inner.clock.now() + PORT_WAIT;
            tokio::select! {
                () = stop.cancelled() => {}
                () = inner.webhooks.changed.notified() => {}
                () = inner.clock.sleep_until(later) => {}
            }
            return;
        }
    };
    let door = Door {
        inner: Arc::clone(inner),
        free: Arc::new(Semaphore::new(AT_ONCE)),
    };
    let router = Router::new()
        .route(PATH, get(handshake).post(take))
        .with_state(door);
    let end = CancellationToken::new();
    let ended = end.clone();
    let serving = axum::serve(listener, router)
        .with_graceful_shutdown(async move { ended.cancelled().await })
        .into_future();
    tokio::pin!(serving);
    tokio::select! {
        () = stop.cancelled() => {}
        () = inner.webhooks.changed.notified() => {}
        result = &mut serving => {
            if let Err(error) = result {
                tracing::error!(error = %error, "the receiver ended");
            }
            return;
        }
    }
    end.cancel();
    // What is being taken in ends in a moment; a connection that only stays open is cut.
    let _ = tokio::time::timeout(BODY_TIME, serving).await;
}

/// Binds the port that the environment fixes, else the one remembered, else any, which is then
/// remembered. A remembered port that is taken is not exchanged: the owner's tunnel leads to it.
async fn bind(inner: &Inner) -> Result<TcpListener, Code> {
    let remembered: Result<Option<u16>, StoreError> =
        inner.store.read(|db| setting::get(db, PORT)).await;
    let remembered = remembered.map_err(|e| e.code())?;
    let port = inner.webhook_port.or(remembered).unwrap_or(0);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address).await.map_err(|error| {
        tracing::warn!(port, error = %error, "the receiver's port cannot be had");
        Code::PortTaken
    })?;
    let bound = listener.local_addr().map_err(|_| Code::PortTaken)?.port();
    if inner.webhook_port.is_none() && remembered != Some(bound) {
        let written: Result<(), StoreError> = inner
            .store
            .write(move |w| setting::set(w, PORT, &Some(bound)))
            .await;
        written.map_err(|e| e.code())?;
    }
    inner.webhooks.set_listening(Listening {
        port: Some(bound),
        fault: None,
    });
    Ok(listener)
}

/// Meta checks the address: the challenge goes back to whoever knows the word.
async fn handshake(
    State(door): State<Door>,
    query: Result<Query<Vec<(String, String)>>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(pairs)) = query else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    let (challenge, word) = (value("hub.challenge"), value("hub.verify_token"));
    // What is echoed is the platform's number and nothing that a page could be made of.
    let is_plain = !challenge.is_empty()
        && challenge.len() <= 200
        && challenge
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if value("hub.mode") != "subscribe" || !is_plain {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Ok(keys) = keys(&door.inner).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let known = keys
        .iter()
        .find(|k| k.verify.as_ref().is_some_and(|v| is_same_word(v, word)));
    let Some(known) = known else {
        return StatusCode::FORBIDDEN.into_response();
    };
    note(&door.inner, known.account, Noted::Handshake).await;
    (
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        challenge.to_owned(),
    )
        .into_response()
}

/// A delivery: kept on the disk as it came, when it is signed; only then Instagram hears `200`.
async fn take(State(door): State<Door>, headers: HeaderMap, request: Request) -> Response {
    let Ok(_permit) = door.free.acquire().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let body = match read_body(&headers, request.into_body()).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let signature = headers
        .get("x-hub-signature-256")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let Ok(keys) = keys(&door.inner).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let Some(account) = signer(&keys, &body, signature) else {
        refuse(&door.inner, &keys).await;
        return StatusCode::FORBIDDEN.into_response();
    };
    match store(&door.inner, account, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        // Not on the disk: Instagram is to deliver it again.
        Err(error) => {
            tracing::error!(error = %error, "a delivery could not be stored; Instagram delivers it again");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Counts a refusal for all who might have been meant, and writes it down now and then.
async fn refuse(inner: &Inner, keys: &[Keys]) {
    let now = inner.clock.now();
    let accounts = keys.iter().map(|key| key.account);
    for (account, count) in inner.webhooks.refused.add(accounts, now) {
        note(inner, account, Noted::Refused(count)).await;
    }
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, StatusCode> {
    // Meta sends plain bytes; what is packed could grow without end.
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    match tokio::time::timeout(BODY_TIME, to_bytes(body, MOST_BYTES)).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// Whose secret signed the bytes. All are tried, so that the time tells nothing about which.
fn signer(keys: &[Keys], body: &[u8], signature: &str) -> Option<AccountId> {
    let mut found = None;
    for key in keys {
        for secret in &key.secrets {
            if is_signed(secret, body, signature) && found.is_none() {
                found = Some(key.account);
            }
        }
    }
    found
}

async fn store(inner: &Inner, account: AccountId, body: &[u8]) -> Result<(), StoreError> {
    let digest = name_of(body);
    // Bytes that are no text are kept as far as they are one; their digest is that of the bytes.
    let text = String::from_utf8_lossy(body).into_owned();
    let now = inner.clock.now();
    let is_new: Result<bool, StoreError> = inner
        .store
        .write(move |w| webhook::keep(w, account, &digest, &text, now))
        .await;
    if is_new? {
        inner.webhooks.came.notify_one();
    }
    Ok(())
}

async fn note(inner: &Inner, account: AccountId, what: Noted) {
    let now = inner.clock.now();
    let written: Result<(), StoreError> = inner
        .store
        .write(move |w| webhook::note_that(w, account, what, now))
        .await;
    if let Err(error) = written {
        tracing::error!(error = %error, "how webhooks stand could not be noted");
    }
}
