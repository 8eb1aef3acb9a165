//! What a browser comes back with from a login, and what it has to match.

use graph_api::SecretString;
use sha2::{Digest, Sha256};
use url::Url;

/// No address that Instagram or Facebook sends a browser to is longer.
const MAX_CALLBACK_BYTES: usize = 8 * 1024;

/// What a callback says.
pub(super) enum Callback {
    /// The owner allowed it.
    Allowed { code: SecretString, state: String },
    /// The owner did not.
    Denied { state: Option<String> },
}

/// Reads a callback: our own link, the redirect address, or what follows the question mark in it.
pub(super) fn read_callback(text: &str) -> Option<Callback> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_CALLBACK_BYTES || text.contains('\0') {
        return None;
    }
    let query = match Url::parse(text) {
        Ok(url) => url.query()?.to_owned(),
        Err(_) => text
            .trim_start_matches('?')
            .trim_end_matches("#_=_")
            .trim_end_matches("#_")
            .to_owned(),
    };
    let value = |wanted: &str| {
        let mut all =
            url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == wanted);
        let first = all.next().map(|(_, v)| v.into_owned());
        // Two values for one name: nobody honest sends that.
        if all.next().is_some() {
            None
        } else {
            first.filter(|v| !v.is_empty())
        }
    };
    let state = value("state");
    if value("error").is_some() {
        return Some(Callback::Denied { state });
    }
    let code = value("code")?;
    let code = code
        .strip_suffix("#_=_")
        .or_else(|| code.strip_suffix("#_"))
        .unwrap_or(&code)
        .to_owned();
    Some(Callback::Allowed {
        code: SecretString::from(code),
        state: state?,
    })
}

pub(super) fn hash(state: &str) -> String {
    Sha256::digest(state.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// 244 random bits.
pub(super) fn new_state() -> String {
    format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn code_and_state(text: &str) -> Option<(String, String)> {
        match read_callback(text)? {
            Callback::Allowed { code, state } => Some((code.expose_secret().to_owned(), state)),
            Callback::Denied { .. } => None,
        }
    }

    #[test]
    fn a_callback_is_read_however_it_comes() {
        for text in [
            "replydesk://oauth/instagram?code=AQ-1_x&state=s1",
            "https://example.test/connect?code=AQ-1_x&state=s1#_",
            "  https://example.test/connect?state=s1&code=AQ-1_x#_\n",
            "code=AQ-1_x&state=s1#_",
            "?code=AQ-1_x&state=s1",
            "https://example.test/connect?code=AQ-1_x&state=s1#_=_",
            "state=s1&code=AQ-1_x#_=_",
            "replydesk://oauth/instagram?code=AQ-1_x%23_&state=s1",
        ] {
            assert_eq!(
                code_and_state(text),
                Some(("AQ-1_x".into(), "s1".into())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_callback_is_refused() {
        for text in [
            "",
            "hello",
            "replydesk://oauth/instagram",
            "code=a",
            "state=b",
            "code=a&code=b&state=c",
            "code=&state=x",
        ] {
            assert!(read_callback(text).is_none(), "{text:?} was accepted");
        }
        assert!(read_callback(&format!("code={}&state=x", "a".repeat(1 << 20))).is_none());
        assert!(read_callback("code=a\0&state=x").is_none());
    }

    #[test]
    fn a_denial_is_known() {
        let text = "https://x.test/?error=access_denied&error_reason=user_denied&state=s";
        assert!(
            matches!(read_callback(text), Some(Callback::Denied { state: Some(s) }) if s == "s")
        );
    }

    #[test]
    fn states_do_not_repeat() {
        assert_ne!(new_state(), new_state());
        assert_eq!(new_state().len(), 64);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use crate::connect::address::{endpoint_url, is_loopback, redirect_url};

    #[test]
    fn fuzz_deep_links_and_callbacks() {
        let seeds: [&[u8]; 5] = [
            b"replydesk://oauth/instagram?code=AQBx1&state=5f0c1b7a#_",
            b"https://example.org/replydesk/instagram?code=AQB&state=s",
            b"?code=AQB&state=s",
            b"replydesk://oauth/instagram?error=access_denied&error_reason=user_denied&state=s",
            b"--flag=../../x",
        ];
        desk_testkit::mutate::feed(&seeds, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            if let Some(Callback::Allowed { state, .. }) = read_callback(&text) {
                assert!(!state.is_empty() && state.len() <= MAX_CALLBACK_BYTES);
            }
            let _ = redirect_url(&text);
            if let Ok(url) = endpoint_url(&text) {
                assert!(url.scheme() == "https" || is_loopback(&url), "{url}");
            }
        });
    }
}
