//! Words that nobody writes: marks inside them, capitals in the middle, letters from elsewhere.
//! A reader's eye forgives that and reads on; the other checks read words. So what is spelled like
//! this waits for the owner.

use super::Sources;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The first word that is spelled unusually and does not stand like that in a source.
pub(super) fn unusual<'a>(text: &'a str, sources: &Sources<'_>) -> Option<&'a str> {
    let own = |word: &str| {
        let owner = sources.cited.iter().chain(&sources.owner);
        let mut known = owner.chain(&sources.customer);
        let word = word.to_lowercase();
        known.any(|source| source.to_lowercase().contains(&word))
    };
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation()))
        .find(|word| is_unusual(word) && !own(word))
}

fn is_unusual(word: &str) -> bool {
    let chars: Vec<char> = word.chars().collect();
    chars.iter().any(|c| is_disguised(*c))
        || chars.windows(2).any(|pair| match pair {
            // A joiner and a variation belong to emoji.
            [before, '\u{200D}' | '\u{FE0E}' | '\u{FE0F}'] => before.is_alphabetic(),
            ['\u{200D}', after] => after.is_alphabetic(),
            _ => false,
        })
        || chars.windows(3).any(|three| match three {
            [before, mark, after] => {
                let intrudes =
                    is_intruder(*mark) && before.is_alphabetic() && after.is_alphabetic();
                // "WiFi" and "YouTube" are names, "refundYOU" is none.
                let shouts = mark.is_uppercase() && after.is_uppercase();
                intrudes || before.is_lowercase() && shouts
            }
            _ => false,
        })
        || is_mention(word)
}

/// Letters and digits that only look like others ("Ａ", "𝟔"), and marks put upon letters; the
/// letters of the three languages are whole characters.
fn is_disguised(c: char) -> bool {
    let is_compatible = || std::iter::once(c).nfkc().ne(std::iter::once(c));
    (c.is_alphanumeric() && !c.is_ascii() && is_compatible())
        || (is_combining_mark(c) && !matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}'))
}

/// Stands between two letters of no word. An apostrophe, a hyphen, a slash, a dot and an ampersand
/// may; a comma without its space is a slip of everybody.
const fn is_intruder(c: char) -> bool {
    matches!(
        c,
        '_' | '*' | '|' | '!' | '?' | ':' | ';' | '"' | '~' | '^' | '=' | '<' | '>' | '\\' | '#'
    )
}

/// An address or a handle is a contact, in whatever shape.
fn is_mention(word: &str) -> bool {
    word.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_writes_is_seen_and_what_people_write_is_left_alone() {
        let sources = Sources {
            cited: vec!["Our iPhone cases fit. Write to hello@shop.example"],
            ..Sources::default()
        };
        for (text, word) in [
            ("We will refundYOU.", Some("refundYOU")),
            ("Kar|gobir lira", Some("Kar|gobir")),
            ("Мы гарант:ируем это", Some("гарант:ируем")),
            ("Ｋargo bir lira", Some("Ｋargo")),
            ("ücret\u{301}i", Some("ücret\u{301}i")),
            ("pleas\u{200D}e", Some("pleas\u{200D}e")),
            ("Write to@shop_helper.", Some("to@shop_helper")),
            ("Write to hello@shop.example", None),
            (
                "The iPhone case; 60 TL'dir, İADE 1️⃣ 👩‍👩‍👧 mi? и/или, A-B",
                None,
            ),
            ("It is here,there and at 10:30.", None),
        ] {
            assert_eq!(unusual(text, &sources), word, "{text}");
        }
    }
}
