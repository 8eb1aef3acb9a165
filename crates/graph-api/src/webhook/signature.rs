//! Owns the check that a delivery is from Meta: HMAC-SHA256 over the bytes as they came, compared
//! in constant time. To write the JSON anew and hash that would never match: Meta signs its own
//! escaped text.

use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

/// Whether `header` (`X-Hub-Signature-256`) signs `body` with `secret`.
#[must_use]
pub fn is_signed(secret: &SecretString, body: &[u8], header: &str) -> bool {
    let Some(tag) = header.trim().strip_prefix("sha256=").and_then(bytes) else {
        return false;
    };
    let secret = secret.expose_secret().trim();
    if secret.is_empty() {
        return false;
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, body, &tag).is_ok()
}

/// Whether two words are the same, in a time that does not tell how much of them is.
#[must_use]
pub fn is_same_word(known: &SecretString, given: &str) -> bool {
    let known = known.expose_secret();
    if known.is_empty() {
        return false;
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"the same word");
    let tag = hmac::sign(&key, known.as_bytes());
    hmac::verify(&key, given.as_bytes(), tag.as_ref()).is_ok()
}

/// Exactly 32 bytes written in hex.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 {
        return None;
    }
    hex.as_bytes()
        .chunks_exact(2)
        .map(|pair| {
            let digits = pair.iter().all(u8::is_ascii_hexdigit);
            let text = std::str::from_utf8(pair).ok().filter(|_| digits)?;
            u8::from_str_radix(text, 16).ok()
        })
        .collect()
}
