//! One incoming call, read once: path, version, parameters from the query and from a JSON, form or
//! multipart body, and the token. Bad input becomes a value to answer, never a panic.

use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use url::form_urlencoded;

/// Parameters that never reach a log.
const SECRET: [&str; 5] = [
    "access_token",
    "client_secret",
    "code",
    "fb_exchange_token",
    "state",
];

/// A call as the endpoints see it.
#[derive(Debug)]
pub(crate) struct Call {
    /// HTTP method in capitals.
    pub(crate) method: String,
    /// Path as it came, without the query.
    pub(crate) path: String,
    /// Whether it came to Facebook's host, which lies under `/facebook`.
    pub(crate) facebook: bool,
    /// `v25.0`, if the path was versioned.
    pub(crate) version: Option<String>,
    /// Decoded path segments behind the version.
    pub(crate) segments: Vec<String>,
    /// Decoded query.
    pub(crate) query: Vec<(String, String)>,
    /// The body as one JSON object, whatever way it was encoded.
    pub(crate) body: Result<Map<String, Value>, String>,
    /// When the call arrived, by the simulator's clock.
    pub(crate) now: DateTime<Utc>,
    bearer: Option<String>,
}

impl Call {
    /// Reads the head and the body of a request.
    pub(crate) fn read(parts: &Parts, body: &[u8], now: DateTime<Utc>) -> Self {
        let path = parts.uri.path().to_owned();
        let mut segments: Vec<String> = path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(decode)
            .collect();
        let facebook = segments.first().is_some_and(|first| first == "facebook");
        if facebook {
            segments.remove(0);
        }
        let version = segments.first().filter(|first| is_version(first)).cloned();
        if version.is_some() {
            segments.remove(0);
        }
        let query = parts.uri.query().unwrap_or_default();
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let bearer = header("authorization")
            .and_then(|value| {
                value
                    .strip_prefix("Bearer ")
                    .or(value.strip_prefix("bearer "))
            })
            .map(|token| token.trim().to_owned());
        Self {
            method: parts.method.as_str().to_ascii_uppercase(),
            path,
            facebook,
            version,
            segments,
            query: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            body: read_body(header("content-type").unwrap_or_default(), body),
            now,
            bearer,
        }
    }

    /// The call that opening an address in a browser makes.
    pub(crate) fn of_url(address: &str, now: DateTime<Utc>) -> Option<Self> {
        let address = url::Url::parse(address).ok()?;
        let segments: Vec<String> = address.path_segments()?.map(decode).collect();
        Some(Self {
            method: "GET".to_owned(),
            path: address.path().to_owned(),
            facebook: segments.first().is_some_and(|first| first == "facebook"),
            version: None,
            segments,
            query: address.query_pairs().into_owned().collect(),
            body: Ok(Map::new()),
            now,
            bearer: None,
        })
    }

    /// A parameter from the query or, failing that, a plain value of the body.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let query = self
            .query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone());
        query.or_else(|| match self.body.as_ref().ok()?.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// The access token, from the header or a parameter.
    pub(crate) fn token(&self) -> Option<String> {
        self.bearer
            .clone()
            .or_else(|| self.param("access_token"))
            .filter(|text| !text.is_empty())
    }

    /// The query without anything secret, for the log of calls.
    pub(crate) fn public_query(&self) -> String {
        let mut shown = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.query {
            if !SECRET.contains(&name.as_str()) {
                shown.append_pair(name, value);
            }
        }
        shown.finish()
    }
}

/// Whether a path segment names an API version, such as `v25.0`.
pub(crate) fn is_version(segment: &str) -> bool {
    let number = segment
        .strip_prefix('v')
        .and_then(|rest| rest.split_once('.'));
    number.is_some_and(|(major, minor)| {
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits(major) && digits(minor)
    })
}

fn decode(segment: &str) -> String {
    let guarded = segment
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    form_urlencoded::parse(guarded.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

fn read_body(content_type: &str, body: &[u8]) -> Result<Map<String, Value>, String> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => Ok(nest(form_urlencoded::parse(body).into_owned())),
        "multipart/form-data" => Ok(nest(multipart(content_type, body).into_iter())),
        _ => match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err("the body must be a JSON object".to_owned()),
            Err(error) => Err(format!("the body is not valid JSON: {error}")),
        },
    }
}

/// Turns `message[text]=hi` and `recipient={"id":"1"}` into one JSON object.
fn nest(pairs: impl Iterator<Item = (String, String)>) -> Map<String, Value> {
    let mut root = Map::new();
    for (key, value) in pairs {
        let leaf = if value.starts_with('{') || value.starts_with('[') {
            serde_json::from_str(&value).unwrap_or(Value::String(value))
        } else {
            Value::String(value)
        };
        let mut path: Vec<String> = key
            .split('[')
            .map(|part| part.trim_end_matches(']').to_owned())
            .collect();
        path.truncate(8);
        insert(&mut root, &path, leaf);
    }
    root
}

fn insert(map: &mut Map<String, Value>, path: &[String], leaf: Value) {
    match path {
        [] => {}
        [last] => {
            map.insert(last.clone(), leaf);
        }
        [first, rest @ ..] => {
            let inner = map
                .entry(first.clone())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, leaf);
            }
        }
    }
}

/// The text fields of a multipart body.
fn multipart(content_type: &str, body: &[u8]) -> Vec<(String, String)> {
    let boundary = content_type
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="));
    let Some(boundary) = boundary.map(|text| text.trim_matches('"')) else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(body);
    let mut fields = Vec::new();
    for part in text.split(&format!("--{boundary}")) {
        let Some((head, value)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let name = head
            .split("name=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        if let Some(name) = name {
            fields.push((name.to_owned(), value.trim_end_matches("\r\n").to_owned()));
        }
    }
    fields
}
