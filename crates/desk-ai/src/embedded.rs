//! The engine that needs nobody: hands out the owner's own answer, word for word. Must never
//! paraphrase, so it can be trusted as far as the retrieval can.

use crate::knowledge::{Entry, Knowledge};
use crate::language::Lang;
use crate::normalise::sentences;
use crate::retrieval::Match;
use desk_core::Reason;
use desk_core::text::MAX_TEXT_BYTES;

/// Less of the query than this found in the best entry: nothing is known about it.
const MIN_COVERED: f32 = 0.34;

/// An answer of the owner's that fits.
#[derive(Debug, Clone)]
pub struct Pick<'a> {
    /// The entries, in the order of their answers.
    pub entries: Vec<&'a Entry>,
    /// Their answers.
    pub text: String,
    /// Why it should not go out by itself, as far as the match goes.
    pub doubts: Vec<Reason>,
}

/// So many entries are offered in turn to an owner who asks for another answer.
const CANDIDATES: usize = 3;

/// Picks the answer for a query whose language is known; another than those that were declined, as
/// long as there is one.
#[must_use]
pub fn pick<'a>(
    query: &str,
    lang: Lang,
    knowledge: &'a Knowledge,
    found: &Match,
    declined: &[String],
) -> Option<Pick<'a>> {
    if let Some(two) = pick_two(query, lang, knowledge).filter(|two| !declined.contains(&two.text))
    {
        return Some(two);
    }
    let mut doubts = Vec::new();
    let open: Vec<&Entry> = found
        .hits
        .iter()
        .filter_map(|(n, _)| knowledge.at(*n))
        .filter(|e| !e.internal)
        .collect();
    if found.covered < MIN_COVERED && !found.strict {
        return None;
    }
    let near = open.iter().take(CANDIDATES).copied();
    let entry = if declined.is_empty() {
        // The answer in the customer's language, when one is nearly as good.
        near.clone().find(|e| e.answer_in(lang).is_some())
    } else {
        // What was never declined, else what was declined longest ago.
        let when = |e: &&Entry| declined.iter().rposition(|text| text == e.answer_for(lang));
        near.clone().min_by_key(when)
    };
    let entry = entry.or(open.first().copied())?;
    let is_first = found
        .hits
        .first()
        .and_then(|(n, _)| knowledge.at(*n))
        .map(|e| e.id)
        == Some(entry.id);
    if !is_first || !found.strict || !declined.is_empty() {
        doubts.push(Reason::Unsure);
    }
    Some(Pick {
        entries: vec![entry],
        text: entry.answer_for(lang).to_owned(),
        doubts,
    })
}

/// Two questions at once, each with a sure answer of its own: both, for the owner to look at.
fn pick_two<'a>(query: &str, lang: Lang, knowledge: &'a Knowledge) -> Option<Pick<'a>> {
    let parts: Vec<&str> = sentences(query)
        .into_iter()
        .filter(|s| s.contains(' '))
        .collect();
    if !(2..=4).contains(&parts.len()) {
        return None;
    }
    let mut entries: Vec<&Entry> = Vec::new();
    for part in parts {
        let found = knowledge.look_up(part, Some(lang), 1);
        let entry = found.hits.first().and_then(|(n, _)| knowledge.at(*n));
        if let Some(entry) =
            entry.filter(|e| found.strict && !e.internal && e.answer_in(lang).is_some())
            && !entries.iter().any(|e| e.id == entry.id)
        {
            entries.push(entry);
        }
    }
    let [first, second] = entries.as_slice() else {
        return None;
    };
    let text = format!("{}\n\n{}", first.answer_for(lang), second.answer_for(lang));
    (text.len() <= MAX_TEXT_BYTES).then_some(Pick {
        entries: vec![first, second],
        text,
        doubts: vec![Reason::Unsure],
    })
}

/// The owner's answer to a mere greeting, if there is an entry for it in this language.
#[must_use]
pub fn greeting<'a>(text: &str, lang: Lang, knowledge: &'a Knowledge) -> Option<&'a Entry> {
    let said = crate::normalise::folded_words(text);
    knowledge
        .entries()
        .iter()
        .filter(|e| e.answer_in(lang).is_some() && !e.internal)
        .find(|e| {
            e.questions.iter().any(|q| {
                let asked = crate::normalise::folded_words(q);
                !asked.is_empty()
                    && asked.len() <= 4
                    && asked.iter().any(|w| said.contains(w))
                    && crate::triage::is_greeting(q)
            })
        })
}
