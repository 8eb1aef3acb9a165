//! Owns the addresses of the platform and the rule that a token never travels in clear text except
//! on this machine. It must not know a path of the API.

use url::{Host, Url};

/// The hosts that the client talks to; the default is Meta's own.
///
/// A base may carry a path, which is kept in front of every path of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Where the owner's browser signs in (Instagram Login).
    pub instagram_web: Url,
    /// Where a code is exchanged for a token.
    pub instagram_api: Url,
    /// The Graph API of Instagram Login.
    pub instagram_graph: Url,
    /// Where the owner's browser signs in (Facebook Login).
    pub facebook_web: Url,
    /// The Graph API of Facebook Login.
    pub facebook_graph: Url,
}

/// An address that cannot be used as an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The value is not a web address.
    #[error("{name} is not a web address")]
    NotAnAddress {
        /// Which endpoint.
        name: &'static str,
    },
    /// Plain http to another machine, which would show the token to the network.
    #[error("{name} must use https, because plain http is allowed on this computer alone")]
    NotEncrypted {
        /// Which endpoint.
        name: &'static str,
    },
    /// User name, query or fragment in a base address.
    #[error("{name} must be a plain address without user name, query or fragment")]
    NotPlain {
        /// Which endpoint.
        name: &'static str,
    },
}

const INSTAGRAM_WEB: (&str, &str) = ("REPLYDESK_INSTAGRAM_WEB", "https://www.instagram.com/");
const INSTAGRAM_API: (&str, &str) = ("REPLYDESK_INSTAGRAM_API", "https://api.instagram.com/");
const INSTAGRAM_GRAPH: (&str, &str) = ("REPLYDESK_INSTAGRAM_GRAPH", "https://graph.instagram.com/");
const FACEBOOK_WEB: (&str, &str) = ("REPLYDESK_FACEBOOK_WEB", "https://www.facebook.com/");
const FACEBOOK_GRAPH: (&str, &str) = ("REPLYDESK_FACEBOOK_GRAPH", "https://graph.facebook.com/");

impl Endpoints {
    /// Reads the five `REPLYDESK_…` values through `get` (the environment, or a test's table); a
    /// value that is missing or empty means Meta's host.
    ///
    /// # Errors
    /// When a value is no address, or is plain http to another machine.
    pub fn from_values(get: impl Fn(&str) -> Option<String>) -> Result<Self, EndpointError> {
        let read = |(name, default): (&'static str, &str)| {
            let value = get(name).filter(|value| !value.trim().is_empty());
            let url = Url::parse(value.as_deref().unwrap_or(default).trim())
                .map_err(|_| EndpointError::NotAnAddress { name })?;
            check(name, &url)?;
            Ok(url)
        };
        Ok(Self {
            instagram_web: read(INSTAGRAM_WEB)?,
            instagram_api: read(INSTAGRAM_API)?,
            instagram_graph: read(INSTAGRAM_GRAPH)?,
            facebook_web: read(FACEBOOK_WEB)?,
            facebook_graph: read(FACEBOOK_GRAPH)?,
        })
    }

    /// Applies the rules of [`Endpoints::from_values`] to addresses that were set by hand.
    pub(crate) fn check(&self) -> Result<(), EndpointError> {
        check("instagram_web", &self.instagram_web)?;
        check("instagram_api", &self.instagram_api)?;
        check("instagram_graph", &self.instagram_graph)?;
        check("facebook_web", &self.facebook_web)?;
        check("facebook_graph", &self.facebook_graph)
    }
}

impl Default for Endpoints {
    #[expect(clippy::expect_used, reason = "five constants, parsed by a test below")]
    fn default() -> Self {
        Self::from_values(|_| None).expect("Meta's own addresses are valid")
    }
}

/// Appends path segments to a base, whether or not the base ends with a slash. A segment is
/// percent-encoded, so an id with a slash cannot reach another path.
pub(crate) fn under(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

fn check(name: &'static str, url: &Url) -> Result<(), EndpointError> {
    if url.cannot_be_a_base() || url.host().is_none() {
        return Err(EndpointError::NotAnAddress { name });
    }
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !plain {
        return Err(EndpointError::NotPlain { name });
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err(EndpointError::NotEncrypted { name }),
        _ => Err(EndpointError::NotAnAddress { name }),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // Exactly this name: `localhost.example.com` belongs to somebody else.
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_graph(value: &str) -> Result<Endpoints, EndpointError> {
        Endpoints::from_values(|name| {
            (name == "REPLYDESK_INSTAGRAM_GRAPH").then(|| value.to_owned())
        })
    }

    #[test]
    fn the_default_is_metas_hosts() {
        let endpoints = Endpoints::default();
        assert_eq!(
            endpoints.instagram_graph.as_str(),
            "https://graph.instagram.com/"
        );
        assert_eq!(
            endpoints.instagram_web.as_str(),
            "https://www.instagram.com/"
        );
        assert_eq!(
            endpoints.facebook_graph.as_str(),
            "https://graph.facebook.com/"
        );
        assert_eq!(with_graph("  ").unwrap(), endpoints);
    }

    #[test]
    fn plain_http_is_accepted_on_this_machine_alone() {
        for value in [
            "http://127.0.0.1:9000",
            "http://127.8.9.1:80/",
            "http://[::1]:9000",
            "http://localhost:9000/sim/",
            "http://LOCALHOST:9000",
            "https://graph.example.com",
        ] {
            assert!(with_graph(value).is_ok(), "{value}");
        }
        for value in [
            "http://graph.instagram.com",
            "http://192.168.1.4:9000",
            "http://0.0.0.0:9000",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://[::ffff:10.0.0.1]/",
        ] {
            assert_eq!(
                with_graph(value),
                Err(EndpointError::NotEncrypted {
                    name: "REPLYDESK_INSTAGRAM_GRAPH"
                }),
                "{value}"
            );
        }
    }

    #[test]
    fn what_is_no_plain_web_address_is_refused() {
        for value in ["graph", "ftp://127.0.0.1/", "data:text/plain,x", "https://"] {
            assert!(
                matches!(with_graph(value), Err(EndpointError::NotAnAddress { .. })),
                "{value}"
            );
        }
        for value in [
            "https://a:b@example.com",
            "https://example.com/?t=1",
            "https://e.com/#x",
        ] {
            assert!(
                matches!(with_graph(value), Err(EndpointError::NotPlain { .. })),
                "{value}"
            );
        }
    }

    #[test]
    fn a_path_in_front_and_a_trailing_slash_are_kept_right() {
        for base in ["http://localhost:1/sim", "http://localhost:1/sim/"] {
            let url = under(&Url::parse(base).unwrap(), &["v25.0", "me"]);
            assert_eq!(url.as_str(), "http://localhost:1/sim/v25.0/me");
        }
        let url = under(&Url::parse("https://h").unwrap(), &["v25.0", "a/b?c#d"]);
        assert_eq!(url.as_str(), "https://h/v25.0/a%2Fb%3Fc%23d");
    }
}
