//! What to ask a trigram index for. Pure.
//!
//! The index is kept without positions: it can tell which rows hold certain trigrams, not whether
//! they stand side by side. So whoever asks it must look at each row that it names.

/// An FTS5 expression for rows that may hold all of the folded texts; `None` when none of them is
/// long enough to have a trigram.
///
/// Every second trigram of a text is enough, the last one always: they cover all of its letters, and
/// each one more costs a walk over all rows that hold it. Measured over a million messages, that is
/// half of the time of asking for all of them, and as fast as an index with positions at its best.
pub(crate) fn expression(folded: &[impl AsRef<str>]) -> Option<String> {
    let mut trigrams: Vec<String> = Vec::new();
    for text in folded {
        let letters: Vec<char> = text.as_ref().chars().collect();
        let all = letters.windows(3);
        let last = all.len().saturating_sub(1);
        for (at, trigram) in all.enumerate() {
            // A NUL would end the expression.
            if (at % 2 == 0 || at == last) && !trigram.iter().any(|c| c.is_control()) {
                let quoted = quoted(trigram);
                if !trigrams.contains(&quoted) {
                    trigrams.push(quoted);
                }
            }
        }
    }
    (!trigrams.is_empty()).then(|| trigrams.join(" AND "))
}

/// A quoted FTS5 string: inside quotes nothing is syntax.
fn quoted(letters: &[char]) -> String {
    let mut text = String::from("\"");
    for c in letters {
        if *c == '"' {
            text.push('"');
        }
        text.push(*c);
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trigrams_cover_every_letter() {
        let of = |text: &str| expression(&[text]);
        assert_eq!(of("ka"), None);
        assert_eq!(of("kar").unwrap(), "\"kar\"");
        assert_eq!(of("karg").unwrap(), "\"kar\" AND \"arg\"");
        assert_eq!(of("kargo").unwrap(), "\"kar\" AND \"rgo\"");
        assert_eq!(of("kargom").unwrap(), "\"kar\" AND \"rgo\" AND \"gom\"");
        assert_eq!(
            of("доставка").unwrap(),
            "\"дос\" AND \"ста\" AND \"авк\" AND \"вка\""
        );
    }

    #[test]
    fn nothing_is_asked_twice_and_nothing_is_syntax() {
        assert_eq!(expression(&["aaaaaaa", "aaa", "b"]).unwrap(), "\"aaa\"");
        assert_eq!(expression(&["a\"*"]).unwrap(), "\"a\"\"*\"");
        assert_eq!(expression(&["a\0bcd"]).unwrap(), "\"bcd\"");
    }
}
