//! Text that was not meant for a customer: rules, marks, private notes, machine talk, and
//! anything made unreadable on purpose.

use super::Sources;
use super::lexicon::{INSULTS, is_in};
use super::spelling;
use crate::normalise::folded_words;
use crate::verdict::Check;
use desk_core::Reason;
use desk_core::text::{fold, is_hidden};

/// Words in a row that make a copy.
const COPY_WORDS: usize = 8;
/// A longer "word" without a source is an encoding, not a word.
const MAX_WORD: usize = 32;

/// Runs the check.
pub(super) fn check(text: &str, sources: &Sources<'_>) -> Check {
    let fail = |detail: &str| Check::failed("leak", Reason::Leak, detail.to_owned());
    let squeezed = squeeze(text);
    for mark in sources
        .marks
        .iter()
        .map(|m| squeeze(m))
        .filter(|m| m.len() >= 6)
    {
        let backwards: String = mark.chars().rev().collect();
        let turned: String = mark.chars().map(rot13).collect();
        if [mark, backwards, turned]
            .iter()
            .any(|m| squeezed.contains(m.as_str()))
        {
            return fail("a mark of the rules");
        }
    }
    let words = folded_words(text);
    let known = owned(sources);
    for secret in &sources.secret {
        if let Some(copy) = copied(&words, &folded_words(secret), &known) {
            return fail(&copy);
        }
    }
    let folded = fold(text);
    if let Some(phrase) = MACHINE_TALK.iter().find(|p| folded.contains(**p)) {
        return fail(phrase);
    }
    if sources.verbatim {
        return Check::passed("leak");
    }
    if text.chars().any(is_odd) {
        return fail("hidden characters");
    }
    if let Some(insult) = words
        .iter()
        .find(|w| is_in(w, INSULTS) && !known.contains(w))
    {
        return fail(insult);
    }
    if words
        .windows(5)
        .any(|w| w.iter().all(|x| x.chars().count() == 1))
    {
        return fail("spelled letter by letter");
    }
    let long = text
        .split_whitespace()
        .find(|w| w.chars().count() > MAX_WORD && !sources.cited.iter().any(|c| c.contains(*w)));
    if let Some(word) = long {
        let start: String = word.chars().take(24).collect();
        return fail(&start);
    }
    if let Some(word) = mixed_scripts(text, sources) {
        return fail(&word);
    }
    if let Some(word) = spelling::unusual(text, sources) {
        return fail(word);
    }
    Check::passed("leak")
}

fn owned(sources: &Sources<'_>) -> Vec<String> {
    let mut list: Vec<String> = sources
        .cited
        .iter()
        .chain(&sources.owner)
        .flat_map(|t| folded_words(t))
        .collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// Hidden characters other than those that emoji are made with.
fn is_odd(c: char) -> bool {
    let struck = matches!(c, '\u{334}'..='\u{338}' | '\u{20D0}'..='\u{20E2}');
    struck || is_hidden(c) && !matches!(c, '\u{200D}' | '\u{20E3}' | '\u{FE0F}' | '\u{FE0E}')
}

/// Eight words in a row of a secret; eight that the owner's open words consist of as well are
/// no secret.
fn copied(words: &[String], secret: &[String], known: &[String]) -> Option<String> {
    let runs: std::collections::HashSet<&[String]> = secret.windows(COPY_WORDS).collect();
    words
        .windows(COPY_WORDS)
        .find(|run| runs.contains(run) && !run.iter().all(|w| known.binary_search(w).is_ok()))
        .map(|run| run.join(" "))
}

/// Letters and digits only, so that spaces and punctuation do not hide a mark.
fn squeeze(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn rot13(c: char) -> char {
    match c {
        'a'..='m' => char::from_u32(u32::from(c) + 13).unwrap_or(c),
        'n'..='z' => char::from_u32(u32::from(c) - 13).unwrap_or(c),
        c => c,
    }
}

/// A word of Latin and Cyrillic letters at once imitates another word.
fn mixed_scripts(text: &str, sources: &Sources<'_>) -> Option<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .find(|w| {
            let latin = w.chars().any(|c| c.is_ascii_alphabetic());
            let cyrillic = w.chars().any(|c| ('\u{400}'..='\u{52F}').contains(&c));
            latin && cyrillic && !sources.cited.iter().any(|c| c.contains(*w))
        })
        .map(str::to_owned)
}

/// What models say about themselves or about their instructions, folded.
const MACHINE_TALK: &[&str] = &[
    "as an ai",
    "language model",
    "system prompt",
    "my instructions",
    "system message",
    "my guidelines",
    "these rules",
    "i was told to",
    "i was instructed",
    "<|",
    "|>",
    "[inst]",
    "<<",
    ">>",
    "```",
    "\"action\"",
    "\"reply\"",
    "needs_human",
    "no_reply",
    "<think",
    "</think",
    "role:",
    "assistant:",
    "system:",
    "user:",
    "{\"",
    "conversation_handoff",
    "begin system",
    "end system",
    "ignore previous",
    "ignore all",
    "prompt injection",
    "yapay zeka model",
    "dil modeliyim",
    "sistem mesaj",
    "sistem talimat",
    "talimatlarim",
    "языковая модель",
    "языковои модел",
    "системныи промпт",
    "системная инструкция",
    "системное сообщение",
    "мои инструкции",
    "моих инструкци",
    "как искусственныи интеллект",
    "как ии",
    "bir yapay zeka olarak",
];
