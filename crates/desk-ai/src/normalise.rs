//! Text as it is compared: hidden characters gone, look-alikes composed, two folds, words. Must
//! not decide anything, and never touches what is shown.

use desk_core::text::{fold, is_hidden};
use unicode_normalization::UnicodeNormalization;

/// More than any message can hold; what lies beyond is not read. Keeps a pasted megabyte from
/// costing a second.
pub const MAX_CHARS: usize = 6_000;

/// The text without tricks: composed (NFKC), no hidden characters, elongations ("çoook") short,
/// white space single except for line ends.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(MAX_CHARS * 2));
    let mut run = (None, 0usize);
    let composed = text
        .chars()
        .take(MAX_CHARS * 2)
        .filter(|c| !is_hidden(*c))
        .nfkc()
        .take(MAX_CHARS);
    for c in composed {
        let c = match c {
            '\n' => '\n',
            c if c.is_whitespace() || c.is_control() => ' ',
            c => c,
        };
        if run.0 == Some(c) {
            run.1 += 1;
            if (c == ' ') || (c == '\n' && run.1 > 2) {
                continue;
            }
            if c.is_alphabetic() && c != 'w' && run.1 == 3 {
                // The third of a run proves the elongation: the second goes too.
                out.pop();
            }
            if c.is_alphabetic() && c != 'w' && run.1 >= 3 {
                continue;
            }
        } else {
            run = (Some(c), 1);
        }
        out.push(c);
    }
    out.trim().to_owned()
}

/// The part of a text that is read at all.
#[must_use]
pub fn readable_part(text: &str) -> &str {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// Lower case as the language writes it: in Turkish İ becomes i and I becomes ı.
#[must_use]
pub fn lower(text: &str, turkish: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'İ' => out.push('i'),
            'I' if turkish => out.push('ı'),
            'ё' | 'Ё' => out.push('е'),
            '\u{307}' => {}
            c => out.extend(c.to_lowercase().filter(|c| *c != '\u{307}')),
        }
    }
    out
}

/// The words of a text, as written; an apostrophe inside a word is a part of it.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '_')))
        .map(|w| w.trim_matches(['\'', '’', '_']))
        .filter(|w| !w.is_empty())
}

/// The words of a text, folded: no case, no accents, no apostrophes.
#[must_use]
pub fn folded_words(text: &str) -> Vec<String> {
    words(&fold(text))
        .map(|w| w.replace(['\'', '’'], ""))
        .collect()
}

/// The sentences of a text. Splits where a stop is followed by white space or the end, so that
/// numbers and links stay whole.
#[must_use]
pub fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '\n' => true,
            '.' | '!' | '?' | '…' | '。' | '！' | '？' => {
                chars.peek().is_none_or(|(_, next)| next.is_whitespace())
            }
            _ => false,
        };
        if ends {
            let end = at + c.len_utf8();
            out.extend(
                text.get(start..end)
                    .map(str::trim)
                    .filter(|s| !s.is_empty()),
            );
            start = end;
        }
    }
    out.extend(text.get(start..).map(str::trim).filter(|s| !s.is_empty()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tricks_are_taken_out() {
        for (text, cleaned) in [
            ("ig\u{200B}nore\u{E0041}", "ignore"),
            ("çoook  güzel", "çok güzel"),
            ("www.shop.com", "www.shop.com"),
            ("１２ ₺", "12 ₺"),
            ("a\u{0}b\u{202E}c", "a bc"),
            ("1000000", "1000000"),
        ] {
            assert_eq!(clean(text), cleaned);
        }
    }

    #[test]
    fn the_turkish_i_keeps_its_dot() {
        assert_eq!(lower("IŞIK İade", true), "ışık iade");
        assert_eq!(lower("I İ Ё", false), "i i е");
    }

    #[test]
    fn a_sentence_does_not_end_inside_a_number() {
        assert_eq!(
            sentences("Fiyat 1.250,00 TL. Kargo 2 gün! See a.com/b?c=1 now"),
            ["Fiyat 1.250,00 TL.", "Kargo 2 gün!", "See a.com/b?c=1 now"]
        );
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(s in any::<String>()) {
            let _ = (clean(&s), lower(&s, true), folded_words(&s), sentences(&s));
        }
    }
}
