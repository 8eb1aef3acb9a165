//! Links, e-mail addresses, handles, phones, bank accounts and cards.

use super::{Fact, Found};
use desk_core::text::fold;

/// Takes the contacts out of a text; what is left has blanks in their place.
pub(super) fn take(text: &str) -> (Vec<Found>, String) {
    let mut found = Vec::new();
    let mut rest = String::with_capacity(text.len());
    for (n, chunk) in text.split_whitespace().enumerate() {
        if n > 0 {
            rest.push(' ');
        }
        let bare = chunk.trim_matches(|c: char| {
            matches!(
                c,
                '(' | ')' | '[' | ']' | '<' | '>' | '"' | '\'' | '«' | '»' | ',' | ';'
            )
        });
        let bare = bare.trim_end_matches(['.', '!', '?', ':', '…']);
        match address(bare) {
            Some(fact) => {
                let words = bare.to_owned();
                found.push(Found::new(fact, words));
                // Its figures are a part of the address, not facts of their own.
                rest.push('|');
            }
            None => rest.push_str(chunk),
        }
    }
    spelled_out(&rest, &mut found);
    let rest = ibans(&rest, &mut found);
    let rest = digit_runs(&rest, &mut found);
    (found, rest)
}

fn address(chunk: &str) -> Option<Fact> {
    let lower = chunk.to_lowercase();
    if let Some((name, host)) = lower.split_once('@') {
        let known_host = host.contains('.') && !host.ends_with('.');
        return if !name.is_empty() && known_host {
            Some(Fact::Email(lower))
        } else if name.is_empty() && host.chars().any(char::is_alphanumeric) {
            Some(Fact::Handle(host.to_owned()))
        } else {
            None
        };
    }
    let (schemed, bare) = match lower.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, lower.as_str()),
    };
    let bare = bare
        .strip_prefix("www.")
        .map_or((schemed, bare), |b| (true, b));
    let (sure, bare) = bare;
    let bare = bare.trim_end_matches('/');
    let host = bare.split(['/', '?', '#', ':']).next()?;
    let parts: Vec<&str> = host.split('.').collect();
    let numeric = parts.len() == 4 && parts.iter().all(|p| p.parse::<u8>().is_ok());
    let top = parts.last().map(|t| skeleton(t)).unwrap_or_default();
    let named = parts.len() >= 2
        && parts.iter().all(|p| !p.is_empty())
        && parts.iter().any(|p| p.chars().any(char::is_alphabetic))
        && TOPS.contains(&top.as_str());
    (sure || numeric || named).then(|| Fact::Link(bare.to_owned()))
}

/// "shop dot com", "site nokta com": a link that hides from a link search.
fn spelled_out(text: &str, found: &mut Vec<Found>) {
    let folded = fold(text).replace(['[', ']', '(', ')', '{', '}'], " ");
    let words: Vec<&str> = folded.split_whitespace().collect();
    for pair in words.windows(2) {
        if let [name, top] = pair
            && let Some(top) = top.strip_prefix(['.', '!', ',', '·'])
            && name.ends_with(char::is_alphanumeric)
        {
            let top = top.trim_end_matches(|c: char| !c.is_alphanumeric());
            if SURE_TOPS.contains(&skeleton(top).as_str()) {
                let link = format!("{name}.{top}");
                found.push(Found::new(Fact::Link(link.clone()), link));
            }
        }
    }
    for word in &words {
        found.extend(imitated(word));
    }
    for window in words.windows(3) {
        if let [name, dot, top] = window {
            let top = top.trim_end_matches(['.', ',', '!', '?']);
            let is_dot = matches!(*dot, "dot" | "nokta" | "точка" | ".");
            if is_dot && TOPS.contains(&skeleton(top).as_str()) {
                let link = format!("{name}.{top}");
                found.push(Found::new(Fact::Link(link.clone()), link));
            }
        }
    }
}

/// "shop!xyz", "shop·com": another sign in the place of the dot, or signs behind the name.
fn imitated(word: &str) -> Option<Found> {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let at = bare.rfind(|c: char| !c.is_alphanumeric())?;
    let sign = bare.get(at..)?.chars().next()?;
    let (name, top) = (bare.get(..at)?, bare.get(at + sign.len_utf8()..)?);
    let dotted = matches!(
        sign,
        '.' | '!' | ',' | '·' | ':' | ';' | '*' | '_' | '|' | '。'
    );
    let named = name.ends_with(char::is_alphanumeric) && name.chars().any(char::is_alphabetic);
    (dotted && named && SURE_TOPS.contains(&skeleton(top).as_str())).then(|| {
        let link = format!("{name}.{top}");
        Found::new(Fact::Link(link.clone()), link)
    })
}

/// Names of addresses that are no words: with any sign before them they make an address.
const SURE_TOPS: &[&str] = &[
    "com", "net", "org", "xyz", "biz", "io", "ru", "tr", "vip", "icu", "рф", "pф", "online",
    "example",
];

/// Cyrillic and Greek letters that look like Latin ones, as the Latin ones.
fn skeleton(word: &str) -> String {
    word.chars()
        .map(|c| match c {
            'а' | 'α' => 'a',
            'с' => 'c',
            'е' | 'ε' => 'e',
            'о' | 'ο' => 'o',
            'р' | 'ρ' => 'p',
            'х' => 'x',
            'у' => 'y',
            'м' => 'm',
            'т' | 'τ' => 't',
            'к' => 'k',
            'і' | 'ı' => 'i',
            'ѕ' => 's',
            c => c,
        })
        .collect()
}

/// Names under which addresses are sold; the last ones are Cyrillic, after [`skeleton`].
const TOPS: &[&str] = &[
    "com",
    "net",
    "org",
    "info",
    "biz",
    "io",
    "co",
    "me",
    "tr",
    "ru",
    "uk",
    "de",
    "eu",
    "us",
    "ua",
    "kz",
    "by",
    "az",
    "ge",
    "fr",
    "it",
    "es",
    "nl",
    "pl",
    "gr",
    "bg",
    "ro",
    "cn",
    "in",
    "ir",
    "ae",
    "sa",
    "shop",
    "store",
    "online",
    "site",
    "app",
    "dev",
    "ai",
    "xyz",
    "top",
    "club",
    "live",
    "link",
    "click",
    "pro",
    "vip",
    "cc",
    "tv",
    "ly",
    "gl",
    "gg",
    "gd",
    "ee",
    "li",
    "page",
    "web",
    "website",
    "space",
    "fun",
    "icu",
    "buzz",
    "bio",
    "life",
    "world",
    "win",
    "bet",
    "cam",
    "pw",
    "ws",
    "example",
    "test",
    "su",
    "moscow",
    "рф",
    "pф",
    "онлайн",
    "oнлaйн",
    "aero",
    "market",
    "pay",
    "money",
    "cash",
    "finance",
    "bank",
    "support",
    "help",
    "email",
    "chat",
    "social",
    "zip",
    "mov",
    "ist",
    "istanbul",
    "gen",
    "gov",
    "edu",
    "name",
    "mobi",
    "one",
    "to",
    "at",
    "am",
    "fm",
];

fn ibans(text: &str, found: &mut Vec<Found>) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<char> = chars.clone();
    let mut at = 0;
    while at + 15 <= chars.len() {
        let starts = at == 0 || chars.get(at - 1).is_none_or(|c| !c.is_alphanumeric());
        let letters = (at..at + 2).all(|n| chars.get(n).is_some_and(char::is_ascii_alphabetic));
        let check = (at + 2..at + 4).all(|n| chars.get(n).is_some_and(char::is_ascii_digit));
        if !starts || !letters || !check {
            at += 1;
            continue;
        }
        let mut id = String::new();
        let mut end = at;
        for (n, c) in chars.iter().enumerate().skip(at) {
            if c.is_ascii_alphanumeric() {
                id.push(c.to_ascii_uppercase());
                end = n + 1;
            } else if !matches!(c, ' ' | '-' | '.') {
                break;
            }
            if id.len() >= 34 {
                break;
            }
        }
        match iban(&id) {
            Some(length) => {
                let mut seen = 0;
                for slot in out.iter_mut().take(end).skip(at) {
                    if seen < length {
                        seen += usize::from(slot.is_ascii_alphanumeric());
                        *slot = '|';
                    }
                }
                let id: String = id.chars().take(length).collect();
                found.push(Found::new(Fact::Iban(id.clone()), id));
                at = end;
            }
            None => at += 1,
        }
    }
    out.into_iter().collect()
}

/// The length of the account number that a text starts with. A wrong check number still names an
/// account when the Turkish form is complete.
fn iban(id: &str) -> Option<usize> {
    let head = id.get(..4)?;
    let shaped = head.chars().take(2).all(|c| c.is_ascii_alphabetic())
        && head.chars().skip(2).all(|c| c.is_ascii_digit());
    if !shaped {
        return None;
    }
    if id.starts_with("TR")
        && id
            .get(2..26)
            .is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()))
    {
        return Some(26);
    }
    (15..=id.len()).rev().find(|n| {
        // A sentence passes the check one time in 97: an account is mostly figures.
        id.get(..*n).is_some_and(|id| {
            mod_97(id) && id.bytes().filter(u8::is_ascii_digit).count() * 2 >= id.len()
        })
    })
}

fn mod_97(id: &str) -> bool {
    let (Some(head), Some(body)) = (id.get(..4), id.get(4..)) else {
        return false;
    };
    let mut rest = 0u32;
    for c in body.chars().chain(head.chars()) {
        let Some(value) = c.to_digit(36) else {
            return false;
        };
        rest = if value < 10 {
            rest * 10 + value
        } else {
            rest * 100 + value
        } % 97;
    }
    rest == 1
}

/// Phones and cards: long runs of digits with the usual separators.
fn digit_runs(text: &str, found: &mut Vec<Found>) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = chars.clone();
    let mut at = 0;
    while at < chars.len() {
        let c = chars.get(at).copied().unwrap_or(' ');
        let joined = at > 0 && chars.get(at - 1).is_some_and(|p| p.is_alphanumeric());
        if joined || !(c.is_ascii_digit() || matches!(c, '+' | '(')) {
            at += 1;
            continue;
        }
        let (mut end, mut digits, mut groups, mut odd) = (at, String::new(), 0, false);
        let mut in_group = false;
        for (n, c) in chars.iter().enumerate().skip(at) {
            match c {
                '0'..='9' => {
                    digits.push(*c);
                    groups += usize::from(!in_group);
                    in_group = true;
                    end = n + 1;
                }
                ' ' | '-' | '(' | ')' | '+' | '/' => in_group = false,
                '.' => {
                    in_group = false;
                    odd = true;
                }
                _ => {
                    odd |= matches!(c, ':' | ',' | '%');
                    break;
                }
            }
        }
        let plus = c == '+';
        let run: String = chars.iter().take(end).skip(at).collect();
        let fact = match digits.len() {
            13..=19 if luhn(&digits) && groups <= 5 => Some(Fact::Card(digits.clone())),
            7..=15 if plus || looks_like_phone(&digits, &run, groups, odd) => {
                Some(Fact::Phone(digits.clone()))
            }
            _ => None,
        };
        if let Some(fact) = fact {
            found.push(Found::new(fact, run.trim()));
            for slot in out.iter_mut().take(end).skip(at) {
                *slot = '|';
            }
            at = end;
        } else {
            // Go on behind the first group: "3 gün" must not hide what follows.
            at += 1;
            while chars.get(at).is_some_and(char::is_ascii_digit) {
                at += 1;
            }
        }
    }
    out.into_iter().collect()
}

/// Without a plus sign a run must have the length and the shape of a number that one can call;
/// dates, prices with spaces and ranges have not.
fn looks_like_phone(digits: &str, run: &str, groups: usize, odd: bool) -> bool {
    if odd || run.contains('/') {
        return false;
    }
    let thousands = run
        .split([' ', '-'])
        .skip(1)
        .all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()));
    let prefixed = ["0", "90", "7", "8", "5", "1", "44", "49"]
        .iter()
        .any(|p| digits.starts_with(p));
    match digits.len() {
        10..=13 => prefixed && groups <= 6 && (!thousands || digits.starts_with('0')),
        7 => groups >= 2 && !thousands && run.contains('-'),
        _ => false,
    }
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(n, b)| {
            let d = u32::from(b.saturating_sub(b'0'));
            match (n % 2, d * 2) {
                (0, _) => d,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}
