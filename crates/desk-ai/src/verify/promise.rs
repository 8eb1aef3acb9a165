//! Promises, claims that something was done, and absolutes. The product can do nothing but talk:
//! "I have cancelled it" is never true, and "we will call you" binds the owner.

use super::Sources;
use super::lexicon::is_in;
use super::seen::Squeezed;
use crate::normalise::{folded_words, sentences};
use crate::verdict::Check;
use desk_core::Reason;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Runs the check. What the owner wrote in a cited answer, the owner promised.
pub(super) fn check(text: &str, sources: &Sources<'_>) -> Check {
    let owners: Vec<Vec<String>> = sources
        .cited
        .iter()
        .flat_map(|t| sentences(t))
        .map(folded_words)
        .collect();
    let sends = owners
        .iter()
        .flatten()
        .any(|w| is_in(w, &["send*", "sent", "receiv*"]));
    for sentence in sentences(text) {
        let words = folded_words(sentence);
        for pattern in PATTERNS {
            if matches(&words, pattern) && !(sends && pattern.starts_with('+')) {
                let said_by_owner = owners
                    .iter()
                    .any(|o| matches(o, pattern) && overlap(&words, o) >= 0.5);
                if !said_by_owner {
                    return Check::failed("promises", Reason::Promise, sentence);
                }
            }
        }
    }
    if let Some(run) = hidden(text, sources) {
        return Check::failed("promises", Reason::Promise, run);
    }
    Check::passed("promises")
}

/// A promise whose words are broken up or run together: "REF_UND", "döne ceğiz", "weguarantee".
/// Only to the end of a word, so that nothing is found across other words.
fn hidden(text: &str, sources: &Sources<'_>) -> Option<String> {
    let said = Squeezed::of(text);
    let owner: Vec<Squeezed> = sources.cited.iter().map(|t| Squeezed::of(t)).collect();
    let is_new = |run: &str| !owner.iter().any(|o| o.contains(run));
    for (at, tail) in said.tails() {
        let start: String = tail.chars().take(RUN_HEAD).collect();
        let run = runs().get(&start).into_iter().flatten().find(|run| {
            tail.starts_with(run.as_str()) && said.ends_at(at + run.len()) && is_new(run)
        });
        if let Some(run) = run {
            return Some(run.clone());
        }
    }
    let glued = GLUED.iter().find(|run| said.contains(run) && is_new(run));
    glued.map(|run| (*run).to_owned())
}

/// Beginnings that are a promise wherever they stand, broken up or glued to their neighbours.
const GLUED: &[&str] = &[
    "guarant",
    "willrefund",
    "iadeett",
    "iadeedec",
    "geridone",
    "garantied",
    "гарантир",
    "вернемвам",
    "возместим",
    "компенсир",
];
/// Letters by which runs are looked up.
const RUN_HEAD: usize = 4;
/// Shorter runs could be parts of anything.
const MIN_RUN: usize = 9;
/// Spellings of one pattern.
const MAX_SPELLINGS: usize = 400;

/// The patterns written in one, by their first letters.
fn runs() -> &'static BTreeMap<String, Vec<String>> {
    static RUNS: OnceLock<BTreeMap<String, Vec<String>>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let mut runs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // What is fine under a condition, or for some owners, is no hidden promise.
        for pattern in PATTERNS.iter().filter(|p| !p.starts_with(['~', '+'])) {
            for run in spellings(pattern) {
                let head: String = run.chars().take(RUN_HEAD).collect();
                runs.entry(head).or_default().push(run);
            }
        }
        runs
    })
}

fn spellings(pattern: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for part in pattern.split(' ').filter(|p| *p != "..") {
        let choices: Vec<&str> = match part {
            "DO" => DEEDS.to_vec(),
            part => part.split('|').collect(),
        };
        // An open ending in the middle could be anything.
        if out.len() * choices.len() > MAX_SPELLINGS || choices.iter().any(|c| c.ends_with('*')) {
            return Vec::new();
        }
        out = out
            .iter()
            .flat_map(|start| choices.iter().map(move |c| format!("{start}{c}")))
            .collect();
    }
    out.retain(|run| run.chars().count() >= MIN_RUN);
    out
}

fn overlap(words: &[String], owner: &[String]) -> f32 {
    let shared = words.iter().filter(|w| owner.contains(w)).count();
    shared as f32 / words.len().max(1) as f32
}

/// Whether the words of a pattern follow each other; `..` skips up to four.
fn matches(words: &[String], pattern: &str) -> bool {
    let (pattern, unconditioned) = match pattern.strip_prefix('~') {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let pattern = pattern.trim_start_matches('+');
    if unconditioned && words.iter().any(|w| is_in(w, CONDITIONS)) {
        return false;
    }
    let parts: Vec<&str> = pattern.split(' ').collect();
    (0..words.len()).any(|start| follows(words.get(start..).unwrap_or(&[]), &parts))
}

fn follows(words: &[String], parts: &[&str]) -> bool {
    match parts.split_first() {
        None => true,
        Some((&"..", rest)) => {
            (0..=4).any(|skip| words.get(skip..).is_some_and(|w| follows(w, rest)))
        }
        Some((part, rest)) => words.split_first().is_some_and(|(word, others)| {
            let fits = match *part {
                "DO" => is_in(word, DEEDS),
                part => part.split('|').any(|p| is_in(word, &[p])),
            };
            fits && follows(others, rest)
        }),
    }
}

/// "Once your booking is confirmed" says nothing about this booking.
const CONDITIONS: &[&str] = &[
    "once", "when", "after", "if", "until", "before", "as", "whether",
];

/// What a shop may do for a customer, and this product cannot.
const DEEDS: &[&str] = &[
    "contact",
    "call",
    "notify",
    "inform",
    "update",
    "refund",
    "compensate",
    "replace",
    "arrange",
    "reserve",
    "cancel",
    "check",
    "ensure",
    "handle",
    "resolve",
    "fix",
    "escalate",
    "forward",
    "change",
    "process",
    "issue",
    "apply",
    "confirm",
    "hold",
    "keep",
    "set",
    "put",
    "waive",
    "give",
];

/// Word patterns, folded; apostrophes are gone ("we'll" is "well"). `..` skips up to four words,
/// `DO` stands for a deed, `~` excepts conditional sentences,
/// `+` excepts answers of an owner who sends things.
const PATTERNS: &[&str] = &[
    // English: later
    "get back to",
    "call you|back",
    "i|we will .. DO",
    "ill|well .. DO",
    "im|were|am|are going to .. DO",
    "i|we will .. let you know",
    "ill|well .. let you know",
    "i|we will .. follow up",
    "ill|well .. follow up",
    "follow up with you",
    "i|we will .. reach out",
    "ill|well .. reach out",
    "i|we will .. look into",
    "ill|well .. look into",
    "i|we will .. make sure",
    "ill|well .. make sure",
    "i|we will .. get in touch",
    "ill|well .. get in touch",
    "+i|we will .. send you",
    "+ill|well .. send you",
    "i|we will .. message you",
    "ill|well .. message you",
    "i|we will .. write to you",
    "ill|well .. write to you",
    "i|we will .. ship it",
    "ill|well .. ship it",
    "i|we will .. deliver it",
    "ill|well .. deliver it",
    "someone|manager|colleague|team|agent .. will .. contact|call|reach|get|reply|write|help",
    "as soon as we .. can|know|hear",
    "keep you updated|posted|informed",
    "within the hour",
    "by the end of the day",
    "will .. be refunded|compensated|credited|replaced",
    "will|youll get|receive .. refund|discount|gift|credit|compensation",
    // English: done
    "i|we|ive|weve .. have|ive|weve .. refunded|cancelled|canceled|booked|reserved|sent|shipped|forwarded|escalated|changed|updated|issued|processed|applied|added|arranged|notified|informed|set",
    "ive|weve refunded|cancelled|canceled|booked|reserved|sent|shipped|forwarded|escalated|changed|updated|issued|processed|applied|added|arranged|notified|informed|set|put",
    "~has|have been refunded|cancelled|canceled|booked|reserved|sent|shipped|forwarded|escalated|changed|updated|issued|processed|applied|confirmed|approved",
    "~order|booking|refund|return|reservation|payment is|was confirmed|cancelled|canceled|approved|processed|refunded",
    "set|put .. aside for",
    "i|we reserved|refunded|cancelled|booked .. it|your|the|you|for",
    "reserved for you",
    // English: absolutes
    "guarant*",
    "i|we .. promise*",
    "promise you|that",
    "legally binding",
    "binding offer",
    "my word",
    "rest assured",
    "no takesies",
    "100 sure|certain|safe",
    "swear",
    "contract* .. agree*",
    "deal is|that",
    "its a deal",
    // Turkish: later
    "donecegiz|donecegim|doneriz|donus",
    "geri doneriz|donecegiz|donus",
    "arayacagiz|arayacagim|arariz|arayacak*",
    "haber veririz|verecegiz|verecegim|ederiz|edecegiz",
    "bilgi verecegiz|verecegim",
    "bilgilendirecegiz|bilgilendiririz",
    "iletecegiz|iletecegim",
    "kontrol edip|edecegiz|edecegim|ediyorum|ediyoruz",
    "ilgilenecegiz|ilgilenecegim|halledecegiz|hallederiz|cozecegiz",
    "gonderecegiz|gonderecegim|yollayacagiz",
    "ayiracagiz|ayiracagim|ayirtacagiz",
    "iade edecegiz|edecegim|edilecek*",
    "en kisa surede",
    "iletisime gececegiz|gececek*|geceriz",
    "telafi edecegiz|ederiz",
    "hazirlayacagiz",
    "yapacagiz|yapacagim|edecegiz|edecegim",
    "size .. ulasacagiz|ulasacak|ulasiriz",
    "bir saat icinde",
    // Turkish: done
    "iade ettik|ettim|edildi|yaptik|yapildi",
    "iptal ettik|ettim|edildi",
    "ayirdim|ayirdik|ayirttim|ayirttik|ayirtildi",
    "rezerve ettik|ettim|edildi",
    "gonderdik|gonderdim|gonderildi|yolladik|yolladim",
    "kargoya verdik|verildi|teslim",
    "siparisiniz .. onaylandi|alindi|olusturuldu|hazir*",
    "onayladik|onayladim|onaylandi",
    "isleme aldik|alindi",
    "ilettik|ilettim|iletildi",
    "tanimladik|tanimlandi|guncelledik|guncellendi|degistirdik",
    "hesabiniza .. yatirdik|yatirildi|aktarildi",
    "hallettik|hallettim|cozduk|cozuldu",
    // Turkish: absolutes
    "garanti* .. eder*|ediyor*|veriyor*|veririz|edilir",
    "garantimiz",
    "kesin|kesinlikle",
    "soz veriyor*|veririm|veririz",
    "yasal olarak baglayici*",
    "baglayici*",
    "mutlaka",
    "yemin*",
    // Russian: later
    "перезвон*",
    "свяжемс*|свяжус*|свяжетс*",
    "сообщим|сообщу|сообщат",
    "напишем|напишу вам",
    "вернемся|вернусь .. к|с",
    "ответим вам|позже",
    "уточню|уточним|проверю|проверим",
    "передам|передадим",
    "вернем|возместим|компенсируем",
    "отправим|вышлем|отправлю|вышлю",
    "отложим|отложу|забронируем|оформим|оформлю|сделаем|сделаю|решим|разберемся",
    "в течение часа",
    "в ближаишее время",
    "как можно скорее",
    "дадим знать",
    "обязательно",
    // Russian: done
    "оформил*",
    "вернул*",
    "отменил*|отменен*",
    "отложил*|отложен*",
    "забронировал*|забронирован*",
    "отправил*|отправлен*",
    "возврат .. оформлен*|одобрен*|сделан*",
    "заказ .. подтвержден*|отменен*|оформлен*|принят*|отправлен*",
    "передал*",
    "подтвердил*|подтверждаем|подтверждаю",
    "начислил*|зачислен*|изменил*|обновил*",
    "применил*",
    // Russian: absolutes
    "гарантир*|гарантия|гарантию",
    "обещаю|обещаем",
    "юридически обязыв*|обязательн*",
    "клян*",
    "даю|даем слово",
    "100 уверен*",
    "непременно",
    "точно .. будет|приедет|доставим",
    // commitments in any tense
    "i|we .. agree to|that",
    "kabul ediyoruz|ediyorum|edildi",
    "согласны|согласен",
    "we|i confirm",
    "confirmed for|at",
    "onayliyoruz|onayliyorum|teyit*",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_seen_in_three_languages() {
        for text in [
            "We will get back to you within the hour.",
            "I've refunded your order.",
            "Your booking is confirmed.",
            "We guarantee delivery.",
            "Size döneceğiz.",
            "Ürünü sizin için ayırdım.",
            "İadenizi yaptık, iade edildi.",
            "Kesinlikle garanti ediyoruz.",
            "Мы вам перезвоним.",
            "Оформили возврат.",
            "Гарантируем доставку.",
        ] {
            let check = check(text, &Sources::default());
            assert_eq!(check.reason, Some(Reason::Promise), "{text}");
        }
    }

    #[test]
    fn statements_are_no_promises() {
        for text in [
            "You will receive a text message.",
            "We ship on weekdays.",
            "Kargo ücreti 50 TL.",
            "Доставка занимает два дня.",
            "Would you like me to book it for you?",
        ] {
            assert_eq!(check(text, &Sources::default()).reason, None, "{text}");
        }
    }

    #[test]
    fn the_owner_may_promise() {
        let sources = Sources {
            cited: vec!["We will get back to you within a day."],
            ..Sources::default()
        };
        assert_eq!(
            check("We will get back to you within a day.", &sources).reason,
            None
        );
    }
}
