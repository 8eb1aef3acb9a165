//! Owns where media may be fetched from: the list of hosts, and the resolver that gives no address
//! of this machine or its network away.

use super::MediaError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// The hosts behind attachments, stories and profile pictures, with all below them.
pub const HOSTS: [&str; 3] = ["fbsbx.com", "fbcdn.net", "cdninstagram.com"];

/// Where media may be fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    hosts: Vec<String>,
    /// The one address on this machine that may be asked too: a simulator's.
    loopback: Option<(String, u16)>,
}

impl Rules {
    /// Only these hosts and those below them. `graph` is the address of the Graph API: when it is
    /// on this machine, as a simulator's is, media may come from there as well.
    #[must_use]
    pub fn new(hosts: &[String], graph: &Url) -> Self {
        let loopback = graph
            .host_str()
            .filter(|_| is_loopback(graph))
            .map(str::to_owned)
            .zip(graph.port_or_known_default());
        let hosts = hosts
            .iter()
            .map(|h| h.trim().trim_matches('.').to_ascii_lowercase())
            .filter(|h| h.contains('.') && !h.contains(['/', ':', '@', ' ']))
            .collect();
        Self { hosts, loopback }
    }

    /// The address, when it may be asked.
    ///
    /// # Errors
    /// [`MediaError::Forbidden`] with the rule that it breaks.
    pub fn allowed(&self, address: &str) -> Result<Url, MediaError> {
        let url = Url::parse(address).map_err(|_| MediaError::Forbidden("not an address"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(MediaError::Forbidden("an address with a user name"));
        }
        if self.is_simulator(&url) {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(MediaError::Forbidden("not https"));
        }
        if url.port().is_some() {
            return Err(MediaError::Forbidden("a port of its own"));
        }
        match url.host() {
            Some(Host::Domain(name)) if self.is_listed(name) => Ok(url),
            Some(Host::Domain(_)) => Err(MediaError::Forbidden("a host that is not on the list")),
            _ => Err(MediaError::Forbidden("a number instead of a name")),
        }
    }

    fn is_simulator(&self, url: &Url) -> bool {
        let place = url
            .host_str()
            .map(str::to_owned)
            .zip(url.port_or_known_default());
        self.loopback.is_some() && place == self.loopback && is_loopback(url)
    }

    fn is_listed(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.iter().any(|host| {
            name == *host
                || name
                    .strip_suffix(host.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
        })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// Whether an address is out in the world: not of this machine, its network, or reserved.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let reserved = matches!(
        (a, b, c),
        (0 | 10 | 127 | 240..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=239, _, _)
    );
    !reserved
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let segments = v6.segments();
    // An address of the older kind inside one of the newer: mapped, compatible, translated, 6to4.
    let inner = match segments {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some((high, low))
        }
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = inner {
        let bits = (u32::from(high) << 16) | u32::from(low);
        return is_public_v4(Ipv4Addr::from(bits));
    }
    let [first, second, ..] = segments;
    // What is given out is 2000::/3; of it, the tunnels and the documents' examples are not.
    (first & 0xe000) == 0x2000
        && !(first == 0x2001 && (second == 0 || second == 0xdb8))
        && !(first == 0x3fff && second < 0x1000)
}

/// Resolves a name, and gives only addresses that are out in the world. The connection is made to
/// one of these and to no other, so that a name cannot lead elsewhere a moment later.
#[derive(Debug)]
pub struct Guarded {
    rules: Rules,
}

impl Guarded {
    pub(crate) fn new(rules: Rules) -> Self {
        Self { rules }
    }
}

/// A name without an address that may be asked.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to this machine or its network")]
struct OnlyPrivate;

/// What is left of the addresses of a name.
fn kept(found: impl Iterator<Item = SocketAddr>, local: bool) -> Vec<SocketAddr> {
    found
        .filter(|a| is_public(a.ip()) || (local && a.ip().is_loopback()))
        .collect()
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let local = self
            .rules
            .loopback
            .as_ref()
            .is_some_and(|(host, _)| *host == name);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept = kept(found, local);
            if kept.is_empty() {
                return Err(Box::from(OnlyPrivate));
            }
            let addresses: Addrs = Box::new(kept.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(graph: &str) -> Rules {
        Rules::new(&HOSTS.map(str::to_owned), &Url::parse(graph).unwrap())
    }

    fn is_allowed(rules: &Rules, address: &str) -> bool {
        rules.allowed(address).is_ok()
    }

    #[test]
    fn only_the_listed_hosts_and_those_below_them_are_asked() {
        let rules = rules("https://graph.instagram.com/");
        for good in [
            "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x",
            "https://scontent-ist1-1.cdninstagram.com/v/a.jpg?x=1",
            "https://video.fist4-1.fna.fbcdn.net/v.mp4",
            "https://LOOKASIDE.FBSBX.COM./x",
            "https://lookaside.fbsbx.com:443/x",
        ] {
            assert!(is_allowed(&rules, good), "{good}");
        }
        for bad in [
            "http://lookaside.fbsbx.com/x",
            "https://fbsbx.com.evil.tld/x",
            "https://evilfbsbx.com/x",
            "https://lookaside.fbsbx.com@evil.tld/x",
            "https://user@lookaside.fbsbx.com/x",
            "https://lookaside.fbsbx.com:8443/x",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f000001/x",
            "https://0177.0.0.1/x",
            "https://[::1]/x",
            "https://169.254.169.254/latest/meta-data",
            "https://localhost/x",
            "http://127.0.0.1:9000/x",
            "file:///etc/passwd",
            "data:image/png;base64,AAAA",
            "ftp://lookaside.fbsbx.com/x",
            "javascript:alert(1)",
            "",
            "https://",
        ] {
            assert!(!is_allowed(&rules, bad), "{bad}");
        }
    }

    #[test]
    fn this_machine_is_asked_only_where_the_graph_itself_is() {
        let rules = rules("http://127.0.0.1:9000/");
        assert!(is_allowed(
            &rules,
            "http://127.0.0.1:9000/ig_messaging_cdn/?asset_id=1"
        ));
        assert!(
            !is_allowed(&rules, "http://127.0.0.1:9001/x"),
            "another port"
        );
        assert!(
            !is_allowed(&rules, "http://127.0.0.2:9000/x"),
            "another address"
        );
        assert!(
            !is_allowed(&rules, "http://localhost:9000/x"),
            "another name"
        );
        assert!(!is_allowed(&rules, "http://192.168.1.4:9000/x"));
    }

    #[test]
    fn a_list_that_holds_nonsense_opens_nothing() {
        let odd = ["", ".", "com", "https://x.y/", "a b.c"].map(str::to_owned);
        let rules = Rules::new(&odd, &Url::parse("https://g.test/").unwrap());
        for address in ["https://instagram.com/", "https://com/", "https://x.y/"] {
            assert!(!is_allowed(&rules, address), "{address}");
        }
    }

    #[test]
    fn addresses_of_this_machine_and_its_network_are_not_public() {
        for private in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.7",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "100::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "157.240.1.63",
            "172.32.0.1",
            "100.128.0.1",
            "2a03:2880:f12f:83:face:b00c::",
            "64:ff9b::9df0:13f",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn a_name_with_a_private_and_a_public_address_keeps_the_public_one() {
        let found = ["10.0.0.1:0", "157.240.1.63:0", "127.0.0.1:0"].map(|a| a.parse().unwrap());
        let left = kept(found.into_iter(), false);
        assert_eq!(left, ["157.240.1.63:0".parse().unwrap()]);
        assert!(kept(["127.0.0.1:0".parse().unwrap()].into_iter(), false).is_empty());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_refused_when_it_is_resolved() {
        let guarded = Guarded::new(rules("https://graph.instagram.com/"));
        let resolved = guarded.resolve("localhost".parse().unwrap()).await;
        assert!(resolved.is_err(), "localhost was given away");
    }
}
