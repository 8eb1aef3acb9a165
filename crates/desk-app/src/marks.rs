//! Where a search matched: cuts a piece around the first match and marks every match in it.

use crate::dto::Mark;
use desk_core::text::{fold, is_hidden};

/// Characters shown before the first match.
const LEAD: usize = 30;
/// Characters shown in all.
const LENGTH: usize = 140;

/// The piece of `text` around the first match of any of the folded words, with the matches marked.
#[must_use]
pub(crate) fn around(text: &str, words: &[String]) -> (String, Vec<Mark>) {
    let chars: Vec<char> = text
        .chars()
        .filter(|c| !is_hidden(*c))
        .map(|c| {
            if c.is_whitespace() || c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    let (folded, origin) = fold_each(&chars);
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for word in words {
        let word: Vec<char> = word.chars().collect();
        if word.is_empty() {
            continue;
        }
        for (at, piece) in folded.windows(word.len()).enumerate() {
            if piece == word.as_slice() {
                let first = origin.get(at).copied().unwrap_or(0);
                let last = origin.get(at + word.len() - 1).copied().unwrap_or(first);
                spans.push((first, last + 1));
            }
        }
    }
    spans.sort_unstable();
    let start = spans.first().map_or(0, |s| s.0.saturating_sub(LEAD));
    let end = (start + LENGTH).min(chars.len());
    let mut piece = String::new();
    let mut offsets = Vec::with_capacity(end - start + 1);
    let mut units = 0u32;
    if start > 0 {
        piece.push('…');
        units = 1;
    }
    for c in chars.iter().take(end).skip(start) {
        offsets.push(units);
        piece.push(*c);
        units += u32::try_from(c.len_utf16()).unwrap_or(1);
    }
    offsets.push(units);
    if end < chars.len() {
        piece.push('…');
    }
    let mut marks: Vec<Mark> = Vec::new();
    for (from, to) in spans
        .into_iter()
        .filter(|(from, to)| *from >= start && *to <= end)
    {
        let (Some(from), Some(to)) = (offsets.get(from - start), offsets.get(to - start)) else {
            continue;
        };
        match marks.last_mut() {
            Some(last) if last.end >= *from => last.end = last.end.max(*to),
            _ => marks.push(Mark {
                start: *from,
                end: *to,
            }),
        }
    }
    (piece, marks)
}

/// The folded characters, and from which character of the text each of them comes.
fn fold_each(chars: &[char]) -> (Vec<char>, Vec<usize>) {
    let mut folded = Vec::with_capacity(chars.len());
    let mut origin = Vec::with_capacity(chars.len());
    let mut buffer = [0u8; 4];
    for (i, c) in chars.iter().enumerate() {
        for f in fold(c.encode_utf8(&mut buffer)).chars() {
            folded.push(f);
            origin.push(i);
        }
    }
    (folded, origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, word: &str) -> Vec<String> {
        let (piece, marks) = around(text, &[fold(word)]);
        let units: Vec<u16> = piece.encode_utf16().collect();
        marks
            .iter()
            .map(|m| String::from_utf16(&units[m.start as usize..m.end as usize]).unwrap())
            .collect()
    }

    #[test]
    fn a_match_is_marked_as_it_was_written() {
        assert_eq!(marked("Kargo ÜCRETİ ne kadar?", "ucreti"), ["ÜCRETİ"]);
        assert_eq!(marked("😀😀 Ещё раз, еще", "еще"), ["Ещё", "еще"]);
        assert_eq!(marked("aaaa", "aa"), ["aaaa"]);
    }

    #[test]
    fn a_match_far_inside_is_brought_into_view() {
        let text = format!("{} needle {}", "x ".repeat(500), "y ".repeat(500));
        assert_eq!(marked(&text, "needle"), ["needle"]);
        assert!(around(&text, &["needle".into()]).0.chars().count() <= LENGTH + 2);
    }
}
