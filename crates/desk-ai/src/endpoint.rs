//! Talks to an OpenAI-compatible endpoint. The only I/O of the crate. Must not log or report a
//! word of what is sent or received: that is a customer's text, or the key.

mod dialect;
mod ledger;
pub mod preset;
mod stream;

use crate::cost;
use crate::prompt::Prompt;
use crate::provider::{Completion, Provider, ProviderFault, Told, Usage};
use async_openai::Client;
use async_openai::config::{Config, OpenAIConfig};
use async_openai::error::{ApiError, ApiErrorResponse, OpenAIError};
use async_openai::middleware::HttpRequestFactory;
use async_trait::async_trait;
use desk_core::egress::Egress;
use dialect::Dialect;
use ledger::{Entry, Ledger};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use stream::Stream;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

/// A longer answer is no reply; a faulty server must not fill the memory.
const MAX_BODY: usize = 2 * 1024 * 1024;
/// How often a request is put in other words before giving up: every word of the dialect once.
const MAX_ATTEMPTS: usize = 5;

/// An OpenAI-compatible endpoint, local or not.
pub struct Endpoint {
    client: Client<OpenAIConfig>,
    /// The same connections, for answers that are read as they come.
    http: reqwest::Client,
    model: String,
    deadline: Duration,
    /// What the server was found to understand, so that it is found out once.
    dialect: AtomicU8,
    egress: Ledger,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("base", &self.client.config().api_base())
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

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
        // The default service retries for minutes; this one asks once, keeps the status of an
        // answer that is no JSON, and reads no more than a reply can be.
        let egress: Ledger = Arc::default();
        let service = tower::service_fn({
            let (http, egress) = (http.clone(), Arc::clone(&egress));
            move |request: HttpRequestFactory| {
                let (http, egress) = (http.clone(), Arc::clone(&egress));
                async move { ask_once(&http, &request, &egress).await }
            }
        });
        Ok(Self {
            client: Client::build(http.clone(), config).with_http_service(service),
            http,
            model: model.to_owned(),
            deadline,
            dialect: AtomicU8::new(0),
            egress,
        })
    }

    /// The same endpoint, whose calls are recorded in the ledger of what left this computer.
    #[must_use]
    pub fn recorded(self, egress: Arc<Egress>) -> Self {
        let _ = self.egress.set(egress);
        self
    }

    /// Asks a trivial question, to see that address, key and model work, and finds out what the
    /// endpoint can do; give that to the next [`Endpoint::with_capabilities`], so that it is found
    /// out once.
    ///
    /// # Errors
    /// What does not work.
    pub async fn probe(&self) -> Result<Probe, ProviderFault> {
        let prompt = Prompt::probe();
        let answer = self.complete(&prompt).await?;
        Ok(Probe {
            capabilities: self.capabilities(),
            usage: cost::usage_or_estimate(answer.usage, &prompt, &answer.content),
        })
    }

    /// Its address.
    #[must_use]
    pub fn base(&self) -> &str {
        self.client.config().api_base()
    }

    /// What the endpoint was found to understand so far.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        Capabilities(self.dialect.load(Ordering::Relaxed))
    }

    /// The endpoint with what was found out about it earlier.
    #[must_use]
    pub fn with_capabilities(self, known: Capabilities) -> Self {
        self.dialect.store(known.0, Ordering::Relaxed);
        self
    }

    /// Asks for a stream. `None` when the server refuses in a way that may be about the words of
    /// the request: then it is asked in one piece, where the ladder is climbed down.
    async fn stream(
        &self,
        prompt: &Prompt,
        on_part: &Told<'_>,
    ) -> Result<Option<Completion>, ProviderFault> {
        let dialect = Dialect::from_bits(self.dialect.load(Ordering::Relaxed));
        let config = self.client.config();
        let request = self
            .http
            .post(config.url("/chat/completions"))
            .headers(config.headers())
            .json(&dialect.streamed(&self.model, prompt))
            .build()
            .map_err(|e| sort_fault(&OpenAIError::Reqwest(e)))?;
        let mut entry = Entry::of(&request, &self.egress);
        let sent = self.http.execute(request).await;
        let mut response = sent.map_err(|e| {
            entry.note_failure(&e);
            sort_fault(&OpenAIError::Reqwest(e))
        })?;
        let kind = response.headers().get(reqwest::header::CONTENT_TYPE);
        let streams = kind
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.contains("event-stream"));
        if response.status().is_success() && !streams {
            return Ok(None);
        }
        if !response.status().is_success() {
            let status = response.status();
            // What it says tells a wrong model from a wrong address.
            let body = read_body(&mut response, &mut entry).await;
            let body = body.ok().flatten().unwrap_or_default();
            let fault = refused(status, &beginning(&body));
            let simpler = refusal(&fault).and_then(|(s, text)| dialect.simpler(s, text));
            return match simpler {
                Some(_) if !is_about_key(&fault) => Ok(None),
                _ => Err(sort_fault(&fault)),
            };
        }
        let mut stream = Stream::default();
        let mut size = 0;
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    size += chunk.len();
                    entry.read(chunk.len());
                    if size > MAX_BODY {
                        return Err(ProviderFault::Nonsense);
                    }
                    // Told event by event, however they were packed on the way.
                    for line in chunk.split_inclusive(|b| *b == b'\n') {
                        if stream.feed(line) {
                            on_part(stream.content());
                        }
                    }
                }
                Ok(None) => break,
                // Said to be done, then cut: everything is there.
                Err(_) if stream.is_done() => break,
                Err(e) if e.is_timeout() => return Err(ProviderFault::Slow),
                Err(_) => return Err(ProviderFault::Cut),
            }
        }
        stream.finish().map(Some)
    }

    async fn ask(&self, prompt: &Prompt) -> Result<Completion, ProviderFault> {
        let mut dialect = Dialect::from_bits(self.dialect.load(Ordering::Relaxed));
        for _ in 0..MAX_ATTEMPTS {
            let request = dialect.request(&self.model, prompt);
            // The client logs bodies that it cannot read; this call has no subscriber.
            let answer: Result<Value, OpenAIError> = self
                .client
                .chat()
                .create_byot(request)
                .with_subscriber(NoSubscriber::default())
                .await;
            match answer {
                Ok(body) => {
                    self.dialect.store(dialect.bits(), Ordering::Relaxed);
                    return read(&body);
                }
                Err(fault) => {
                    match refusal(&fault).and_then(|(s, text)| dialect.simpler(s, text)) {
                        Some(simpler) if !is_about_key(&fault) => dialect = simpler,
                        _ => return Err(sort_fault(&fault)),
                    }
                }
            }
        }
        Err(ProviderFault::Nonsense)
    }
}

#[async_trait]
impl Provider for Endpoint {
    async fn complete(&self, prompt: &Prompt) -> Result<Completion, ProviderFault> {
        tokio::time::timeout(self.deadline, self.ask(prompt))
            .await
            .unwrap_or(Err(ProviderFault::Slow))
    }

    async fn complete_in_parts(
        &self,
        prompt: &Prompt,
        on_part: &Told<'_>,
    ) -> Result<Completion, ProviderFault> {
        let asked = async {
            match self.stream(prompt, on_part).await? {
                Some(completion) => Ok(completion),
                None => self.ask(prompt).await,
            }
        };
        tokio::time::timeout(self.deadline, asked)
            .await
            .unwrap_or(Err(ProviderFault::Slow))
    }

    fn model(&self) -> &str {
        &self.model
    }
}

/// What a probe found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// What the endpoint understands.
    pub capabilities: Capabilities,
    /// What it cost to ask.
    pub usage: Usage,
}

/// What an endpoint was found to understand; keep the number, it is stable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities(pub u8);

impl Capabilities {
    /// How answers are asked for: `json_schema`, `json_object` or `plain`.
    #[must_use]
    pub const fn format(self) -> &'static str {
        Dialect::from_bits(self.0).format_word()
    }
}

async fn ask_once(
    http: &reqwest::Client,
    request: &HttpRequestFactory,
    egress: &Ledger,
) -> Result<reqwest::Response, OpenAIError> {
    let request = request.build().await?;
    let mut entry = Entry::of(&request, egress);
    let mut response = match http.execute(request).await {
        Ok(response) => response,
        Err(fault) => {
            entry.note_failure(&fault);
            return Err(fault.into());
        }
    };
    let status = response.status();
    let body = read_body(&mut response, &mut entry).await;
    let Some(body) = body? else {
        return Err(refused(status, "too long"));
    };
    if !status.is_success() {
        return Err(refused(status, &beginning(&body)));
    }
    Ok(reqwest::Response::from(http::Response::new(body)))
}

/// As much of a refusal as is needed to know what it is about.
fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(body.get(..2_000).unwrap_or(body)).into_owned()
}

/// The body of an answer; nothing when it is longer than an answer can be.
async fn read_body(
    response: &mut reqwest::Response,
    entry: &mut Entry,
) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body: Vec<u8> = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        entry.read(chunk.len());
        if body.len() + chunk.len() > MAX_BODY {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn refused(status: reqwest::StatusCode, message: &str) -> OpenAIError {
    OpenAIError::ApiError(ApiErrorResponse {
        status_code: status,
        api_error: ApiError {
            message: message.to_owned(),
            ..ApiError::default()
        },
    })
}

fn check_base(base_url: &str) -> Result<String, ProviderFault> {
    let url = url::Url::parse(base_url.trim()).map_err(|_| ProviderFault::BadUrl)?;
    if url.host().is_none() {
        return Err(ProviderFault::BadUrl);
    }
    let fits = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    if !fits || !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(ProviderFault::BadUrl);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn usage(counted: &Value) -> Usage {
    let count = |name: &str| {
        let n = counted.get(name).and_then(Value::as_u64).unwrap_or(0);
        u32::try_from(n).unwrap_or(u32::MAX)
    };
    Usage {
        tokens_in: count("prompt_tokens"),
        tokens_out: count("completion_tokens"),
    }
}

fn read(body: &Value) -> Result<Completion, ProviderFault> {
    let message = body
        .pointer("/choices/0/message")
        .ok_or(ProviderFault::Nonsense)?;
    let text = |name: &str| message.get(name).and_then(Value::as_str).map(str::to_owned);
    let completion = Completion {
        content: text("content").unwrap_or_default(),
        reasoning: text("reasoning_content").or_else(|| text("reasoning")),
        usage: body.get("usage").map(usage).unwrap_or_default(),
    };
    if completion.content.is_empty() && completion.reasoning.is_none() {
        return Err(ProviderFault::Nonsense);
    }
    Ok(completion)
}

/// A refusal that may be about the words of the request, with what it says.
fn refusal(fault: &OpenAIError) -> Option<(u16, &str)> {
    match fault {
        OpenAIError::ApiError(e) => Some((e.status_code.as_u16(), e.api_error.message.as_str())),
        _ => None,
    }
}

fn sort_fault(fault: &OpenAIError) -> ProviderFault {
    match fault {
        OpenAIError::ApiError(e) => match e.status_code.as_u16() {
            401 | 403 => ProviderFault::KeyRefused,
            _ if is_about_key(fault) => ProviderFault::KeyRefused,
            404 if e.api_error.message.to_lowercase().contains("model") => {
                ProviderFault::ModelUnknown
            }
            404 | 405 | 410 => ProviderFault::AddressUnknown,
            402 | 429 => ProviderFault::Quota,
            408 | 504 => ProviderFault::Slow,
            500.. => ProviderFault::Unreachable,
            _ if names_the_model(&e.api_error.message) => ProviderFault::ModelUnknown,
            _ => ProviderFault::Nonsense,
        },
        OpenAIError::Reqwest(e) if e.is_timeout() => ProviderFault::Slow,
        OpenAIError::Reqwest(e) if e.is_builder() => ProviderFault::BadUrl,
        OpenAIError::Reqwest(_) => ProviderFault::Unreachable,
        _ => ProviderFault::Nonsense,
    }
}

/// Some servers answer 400 to a key that they do not know.
fn is_about_key(fault: &OpenAIError) -> bool {
    refusal(fault).is_some_and(|(status, message)| {
        let message = message.to_lowercase();
        status == 400 && (message.contains("api key") || message.contains("api_key"))
    })
}

/// Some servers answer 400 to a model that they do not have.
fn names_the_model(message: &str) -> bool {
    let message = message.to_lowercase();
    message.contains("model")
        && [
            "not found",
            "not exist",
            "unknown",
            "invalid model",
            "no such",
        ]
        .iter()
        .any(|sign| message.contains(sign))
}
