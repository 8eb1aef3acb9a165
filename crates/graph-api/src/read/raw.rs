//! Owns the untouched JSON that is kept beside what was read, and the removal of secrets from any
//! text of the platform. Meta puts the access token into `paging.next` and sometimes into messages
//! of errors, so nothing that came over the wire is kept before it went through [`scrub`].

use serde_json::value::RawValue;
use std::fmt;

/// The JSON text of one item as the platform sent it, without tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw(Box<str>);

impl Raw {
    pub(crate) fn from_value(raw: &RawValue) -> Self {
        Self(Box::from(raw.get()))
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        &self.0
    }
}

/// Shows the size alone: the text holds what people wrote to each other.
impl fmt::Debug for Raw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Raw({} bytes)", self.0.len())
    }
}

/// What stands where a secret stood.
const HIDDEN: &str = "[hidden]";
/// Shorter ones would hit ordinary words.
const SHORTEST_SECRET: usize = 8;
/// How tokens of Instagram and Facebook start.
const TOKEN_STARTS: [&str; 3] = ["IGAA", "IGQ", "EAA"];

/// Removes the given secrets and the values of `access_token=`.
///
/// Only letters, digits and a few signs are cut, so JSON stays JSON. A token's alphabet is that of
/// URLs, which is why no JSON escape needs to be undone first.
pub(crate) fn scrub(text: String, secrets: &[&str]) -> String {
    let mut text = text;
    for secret in secrets {
        let secret = secret.trim();
        if secret.len() >= SHORTEST_SECRET && text.contains(secret) {
            text = text.replace(secret, HIDDEN);
        }
    }
    for name in [
        "access_token=",
        "client_secret=",
        "access_token%3D",
        "client_secret%3D",
    ] {
        text = cut_after(text, name, 1);
    }
    text
}

/// Removes what [`scrub`] removes and everything that looks like a token. For messages of errors
/// only: in data, a cursor that happens to start with the same letters would be lost.
pub(crate) fn scrub_message(text: String, secrets: &[&str]) -> String {
    TOKEN_STARTS
        .iter()
        .fold(scrub(text, secrets), |text, start| cut_words(text, start))
}

fn is_token_character(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '-' | '.' | '|' | '~' | '*' | '%')
}

/// Hides the run of token characters behind each `name`.
fn cut_after(text: String, name: &str, shortest: usize) -> String {
    if !text.contains(name) {
        return text;
    }
    let mut pieces = text.split(name);
    let mut clean = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        clean.push_str(name);
        let rest = piece.trim_start_matches(is_token_character);
        if piece.len() - rest.len() >= shortest {
            clean.push_str(HIDDEN);
            clean.push_str(rest);
        } else {
            clean.push_str(piece);
        }
    }
    clean
}

/// Hides words that start like a token and are too long to be anything else.
fn cut_words(text: String, start: &str) -> String {
    const SHORTEST_TOKEN: usize = 30;
    if !text.contains(start) {
        return text;
    }
    let mut pieces = text.split(start);
    let mut clean = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let inside_word = clean.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let rest = piece.trim_start_matches(is_token_character);
        if !inside_word && piece.len() - rest.len() >= SHORTEST_TOKEN {
            clean.push_str(HIDDEN);
            clean.push_str(rest);
        } else {
            clean.push_str(start);
            clean.push_str(piece);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_in_the_address_of_the_next_page_is_hidden() {
        let text = r#"{"next":"https:\/\/g\/v25.0\/me?access_token=abcDEF_1.2&after=QVFI","x":1}"#;
        let clean = scrub(text.to_owned(), &[]);
        assert_eq!(
            clean,
            r#"{"next":"https:\/\/g\/v25.0\/me?access_token=[hidden]&after=QVFI","x":1}"#
        );
    }

    #[test]
    fn a_known_secret_is_hidden_wherever_it_stands() {
        let clean = scrub(
            "Malformed access token sekrit-12345!".to_owned(),
            &["sekrit-12345"],
        );
        assert_eq!(clean, "Malformed access token [hidden]!");
    }

    #[test]
    fn what_looks_like_a_token_is_hidden_even_when_unknown() {
        let token = format!("IGAA{}", "x9".repeat(40));
        assert_eq!(scrub_message(format!("bad {token}!"), &[]), "bad [hidden]!");
        let id = format!("aWdIGAA{}", "Z".repeat(60));
        assert_eq!(
            scrub_message(id.clone(), &[]),
            id,
            "a message id that contains the letters stays"
        );
    }

    #[test]
    fn short_secrets_and_ordinary_texts_are_left_alone() {
        let text = r#"{"message":"the EAA rules; access_token= is empty"}"#;
        assert_eq!(scrub_message(text.to_owned(), &["the", ""]), text);
    }

    #[test]
    fn the_content_is_not_shown_by_debug() {
        let raw = Raw(Box::from("{\"message\":\"private\"}"));
        assert_eq!(format!("{raw:?}"), "Raw(21 bytes)");
    }
}
