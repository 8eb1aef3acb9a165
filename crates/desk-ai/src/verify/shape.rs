//! The outer form of a reply: no markup, no volley of questions, nothing said twice.

use super::Sources;
use crate::likeness::Profile;
use crate::normalise::{folded_words, sentences};
use crate::verdict::Check;
use desk_core::Reason;
use desk_core::text::fold;

/// As similar as this is a repetition.
const SAME: f32 = 0.85;
/// A message of so many words that comes back whole, with something around it, is one as well;
/// shorter ones, such as "you are welcome", come back by nature.
const WHOLE: usize = 6;
const MAX_EMOJI: usize = 4;
const MAX_QUESTIONS: usize = 2;

/// The questions of a text.
pub(super) fn questions(text: &str) -> Vec<&str> {
    sentences(text)
        .into_iter()
        .filter(|s| s.ends_with('?') || s.ends_with('？'))
        .collect()
}

/// Questions and farewells: "Let me know if I can help with anything else today."
pub(super) fn small_talk(text: &str) -> Vec<&str> {
    const SIGNS: &[&str] = &[
        "let me know",
        "help you",
        "have a",
        "enjoy",
        "iyi gunler",
        "yardimci",
        "хорошего",
    ];
    sentences(text)
        .into_iter()
        .filter(|s| {
            let folded = fold(s);
            folded.ends_with('?') || SIGNS.iter().any(|sign| folded.contains(sign))
        })
        .collect()
}

/// Questions from their first word on; a statement that only runs into a question is none.
pub(super) fn offers(text: &str) -> Vec<&str> {
    const STARTS: &[&str] = &["would", "does", "do", "will", "can", "shall"];
    questions(text)
        .into_iter()
        .filter(|q| {
            let words = folded_words(q);
            words.len() <= 14 && words.first().is_some_and(|w| STARTS.contains(&w.as_str()))
        })
        .collect()
}

/// Whether a long message of ours stands in a text from its first word to its last.
fn holds(words: &[String], earlier: &str) -> bool {
    let earlier = folded_words(earlier);
    earlier.len() >= WHOLE && words.windows(earlier.len()).any(|w| w == earlier)
}

/// Not what was said just before.
pub(super) fn check_repeat(text: &str, sources: &Sources<'_>) -> Check {
    let (own, words) = (Profile::of(text), folded_words(text));
    let repeated = sources
        .sent
        .iter()
        .any(|s| own.cosine(&Profile::of(s)) >= SAME || holds(&words, s));
    if repeated {
        Check::failed("repeat", Reason::Repeats, "said before")
    } else {
        Check::passed("repeat")
    }
}

/// No markup, few emoji, at most one question to the customer.
pub(super) fn check_format(text: &str, sources: &Sources<'_>) -> Check {
    if sources.verbatim {
        return Check::passed("format");
    }
    let fail = |detail: &str| Check::failed("format", Reason::ModelUnsure, detail);
    let marked = ["**", "__", "](", "<br", "</", "<p>", "<a "]
        .iter()
        .any(|m| text.contains(m))
        || text.lines().any(|l| {
            let l = l.trim_start();
            ["# ", "## ", "### ", "- ", "* ", "| ", "> "]
                .iter()
                .any(|m| l.starts_with(m))
        });
    if marked {
        return fail("markup");
    }
    if text.chars().filter(|c| is_emoji(*c)).count() > MAX_EMOJI {
        return fail("emoji");
    }
    if questions(text).len() > MAX_QUESTIONS {
        return fail("questions");
    }
    if !has_words(text) {
        return fail("no words");
    }
    Check::passed("format")
}

fn has_words(text: &str) -> bool {
    folded_words(text)
        .iter()
        .any(|w| w.chars().any(char::is_alphabetic))
}

const fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1F300}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}')
}
