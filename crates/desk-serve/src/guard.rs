//! Who may call: whoever has the token, from a page of this server.

use axum::http::{HeaderMap, header};

/// A token that nobody can guess.
pub(crate) fn new_token() -> String {
    format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    )
}

/// Whether the caller has the token. The comparison takes the same time wherever they differ.
pub(crate) fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .unwrap_or_default();
    given.len() == token.len()
        && given
            .bytes()
            .zip(token.bytes())
            .fold(0u8, |sum, (a, b)| sum | (a ^ b))
            == 0
}

/// Whether the request names this server as its host. A page elsewhere whose name was made to lead
/// here (DNS rebinding) names its own.
pub(crate) fn names_this_host(headers: &HeaderMap, port: u16) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
    ]
    .iter()
    .any(|h| h == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn only_the_whole_token_counts() {
        for (given, expected) in [
            ("Bearer abc", true),
            ("Bearer ab", false),
            ("Bearer abd", false),
            ("abc", false),
            ("", false),
        ] {
            assert_eq!(
                has_token(&headers(header::AUTHORIZATION, given), "abc"),
                expected,
                "{given}"
            );
        }
    }

    #[test]
    fn another_host_is_refused() {
        for (host, expected) in [
            ("127.0.0.1:80", true),
            ("localhost:80", true),
            ("evil.test:80", false),
            ("127.0.0.1:81", false),
        ] {
            assert_eq!(
                names_this_host(&headers(header::HOST, host), 80),
                expected,
                "{host}"
            );
        }
    }
}
