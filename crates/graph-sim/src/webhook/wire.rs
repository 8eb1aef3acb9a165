//! The bytes of a delivery: everything beyond ASCII as `\uXXXX` in small letters, a slash with a
//! backslash, no spaces; and their signature.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// A value as the platform writes it.
pub(super) fn written(value: &Value) -> String {
    let mut out = String::new();
    for letter in value.to_string().chars() {
        match letter {
            '/' => out.push_str("\\/"),
            plain if plain.is_ascii() => out.push(plain),
            other => {
                let mut units = [0_u16; 2];
                for unit in other.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out
}

/// The header `X-Hub-Signature-256` for a body.
pub(super) fn signature(secret: &str, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body.as_bytes());
    let tag = mac.finalize().into_bytes();
    tag.iter().fold("sha256=".to_owned(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_ascii_and_every_slash_is_escaped() {
        let value = json!({ "text": "Fiyat ne? 🙂 a/b" });
        assert_eq!(written(&value), r#"{"text":"Fiyat ne? \ud83d\ude42 a\/b"}"#);
        assert_eq!(written(&json!("ещё")), r#""\u0435\u0449\u0451""#);
    }

    /// RFC 4231, test case 2.
    #[test]
    fn the_signature_is_hmac_sha256_in_small_hex() {
        assert_eq!(
            signature("Jefe", "what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
