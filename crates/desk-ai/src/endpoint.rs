//! Talks to an OpenAI-compatible endpoint. The only I/O of the crate. Must not log or report a
//! word of what is sent or received: that is a customer's text, or the key.

use crate::contract;
use crate::prompt::Prompt;
use crate::provider::{Completion, Provider, ProviderFault, Usage};
use async_openai::Client;
use async_openai::config::{Config, OpenAIConfig};
use async_openai::error::OpenAIError;
use async_openai::middleware::ReqwestService;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

/// An OpenAI-compatible endpoint, local or not.
pub struct Endpoint {
    client: Client<OpenAIConfig>,
    model: String,
    deadline: Duration,
    /// The rung of the response-format ladder that the server accepted last.
    rung: AtomicU8,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("base", &self.client.config().api_base())
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

/// The ladder of response formats, strictest first; servers refuse rungs in many ways, so it is
/// tried once and remembered.
const RUNGS: u8 = 3;

impl Endpoint {
    /// Prepares an endpoint; nothing is sent yet.
    ///
    /// # Errors
    /// [`ProviderFault::BadUrl`] when the address is neither https nor on this machine.
    pub fn new(
        base_url: &str,
        model: &str,
        key: Option<SecretString>,
        deadline: Duration,
    ) -> Result<Self, ProviderFault> {
        let base = check_base(base_url)?;
        // Another crate may have installed one already: that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(deadline)
            .connect_timeout(deadline.min(Duration::from_secs(10)))
            .build()
            .map_err(|_| ProviderFault::BadUrl)?;
        // Every field is set, so that no OPENAI_* variable of the environment sends a customer's
        // words, or a foreign key, anywhere.
        let config = OpenAIConfig::default()
            .with_api_base(base)
            .with_org_id("")
            .with_project_id("")
            .with_api_key(key.as_ref().map_or("", |k| k.expose_secret()));
        // The default service retries for minutes; the bare one asks once.
        let client =
            Client::build(http.clone(), config).with_http_service(ReqwestService::new(http));
        Ok(Self {
            client,
            model: model.to_owned(),
            deadline,
            rung: AtomicU8::new(0),
        })
    }

    /// Asks a trivial question, to see that address, key and model work.
    ///
    /// # Errors
    /// What does not work.
    pub async fn test(&self) -> Result<(), ProviderFault> {
        self.complete(&Prompt::probe()).await.map(drop)
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Completion, ProviderFault> {
        let mut rung = self.rung.load(Ordering::Relaxed);
        loop {
            let request = request(&self.model, prompt, rung);
            // The client logs bodies that it cannot read; this call has no subscriber.
            let answer: Result<Value, OpenAIError> = self
                .client
                .chat()
                .create_byot(request)
                .with_subscriber(NoSubscriber::default())
                .await;
            let fault = match answer {
                Ok(body) => {
                    self.rung.store(rung, Ordering::Relaxed);
                    return read(&body);
                }
                Err(fault) => fault,
            };
            if refuses_format(&fault) && rung + 1 < RUNGS {
                rung += 1;
                continue;
            }
            return Err(sort_fault(&fault));
        }
    }
}

#[async_trait]
impl Provider for Endpoint {
    async fn complete(&self, prompt: &Prompt) -> Result<Completion, ProviderFault> {
        tokio::time::timeout(self.deadline, self.ask(prompt))
            .await
            .unwrap_or(Err(ProviderFault::Slow))
    }

    fn model(&self) -> &str {
        &self.model
    }
}

fn check_base(base_url: &str) -> Result<String, ProviderFault> {
    let url = url::Url::parse(base_url.trim()).map_err(|_| ProviderFault::BadUrl)?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err(ProviderFault::BadUrl),
    };
    let fits = match url.scheme() {
        "https" => true,
        "http" => loopback,
        _ => false,
    };
    if !fits || !url.username().is_empty() || url.password().is_some() {
        return Err(ProviderFault::BadUrl);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn request(model: &str, prompt: &Prompt, rung: u8) -> Value {
    let mut body = json!({
        "model": model,
        "messages": [
            { "role": "system", "content": prompt.system },
            { "role": "user", "content": prompt.user },
        ],
        "temperature": 0.2,
        // Old servers know only the first, new models only the second.
        "max_tokens": prompt.max_tokens,
        "stream": false,
    });
    let format = match rung {
        0 => json!({ "type": "json_schema", "json_schema": {
            "name": "reply", "strict": true, "schema": contract::schema() } }),
        1 => json!({ "type": "json_object" }),
        _ => return body,
    };
    if let Some(map) = body.as_object_mut() {
        map.insert("response_format".to_owned(), format);
    }
    body
}

fn read(body: &Value) -> Result<Completion, ProviderFault> {
    let message = body
        .pointer("/choices/0/message")
        .ok_or(ProviderFault::Nonsense)?;
    let text = |name: &str| message.get(name).and_then(Value::as_str).map(str::to_owned);
    let count = |name: &str| {
        let n = body.pointer(name).and_then(Value::as_u64).unwrap_or(0);
        u32::try_from(n).unwrap_or(u32::MAX)
    };
    Ok(Completion {
        content: text("content").unwrap_or_default(),
        reasoning: text("reasoning_content").or_else(|| text("reasoning")),
        usage: Usage {
            tokens_in: count("/usage/prompt_tokens"),
            tokens_out: count("/usage/completion_tokens"),
        },
    })
}

/// A server that does not know a response format says 400, 422 or 500.
fn refuses_format(fault: &OpenAIError) -> bool {
    match fault {
        OpenAIError::ApiError(e) => {
            matches!(e.status_code.as_u16(), 400 | 415 | 422 | 500 | 501)
        }
        _ => false,
    }
}

fn sort_fault(fault: &OpenAIError) -> ProviderFault {
    match fault {
        OpenAIError::ApiError(e) => match e.status_code.as_u16() {
            401 | 403 => ProviderFault::KeyRefused,
            404 => ProviderFault::ModelUnknown,
            402 | 429 => ProviderFault::Quota,
            408 | 504 => ProviderFault::Slow,
            500.. => ProviderFault::Unreachable,
            _ => ProviderFault::Nonsense,
        },
        OpenAIError::Reqwest(e) if e.is_timeout() => ProviderFault::Slow,
        OpenAIError::Reqwest(e) if e.is_builder() => ProviderFault::BadUrl,
        OpenAIError::Reqwest(_) => ProviderFault::Unreachable,
        _ => ProviderFault::Nonsense,
    }
}
