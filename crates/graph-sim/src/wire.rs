//! Faults of the wire itself: an answer that is cut off, stalls, drips, or is not what it says.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use crate::server::Shared;

/// What happens to an answer on the wire. The call is carried out, unless the answer is a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wire {
    /// The connection breaks after half of the body.
    BreaksInBody,
    /// Half of the body comes, and then nothing more.
    StallsInBody,
    /// One byte a second.
    Drips,
    /// A body that is no text.
    NotText,
    /// Less body than the header says.
    ShorterThanSaid,
    /// A redirect to the same address.
    RedirectsToItself,
    /// This status and an empty body.
    Status(u16),
    /// HTTP 429 with this `Retry-After`, and an empty body.
    RetryAfter(String),
}

impl Wire {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::BreaksInBody => "breaks_in_body",
            Self::StallsInBody => "stalls_in_body",
            Self::Drips => "drips",
            Self::NotText => "not_text",
            Self::ShorterThanSaid => "shorter_than_said",
            Self::RedirectsToItself => "redirects_to_itself",
            Self::Status(_) => "status",
            Self::RetryAfter(_) => "retry_after",
        }
    }

    /// Whether the call is carried out.
    pub(crate) fn carries_out(&self) -> bool {
        match self {
            Self::Status(status) => *status >= 500,
            Self::RetryAfter(_) | Self::RedirectsToItself => false,
            _ => true,
        }
    }

    /// Puts an answer on the wire in this way.
    pub(crate) fn answer(&self, body: Vec<u8>, path: &str, shared: Arc<Shared>) -> Response {
        let half = Bytes::copy_from_slice(body.get(..body.len() / 2).unwrap_or_default());
        let cut = || std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
        match self {
            Self::BreaksInBody => {
                let pieces = [Ok(half), Err(cut())];
                json(Body::from_stream(tokio_stream::iter(pieces)))
            }
            Self::ShorterThanSaid => {
                let mut response = json(Body::from_stream(tokio_stream::iter([
                    Ok(half),
                    Err(cut()),
                ])));
                let said = HeaderValue::from(body.len());
                response.headers_mut().insert(CONTENT_LENGTH, said);
                response
            }
            Self::StallsInBody => {
                let first = tokio_stream::iter([Ok::<_, std::io::Error>(half)]);
                json(Body::from_stream(first.chain(tokio_stream::pending())))
            }
            Self::Drips => json(Body::from_stream(dripping(body, shared))),
            Self::NotText => {
                let mut garbled = vec![0xFF, 0xFE, 0x00];
                garbled.extend(body);
                json(Body::from(garbled))
            }
            Self::RedirectsToItself => {
                let mut response = empty(302);
                if let Ok(path) = HeaderValue::from_str(path) {
                    response.headers_mut().insert(LOCATION, path);
                }
                response
            }
            Self::Status(status) => empty(*status),
            Self::RetryAfter(when) => {
                let mut response = empty(429);
                if let Ok(when) = HeaderValue::from_str(when) {
                    response.headers_mut().insert(RETRY_AFTER, when);
                }
                response
            }
        }
    }
}

fn json(body: Body) -> Response {
    let mut response = Response::new(body);
    let kind = HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn empty(status: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// The bytes of a body, one a second, until nobody reads them any more or the server ends.
fn dripping(body: Vec<u8>, shared: Arc<Shared>) -> ReceiverStream<Result<Bytes, std::io::Error>> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        for byte in body {
            tokio::select! {
                () = shared.stopped() => return,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
            if sender.send(Ok(Bytes::from(vec![byte]))).await.is_err() {
                return;
            }
        }
    });
    ReceiverStream::new(receiver)
}
