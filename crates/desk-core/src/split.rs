//! Splits a text that is too long for one message: between sentences where that is possible, else
//! between words, and never inside a word, an address, a number or what a reader sees as one
//! character.

use crate::text::MAX_TEXT_BYTES;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// More messages than this for one text are a mistake, or an abuse of the customer's patience.
pub const MAX_PARTS: usize = 10;

/// Cuts the text into messages of at most [`MAX_TEXT_BYTES`] bytes, in order. `None` when it cannot
/// be done: a word or an address that is itself too long, or more than [`MAX_PARTS`] messages.
#[must_use]
pub fn split(text: &str) -> Option<Vec<String>> {
    split_at(text, MAX_TEXT_BYTES, MAX_PARTS)
}

fn split_at(text: &str, limit: usize, most: usize) -> Option<Vec<String>> {
    if text.len() <= limit {
        return Some(vec![text.to_owned()]);
    }
    let whole = protected(text, limit)?;
    let cuts = Cuts::of(text, &whole);
    let mut parts = Vec::new();
    let mut from = skip_space(text, 0);
    while from < text.trim_end().len() {
        let to = cuts.best(text, from, limit)?;
        parts.push(text.get(from..to)?.trim_end().to_owned());
        from = skip_space(text, to);
    }
    (parts.len() <= most).then_some(parts)
}

fn skip_space(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + (rest.len() - rest.trim_start().len())
}

/// Where a text may be cut, from the best kind of place to the last: ends of sentences, white space,
/// ends of words without any.
struct Cuts {
    kinds: [Vec<usize>; 3],
}

impl Cuts {
    fn of(text: &str, whole: &[Range<usize>]) -> Cuts {
        let free = |at: &usize| {
            let next = whole.partition_point(|span| span.end <= *at);
            *at > 0 && whole.get(next).is_none_or(|span| *at <= span.start)
        };
        let after_space = |at: &usize| {
            let before = text.get(..*at).unwrap_or_default();
            before.ends_with(char::is_whitespace)
        };
        // The end of the text is the end of a sentence too.
        let end = std::iter::once(text.len());
        let sentences = text.split_sentence_bound_indices().map(|(at, _)| at);
        let words = text.split_word_bound_indices().map(|(at, _)| at);
        let words: Vec<usize> = words.filter(free).collect();
        Cuts {
            kinds: [
                sentences.filter(free).chain(end).collect(),
                words.iter().copied().filter(after_space).collect(),
                words,
            ],
        }
    }

    /// The last place of the best kind that leaves a message of at most `limit` bytes.
    fn best(&self, text: &str, from: usize, limit: usize) -> Option<usize> {
        let fits = |to: usize| {
            let part = text.get(from..to).unwrap_or_default().trim_end();
            !part.is_empty() && part.len() <= limit
        };
        self.kinds.iter().find_map(|places| {
            let near = places.partition_point(|at| *at <= from);
            let ahead = places.get(near..).unwrap_or_default();
            // What does not fit now fits less further on; white space at the end costs nothing.
            let reach = ahead.partition_point(|at| {
                let part = text.get(from..*at).unwrap_or_default().trim_end();
                part.len() <= limit
            });
            let within = ahead.get(..reach).unwrap_or_default();
            within.iter().rev().copied().find(|to| fits(*to))
        })
    }
}

/// The spans that are never cut, in order and apart. `None` when an address is longer than a message.
fn protected(text: &str, limit: usize) -> Option<Vec<Range<usize>>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for token in tokens(text) {
        let word = text.get(token.clone()).unwrap_or_default();
        if is_address(word) {
            if word.len() > limit {
                return None;
            }
            spans.push(token);
        }
    }
    spans.extend(numbers(text).into_iter().filter(|span| span.len() <= limit));
    spans.sort_by_key(|span| span.start);
    let mut apart: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start < last.end => {
                let joined = last.start..last.end.max(span.end);
                if joined.len() <= limit {
                    *last = joined;
                }
            }
            _ => apart.push(span),
        }
    }
    Some(apart)
}

/// The pieces between white space.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split_inclusive(char::is_whitespace)
        .filter_map(move |piece| {
            let start = at;
            at += piece.len();
            let word = piece.trim_end();
            (!word.is_empty()).then(|| start..start + word.len())
        })
}

/// Whether a reader would press it: an address of a page, of a shop, of a mailbox.
fn is_address(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let dotted = |part: &str| {
        part.split_once('.').is_some_and(|(a, b)| {
            a.ends_with(char::is_alphanumeric) && b.starts_with(char::is_alphanumeric)
        })
    };
    lower.contains("://")
        || lower.starts_with("www.")
        || lower.split_once('@').is_some_and(|(_, host)| dotted(host))
        || lower.split_once('/').is_some_and(|(host, _)| dotted(host))
}

/// Numbers as people write them, with what belongs to them: `1.250,50 ₺`, `+90 532 111 22 33`,
/// `90 TL`.
fn numbers(text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if c.is_numeric() {
            open = Some(open.map_or(at, |span: Range<usize>| span.start)..end);
        } else if let Some(span) = &open
            && !joins(text.get(span.end..end).unwrap_or_default())
        {
            spans.push(span.clone());
            open = None;
        }
    }
    spans.extend(open);
    spans
        .into_iter()
        .map(|span| with_unit(text, span))
        .collect()
}

/// Whether a number may go on after this.
fn joins(between: &str) -> bool {
    let signs = |c: char| {
        matches!(
            c,
            '.' | ',' | ':' | '/' | '-' | '(' | ')' | '\'' | ' ' | '\u{A0}' | '\u{202F}'
        )
    };
    // Two signs only as in `(532) 111`: the full stop and the space of `90. 3 days` end a sentence.
    let most = if between.contains(['(', ')']) { 2 } else { 1 };
    between.chars().count() <= most && between.chars().all(signs)
}

/// A number with the sign before it and the unit after it.
fn with_unit(text: &str, span: Range<usize>) -> Range<usize> {
    let before = text.get(..span.start).unwrap_or_default();
    let sign = before
        .chars()
        .next_back()
        .filter(|c| matches!(c, '+' | '-' | '$' | '€' | '£' | '₺' | '₽' | '#' | '№'));
    let after = text.get(span.end..).unwrap_or_default();
    let gap = after.len() - after.trim_start_matches([' ', '\u{A0}', '\u{202F}']).len();
    let unit: &str = after
        .get(gap..)
        .and_then(|rest| {
            rest.split(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '!' | '?'))
                .next()
        })
        .filter(|unit| gap <= 3 && !unit.is_empty() && unit.chars().count() <= 3)
        .unwrap_or_default();
    let end = if unit.is_empty() {
        span.end
    } else {
        span.end + gap + unit.len()
    };
    span.start - sign.map_or(0, char::len_utf8)..end
}

#[cfg(test)]
mod tests;
