//! Owns the one place that does an HTTP call: time limits, the cap of the body, headers, removal of
//! secrets, the log line. It must not call twice, follow a redirect, or know a resource.

use crate::error::{self, Error, ErrorKind, Head};
use crate::meter::{self, Meter, Tally};
use crate::read::{Document, Malformed, lossy, scrub};
use crate::usage::Usage;
use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use reqwest::{Method, Request, Response};
use secrecy::{ExposeSecret, SecretString};
use std::time::{Duration, Instant};

/// What a successful call returns.
#[derive(Clone, Debug)]
pub struct Reply<T> {
    /// What was asked for.
    pub value: T,
    /// What the reply told about Meta's limits.
    pub usage: Usage,
    /// The platform's own time, from the `Date` header.
    pub date: Option<DateTime<Utc>>,
    /// What Meta's support asks for.
    pub trace_id: Option<String>,
}

/// One call, ready to go.
pub(crate) struct Call<'a> {
    /// The name of the public method, for errors and the log.
    pub(crate) operation: &'static str,
    /// The path without ids, for the log.
    pub(crate) template: &'static str,
    pub(crate) request: Request,
    /// Secrets of this call, which must not be found in anything that it returns.
    pub(crate) secrets: &'a [&'a SecretString],
    /// Whether the reply is a new token, which may equal the old one and so must stay.
    pub(crate) returns_token: bool,
    pub(crate) max_body_bytes: usize,
    /// Who counts the bytes.
    pub(crate) meter: Option<&'a dyn Meter>,
}

/// A reply with a success status that holds no error.
pub(crate) struct Answer {
    pub(crate) document: Document,
    pub(crate) head: Head,
}

impl Answer {
    pub(crate) fn reply<T>(
        self,
        operation: &'static str,
        read: impl FnOnce(&Document) -> Result<T, &'static str>,
    ) -> Result<Reply<T>, Error> {
        match read(&self.document) {
            Ok(value) => Ok(Reply {
                value,
                usage: self.head.usage,
                date: self.head.date,
                trace_id: self.head.trace_id,
            }),
            Err(reason) => Err(Error::new(
                operation,
                ErrorKind::Unreadable(reason),
                self.head,
            )),
        }
    }
}

/// Does the call once.
pub(crate) async fn call(http: &reqwest::Client, call: Call<'_>) -> Result<Answer, Error> {
    let method = call.request.method().clone();
    let (operation, template) = (call.operation, call.template);
    let started = Instant::now();
    let outcome = exchange(http, call).await;
    log(&method, operation, template, started.elapsed(), &outcome);
    outcome
}

async fn exchange(http: &reqwest::Client, call: Call<'_>) -> Result<Answer, Error> {
    let operation = call.operation;
    let mut tally = Tally::of(&call.request, operation, call.meter);
    let response = match http.execute(call.request).await {
        Ok(response) => response,
        Err(failure) => {
            let kind = sending_failed(failure);
            if matches!(kind, ErrorKind::Request(_) | ErrorKind::Connect(_)) {
                tally.never_left();
            }
            return Err(Error::new(operation, kind, Head::default()));
        }
    };
    let head = read_head(&response);
    tally.read(meter::head_bytes(&response));
    let success = response.status().is_success();
    let fail = |kind, head| Err(Error::new(operation, kind, head));

    let body = match read_body(response, call.max_body_bytes).await {
        Ok(body) => body,
        Err(kind) => return fail(kind, head),
    };
    tally.read(body.len() as u64);
    let secrets: Vec<&str> = call
        .secrets
        .iter()
        .map(|secret| secret.expose_secret())
        .collect();
    let keep = success && call.returns_token;
    let text = if keep {
        lossy(body)
    } else {
        scrub(lossy(body), &secrets)
    };
    let document = match Document::from_string(text) {
        Ok(document) => document,
        Err(_) if !success => return fail(ErrorKind::Status, head),
        Err(Malformed::NotJson) => return fail(ErrorKind::NotJson, head),
        Err(Malformed::TooDeep) => return fail(ErrorKind::TooDeep, head),
    };
    match error::in_body(&document, &secrets) {
        Some(kind) => fail(kind, head),
        None if !success => fail(ErrorKind::Status, head),
        None => Ok(Answer { document, head }),
    }
}

/// Sorts a failure before the reply. Only a failure to connect is certain to be without effect;
/// everything later may have happened after the platform read the request.
fn sending_failed(failure: reqwest::Error) -> ErrorKind {
    // The address carries tokens in the calls that need them there.
    let failure = failure.without_url();
    if failure.is_builder() {
        ErrorKind::Request("not a valid request")
    } else if failure.is_connect() {
        ErrorKind::Connect(failure)
    } else if failure.is_timeout() {
        ErrorKind::Timeout
    } else {
        ErrorKind::Dropped(failure)
    }
}

async fn read_body(mut response: Response, limit: usize) -> Result<Vec<u8>, ErrorKind> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(ErrorKind::TooLarge { limit });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(failure) if failure.is_timeout() => return Err(ErrorKind::Timeout),
            Err(failure) => return Err(ErrorKind::Dropped(failure.without_url())),
        }
    }
}

fn read_head(response: &Response) -> Head {
    let headers = response.headers();
    let usage = Usage::from_headers(
        header(headers, "x-app-usage"),
        header(headers, "x-business-use-case-usage"),
    );
    let trace_id = ["x-fb-trace-id", "x-fb-request-id"]
        .iter()
        .find_map(|name| header(headers, name))
        .map(|id| id.chars().take(100).collect());
    Head {
        status: Some(response.status().as_u16()),
        usage,
        date: header(headers, "date")
            .and_then(|date| DateTime::parse_from_rfc2822(date).ok())
            .map(|date| date.with_timezone(&Utc)),
        trace_id,
        retry_after: header(headers, "retry-after")
            .and_then(|seconds| seconds.trim().parse().ok())
            .map(Duration::from_secs),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn log(
    method: &Method,
    operation: &'static str,
    template: &'static str,
    took: Duration,
    outcome: &Result<Answer, Error>,
) {
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match outcome {
        Ok(answer) => tracing::debug!(
            %method,
            operation,
            path = template,
            status = answer.head.status,
            duration_ms,
            trace_id = answer.head.trace_id,
            "Graph call answered"
        ),
        Err(error) => tracing::debug!(
            %method,
            operation,
            path = template,
            status = error.status(),
            duration_ms,
            code = error.graph().and_then(|graph| graph.code),
            subcode = error.graph().and_then(|graph| graph.subcode),
            trace_id = error.trace_id(),
            retry_kind = ?error.retry_kind(),
            "Graph call failed"
        ),
    }
}
