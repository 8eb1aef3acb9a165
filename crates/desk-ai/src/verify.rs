//! The boundary: checks a draft, in code, against what the owner wrote. A model may say what it
//! likes; what these checks do not pass never goes out by itself. Must not repair a text.

mod ground;
mod hours;
mod leak;
mod lexicon;
mod promise;
mod seen;
mod shape;
mod spelling;

use crate::facts::{self, Fact, Found};
use crate::language::{self, Lang};
use crate::normalise::{clean, sentences};
use crate::verdict::Check;
use desk_core::text::{TextFault, check_sendable};
use desk_core::{CheckResult, Reason};

/// What a draft is held against.
#[derive(Debug, Clone, Default)]
pub struct Sources<'a> {
    /// What the owner wrote that the draft cites: questions and answers.
    pub cited: Vec<&'a str>,
    /// What the owner said elsewhere: in this conversation, and about the shop.
    pub owner: Vec<&'a str>,
    /// What the customer said in this conversation. Proves hardly anything.
    pub customer: Vec<&'a str>,
    /// Our last messages in the conversation.
    pub sent: Vec<&'a str>,
    /// What a customer must never read: rules of the prompt, internal entries.
    pub secret: Vec<&'a str>,
    /// Random marks that must never come back.
    pub marks: Vec<&'a str>,
    /// The language to answer in.
    pub lang: Lang,
    /// The text is the owner's own answer, word for word.
    pub verbatim: bool,
}

/// Runs every check.
#[must_use]
pub fn verify(text: &str, sources: &Sources<'_>) -> Vec<Check> {
    vec![
        check_facts(text, sources),
        ground::check_cites(text, sources),
        ground::check_polarity(text, sources),
        check_language(text, sources),
        check_size(text),
        promise::check(text, sources),
        leak::check(text, sources),
        shape::check_repeat(text, sources),
        shape::check_format(text, sources),
    ]
}

/// Whether a text says that something is not so; what turns a "yes" into a "no" changes a fact.
#[must_use]
pub(crate) fn denies(text: &str) -> bool {
    ground::denies(text)
}

/// Whether a text promises something, or claims that something was done.
#[must_use]
pub(crate) fn promises(text: &str) -> bool {
    promise::check(text, &Sources::default()).result == CheckResult::Failed
}

fn check_size(text: &str) -> Check {
    match check_sendable(text) {
        Ok(()) => Check::passed("size"),
        Err(TextFault::Empty) => Check::failed("size", Reason::Other, "empty"),
        Err(TextFault::TooLong { bytes }) => {
            Check::failed("size", Reason::TooLong, format!("{bytes} bytes"))
        }
    }
}

/// Every figure, time and contact must be the owner's. A day in a question ("Can I help
/// you with anything else today?") tells nothing.
fn check_facts(text: &str, sources: &Sources<'_>) -> Check {
    let read =
        |texts: &[&str]| -> Vec<Found> { texts.iter().flat_map(|t| facts::extract(t)).collect() };
    let owner: Vec<Found> = [read(&sources.cited), read(&sources.owner)].concat();
    let customer = read(&sources.customer);
    let mut unfounded = Vec::new();
    let mut told = facts::extract(text);
    let asked = facts::extract(&shape::small_talk(text).join(" "));
    let offered = facts::extract(&shape::offers(text).join(" "));
    told.retain(|f| {
        let small_talk = is_small_talk(&f.fact) && asked.contains(f);
        let reference = is_reference(&f.fact) && offered.contains(f);
        !(f.vague || small_talk || reference)
    });
    for found in told {
        let known = facts::is_founded(&found.fact, &owner)
            || (facts::customer_may_vouch(&found.fact)
                && facts::is_founded(&found.fact, &customer));
        if !known {
            unfounded.push(found.words);
        }
    }
    unfounded.extend(disguised(text, sources, &customer));
    unfounded.extend(allowances(text, sources));
    unfounded.extend(hours::misplaced(text, &sources.cited));
    if unfounded.is_empty() {
        Check::passed("facts")
    } else {
        Check::failed("facts", Reason::FigureUnfounded, unfounded.join(", "))
    }
}

/// Facts that are read only once words are made whole again. What the words, as they stand, tell
/// is checked apart.
fn disguised(text: &str, sources: &Sources<'_>, customer: &[Found]) -> Vec<String> {
    if sources.verbatim {
        return Vec::new();
    }
    let plain = facts::extract(text);
    let healed: Vec<Found> = facts::extract(&seen::healed(text))
        .into_iter()
        .filter(|f| !f.vague && !plain.iter().any(|p| p.fact == f.fact))
        .filter(|f| {
            matches!(
                f.fact,
                Fact::Money(..) | Fact::Percent(_) | Fact::Number(..)
            )
        })
        .collect();
    if healed.is_empty() {
        return Vec::new();
    }
    let owner: Vec<Found> = sources
        .cited
        .iter()
        .chain(&sources.owner)
        .flat_map(|t| [facts::extract(t), facts::extract(&seen::healed(t))].concat())
        .collect();
    healed
        .into_iter()
        .filter(|f| {
            let vouched =
                facts::customer_may_vouch(&f.fact) && facts::is_founded(&f.fact, customer);
            !vouched && !facts::is_founded(&f.fact, &owner)
        })
        .map(|f| f.words)
        .collect()
}

/// Words of discounts that the owner does not use here: they count only from the owner, whatever
/// figure stands beside them.
fn allowances(text: &str, sources: &Sources<'_>) -> Vec<String> {
    const WORDS: &[&str] = &[
        "indirim",
        "iskonto",
        "yuzde",
        "kupon",
        "discount",
        "coupon",
        "promocode",
        "скидк",
        "промокод",
        "купон",
        "процентов",
    ];
    const SUMS: &[&str] = &[
        "bir",
        "iki",
        "uc",
        "dort",
        "bes",
        "on",
        "yuz",
        "bin",
        "one",
        "two",
        "three",
        "four",
        "five",
        "ten",
        "hundred",
        "один",
        "два",
        "три",
        "пять",
        "десять",
        "сто",
    ];
    const UNITS: &[&str] = &["lira", "dolar", "dollar", "rubl", "рубл", "лир", "доллар"];
    let said = seen::Squeezed::of(text);
    let owner: Vec<seen::Squeezed> = sources
        .cited
        .iter()
        .chain(&sources.owner)
        .map(|t| seen::Squeezed::of(t))
        .collect();
    let own = |word: &str| owner.iter().any(|o| o.contains(word));
    // "Kargobir lira": a sum in words, glued to its neighbours or broken up.
    let sum = SUMS
        .iter()
        .flat_map(|number| UNITS.iter().map(move |unit| format!("{number}{unit}")));
    let sum = sum.filter(|run| said.contains(run) && !own(run));
    // "%20" and "yüzde 20" are one thing to an owner.
    let percent = sources
        .cited
        .iter()
        .chain(&sources.owner)
        .any(|t| t.contains('%'));
    WORDS
        .iter()
        .filter(|w| said.contains(w) && !own(w))
        .filter(|w| !(percent && matches!(**w, "yuzde" | "процентов")))
        .map(|w| (*w).to_owned())
        .chain(sum)
        .collect()
}

/// A number of an order, a train, a parcel ("TR9933"): asking about it gives nothing away. What
/// reads like a word with a figure behind it could be a discount code.
fn is_reference(fact: &facts::Fact) -> bool {
    match fact {
        facts::Fact::Code(code) => {
            let letters = code.chars().take_while(|c| c.is_alphabetic()).count();
            let digits = code.chars().filter(char::is_ascii_digit).count();
            letters <= 2 && digits >= 4 && letters + digits == code.chars().count()
        }
        _ => false,
    }
}

const fn is_small_talk(fact: &facts::Fact) -> bool {
    matches!(fact, facts::Fact::RelativeDay(0) | facts::Fact::Weekdays(_))
}

/// The whole text, and every sentence long enough to tell: a second language hides well behind a
/// correct first sentence.
fn check_language(text: &str, sources: &Sources<'_>) -> Check {
    let cleaned = clean(text);
    let foreign = sentences(&cleaned).into_iter().find(|s| {
        s.chars().filter(|c| c.is_alphabetic()).count() >= 8 && !language::fits(s, sources.lang)
    });
    match foreign {
        Some(sentence) => Check::failed("language", Reason::LanguageWrong, sentence),
        None if language::fits(&cleaned, sources.lang) => Check::passed("language"),
        None => Check::failed("language", Reason::LanguageWrong, sources.lang.as_str()),
    }
}

#[cfg(test)]
mod tests;
