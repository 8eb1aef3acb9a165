//! Owns what can go wrong with a call. It must not decide what a failure allows (that is
//! `retry.rs`) and must not hold an address, a body or a token.

use crate::read::{Document, Object, scrub_message};
use crate::retry::{self, Facts, RetryKind};
use crate::usage::Usage;
use chrono::{DateTime, Utc};
use std::{fmt, time::Duration};

/// A call that did not succeed.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation: &'static str,
    kind: ErrorKind,
    head: Head,
}

/// What a reply says beside its body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) status: Option<u16>,
    pub(crate) usage: Usage,
    pub(crate) date: Option<DateTime<Utc>>,
    pub(crate) trace_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

/// What happened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The platform answered with an error of its own.
    #[error("{0}")]
    Graph(GraphError),
    /// The sign-in pages answered with an error of their own.
    #[error("{0}")]
    OAuth(OAuthError),
    /// No connection came about, so not a byte of the request left this machine.
    #[error("could not connect")]
    Connect(#[source] reqwest::Error),
    /// The time ran out after the request may have gone out.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke after the request may have gone out.
    #[error("the connection was lost")]
    Dropped(#[source] reqwest::Error),
    /// The reply is larger than allowed.
    #[error("the reply is larger than {limit} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit: usize,
    },
    /// The reply is no JSON, or cut short.
    #[error("the reply is no JSON")]
    NotJson,
    /// The reply is nested deeper than anything real.
    #[error("the reply is nested too deep")]
    TooDeep,
    /// The reply is JSON, but not what was asked for.
    #[error("the reply cannot be read: {0}")]
    Unreadable(&'static str),
    /// An HTTP status that is no success, without an error of the platform in the body.
    #[error("the server answered with a status that is no success")]
    Status,
    /// The request could not be written; nothing was sent.
    #[error("the request cannot be written: {0}")]
    Request(&'static str),
}

/// An error of the Graph API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphError {
    /// English text for developers, without tokens.
    pub message: String,
    /// `IGApiException`, `OAuthException`, …
    pub kind: Option<String>,
    /// What went wrong.
    pub code: Option<i64>,
    /// What went wrong, more closely.
    pub subcode: Option<i64>,
    /// A title for the person, in the language of the account.
    pub user_title: Option<String>,
    /// A text for the person, in the language of the account.
    pub user_message: Option<String>,
    /// Whether the platform calls it temporary.
    pub is_transient: Option<bool>,
    /// What Meta's support asks for.
    pub trace_id: Option<String>,
}

/// An error of the sign-in: flat, and not in the form of the Graph API.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OAuthError {
    /// `OAuthException`, `invalid_request`, …
    pub kind: Option<String>,
    /// Repeats the HTTP status in practice.
    pub code: Option<i64>,
    /// English text for developers, without tokens.
    pub message: String,
}

impl Error {
    pub(crate) fn new(operation: &'static str, kind: ErrorKind, head: Head) -> Self {
        Self(Box::new(Inner {
            operation,
            kind,
            head,
        }))
    }

    /// An error that happened before anything was sent.
    pub(crate) fn unsent(operation: &'static str, reason: &'static str) -> Self {
        Self::new(operation, ErrorKind::Request(reason), Head::default())
    }

    /// What the failure allows: whether the call had an effect, and who has to act.
    pub fn retry_kind(&self) -> RetryKind {
        retry::decide(&Facts {
            kind: &self.0.kind,
            status: self.0.head.status,
            retry_after: self.0.head.retry_after,
            usage: &self.0.head.usage,
        })
    }

    /// What happened.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Which call failed; the name of the method.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The error of the platform, if it answered with one.
    pub fn graph(&self) -> Option<&GraphError> {
        match &self.0.kind {
            ErrorKind::Graph(error) => Some(error),
            _ => None,
        }
    }

    /// The error of the sign-in, if it answered with one.
    pub fn oauth(&self) -> Option<&OAuthError> {
        match &self.0.kind {
            ErrorKind::OAuth(error) => Some(error),
            _ => None,
        }
    }

    /// The HTTP status, if a reply came.
    pub fn status(&self) -> Option<u16> {
        self.0.head.status
    }

    /// What the reply told about Meta's limits; a refusal tells it too.
    pub fn usage(&self) -> Usage {
        self.0.head.usage.clone()
    }

    /// The platform's own time, if a reply came.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        self.0.head.date
    }

    /// What Meta's support asks for, from the body or from a header.
    pub fn trace_id(&self) -> Option<&str> {
        let in_body = self.graph().and_then(|error| error.trace_id.as_deref());
        in_body.or(self.0.head.trace_id.as_deref())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.0.operation, self.0.kind)?;
        match self.0.head.status {
            Some(status) => write!(formatter, " (HTTP {status})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.0.kind)
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.subcode) {
            (Some(code), Some(subcode)) => write!(formatter, "error {code}/{subcode}")?,
            (Some(code), None) => write!(formatter, "error {code}")?,
            _ => write!(formatter, "error without a code")?,
        }
        write!(formatter, ": {}", self.message)
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "sign-in refused: {}", self.message)
    }
}

/// Finds an error in a body: the envelope of Graph, the flat form of the sign-in, or the form of
/// the OAuth standard. A reply with status 200 may hold one too.
pub(crate) fn in_body(document: &Document, secrets: &[&str]) -> Option<ErrorKind> {
    let object = document.object()?;
    let clean = |text: Option<String>| text.map(|text| scrub_message(text, secrets));
    if let Some(error) = object.object("error") {
        return Some(ErrorKind::Graph(graph_error(&error, clean)));
    }
    let kind = object.text("error_type").or_else(|| object.text("error"))?;
    let message = object
        .text("error_message")
        .or_else(|| object.text("error_description"));
    Some(ErrorKind::OAuth(OAuthError {
        kind: clean(Some(kind)),
        code: object.integer("code"),
        message: clean(message).unwrap_or_default(),
    }))
}

fn graph_error(error: &Object<'_>, clean: impl Fn(Option<String>) -> Option<String>) -> GraphError {
    GraphError {
        message: clean(error.text("message")).unwrap_or_default(),
        kind: clean(error.text("type")),
        code: error.integer("code"),
        subcode: error
            .integer("error_subcode")
            .filter(|subcode| *subcode != 0),
        user_title: clean(error.some_text("error_user_title")),
        user_message: clean(error.some_text("error_user_msg")),
        is_transient: error.flag("is_transient"),
        trace_id: clean(error.some_text("fbtrace_id")),
    }
}
