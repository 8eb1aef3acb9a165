//! Finds the facts of a text — figures, times, contacts — in one typed form, however they are
//! written, and says whether a source holds the same. Must not judge whether a fact may be told:
//! [`crate::verify`] does.

mod contact;
mod lexicon;
mod scan;
mod tokens;

use desk_core::text::is_hidden;
use unicode_normalization::UnicodeNormalization;

/// A currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    /// Turkish lira.
    Lira,
    /// US dollar.
    Dollar,
    /// Euro.
    Euro,
    /// Pound sterling.
    Pound,
    /// Russian rouble.
    Rouble,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days and nights.
    Day,
    /// Weeks.
    Week,
    /// Months.
    Month,
    /// Years.
    Year,
    /// Lengths and distances.
    Length,
    /// Weights.
    Weight,
    /// Volumes.
    Volume,
    /// Pieces.
    Piece,
}

/// One fact of a text. Numbers are written as plain decimals without trailing zeros.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fact {
    /// An amount of money.
    Money(String, Currency),
    /// A percentage.
    Percent(String),
    /// Something costs nothing.
    Free,
    /// Any other number, with what it counts.
    Number(String, Option<Unit>),
    /// A time of day in minutes; the flag says that the half of the day is known.
    Time(u16, bool),
    /// Day and month.
    Date(u8, u8),
    /// Days of the week, Monday first.
    Weekdays([bool; 7]),
    /// A day counted from now: 0 today, 1 tomorrow, 2 the day after.
    RelativeDay(u8),
    /// An address on the web, host in lower case.
    Link(String),
    /// A phone number, digits only.
    Phone(String),
    /// An e-mail address.
    Email(String),
    /// A bank account.
    Iban(String),
    /// A payment card's number.
    Card(String),
    /// A code of letters and digits.
    Code(String),
    /// A name after an @.
    Handle(String),
}

/// A fact with the words that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The fact.
    pub fact: Fact,
    /// Its words, for the owner's eyes.
    pub words: String,
    /// Good enough as a source, too vague as a claim: "one of them", "at no cost".
    pub vague: bool,
}

impl Found {
    fn new(fact: Fact, words: impl Into<String>) -> Self {
        Self {
            fact,
            words: words.into(),
            vague: false,
        }
    }
}

/// Every fact of a text.
#[must_use]
pub fn extract(text: &str) -> Vec<Found> {
    let plain = plain(text);
    let (mut found, rest) = contact::take(&plain);
    found.extend(scan::scan(&rest));
    found
}

/// Whether a customer's own words are a good enough source for it: they may hear their order's
/// size again, but never confirm their own price.
#[must_use]
pub const fn customer_may_vouch(fact: &Fact) -> bool {
    matches!(fact, Fact::Number(..))
}

/// Whether the sources hold the same fact.
#[must_use]
pub fn is_founded(fact: &Fact, sources: &[Found]) -> bool {
    if let Fact::Weekdays(days) = fact {
        // Several sources may name one day each.
        return days.iter().enumerate().all(|(n, wanted)| {
            !wanted
                || sources.iter().any(|s| match &s.fact {
                    Fact::Weekdays(known) => known.get(n).copied().unwrap_or(false),
                    _ => false,
                })
        });
    }
    sources.iter().any(|s| same(fact, &s.fact))
}

fn same(told: &Fact, known: &Fact) -> bool {
    match (told, known) {
        (Fact::Number(a, u), Fact::Number(b, v)) => {
            a == b && (u.is_none() || v.is_none() || u == v)
        }
        // "1250" where the owner wrote "1250 TL"; not the other way round, any number would do.
        (Fact::Number(a, None), Fact::Money(b, _)) => a == b,
        (Fact::Number(a, None), Fact::Percent(b)) => a == b,
        (Fact::Time(a, sure_a), Fact::Time(b, sure_b)) => {
            a == b || ((!sure_a || !sure_b) && a % 720 == b % 720)
        }
        // "from 6 to 7 pm".
        (Fact::Number(n, None), Fact::Time(t, _)) | (Fact::Time(t, _), Fact::Number(n, None)) => n
            .parse::<u16>()
            .is_ok_and(|h| h <= 24 && t % 60 == 0 && (t / 60) % 12 == h % 12),
        (Fact::Number(n, None), Fact::Date(d, _)) => n.parse::<u8>() == Ok(*d),
        (Fact::Free, Fact::Money(n, _)) => n == "0",
        (Fact::Link(a), Fact::Link(b)) => a == b || is_same_site(a, b),
        (Fact::Phone(a), Fact::Phone(b)) => tail(a) == tail(b),
        _ => told == known,
    }
}

/// "shop.com" tells no more than `https://www.shop.com/sizes`; a deeper address must be known
/// as a whole.
fn is_same_site(told: &str, known: &str) -> bool {
    let host = |l: &str| l.split('/').next().unwrap_or_default().to_owned();
    !told.contains('/') && host(told) == host(known)
}

/// A number with and without its country code.
fn tail(digits: &str) -> &str {
    digits
        .get(digits.len().saturating_sub(10)..)
        .unwrap_or(digits)
}

/// The text with all digits as ASCII, nothing hidden, letters composed.
fn plain(text: &str) -> String {
    text.chars()
        .take(crate::normalise::MAX_CHARS * 2)
        .filter(|c| !is_hidden(*c))
        .nfkc()
        .take(crate::normalise::MAX_CHARS)
        .map(|c| match digit(c) {
            Some(d) => d,
            None if c == '⁄' => '/',
            None if matches!(c, '−' | '–' | '—' | '‑') => '-',
            None => c,
        })
        .collect()
}

/// Decimal digits of other scripts; composing does not touch them.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 12] = [
        0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xBE6, 0xE50, 0xED0, 0xF20, 0x17E0,
    ];
    let code = u32::from(c);
    let value = ZEROS
        .iter()
        .find_map(|z| code.checked_sub(*z).filter(|d| *d < 10))?;
    char::from_digit(value, 10)
}

#[cfg(test)]
mod tests;
