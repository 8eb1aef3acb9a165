//! Owns fetching the bytes behind an attachment. The address comes from a customer's message, so
//! everything about it is hostile: where it leads, what comes back, how much of it.
//!
//! * Only https, only hosts on a list, no user name, no port of its own; a redirect is looked at
//!   as the first address was, and there are few of them.
//! * A name is resolved once, by [`guard::Guarded`]: addresses of this machine and of its network
//!   are taken out, and the connection goes to what is left. A name that changes its address
//!   between the look and the connection finds no second look to deceive.
//! * The bytes are counted as they come. What they are is read from the bytes themselves, see
//!   [`sniff`]; a picture says how large it would become before anybody unpacks it.

pub mod guard;
pub mod sniff;

use crate::meter::{self, Meter, Tally};
use guard::{Guarded, Rules};
use reqwest::{StatusCode, header, redirect};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How much may be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Of a picture, in bytes.
    pub image_bytes: usize,
    /// Of a film, a sound or a file, in bytes.
    pub other_bytes: usize,
    /// Of a picture, in pixels.
    pub pixels: u64,
    /// Redirects that are followed.
    pub redirects: usize,
    /// For all of it.
    pub timeout: Duration,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            image_bytes: 15 * 1024 * 1024,
            other_bytes: 50 * 1024 * 1024,
            pixels: 50_000_000,
            redirects: 3,
            timeout: Duration::from_secs(60),
        }
    }
}

/// Media that was fetched and is what it seems.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they are.
    pub kind: sniff::Kind,
    /// Of a picture, in pixels.
    pub size: Option<(u32, u32)>,
    /// The host that gave them.
    pub host: String,
}

impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fetched({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

/// Why media could not be had. No error names an address: addresses are signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The address is not one that may be asked.
    #[error("the address may not be asked: {0}")]
    Forbidden(&'static str),
    /// The link ran out, or the thing is gone.
    #[error("the link ran out")]
    Gone,
    /// It is more than may be fetched.
    #[error("it is too large")]
    TooLarge,
    /// It is nothing that is safe to show.
    #[error("it is nothing that may be shown: {0}")]
    Refused(&'static str),
    /// The host does not answer as it should; another time it may.
    #[error("it could not be fetched: {0}")]
    Unreachable(String),
}

fn unreachable(failure: reqwest::Error) -> MediaError {
    MediaError::Unreachable(failure.without_url().to_string())
}

/// Fetches media. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MediaClient {
    http: reqwest::Client,
    rules: Rules,
    caps: Caps,
    meter: Option<Arc<dyn Meter>>,
}

impl MediaClient {
    /// Makes a client that asks only what the rules allow.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(rules: Rules, caps: Caps) -> Result<Self, crate::BuildError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("ReplyDesk/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .timeout(caps.timeout)
            .dns_resolver(Arc::new(Guarded::new(rules.clone())))
            // Each step is looked at by us, with the same rules.
            .redirect(redirect::Policy::none())
            // A proxy would resolve the name in our place.
            .no_proxy()
            .referer(false)
            .retry(reqwest::retry::never())
            .build()
            .map_err(crate::BuildError::Http)?;
        Ok(Self {
            http,
            rules,
            caps,
            meter: None,
        })
    }

    /// The same client, whose exchanges are counted.
    #[must_use]
    pub fn metered(mut self, meter: Arc<dyn Meter>) -> Self {
        self.meter = Some(meter);
        self
    }

    /// Fetches what an address leads to.
    ///
    /// # Errors
    /// Why it cannot be had; see [`MediaError`].
    pub async fn fetch(&self, address: &str) -> Result<Fetched, MediaError> {
        let mut url = self.rules.allowed(address)?;
        for _ in 0..=self.caps.redirects {
            let request = self.http.get(url.clone()).header(
                header::ACCEPT,
                "image/*,video/*,audio/*,application/pdf;q=0.9",
            );
            let request = request.build().map_err(unreachable)?;
            let mut tally = Tally::of(&request, "media", self.meter.as_deref());
            let response = self.http.execute(request).await.map_err(|e| {
                if e.is_connect() {
                    tally.never_left();
                }
                unreachable(e)
            })?;
            tally.read(meter::head_bytes(&response));
            match response.status() {
                status if status.is_redirection() => url = self.next(&url, &response)?,
                status if status.is_success() => {
                    return self.take(&url, response, &mut tally).await;
                }
                StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => {
                    return Err(MediaError::Gone);
                }
                status => return Err(MediaError::Unreachable(format!("status {status}"))),
            }
        }
        Err(MediaError::Forbidden("too many redirects"))
    }

    fn next(&self, from: &Url, response: &reqwest::Response) -> Result<Url, MediaError> {
        let target = response
            .headers()
            .get(header::LOCATION)
            .and_then(|v| v.to_str().ok());
        let target = target.ok_or(MediaError::Forbidden("a redirect to nowhere"))?;
        let joined = from
            .join(target)
            .map_err(|_| MediaError::Forbidden("a redirect to nowhere"))?;
        self.rules.allowed(joined.as_str())
    }

    /// Reads the bytes as long as they may be what they claim to be.
    async fn take(
        &self,
        url: &Url,
        mut response: reqwest::Response,
        tally: &mut Tally<'_>,
    ) -> Result<Fetched, MediaError> {
        let most = self.caps.image_bytes.max(self.caps.other_bytes);
        let told = response.content_length();
        if told.is_some_and(|n| n > u64::try_from(most).unwrap_or(u64::MAX)) {
            return Err(MediaError::TooLarge);
        }
        let mut bytes = Vec::new();
        let mut kind = None;
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            tally.read(chunk.len() as u64);
            bytes.extend_from_slice(&chunk);
            if kind.is_none() && bytes.len() >= sniff::ENOUGH {
                kind = Some(sniff::kind(&bytes).ok_or(MediaError::Refused("an unknown kind"))?);
            }
            if bytes.len() > self.cap(kind) {
                return Err(MediaError::TooLarge);
            }
        }
        let kind = kind
            .or_else(|| sniff::kind(&bytes))
            .ok_or(MediaError::Refused("an unknown kind"))?;
        let size = sniff::check(&bytes, kind, self.caps.pixels)?;
        if bytes.len() > self.cap(Some(kind)) {
            return Err(MediaError::TooLarge);
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Ok(Fetched {
            bytes,
            kind,
            size,
            host,
        })
    }

    fn cap(&self, kind: Option<sniff::Kind>) -> usize {
        match kind {
            Some(kind) if kind.is_image() => self.caps.image_bytes,
            _ => self.caps.other_bytes,
        }
    }
}
