//! An answer before it is put on the wire.

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

/// What the body of an answer is.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// JSON.
    Json(Value),
    /// A page for people.
    Html(String),
    /// Media, with what it claims to be.
    Bytes(&'static str, Vec<u8>),
    /// Bytes that claim to be JSON.
    Broken(String),
    /// Nothing, and a place to go.
    Redirect(String),
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) content: Content,
    /// Further headers.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// JSON with a status.
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            content: Content::Json(body),
            headers: Vec::new(),
        }
    }

    /// A page with a status.
    pub(crate) fn html(status: u16, page: String) -> Self {
        Self {
            status,
            content: Content::Html(page),
            headers: Vec::new(),
        }
    }

    /// A redirect.
    pub(crate) fn redirect(to: String) -> Self {
        Self {
            status: 302,
            content: Content::Redirect(to),
            headers: Vec::new(),
        }
    }

    /// This answer cut in half, when it is JSON.
    pub(crate) fn truncated(mut self) -> Self {
        if let Content::Json(body) = &self.content {
            let text = body.to_string();
            let half = text.chars().count() / 2;
            self.content = Content::Broken(text.chars().take(half).collect());
        }
        self
    }

    /// The body as bytes.
    pub(crate) fn bytes(self) -> Vec<u8> {
        match self.content {
            Content::Json(body) => body.to_string().into_bytes(),
            Content::Broken(text) | Content::Html(text) => text.into_bytes(),
            Content::Bytes(_, bytes) => bytes,
            Content::Redirect(_) => Vec::new(),
        }
    }

    /// The answer for the wire.
    pub(crate) fn into_response(self) -> Response {
        let mut location = None;
        let (kind, body) = match self.content {
            Content::Json(body) => (
                "application/json; charset=UTF-8",
                body.to_string().into_bytes(),
            ),
            Content::Broken(text) => ("application/json; charset=UTF-8", text.into_bytes()),
            Content::Html(page) => ("text/html; charset=utf-8", page.into_bytes()),
            Content::Bytes(kind, bytes) => (kind, bytes),
            Content::Redirect(to) => {
                location = Some(to);
                ("text/plain; charset=utf-8", Vec::new())
            }
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(to) = location.and_then(|to| HeaderValue::from_str(&to).ok()) {
            headers.insert(header::LOCATION, to);
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// A response whose body fails before its first byte: the connection closes without an answer.
pub(crate) fn closed_connection() -> Response {
    let cut = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    Response::new(Body::from_stream(tokio_stream::iter([Err::<Bytes, _>(
        cut,
    )])))
}
