//! Amounts, percentages, times, dates and plain numbers, in digits and in words.

use super::lexicon::{self, FREE, is_in};
use super::tokens::{Token, decimal, tokens};
use super::{Fact, Found, Unit};

/// Reads the facts of a text without contacts.
pub(super) fn scan(text: &str) -> Vec<Found> {
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        found: Vec::new(),
    };
    let mut at = 0;
    while at < tokens.len() {
        at = reader.read(at);
    }
    reader.share_range_units();
    reader.found.into_iter().map(|(_, f)| f).collect()
}

struct Reader<'a> {
    tokens: &'a [Token],
    /// With the place where the number stood.
    found: Vec<(usize, Found)>,
}

impl Reader<'_> {
    fn word(&self, at: usize) -> &str {
        match self.tokens.get(at) {
            Some(Token::Word(w)) => w,
            Some(Token::Sign('%')) => "%",
            Some(Token::Sign('₺')) => "₺",
            Some(Token::Sign('$')) => "$",
            Some(Token::Sign('€')) => "€",
            Some(Token::Sign('£')) => "£",
            Some(Token::Sign('₽')) => "₽",
            _ => "",
        }
    }

    fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |n| self.word(n))
    }

    fn push(&mut self, at: usize, fact: Fact, words: String, vague: bool) {
        self.found.push((at, Found { fact, words, vague }));
    }

    /// Reads one thing and returns where to go on.
    fn read(&mut self, at: usize) -> usize {
        match self.tokens.get(at) {
            Some(Token::Number(n)) => self.number(at, at + 1, n.clone(), false),
            Some(Token::Clock(minutes)) => self.clock(at, *minutes),
            Some(Token::Date(day, month)) => {
                self.push(
                    at,
                    Fact::Date(*day, *month),
                    format!("{day}.{month}"),
                    false,
                );
                at + 1
            }
            Some(Token::Code(code)) => {
                self.push(at, Fact::Code(code.clone()), code.clone(), false);
                at + 1
            }
            Some(Token::Word(word)) => self.plain_word(at, &word.clone()),
            _ => at + 1,
        }
    }

    /// A number whose words end before `next`.
    fn number(&mut self, at: usize, next: usize, value: String, in_words: bool) -> usize {
        let mut value = value;
        let mut next = next;
        if let Some((factor, true)) = lexicon::number_word(self.word(next)) {
            value = times(&value, factor);
            next += 1;
        } else if self.word(next) == "k" {
            value = times(&value, 1_000);
            next += 1;
        }
        let word = self.word(next).to_owned();
        let words = format!("{value} {word}").trim().to_owned();
        if is_in(&word, &["am", "pm"])
            && let Some(minutes) = hour(&value, &word)
        {
            self.push(at, Fact::Time(minutes, true), words, false);
            return next + 1;
        }
        if lexicon::is_percent(&word) || lexicon::is_percent(self.before(at, 1)) {
            let after = next + usize::from(lexicon::is_percent(&word));
            // "100 % cotton" is a manner of speaking, "100 % off" is not.
            let manner = value == "100"
                && !is_in(
                    self.word(after),
                    &[
                        "off",
                        "discount*",
                        "refund*",
                        "money",
                        "back",
                        "indirim*",
                        "iade*",
                        "скидк*",
                        "возврат*",
                    ],
                );
            self.push(at, Fact::Percent(value), words, manner);
            return after;
        }
        if let Some(currency) = lexicon::currency(&word) {
            self.push(at, Fact::Money(value, currency), words, false);
            return next + 1;
        }
        let own_before = !matches!(
            at.checked_sub(2).and_then(|n| self.tokens.get(n)),
            Some(Token::Number(_))
        );
        if let Some(currency) = lexicon::currency(self.before(at, 1)).filter(|_| own_before) {
            self.push(at, Fact::Money(value, currency), words, false);
            return next;
        }
        let day = value.parse::<u8>().ok().filter(|d| (1..=31).contains(d));
        if let Some(day) = day.filter(|_| !in_words) {
            let after = if is_in(&word, &["st", "nd", "rd", "th"]) {
                next + 1
            } else {
                next
            };
            let after = after + usize::from(self.word(after) == "of");
            if let Some(month) = lexicon::month(self.word(after)) {
                self.push(at, Fact::Date(day, month), words, false);
                return after + 1;
            }
            if let Some(month) = lexicon::month(self.before(at, 1)) {
                self.push(at, Fact::Date(day, month), words, false);
                return next;
            }
        }
        // "3 iş günü", "2-3 business days".
        let filler = is_in(
            &word,
            &["is", "business", "working", "рабоч*", "full", "calendar"],
        ) || self.tokens.get(next) == Some(&Token::Sign('-'));
        let unit = lexicon::unit(&word).or_else(|| {
            let second = self.word(next + 1);
            filler.then(|| lexicon::unit(second)).flatten()
        });
        // "Your son is eight years old" names a customer's age, not the owner's rule.
        let vague = in_words && matches!(unit, None | Some(Unit::Year));
        self.push(at, Fact::Number(value, unit), words, vague);
        next
    }

    fn clock(&mut self, at: usize, minutes: u16) -> usize {
        let half = self.word(at + 1);
        let twelve = minutes % 720;
        let (minutes, sure, step) = match half {
            "am" => (twelve, true, 2),
            "pm" => (twelve + 720, true, 2),
            _ => (minutes, !(60..780).contains(&minutes), 1),
        };
        let words = format!("{}:{:02}", minutes / 60, minutes % 60);
        self.push(at, Fact::Time(minutes, sure), words, false);
        at + step
    }

    fn plain_word(&mut self, at: usize, word: &str) -> usize {
        if let Some((next, value)) = self.number_words(at) {
            return self.number(at, next, value.to_string(), true);
        }
        if let Some(days) = lexicon::weekdays(word) {
            return self.weekdays(at, days);
        }
        if (word == "every" && self.word(at + 1) == "day")
            || (word == "her" && self.word(at + 1).starts_with("gun"))
            || (word == "каждыи" && self.word(at + 1) == "день")
        {
            self.push(at, Fact::Weekdays([true; 7]), word.to_owned(), true);
            return at + 2;
        }
        if let Some(day) = lexicon::relative_day(word) {
            self.push(at, Fact::RelativeDay(day), word.to_owned(), false);
        } else if is_in(word, FREE) {
            let bound =
                at.checked_sub(1).and_then(|n| self.tokens.get(n)) == Some(&Token::Sign('-'));
            let denied = (1..=3).any(|back| {
                is_in(
                    self.before(at, back),
                    &["not", "isn", "isnt", "aren", "arent", "never", "не"],
                )
            }) || is_in(self.word(at + 1), &["degil*"]);
            let without = is_in(self.before(at, 1), FREE_OF);
            if !without && !bound && !denied {
                self.push(at, Fact::Free, word.to_owned(), false);
            }
        } else if is_in(word, &["noon", "midday", "oglen", "полдень"]) {
            self.push(at, Fact::Time(720, true), word.to_owned(), false);
        } else if is_in(word, &["midnight", "geceyarisi", "полночь"]) {
            self.push(at, Fact::Time(0, true), word.to_owned(), false);
        } else if is_half_price(word, self.word(at + 1)) {
            self.push(at, Fact::Percent("50".to_owned()), word.to_owned(), false);
        } else if word == "no" || word == "without" || word == "без" {
            let next = self.word(at + 1);
            if is_in(
                next,
                &[
                    "charge*",
                    "fee*",
                    "cost*",
                    "extra",
                    "additional",
                    "оплат*",
                    "доплат*",
                ],
            ) {
                self.push(at, Fact::Free, word.to_owned(), true);
            }
        } else if is_in(
            word,
            &[
                "included",
                "includes",
                "dahil*",
                "включен*",
                "almiyoruz",
                "alinmaz",
                "odemezsiniz",
            ],
        ) {
            self.push(at, Fact::Free, word.to_owned(), true);
        }
        at + 1
    }

    /// A day, or a range of days ("Mon-Sat", "pazartesiden cumaya").
    fn weekdays(&mut self, at: usize, days: [bool; 7]) -> usize {
        let joins = |n: usize| {
            matches!(self.tokens.get(n), Some(Token::Sign('-')))
                || is_in(
                    self.word(n),
                    &[
                        "to", "through", "thru", "till", "until", "ile", "ila", "по", "до",
                    ],
                )
        };
        let end = if joins(at + 1) {
            lexicon::weekdays(self.word(at + 2))
        } else {
            None
        };
        let first = |d: &[bool; 7]| d.iter().position(|x| *x);
        if let (Some(from), Some(to)) = (first(&days), end.as_ref().and_then(first)) {
            let mut range = [false; 7];
            let span = (to + 7 - from) % 7;
            for n in 0..=span {
                if let Some(slot) = range.get_mut((from + n) % 7) {
                    *slot = true;
                }
            }
            self.push(at, Fact::Weekdays(range), self.word(at).to_owned(), false);
            return at + 3;
        }
        // "14 GBP daily" is a rate.
        let rate = self.word(at) == "daily" && lexicon::currency(self.before(at, 1)).is_some();
        self.push(at, Fact::Weekdays(days), self.word(at).to_owned(), rate);
        at + 1
    }

    /// A number in words, with the place behind it.
    fn number_words(&self, at: usize) -> Option<(usize, u64)> {
        let (mut total, mut part, mut next) = (0u64, 0u64, at);
        while let Some((value, multiplies)) = lexicon::number_word(self.word(next)) {
            if multiplies && value >= 1_000 {
                total = total.saturating_add(part.max(1).saturating_mul(value));
                part = 0;
            } else if multiplies {
                part = part.max(1).saturating_mul(value);
            } else {
                part = part.saturating_add(value);
            }
            next += 1;
            if next - at > 8 {
                break;
            }
        }
        // English "on Monday" is no ten.
        let lone_on = next == at + 1
            && self.word(at) == "on"
            && !is_in(
                self.word(next),
                &[
                    "gun*", "saat*", "dakika*", "hafta*", "ay", "lira*", "tl", "adet", "tane",
                ],
            );
        let digits_follow = matches!(
            self.tokens.get(next),
            Some(Token::Number(_) | Token::Clock(_))
        );
        (next > at && !lone_on && !digits_follow).then(|| (next, total.saturating_add(part)))
    }

    /// "500-750 TL": the first number counts the same thing as the second.
    fn share_range_units(&mut self) {
        let tokens = self.tokens;
        let joined = |a: usize, b: usize| {
            b == a + 2
                && match tokens.get(a + 1) {
                    Some(Token::Sign('-')) => true,
                    Some(Token::Word(w)) => matches!(w.as_str(), "to" | "ila" | "до"),
                    _ => false,
                }
        };
        let pairs: Vec<(usize, Fact)> = self
            .found
            .windows(2)
            .enumerate()
            .filter_map(|(n, pair)| match pair {
                [(a, first), (b, second)] if joined(*a, *b) => match (&first.fact, &second.fact) {
                    (Fact::Number(v, None), Fact::Money(_, c)) => {
                        Some((n, Fact::Money(v.clone(), *c)))
                    }
                    (Fact::Number(v, None), Fact::Percent(_)) => {
                        Some((n, Fact::Percent(v.clone())))
                    }
                    (Fact::Number(v, None), Fact::Number(_, Some(u))) => {
                        Some((n, Fact::Number(v.clone(), Some(*u))))
                    }
                    _ => None,
                },
                _ => None,
            })
            .collect();
        for (n, fact) in pairs {
            if let Some((_, found)) = self.found.get_mut(n) {
                found.fact = fact;
            }
        }
    }
}

/// "Feel free", "gluten free": nothing about money.
const FREE_OF: &[&str] = &[
    "feel", "gluten", "pet", "smoke", "sugar", "lactose", "dairy", "nut", "cruelty", "bpa",
    "alcohol", "hands", "stress", "hassle", "interest", "duty", "paraben",
];

fn is_half_price(word: &str, next: &str) -> bool {
    is_in(word, &["полцен*", "вполовину"])
        || (is_in(word, &["half", "yari", "половин*"])
            && is_in(next, &["price*", "off", "fiyat*", "цен*", "стоимост*"]))
}

fn hour(value: &str, half: &str) -> Option<u16> {
    let (hours, minutes) = match value.split_once('.') {
        Some((h, m)) => (
            h.parse::<u16>().ok()?,
            format!("{m:0<2}").parse::<u16>().ok()?,
        ),
        None => (value.parse::<u16>().ok()?, 0),
    };
    let fits = (1..=12).contains(&hours) && minutes < 60;
    fits.then(|| (hours % 12 + if half == "pm" { 12 } else { 0 }) * 60 + minutes)
}

/// Multiplies a plain decimal, as text: no rounding.
fn times(value: &str, factor: u64) -> String {
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let zeros = factor.to_string().len() - 1;
    let digits: String = part
        .chars()
        .chain(std::iter::repeat_n('0', zeros))
        .take(zeros.max(part.len()))
        .collect();
    let (up, rest) = digits.split_at_checked(zeros).unwrap_or((&digits, ""));
    decimal(&format!("{whole}{up}"), rest)
}
