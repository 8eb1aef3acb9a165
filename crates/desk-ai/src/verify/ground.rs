//! Does the text say what its sources say: are its words theirs, and is a "no" still a "no"?

use super::Sources;
use super::lexicon::{NEGATIONS, NEUTRAL, is_in};
use super::shape;
use crate::normalise::{folded_words, sentences};
use crate::verdict::Check;
use desk_core::Reason;

/// Words without a source that one sentence may hold; paraphrase needs some.
const MAX_FOREIGN: usize = 5;
/// The same for a statement that shares no word with its sources, and for a question.
const MAX_ALONE: usize = 4;
const MAX_ASKED_ALONE: usize = 5;
/// The same for a text that shares no word at all with its sources.
const MAX_UNSHARED: usize = 4;

/// At least one cite, and sentences whose words are found in the sources.
pub(super) fn check_cites(text: &str, sources: &Sources<'_>) -> Check {
    if sources.verbatim {
        return Check::passed("cites");
    }
    if sources.cited.is_empty() {
        return Check::failed("cites", Reason::Uncited, "nothing is cited");
    }
    let owner = Words::of(sources.cited.iter().chain(&sources.owner).copied());
    let mut shared = 0;
    let mut met_any = false;
    let mut foreign_all = 0;
    let asked = shape::questions(text);
    for sentence in sentences(text) {
        let content = content_words(sentence);
        let foreign = content.iter().filter(|w| !owner.has(w)).count();
        let known = content.len() - foreign;
        shared += known;
        // A question tells nothing.
        let is_question = asked.contains(&sentence);
        foreign_all += if is_question { 0 } else { foreign };
        let allowed = if is_question {
            MAX_FOREIGN * 2
        } else {
            MAX_FOREIGN
        };
        let met = folded_words(sentence)
            .iter()
            .any(|w| w.chars().count() > 3 && owner.has(w));
        met_any |= met;
        let alone = !met
            && foreign
                > if is_question {
                    MAX_ASKED_ALONE
                } else {
                    MAX_ALONE
                };
        if alone || foreign > allowed.max(known * 3) {
            return Check::failed("cites", Reason::Uncited, sentence);
        }
    }
    if shared == 0 && !met_any && foreign_all > MAX_UNSHARED {
        return Check::failed(
            "cites",
            Reason::Uncited,
            "shares no word with what it cites",
        );
    }
    Check::passed("cites")
}

/// A statement whose closest source says the opposite.
pub(super) fn check_polarity(text: &str, sources: &Sources<'_>) -> Check {
    if sources.verbatim {
        return Check::passed("polarity");
    }
    let known: Vec<(Words, bool)> = sources
        .cited
        .iter()
        .flat_map(|t| sentences(t))
        .filter(|s| !s.ends_with('?') && !s.ends_with('/'))
        .filter(|s| !balanced(s))
        .map(|s| (Words::of([s]), is_negated(s)))
        .collect();
    let asked = shape::questions(text);
    for sentence in sentences(text).into_iter().filter(|s| !asked.contains(s)) {
        let content = content_words(sentence);
        let closest = known
            .iter()
            .map(|(w, negated)| (content.iter().filter(|c| w.has(c)).count(), *negated))
            .max_by_key(|(shared, _)| *shared);
        if is_absolute_denial(sentence) && !sources.cited.iter().any(|t| is_negated(t)) {
            return Check::failed("polarity", Reason::Uncited, sentence);
        }
        if let Some((shared, negated)) = closest {
            let mostly = shared >= 2 && shared * 3 > content.len() * 2;
            let mostly =
                mostly || (!negated && shared >= 1 && content.len() <= 3 && !is_short_no(sentence));
            let disagree =
                known.iter().all(|(_, n)| *n == negated) && is_negated(sentence) != negated;
            if mostly && disagree && !balanced(sentence) {
                return Check::failed("polarity", Reason::Uncited, sentence);
            }
        }
    }
    Check::passed("polarity")
}

/// "We do not ship at all": nothing softer than the source's own denial carries that.
fn is_absolute_denial(sentence: &str) -> bool {
    const ABSOLUTE: &[&str] = &[
        "all",
        "never",
        "ever",
        "hic",
        "asla",
        "hicbir",
        "вообще",
        "никогда",
        "совсем",
        "ничего",
    ];
    is_negated(sentence) && folded_words(sentence).iter().any(|w| is_in(w, ABSOLUTE))
}

/// "No, it is free": the "no" answers the customer.
fn is_short_no(sentence: &str) -> bool {
    folded_words(sentence)
        .first()
        .is_some_and(|w| is_in(w, &["no", "hayir", "нет"]))
}

/// Whether any statement of a text says that something is not so.
pub(super) fn denies(text: &str) -> bool {
    sentences(text).into_iter().any(is_negated)
}

/// "No charge" and "nothing extra" are no denials.
fn is_negated(sentence: &str) -> bool {
    let mut list = folded_words(sentence);
    // "No, you have to …" answers the question, it does not turn the statement around.
    if list.len() > 3
        && list
            .first()
            .is_some_and(|w| is_in(w, &["no", "yes", "hayir", "evet", "нет", "да"]))
    {
        let follows = sentence
            .trim_start()
            .chars()
            .nth(list.first().map_or(0, |w| w.chars().count()));
        let pronoun = list
            .get(1)
            .is_some_and(|w| is_in(w, &["the", "it", "they", "there", "you", "this", "we", "i"]));
        if pronoun || follows.is_some_and(|c| !c.is_whitespace()) {
            list.remove(0);
        }
    }
    let mut negations = 0;
    for (n, word) in list.iter().enumerate() {
        let next = list.get(n + 1).map_or("", String::as_str);
        let next = match list.get(n + 2) {
            Some(after) if is_in(next, &["addition*", "extra", "further"]) => after,
            _ => next,
        };
        // "Not more than 300" is a figure, not a denial.
        let compares = is_in(
            next,
            &[
                "more",
                "less",
                "later",
                "over",
                "exceed*",
                "больше",
                "более",
                "меньше",
                "менее",
                "позднее",
                "позже",
                "дороже",
                "выше",
                "только",
            ],
        );
        let harmless = is_in(word, &["no", "without", "без", "нет", "doesnt", "dont"])
            && is_in(
                next,
                &[
                    "charge*",
                    "fee*",
                    "cost*",
                    "problem*",
                    "age",
                    "restriction*",
                    "limit*",
                    "larger",
                    "heavier",
                    "bigger",
                    "matter",
                    "only",
                    "worries",
                    "оплат*",
                    "доплат*",
                ],
            );
        if is_in(word, NEGATIONS) && !harmless && !compares || is_turkish_negation(word) {
            negations += 1;
        }
    }
    negations > 0
}

/// Both halves of "yes, but not on Sundays" are there: too fine for counting.
fn balanced(sentence: &str) -> bool {
    folded_words(sentence).iter().any(|w| {
        is_in(
            w,
            &[
                "but",
                "however",
                "only",
                "more",
                "than",
                "must",
                "sure",
                "although",
                "except*",
                "unless",
                "otherwise",
                "ama",
                "ancak",
                "fakat",
                "sadece",
                "haric*",
                "но",
                "однако",
                "кроме",
                "только",
                "free",
                "non",
            ],
        )
    })
}

/// "göndermiyoruz", "yapılmaz", "olmuyor": the negation sits inside the verb.
fn is_turkish_negation(folded: &str) -> bool {
    let long = folded.chars().count() > 5;
    long && (["miyor", "muyor", "mayiz", "meyiz", "mamakta", "memekte"]
        .iter()
        .any(|n| folded.contains(n))
        || ["maz", "mez", "mazlar", "mezler", "mamistir", "memistir"]
            .iter()
            .any(|n| folded.ends_with(n)))
}

/// The words of a sentence that claim something.
fn content_words(sentence: &str) -> Vec<String> {
    folded_words(sentence)
        .into_iter()
        .filter(|w| w.chars().count() > 2 && !is_in(w, NEUTRAL))
        .filter(|w| !w.bytes().any(|b| b.is_ascii_digit()))
        .collect()
}

/// The words of the sources, whole and by their beginnings.
struct Words {
    whole: Vec<String>,
}

impl Words {
    fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut whole: Vec<String> = texts.into_iter().flat_map(folded_words).collect();
        whole.sort_unstable();
        whole.dedup();
        Self { whole }
    }

    /// The same word, or one that begins alike: endings differ, stems do not.
    fn has(&self, word: &str) -> bool {
        let length = word.chars().count();
        let stem: String = word
            .chars()
            .take(if length > 6 { 5 } else { 4.min(length) })
            .collect();
        self.whole
            .iter()
            .any(|w| w == word || (length >= 4 && w.starts_with(&stem)))
    }
}
