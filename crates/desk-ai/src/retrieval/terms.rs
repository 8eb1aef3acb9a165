//! Turns text into terms: stems, word pairs and character pieces, as 64-bit hashes. Must not
//! know documents or scores.

use crate::language::Lang;
use crate::normalise::{clean, lower, words};
use desk_core::text::fold;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::{BTreeMap, HashMap};

/// Characters of a head.
const HEAD: usize = 4;

/// Stems and pieces of words. Stemming alone is unsafe in Turkish ("iade" and "iadeyi" get
/// different stems), pieces alone are blind to word borders: both are kept.
pub struct Analyser {
    stemmers: Vec<(Lang, Stemmer)>,
}

impl std::fmt::Debug for Analyser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.stemmers.iter().map(|(lang, _)| lang))
            .finish()
    }
}

/// The terms of a text.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// One a word and language: stem, folded.
    pub stems: Vec<u64>,
    /// Pieces of three to five characters of the folded words, with their borders.
    pub pieces: Vec<u64>,
    /// The first four characters of each folded word: a rough stem that never errs the same way
    /// as the fine one.
    pub heads: Vec<u64>,
    /// The shop's concepts that the words belong to.
    pub concepts: Vec<u64>,
    /// Pairs of concepts.
    pub together: Vec<u64>,
    /// Pairs of neighbouring stems.
    pub pairs: Vec<u64>,
}

impl Analyser {
    /// An analyser for texts of these languages.
    #[must_use]
    pub fn new(langs: &[Lang]) -> Self {
        let stemmers = Lang::ALL
            .into_iter()
            .filter(|l| langs.contains(l))
            .map(|l| (l, stemmer(l)))
            .collect();
        Self { stemmers }
    }

    /// The terms of a text whose language is known, or of a query for all languages at once: a
    /// stem carries its language, so that a document is met only in its own.
    #[must_use]
    pub fn terms(&self, text: &str, lang: Option<Lang>) -> Terms {
        self.terms_with(text, lang, &mut Memory::default())
    }

    /// The same for many texts: what was worked out for a word is kept, words repeat.
    #[must_use]
    pub fn terms_with(&self, text: &str, lang: Option<Lang>, memory: &mut Memory) -> Terms {
        let cleaned = clean(text);
        let mut terms = Terms::default();
        for (own, stemmer) in &self.stemmers {
            if lang.is_none_or(|l| l == *own) {
                let known = memory.stems.entry(*own).or_default();
                let mut before = None;
                for word in parts(&lower(&cleaned, *own == Lang::Tr)) {
                    let stem = match known.get(word) {
                        Some(stem) => *stem,
                        None => {
                            let stem = hash(*own as u64 + 1, &stem(word, *own, stemmer));
                            known.insert(word.to_owned(), stem);
                            stem
                        }
                    };
                    terms.stems.push(stem);
                    if let Some(before) = before {
                        terms.pairs.push(mix(before, stem));
                    }
                    before = Some(stem);
                }
            }
        }
        for word in parts(&fold(&cleaned)) {
            if let Some(known) = memory.words.get(word) {
                known.add_to(&mut terms);
            } else {
                let found = Word::of(word);
                found.add_to(&mut terms);
                memory.words.insert(word.to_owned(), found);
            }
        }
        terms.together = together(&terms.concepts);
        terms
    }
}

/// The words of a text; a name of several ("gift_wrap", "#new_season") is its parts.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    words(text)
        .flat_map(|word| word.split('_'))
        .filter(|part| !part.is_empty())
}

/// What was worked out for words.
#[derive(Debug, Default)]
pub struct Memory {
    stems: BTreeMap<Lang, HashMap<String, u64>>,
    words: HashMap<String, Word>,
}

/// The terms of one folded word.
#[derive(Debug)]
struct Word {
    pieces: Vec<u64>,
    concepts: Vec<u64>,
    head: u64,
}

impl Word {
    fn of(word: &str) -> Self {
        let mut found = Vec::new();
        pieces(word, &mut found);
        let bare = word.split(['\'', '’']).next().unwrap_or(word);
        Self {
            pieces: found,
            concepts: super::concepts::of(bare).map(|c| mix(SEED, c)).collect(),
            head: hash(9, &bare.chars().take(HEAD).collect::<String>()),
        }
    }

    fn add_to(&self, terms: &mut Terms) {
        terms.pieces.extend(&self.pieces);
        terms.concepts.extend(&self.concepts);
        terms.heads.push(self.head);
    }
}

/// What a question asks with. Where only answers are known, such a word meets them by chance
/// alone: no answer says "which".
const ASKING: &[&str] = &[
    "ne",
    "nedir",
    "neden",
    "nasil",
    "hangi",
    "hangisi",
    "kim",
    "kime",
    "kimin",
    "kimdir",
    "kac",
    "nerede",
    "nereye",
    "neresi",
    "neydi",
    "neyi",
    "neye",
    "neler",
    "nelerdir",
    "midir",
    "mi",
    "mu",
    "what",
    "which",
    "who",
    "whom",
    "whose",
    "how",
    "where",
    "when",
    "why",
    "did",
    "does",
    "do",
    "was",
    "were",
    "is",
    "are",
    "что",
    "какои",
    "какая",
    "какое",
    "какие",
    "каком",
    "какую",
    "какого",
    "каких",
    "каким",
    "какими",
    "как",
    "кто",
    "кого",
    "кому",
    "кем",
    "где",
    "когда",
    "почему",
    "сколько",
    "чем",
    "чего",
    "чему",
    "куда",
    "откуда",
    "каково",
    "каков",
    "какова",
];

/// A question without the words that it asks with; the whole of it when nothing else is left.
#[must_use]
pub fn without_asking(question: &str) -> String {
    let asks = |word: &&str| {
        let folded = fold(word.trim_matches(|c: char| !c.is_alphanumeric()));
        !ASKING.contains(&folded.as_str())
    };
    let rest: Vec<&str> = question.split_whitespace().filter(asks).collect();
    if rest.is_empty() {
        question.to_owned()
    } else {
        rest.join(" ")
    }
}

/// Every pair of concepts of a text: "card" with "lost" is another matter than "card" with "new".
fn together(concepts: &[u64]) -> Vec<u64> {
    let mut distinct: Vec<u64> = concepts.iter().copied().take(24).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let mut out = Vec::new();
    for (n, a) in distinct.iter().enumerate() {
        out.extend(distinct.iter().skip(n + 1).map(|b| mix(*a, *b)));
    }
    out
}

fn stemmer(lang: Lang) -> Stemmer {
    Stemmer::create(match lang {
        Lang::En => Algorithm::English,
        Lang::Tr => Algorithm::Turkish,
        Lang::Ru => Algorithm::Russian,
    })
}

fn stem(word: &str, lang: Lang, stemmer: &Stemmer) -> String {
    // A Turkish apostrophe separates a name from its ending.
    let word = match (lang, word.split_once(['\'', '’'])) {
        (Lang::Tr, Some((name, _))) if !name.is_empty() => name,
        _ => word,
    };
    let word: String = word.chars().filter(|c| !matches!(c, '\'' | '’')).collect();
    fold(&stemmer.stem(&word))
}

fn pieces(word: &str, out: &mut Vec<u64>) {
    let chars: Vec<char> = std::iter::once(' ')
        .chain(word.chars().filter(|c| !matches!(c, '\'' | '’')))
        .chain(std::iter::once(' '))
        .collect();
    for n in 3..=5 {
        if chars.len() < n {
            if n == 3 || chars.len() == n - 1 {
                continue;
            }
            break;
        }
        for window in chars.windows(n) {
            let mut h = SEED ^ (n as u64);
            for c in window {
                h = mix(h, u64::from(u32::from(*c)));
            }
            out.push(h);
        }
    }
}

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

fn hash(tag: u64, word: &str) -> u64 {
    word.bytes().fold(SEED ^ tag, |h, b| mix(h, u64::from(b)))
}

/// A small mixing step; collisions at 64 bits do not matter here.
const fn mix(a: u64, b: u64) -> u64 {
    let x = (a.rotate_left(5) ^ b).wrapping_mul(0x517C_C1B7_2722_0A95);
    x ^ (x >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_or_missing_dots_still_share_pieces() {
        let a = Analyser::new(&Lang::ALL);
        let share = |x: &str, y: &str| {
            let (x, y) = (a.terms(x, None), a.terms(y, None));
            x.pieces.iter().any(|p| y.pieces.contains(p))
        };
        assert!(share("iade", "İADEYİ"));
        assert!(share("siparişim", "siparis"));
        assert!(share("доставка", "доставки"));
    }

    #[test]
    fn a_name_of_several_words_is_its_words() {
        let a = Analyser::new(&Lang::ALL);
        let stems = |text: &str| a.terms(text, Some(Lang::En)).stems;
        assert_eq!(stems("_gift_wrap__box_"), stems("gift wrap box"));
    }

    #[test]
    fn a_stem_is_met_only_in_its_language() {
        let a = Analyser::new(&Lang::ALL);
        let query = a.terms("prices", None).stems;
        let en = a.terms("price", Some(Lang::En)).stems;
        assert!(query.contains(&en[0]));
        let tr = a.terms("fiyatı", Some(Lang::Tr)).stems;
        assert!(!en.contains(&tr[0]));
    }
}
