//! What in a text points at one person: phones, cards, accounts, e-mail, handles, links, order
//! codes, street addresses. Finds the places; what is done with them is the caller's: mining
//! drops the text, masking swaps them. Must not repair or translate a text.

use crate::facts::{self, Fact};
use desk_core::text::fold;
use std::ops::Range;

/// What kind of private thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Private {
    /// A phone number.
    Phone,
    /// A payment card's number.
    Card,
    /// A bank account.
    Iban,
    /// An e-mail address.
    Email,
    /// A street address.
    Address,
}

impl Private {
    /// The word for placeholders, SQL and the trace.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Email => "email",
            Self::Address => "address",
        }
    }
}

/// Every private thing of a text with its place in bytes, in order, none overlapping another.
#[must_use]
pub fn find(text: &str) -> Vec<(Range<usize>, Private)> {
    let mut found: Vec<(Range<usize>, Private)> = Vec::new();
    emails(text, &mut found);
    digit_runs(text, &mut found);
    addresses(text, &mut found);
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    found.retain(|(range, _)| {
        let free = range.start >= end;
        if free {
            end = range.end;
        }
        free
    });
    found
}

/// Whether anything in the text points at one person, names of orders and links included: such a
/// text is no example for others.
#[must_use]
pub fn is_personal(text: &str) -> bool {
    !find(text).is_empty()
        || facts::extract(text).iter().any(|f| {
            matches!(
                f.fact,
                Fact::Phone(_)
                    | Fact::Card(_)
                    | Fact::Iban(_)
                    | Fact::Email(_)
                    | Fact::Handle(_)
                    | Fact::Code(_)
            )
        })
}

fn emails(text: &str, found: &mut Vec<(Range<usize>, Private)>) {
    for (start, word) in spans(text) {
        let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        let from = start + (word.len() - bare.len());
        let bare = bare.trim_end_matches(|c: char| !c.is_alphanumeric());
        if let Some((name, host)) = bare.split_once('@')
            && !name.is_empty()
            && host.contains('.')
        {
            found.push((from..from + bare.len(), Private::Email));
        }
    }
}

/// The words of a text with their places.
fn spans(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace()
        .map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// Runs of digits with separators between them, judged by the facts that are read from them.
fn digit_runs(text: &str, found: &mut Vec<(Range<usize>, Private)>) {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let at = |n: usize| chars.get(n).map(|(_, c)| *c);
    let mut n = 0;
    while let Some(c) = at(n) {
        let inside = n
            .checked_sub(1)
            .and_then(at)
            .is_some_and(char::is_alphanumeric);
        let starts = c.is_numeric() || c == '+' || c == '(' || is_iban_start(&chars, n);
        if inside || !starts {
            n += 1;
            continue;
        }
        let letters = is_iban_start(&chars, n);
        let (mut end, mut m) = (n, n);
        while let Some(c) = at(m) {
            let part = c.is_numeric() || (letters && c.is_ascii_alphanumeric());
            if part {
                end = m + 1;
            } else if !matches!(c, ' ' | '-' | '(' | ')' | '+' | '.' | '/' | '\u{A0}') {
                break;
            }
            m += 1;
        }
        match private_run(&chars, n, end) {
            Some((stop, kind)) => {
                let from = chars.get(n).map_or(0, |(b, _)| *b);
                let to = chars.get(stop).map_or(text.len(), |(b, _)| *b);
                found.push((from..to, kind));
                n = stop;
            }
            None => {
                n += 1;
                while at(n).is_some_and(char::is_numeric) {
                    n += 1;
                }
            }
        }
    }
}

fn is_iban_start(chars: &[(usize, char)], n: usize) -> bool {
    let c = |k: usize| chars.get(n + k).map_or(' ', |(_, c)| *c);
    c(0).is_ascii_alphabetic()
        && c(1).is_ascii_alphabetic()
        && c(2).is_ascii_digit()
        && c(3).is_ascii_digit()
}

/// The longest beginning of a run that is one private number.
fn private_run(chars: &[(usize, char)], from: usize, end: usize) -> Option<(usize, Private)> {
    let mut stop = end;
    while stop > from {
        let run: String = chars.get(from..stop)?.iter().map(|(_, c)| *c).collect();
        let read = facts::extract(&run);
        if let [only] = read.as_slice()
            && run.chars().next_back().is_some_and(char::is_alphanumeric)
        {
            let digits = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            let kind = match &only.fact {
                Fact::Phone(_) => Some(Private::Phone),
                Fact::Card(_) => Some(Private::Card),
                Fact::Iban(_) => Some(Private::Iban),
                _ => None,
            };
            if let Some(kind) = kind
                && digits(&only.words) == digits(&run)
            {
                return Some((stop, kind));
            }
        }
        // A group less: the number may be followed by another one.
        stop -= 1;
        while stop > from
            && chars
                .get(stop - 1)
                .is_some_and(|(_, c)| c.is_alphanumeric())
        {
            stop -= 1;
        }
        while stop > from
            && chars
                .get(stop - 1)
                .is_some_and(|(_, c)| !c.is_alphanumeric())
        {
            stop -= 1;
        }
    }
    None
}

/// Words that name a street, in three languages, folded.
const STREETS: &[&str] = &[
    "street",
    "avenue",
    "road",
    "boulevard",
    "lane",
    "apt",
    "apartment",
    "sokak",
    "sokagi",
    "sok",
    "sk",
    "cadde",
    "caddesi",
    "cad",
    "cd",
    "mahalle",
    "mahallesi",
    "mah",
    "mh",
    "bulvar",
    "bulvari",
    "apartmani",
    "daire",
    "улица",
    "улице",
    "ул",
    "проспект",
    "пр",
    "пркт",
    "переулок",
    "пер",
    "бульвар",
    "шоссе",
    "квартира",
    "кв",
    "дом",
];

/// A street word with a house number close by: from the word before it to the last number.
fn addresses(text: &str, found: &mut Vec<(Range<usize>, Private)>) {
    let words: Vec<(usize, &str)> = spans(text).collect();
    let folded: Vec<String> = words
        .iter()
        .map(|(_, w)| {
            fold(w)
                .trim_matches(|c: char| !c.is_alphanumeric())
                .to_owned()
        })
        .collect();
    let is_street = |n: usize| folded.get(n).is_some_and(|w| STREETS.contains(&w.as_str()));
    let has_number = |n: usize| {
        words
            .get(n)
            .is_some_and(|(_, w)| w.chars().any(|c| c.is_ascii_digit()) && w.chars().count() <= 10)
    };
    let mut n = 0;
    while n < words.len() {
        if !is_street(n) {
            n += 1;
            continue;
        }
        let last = (n..n + 6)
            .filter(|m| has_number(*m) || is_street(*m))
            .max()
            .unwrap_or(n);
        // A name stands before a Turkish or an English street word, after a Russian one.
        let cyrillic = folded.get(n).is_some_and(|w| !w.is_ascii());
        let names = |at: usize| {
            words.get(at).is_some_and(|(_, w)| {
                w.chars().next().is_some_and(char::is_uppercase)
                    && !w.ends_with(['.', ':', '!', '?'])
            })
        };
        let mut first = n;
        while n - first < 3
            && first
                .checked_sub(1)
                .is_some_and(|at| has_number(at) || (!cyrillic && names(at)))
        {
            first -= 1;
        }
        if !(first..=last).any(has_number) {
            n += 1;
            continue;
        }
        let start = words.get(first).map_or(0, |(at, _)| *at);
        let end = words.get(last).map_or(text.len(), |(at, w)| {
            at + w.trim_end_matches(['.', ',', '!', '?', ';']).len()
        });
        found.push((start..end, Private::Address));
        n = last + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<(&str, Private)> {
        find(text)
            .into_iter()
            .map(|(r, k)| (text.get(r).unwrap(), k))
            .collect()
    }

    #[test]
    fn private_things_are_found_where_they_stand() {
        for (text, expected) in [
            (
                "Numaram 0532 123 45 67, arayın",
                vec![("0532 123 45 67", Private::Phone)],
            ),
            (
                "+7 (921) 123-45-67 это я",
                vec![("+7 (921) 123-45-67", Private::Phone)],
            ),
            (
                "mail me: ayse.k@example.com!",
                vec![("ayse.k@example.com", Private::Email)],
            ),
            (
                "Kartım 4111 1111 1111 1111 oldu mu",
                vec![("4111 1111 1111 1111", Private::Card)],
            ),
            (
                "IBAN TR33 0006 1005 1978 6457 8413 26 Ayşe",
                vec![("TR33 0006 1005 1978 6457 8413 26", Private::Iban)],
            ),
            (
                "Adres: Moda Caddesi No: 12 D:4 lütfen",
                vec![("Moda Caddesi No: 12 D:4", Private::Address)],
            ),
            (
                "Адрес ул. Ленина, д. 5, кв. 12",
                vec![("ул. Ленина, д. 5, кв. 12", Private::Address)],
            ),
            (
                "I live at 221 Baker Street now",
                vec![("221 Baker Street", Private::Address)],
            ),
            ("Fiyat 1.250,00 TL, 2-4 gün, 36 beden", vec![]),
            ("Цена 5 000 ₽, дом красивый", vec![]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_searched(text in any::<String>()) {
            let mut end = 0;
            for (range, _) in find(&text) {
                prop_assert!(range.start >= end && text.is_char_boundary(range.start));
                prop_assert!(text.is_char_boundary(range.end) && range.end > range.start);
                end = range.end;
            }
        }
    }
}
