//! Cuts a text into figures, words and signs. Knows how figures are written, not what they mean.

use super::lexicon;
use desk_core::text::fold;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A number as a plain decimal.
    Number(String),
    /// A time of day in minutes, written with a colon.
    Clock(u16),
    /// A date written in figures.
    Date(u8, u8),
    Word(String),
    Sign(char),
    /// A code of letters and digits.
    Code(String),
    Break,
}

/// A plain decimal: no leading or trailing zeros.
pub(super) fn decimal(whole: &str, part: &str) -> String {
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    match part.trim_end_matches('0') {
        "" => whole.to_owned(),
        part => format!("{whole}.{part}"),
    }
}

/// The pieces of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let folded = fold(text);
    let chars: Vec<char> = folded.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        if c.is_ascii_digit() {
            at = figure(&chars, at, &mut out);
        } else if c.is_alphabetic() {
            let end = end_of(&chars, at, |c| c.is_alphanumeric());
            let run: String = chars.iter().take(end).skip(at).collect();
            word_or_code(&run, &mut out);
            at = end;
        } else {
            match c {
                '.' | '!' | '?' | ';' | '\n' => out.push(Token::Break),
                ' ' | '\'' | '’' => {}
                c => out.push(Token::Sign(c)),
            }
            at += 1;
        }
    }
    out
}

fn end_of(chars: &[char], from: usize, fits: impl Fn(char) -> bool) -> usize {
    chars
        .iter()
        .skip(from)
        .position(|c| !fits(*c))
        .map_or(chars.len(), |n| from + n)
}

/// A run that starts with a letter: "usd50" is money, "kod20" is a code.
fn word_or_code(run: &str, out: &mut Vec<Token>) {
    match run.find(|c: char| c.is_ascii_digit()) {
        None => out.push(Token::Word(run.to_owned())),
        Some(at) => {
            let (letters, rest) = run.split_at_checked(at).unwrap_or((run, ""));
            let plain = rest.bytes().all(|b| b.is_ascii_digit());
            if plain && (letters == "x" || lexicon::currency(letters).is_some()) {
                out.push(Token::Word(letters.to_owned()));
                out.push(Token::Number(decimal(rest, "")));
            } else {
                out.push(Token::Code(run.to_owned()));
            }
        }
    }
}

/// A figure with its separators; returns the place behind it.
fn figure(chars: &[char], from: usize, out: &mut Vec<Token>) -> usize {
    let digit = |n: usize| chars.get(n).is_some_and(char::is_ascii_digit);
    let mut groups: Vec<String> = Vec::new();
    let mut marks: Vec<char> = Vec::new();
    let mut at = from;
    loop {
        let end = end_of(chars, at, |c| c.is_ascii_digit());
        groups.push(chars.iter().take(end).skip(at).collect());
        at = end;
        let Some(mark) = chars.get(at).copied().filter(|_| digit(at + 1)) else {
            break;
        };
        let next = end_of(chars, at + 1, |c| c.is_ascii_digit()) - at - 1;
        let goes_on = match mark {
            '.' | ',' | ':' | '/' => true,
            '\'' | '’' | ' ' => next == 3 && groups.last().is_some_and(|g| g.len() <= 3),
            '-' => groups.first().is_some_and(|g| g.len() == 4) && next <= 2,
            _ => false,
        };
        if !goes_on || groups.len() >= 5 {
            break;
        }
        marks.push(mark);
        at += 1;
    }
    figure_tokens(&groups, &marks, out);
    // Letters glued to the figure are a word of their own: "24h", "60cm", "5gbp".
    let end = end_of(chars, at, |c| c.is_alphabetic());
    if end > at {
        out.push(Token::Word(chars.iter().take(end).skip(at).collect()));
    }
    end
}

fn figure_tokens(groups: &[String], marks: &[char], out: &mut Vec<Token>) {
    let small = |n: usize| groups.get(n).and_then(|g| g.parse::<u16>().ok());
    match (groups, marks) {
        ([one], _) => out.push(Token::Number(decimal(one, ""))),
        ([_, m, ..], [':', ..]) if m.len() == 2 => match (small(0), small(1)) {
            (Some(h), Some(m)) if h <= 24 && m < 60 => out.push(Token::Clock((h % 24) * 60 + m)),
            _ => out.extend(groups.iter().map(|g| Token::Number(decimal(g, "")))),
        },
        ([_, _, year], [a, b])
            if a == b
                && (year.len() == 4 || year.len() == 2 && *a != ',')
                && small(1).is_some_and(|m| (1..=12).contains(&m))
                && small(0).is_some_and(|d| d <= 31) =>
        {
            let (day, month) = (small(0).unwrap_or(0), small(1).unwrap_or(0));
            out.push(date(day, month));
        }
        ([year, _, _], ['-', '-']) if year.len() == 4 => {
            out.push(date(small(2).unwrap_or(0), small(1).unwrap_or(0)));
        }
        _ if marks.iter().any(|m| matches!(m, '/' | '-' | ':')) => {
            for group in groups {
                out.push(Token::Number(decimal(group, "")));
            }
        }
        _ => out.push(Token::Number(amount(groups, marks))),
    }
}

fn date(day: u16, month: u16) -> Token {
    Token::Date(
        u8::try_from(day).unwrap_or(0),
        u8::try_from(month).unwrap_or(0),
    )
}

/// "1.250,00", "1,250.00", "1 250": the last mark is a decimal one unless three digits follow
/// it; a mark that comes twice never is.
fn amount(groups: &[String], marks: &[char]) -> String {
    let last = groups.last().map_or("", String::as_str);
    let mark = marks.last().copied().unwrap_or(' ');
    let repeated = marks.iter().filter(|m| **m == mark).count() > 1;
    let other = marks.iter().any(|m| *m != mark);
    let thousands = mark == ' '
        || mark == '\''
        || repeated
        || (last.len() == 3 && !other && groups.first().is_none_or(|g| g != "0"));
    if thousands {
        return decimal(&groups.concat(), "");
    }
    let whole: String = groups
        .iter()
        .take(groups.len() - 1)
        .map(String::as_str)
        .collect();
    decimal(&whole, last)
}
