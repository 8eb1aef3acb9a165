//! Which language to answer in: decided by code, passed on as a constraint, checked on the way
//! out. Must not guess loudly: where the signs are thin it says so, and nothing goes out by
//! itself.

mod words;

use crate::normalise::folded_words;
use desk_core::text::fold;
use serde::{Deserialize, Serialize};
use words::{ENGLISH, TURKISH};

/// A language that ReplyDesk answers in.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Turkish.
    Tr,
    /// Russian.
    Ru,
}

impl Lang {
    /// Every language.
    pub const ALL: [Lang; 3] = [Lang::En, Lang::Tr, Lang::Ru];

    /// The word used in SQL, JSON and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Tr => "tr",
            Self::Ru => "ru",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.as_str() == word)
    }

    /// The language's English name, for prompts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Tr => "Turkish",
            Self::Ru => "Russian",
        }
    }
}

/// What was found out about a text's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The best guess.
    pub lang: Lang,
    /// Whether it is good enough to answer without a person.
    pub sure: bool,
    /// What decided: `script`, `letters`, `words`, `statistics`, `conversation`, `default`,
    /// `foreign`.
    pub by: &'static str,
}

/// Settles the language of a text. `prior` is what the customer wrote in before.
#[must_use]
pub fn detect(text: &str, prior: Option<Lang>, default: Lang) -> Detected {
    let letters = Letters::of(text);
    let guess = prior.unwrap_or(default);
    let found = |lang, sure, by| Detected { lang, sure, by };
    if letters.all == 0 {
        return found(guess, prior.is_some(), "conversation");
    }
    if letters.other * 10 > letters.all * 4 {
        return found(guess, false, "foreign");
    }
    if letters.cyrillic * 10 >= letters.all * 6 {
        // Letters that Ukrainian, Kazakh or Serbian have and Russian has not.
        return found(Lang::Ru, letters.not_russian == 0, "script");
    }
    if letters.cyrillic * 10 > letters.all * 2 {
        return found(guess, false, "script");
    }
    let words = folded_words(text);
    let hits = |list: &[&str]| words.iter().filter(|w| list.contains(&w.as_str())).count();
    let (en, tr) = (hits(ENGLISH), hits(TURKISH));
    let foreign = looks_foreign(text, words.len(), en + tr);
    if letters.turkish > 0 {
        return found(Lang::Tr, !foreign, "letters");
    }
    if foreign {
        return found(guess, false, "foreign");
    }
    if tr > en {
        return found(Lang::Tr, true, "words");
    }
    if en > tr {
        let sure = prior != Some(Lang::Tr) || en >= 2 || words.len() <= 2;
        return found(Lang::En, sure, "words");
    }
    if letters.turkish_shared > 0 {
        return found(
            Lang::Tr,
            words.len() > 1 || prior == Some(Lang::Tr),
            "letters",
        );
    }
    if words.len() < 3
        && let Some(lang) = prior
    {
        return found(lang, lang != Lang::Ru, "conversation");
    }
    match statistics(text) {
        Some((lang, confidence)) => {
            let agreed = prior == Some(lang) && confidence > 0.2;
            found(
                lang,
                agreed || (confidence > 0.8 && words.len() >= 3),
                "statistics",
            )
        }
        None => found(guess, false, "default"),
    }
}

/// Whether a reply reads like the language it was to be written in.
///
/// A short one passes by its script alone; statistics on three words prove nothing.
#[must_use]
pub fn fits(text: &str, lang: Lang) -> bool {
    let letters = Letters::of(text);
    if letters.all < 4 {
        return true;
    }
    match lang {
        Lang::Ru => letters.cyrillic * 2 >= letters.all && letters.not_russian == 0,
        Lang::En | Lang::Tr => {
            if (letters.cyrillic + letters.other) * 5 > letters.all {
                return false;
            }
            let words = folded_words(text);
            let hits = |list: &[&str]| words.iter().filter(|w| list.contains(&w.as_str())).count();
            let (en, tr) = (hits(ENGLISH), hits(TURKISH));
            match lang {
                Lang::En if letters.turkish > 2 && tr >= en => false,
                Lang::En if en > tr => !looks_foreign(text, words.len(), en),
                Lang::Tr if letters.turkish > 0 || tr > en => true,
                Lang::Tr if letters.turkish_shared > 0 && en == 0 => true,
                _ if words.len() < 3 => en == tr || (lang == Lang::Tr) == (tr > en),
                _ => {
                    !looks_foreign(text, words.len(), en + tr)
                        && statistics(text).is_none_or(|(l, c)| l == lang || c < 0.3)
                }
            }
        }
    }
}

struct Letters {
    all: usize,
    cyrillic: usize,
    not_russian: usize,
    other: usize,
    turkish: usize,
    turkish_shared: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut n = Letters {
            all: 0,
            cyrillic: 0,
            not_russian: 0,
            other: 0,
            turkish: 0,
            turkish_shared: 0,
        };
        for c in text.chars().filter(|c| c.is_alphabetic()) {
            n.all += 1;
            match c {
                'а'..='я' | 'А'..='Я' | 'ё' | 'Ё' => n.cyrillic += 1,
                '\u{400}'..='\u{52F}' => {
                    n.cyrillic += 1;
                    n.not_russian += 1;
                }
                'ğ' | 'Ğ' | 'ş' | 'Ş' | 'ı' | 'İ' => n.turkish += 1,
                'ç' | 'Ç' | 'ö' | 'Ö' | 'ü' | 'Ü' => n.turkish_shared += 1,
                'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => {}
                _ => n.other += 1,
            }
        }
        n
    }
}

/// Another Latin language: the full detector is sure of one that is none of ours, and our own
/// function words are missing.
fn looks_foreign(text: &str, words: usize, own_hits: usize) -> bool {
    if words < 4 || own_hits * 5 > words {
        return false;
    }
    whatlang::detect(text).is_some_and(|info| {
        !matches!(
            info.lang(),
            whatlang::Lang::Eng | whatlang::Lang::Tur | whatlang::Lang::Rus | whatlang::Lang::Aze
        ) && info.confidence() > 0.9
            && (own_hits == 0 || words > 8)
    })
}

fn statistics(text: &str) -> Option<(Lang, f64)> {
    use whatlang::Lang as W;
    let info = whatlang::Detector::with_allowlist(vec![W::Eng, W::Tur, W::Rus])
        .detect(&fold_keep(text))?;
    let lang = match info.lang() {
        W::Tur => Lang::Tr,
        W::Rus => Lang::Ru,
        _ => Lang::En,
    };
    Some((lang, info.confidence()))
}

/// Capitals and hidden characters mislead the statistics; accents help them.
fn fold_keep(text: &str) -> String {
    if text.is_ascii() {
        fold(text)
    } else {
        crate::normalise::lower(text, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn languages_are_told_apart() {
        for (text, lang) in [
            ("Where is my order?", Lang::En),
            ("do you ship abroad", Lang::En),
            ("siparis nerede", Lang::Tr),
            ("Kargo ücreti ne kadar?", Lang::Tr),
            ("fiyat nedir acaba", Lang::Tr),
            ("Сколько стоит доставка?", Lang::Ru),
            ("здравствуйте", Lang::Ru),
            ("kapida odeme var mi", Lang::Tr),
        ] {
            let found = detect(text, None, Lang::En);
            assert_eq!((found.lang, found.sure), (lang, true), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_is_none_of_ours_is_never_sure() {
        for text in [
            "Скільки коштує доставка її?",
            "كم سعر هذا المنتج من فضلك",
            "Guten Tag, wie lange dauert die Lieferung nach Deutschland bitte schön",
            "¿Cuánto cuesta el envío a España y cuánto tarda en llegar?",
            "请将这些信息输入计算机系统",
        ] {
            let found = detect(text, None, Lang::En);
            assert!(!found.sure, "{text}: {found:?}");
        }
    }

    #[test]
    fn one_word_follows_the_conversation() {
        assert_eq!(detect("L", Some(Lang::Tr), Lang::En).lang, Lang::Tr);
        assert_eq!(detect("👍", Some(Lang::Ru), Lang::En).lang, Lang::Ru);
    }

    #[test]
    fn a_reply_in_the_wrong_language_is_seen() {
        for (text, lang, fits_it) in [
            ("Kargo ücreti 50 TL'dir.", Lang::Tr, true),
            ("Kargo ucreti 50 TL, ucretsiz degil.", Lang::Tr, true),
            ("Shipping costs 50 TL.", Lang::Tr, false),
            ("Shipping costs 50 TL.", Lang::En, true),
            ("Доставка 300 ₽.", Lang::En, false),
            ("Доставка 300 ₽.", Lang::Ru, true),
            (
                "We deliver on weekdays between ten and six.",
                Lang::Ru,
                false,
            ),
            ("Siparişiniz yarın kargoya verilecek.", Lang::En, false),
        ] {
            assert_eq!(fits(text, lang), fits_it, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_an_answer(s in any::<String>()) {
            let _ = detect(&s, None, Lang::En);
            for lang in Lang::ALL { let _ = fits(&s, lang); }
        }
    }
}
