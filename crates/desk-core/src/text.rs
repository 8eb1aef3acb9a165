//! Text as customers write it: folded for search, measured as Instagram measures it, made safe
//! for names.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Instagram's limit for one message, in UTF-8 bytes (Meta, "Send Messages").
pub const MAX_TEXT_BYTES: usize = 1000;

/// Folds text for search: case, accents and the two Turkish i's no longer matter, so that
/// "ISTANBUL" finds "İstanbul" and "еще" finds "Ещё".
///
/// The fold is its own image: `fold(fold(x)) == fold(x)`, and what is a part of `x` stays a part
/// of its fold as long as it is cut between characters, not inside them.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        folded.push_str(text);
        folded.make_ascii_lowercase();
        return folded;
    }
    for c in text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !is_hidden(*c))
    {
        match c {
            'ı' => folded.push('i'),
            'ß' | 'ẞ' => folded.push_str("ss"),
            'ς' => folded.push('σ'),
            c if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
            c => folded.extend(c.to_lowercase().nfkd().filter(|c| !is_combining_mark(*c))),
        }
    }
    folded
}

/// Characters that take no room on the screen: they hide words from a search and reorder what a
/// reader sees.
#[must_use]
pub const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// Makes a name or handle safe to show: no hidden characters, no line breaks, no endless length.
#[must_use]
pub fn display_name(name: &str) -> String {
    const MAX_CHARS: usize = 80;
    let spaced: String = name
        .chars()
        .filter(|c| !is_hidden(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.chars().count() <= MAX_CHARS {
        return joined;
    }
    joined.chars().take(MAX_CHARS - 1).chain(['…']).collect()
}

/// The first `max_chars` characters, on one line, for a list row.
#[must_use]
pub fn snippet(text: &str, max_chars: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = !out.is_empty();
            continue;
        }
        if count >= max_chars {
            out.push('…');
            return out;
        }
        if gap {
            out.push(' ');
            count += 1;
            gap = false;
        }
        out.push(c);
        count += 1;
    }
    out
}

/// Two texts are the same message when they differ only in how Instagram stored them: composed or
/// decomposed letters, and white space.
#[must_use]
pub fn is_same_message(a: &str, b: &str) -> bool {
    let words = |s: &str| {
        s.nfc()
            .collect::<String>()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    a == b || words(a) == words(b)
}

/// What is wrong with a text as a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing but white space and hidden characters.
    Empty,
    /// More bytes than Instagram takes.
    TooLong {
        /// How many bytes it has.
        bytes: usize,
    },
}

/// Checks a text that is to be sent.
///
/// # Errors
/// The fault, when Instagram would refuse it.
pub fn check_sendable(text: &str) -> Result<(), TextFault> {
    if text
        .chars()
        .all(|c| c.is_whitespace() || c.is_control() || is_hidden(c))
    {
        return Err(TextFault::Empty);
    }
    if text.len() > MAX_TEXT_BYTES {
        Err(TextFault::TooLong { bytes: text.len() })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_fold_knows_turkish_and_russian() {
        let pairs = [
            ("İSTANBUL", "istanbul"),
            ("ISPARTA ısparta Isparta", "isparta isparta isparta"),
            ("ücreti", "ucreti"),
            ("Ещё", "еще"),
            ("Доставка", "доставка"),
            ("Straße", "strasse"),
            ("ＦＵＬＬ ２", "full 2"),
            ("par\u{200B}ola", "parola"),
        ];
        for (text, folded) in pairs {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn a_name_cannot_reorder_the_screen() {
        assert_eq!(display_name("a\u{202E}gpj.exe\u{0}\n b"), "agpj.exe b");
        assert_eq!(display_name(&"я".repeat(500)).chars().count(), 80);
    }

    #[test]
    fn bytes_are_counted_not_characters() {
        assert_eq!(check_sendable(&"я".repeat(500)), Ok(()));
        assert_eq!(
            check_sendable(&"я".repeat(501)),
            Err(TextFault::TooLong { bytes: 1002 })
        );
        assert_eq!(check_sendable(" \u{200B}\n"), Err(TextFault::Empty));
    }

    #[test]
    fn white_space_and_composition_do_not_make_another_message() {
        assert!(is_same_message(
            "Tamam,  teşekkürler\n",
            "Tamam, teşekkürler"
        ));
        assert!(!is_same_message("Tamam", "tamam"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(s in "\\PC{0,40}") {
            let once = fold(&s);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_snippet_is_never_longer_than_asked(s in any::<String>(), n in 1usize..60) {
            prop_assert!(snippet(&s, n).chars().count() <= n + 2);
        }
    }
}
