//! A plain client that knows nothing but HTTP and JSON.

use chrono::{DateTime, Utc};
use graph_sim::Sim;
use serde_json::Value;

/// The conversation fields that a client asks for.
pub const FULL: &str = "id,updated_time,participants,messages.limit(20){id,created_time,from,to,\
                        message,attachments,shares,story,reactions,is_unsupported,reply_to}";

/// A client with a token.
pub struct Http {
    client: reqwest::Client,
    pub base: String,
    pub token: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn code(&self) -> (u16, i64, Option<i64>) {
        let body = self.json();
        let error = &body["error"];
        let code = error["code"]
            .as_i64()
            .unwrap_or_else(|| panic!("no error: {}", self.text));
        (self.status, code, error["error_subcode"].as_i64())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a text header"))
    }
}

impl Http {
    pub fn new(sim: &Sim) -> Self {
        Self::with_token(sim, &sim.token())
    }

    pub fn with_token(sim: &Sim, token: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            client,
            base: sim.url().to_owned(),
            token: token.to_owned(),
        }
    }

    pub async fn try_get(&self, path: &str, query: &[(&str, &str)]) -> reqwest::Result<Answer> {
        let request = self.client.get(format!("{}{path}", self.base)).query(query);
        read(request.bearer_auth(&self.token)).await
    }

    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        self.try_get(path, query).await.expect("an answer")
    }

    pub async fn get_plain(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        let request = self.client.get(format!("{}{path}", self.base)).query(query);
        read(request).await.expect("an answer")
    }

    pub async fn get_url(&self, url: &str) -> Answer {
        read(self.client.get(url)).await.expect("an answer")
    }

    pub async fn try_post(&self, path: &str, body: &Value) -> reqwest::Result<Answer> {
        let request = self.client.post(format!("{}{path}", self.base)).json(body);
        read(request.bearer_auth(&self.token)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.try_post(path, body).await.expect("an answer")
    }

    pub async fn raw(&self, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .header("content-type", kind);
        read(request.body(body).bearer_auth(&self.token))
            .await
            .expect("an answer")
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .form(fields);
        read(request).await.expect("an answer")
    }

    pub async fn delete(&self, path: &str) -> Answer {
        let request = self.client.delete(format!("{}{path}", self.base));
        read(request).await.expect("an answer")
    }

    /// The list of conversations with these fields.
    pub async fn list(&self, fields: &str) -> Value {
        let query = [("platform", "instagram"), ("fields", fields)];
        let answer = self.get("/v25.0/me/conversations", &query).await;
        assert_eq!(answer.status, 200, "the list is answered: {}", answer.text);
        answer.json()
    }

    /// Sends text to a person.
    pub async fn send(&self, to: &str, text: &str) -> Answer {
        self.post("/v25.0/me/messages", &message(to, text)).await
    }
}

/// The body of a text send.
pub fn message(to: &str, text: &str) -> Value {
    serde_json::json!({ "recipient": { "id": to }, "message": { "text": text } })
}

/// A fixed moment for tests with a clock that stands.
pub fn noon() -> DateTime<Utc> {
    "2026-09-15T12:00:00Z".parse().expect("a time")
}

/// A simulator whose clock stands at noon.
pub async fn standing() -> Sim {
    Sim::builder()
        .clock(noon())
        .start()
        .await
        .expect("a simulator")
}

async fn read(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    Ok(Answer {
        status,
        headers,
        text: response.text().await?,
    })
}
