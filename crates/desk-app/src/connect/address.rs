//! Which addresses may be opened, called or sent a browser back to.

use crate::IpcError;
use crate::config::Config;
use desk_core::Code;
use url::{Host, Url};

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// An address that may be opened in the browser: https, no user name in front of the host. Plain
/// http leads to the simulator alone.
pub(crate) fn safe_link(text: &str, config: &Config) -> Result<Url, IpcError> {
    let refused = |why: &str| IpcError::new(Code::BadRequest, why.to_owned());
    let url = Url::parse(text.trim()).map_err(|_| refused("no address"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("the address hides its host"));
    }
    let is_simulator = is_loopback(&url) && url.origin() == config.endpoints.instagram_web.origin();
    match url.scheme() {
        "https" if url.host().is_some() => Ok(url),
        "http" if is_simulator => Ok(url),
        _ => Err(refused("only https addresses are opened")),
    }
}

/// The address of an AI endpoint: https, or this machine.
pub(crate) fn endpoint_url(text: &str) -> Result<Url, IpcError> {
    let refused = || {
        IpcError::new(
            Code::AiAddressUnusable,
            "the endpoint's address must be https, or on this machine",
        )
    };
    let url = Url::parse(text.trim()).map_err(|_| refused())?;
    let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if is_private && url.host().is_some() {
        Ok(url)
    } else {
        Err(refused())
    }
}

pub(super) fn redirect_url(text: &str) -> Result<String, IpcError> {
    let refused = || IpcError::new(Code::RedirectMismatch, "the redirect address must be https");
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| refused())?;
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
        Ok(text.to_owned())
    } else {
        Err(refused())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_https_and_shows_its_host() {
        let config = Config::from_environment(Some("x".into()), false).unwrap();
        for good in ["https://shop.example/a?b=1", " https://instagram.com/ "] {
            assert!(safe_link(good, &config).is_ok(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,<b>x</b>",
            "file:///etc/passwd",
            "smb://evil.example/share",
            "replydesk://oauth/instagram?code=a&state=b",
            "http://shop.example/",
            "http://127.0.0.1/",
            "https://instagram.com@evil.example/",
            "https://:word@evil.example/",
            "https://",
            "--help",
            "/etc/passwd",
            "",
        ] {
            assert!(safe_link(bad, &config).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_endpoint_is_https_or_here() {
        for good in [
            "https://api.openai.com/v1",
            "http://127.0.0.1:11434/v1",
            "http://localhost:1234/v1",
            "http://[::1]/v1",
        ] {
            assert!(endpoint_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.openai.com",
            "ftp://x",
            "x",
            "http://127.0.0.1.evil.tld",
            "file:///etc/passwd",
        ] {
            assert!(endpoint_url(bad).is_err(), "{bad}");
        }
    }
}
