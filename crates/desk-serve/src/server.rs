//! The server: commands, events, the screen.

use crate::{guard, screen};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use desk_app::{Code, Config, Desk, IpcError, dispatch};
use futures::{Stream, StreamExt, stream};
use serde_json::Value;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

/// No command has arguments larger than this.
const MAX_BODY: usize = 1 << 20;
/// How long open connections may hold up the end.
const GOODBYE: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Shared {
    desk: Arc<Desk>,
    token: Arc<str>,
    port: u16,
    ending: watch::Receiver<bool>,
}

/// A server that runs.
pub struct Running {
    /// Where, such as `http://127.0.0.1:4711/`.
    pub url: String,
    /// What a caller has to have.
    pub token: String,
    desk: Arc<Desk>,
    ending: watch::Sender<bool>,
    served: tokio::task::JoinHandle<()>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Running({})", self.url)
    }
}

/// Opens the data and serves it on loopback; port 0 takes any.
///
/// # Errors
/// [`Code::PortTaken`], or why the data cannot be opened.
pub async fn start(config: Config, port: u16) -> Result<Running, IpcError> {
    let taken = |e: std::io::Error| IpcError::new(Code::PortTaken, format!("port {port}: {e}"));
    // The port first: whoever cannot have it leaves the data alone.
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .map_err(taken)?;
    let port = listener.local_addr().map_err(taken)?.port();
    let desk = Desk::open(config, None).await?;
    let token = guard::new_token();
    let (ending, ended) = watch::channel(false);
    let shared = Shared {
        desk: Arc::clone(&desk),
        token: token.clone().into(),
        port,
        ending: ended.clone(),
    };
    let api = Router::new()
        .route("/api/{command}", post(command))
        .route("/api/events", get(events))
        .layer(middleware::from_fn_with_state(
            shared.clone(),
            only_with_token,
        ))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    let router = Router::new()
        .merge(api)
        .fallback(get(files))
        .layer(middleware::from_fn_with_state(
            shared.clone(),
            only_this_host,
        ))
        .with_state(shared);
    let served = tokio::spawn(async move {
        let mut ended = ended;
        let end = async move {
            let _ = ended.wait_for(|end| *end).await;
        };
        if let Err(e) = axum::serve(listener, router)
            .with_graceful_shutdown(end)
            .await
        {
            tracing::error!(error = %e, "the server ended");
        }
    });
    Ok(Running {
        url: format!("http://127.0.0.1:{port}/"),
        token,
        desk,
        ending,
        served,
    })
}

impl Running {
    /// Ends in good order: no new calls, and what is being sent is brought to its end.
    pub async fn stop(self) {
        let _ = self.ending.send(true);
        let _ = tokio::time::timeout(GOODBYE, self.served).await;
        self.desk.shutdown().await;
    }
}

async fn only_this_host(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    if guard::names_this_host(request.headers(), shared.port) {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

async fn only_with_token(
    State(shared): State<Shared>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    if guard::has_token(&headers, &shared.token) {
        next.run(request).await
    } else {
        refusal(&IpcError::new(
            Code::NotAllowed,
            "the token is missing or wrong",
        ))
    }
}

async fn files(uri: Uri) -> Response {
    screen::file(&uri)
}

async fn command(State(shared): State<Shared>, Path(name): Path<String>, body: Bytes) -> Response {
    let args = if body.iter().all(u8::is_ascii_whitespace) {
        Ok(Value::Null)
    } else {
        serde_json::from_slice(&body)
    };
    let Ok(args) = args else {
        return refusal(&IpcError::new(Code::BadRequest, "the body is no JSON"));
    };
    match dispatch(&shared.desk, &name, args).await {
        Ok(value) => Json(value).into_response(),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &IpcError) -> Response {
    let status = match error.code {
        Code::NotAllowed => StatusCode::UNAUTHORIZED,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::InstagramThrottled => StatusCode::TOO_MANY_REQUESTS,
        Code::InstagramUnreachable
        | Code::InstagramUnreadable
        | Code::InstagramFault
        | Code::AiUnreachable => StatusCode::BAD_GATEWAY,
        Code::DraftStale | Code::DraftSettled | Code::TooLate => StatusCode::CONFLICT,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::DataFolderUnwritable
        | Code::DiskFull
        | Code::DataTooNew
        | Code::DataDamaged
        | Code::KeyringMissing
        | Code::KeyringLocked => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, Json(error)).into_response()
}

async fn events(
    State(shared): State<Shared>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = shared.desk.changes();
    let mut ending = shared.ending.clone();
    let ended = async move {
        let _ = ending.wait_for(|end| *end).await;
    };
    let batches = stream::unfold(changes, |mut changes| async move {
        let batch = match changes.recv().await {
            Ok(batch) => serde_json::to_string(batch.as_ref()),
            // Too slow to follow: it reads everything anew.
            Err(RecvError::Lagged(_)) => serde_json::to_string(&[Desk::everything_changed()]),
            Err(RecvError::Closed) => return None,
        };
        let event = Event::default()
            .event("changes")
            .data(batch.unwrap_or_else(|_| "[]".to_owned()));
        Some((Ok(event), changes))
    });
    // The first words tell the listener that it hears from now on.
    let hello = stream::once(async { Ok(Event::default().comment("listening")) });
    Sse::new(hello.chain(batches).take_until(ended)).keep_alive(KeepAlive::default())
}
