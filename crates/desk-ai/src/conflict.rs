//! Entries that contradict each other: asked the same, they say something else. Call
//! [`Knowledge::conflicts_of`] when an entry is saved (milliseconds) and
//! [`Knowledge::conflicts`] after an import; show both entries and what differs, let the owner
//! choose. A contradiction is never resolved here.

use crate::facts::{self, Fact};
use crate::knowledge::{Entry, Knowledge};
use crate::likeness::Profile;
use crate::verify;
use desk_core::EntryId;

/// Questions as alike as this ask the same.
const SAME_QUESTION: f32 = 0.75;
/// Answers as alike as this say it in the same words, so that a "no" between them counts.
const SAME_WORDS: f32 = 0.55;
/// Neighbours of an entry that are compared with it.
const NEIGHBOURS: usize = 8;

/// Two entries that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The one with the smaller id.
    pub first: EntryId,
    /// The other.
    pub second: EntryId,
    /// What the first says and the second does not, in its words; empty when one says yes and
    /// the other no.
    pub first_says: Vec<String>,
    /// The same of the second.
    pub second_says: Vec<String>,
}

impl Knowledge {
    /// The entries that contradict this one.
    #[must_use]
    pub fn conflicts_of(&self, id: EntryId) -> Vec<Conflict> {
        let Some(entry) = self.entry(id) else {
            return Vec::new();
        };
        let own: Vec<Profile> = entry.questions.iter().map(|q| Profile::of(q)).collect();
        let mut found: Vec<Conflict> = Vec::new();
        let mut seen = vec![id];
        for question in &entry.questions {
            for hit in self.look_up(question, Some(entry.lang), NEIGHBOURS).hits {
                let Some(other) = self.at(hit.0).filter(|o| !seen.contains(&o.id)) else {
                    continue;
                };
                seen.push(other.id);
                let asks_same = other
                    .questions
                    .iter()
                    .map(|q| Profile::of(q))
                    .any(|p| own.iter().any(|o| o.cosine(&p) >= SAME_QUESTION));
                if asks_same && other.lang == entry.lang {
                    found.extend(contradiction(entry, other));
                }
            }
        }
        found.sort_by_key(|c| (c.first, c.second));
        found
    }

    /// Every pair of entries that contradict each other, each once.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Conflict> {
        let mut all: Vec<Conflict> = self
            .entries()
            .iter()
            .flat_map(|e| self.conflicts_of(e.id))
            .collect();
        all.sort_by_key(|c| (c.first, c.second));
        all.dedup_by_key(|c| (c.first, c.second));
        all
    }
}

/// How the answers of two entries that are asked the same contradict each other, if they do:
/// both state a fact of one kind and none is shared, or one denies what the other says.
#[must_use]
pub fn contradiction(a: &Entry, b: &Entry) -> Option<Conflict> {
    let (a, b) = if a.id <= b.id { (a, b) } else { (b, a) };
    let read = |entry: &Entry| {
        let mut found = facts::extract(&entry.answer);
        found.retain(|f| !f.vague);
        found
    };
    let (facts_a, facts_b) = (read(a), read(b));
    let mut conflict = Conflict {
        first: a.id,
        second: b.id,
        first_says: Vec::new(),
        second_says: Vec::new(),
    };
    for found in &facts_a {
        let rivals: Vec<_> = facts_b
            .iter()
            .filter(|f| kind(&f.fact) == kind(&found.fact))
            .collect();
        let shared = facts_a
            .iter()
            .filter(|f| kind(&f.fact) == kind(&found.fact))
            .any(|f| rivals.iter().any(|r| r.fact == f.fact));
        if !rivals.is_empty() && !shared {
            push(&mut conflict.first_says, &found.words);
            for rival in rivals {
                push(&mut conflict.second_says, &rival.words);
            }
        }
    }
    let denied = verify::denies(&a.answer) != verify::denies(&b.answer)
        && crate::likeness::likeness(&a.answer, &b.answer) >= SAME_WORDS;
    (denied || !conflict.first_says.is_empty()).then_some(conflict)
}

fn push(list: &mut Vec<String>, words: &str) {
    if !list.iter().any(|w| w == words) {
        list.push(words.to_owned());
    }
}

/// Facts of one kind can contradict each other; two links or phones may stand side by side.
fn kind(fact: &Fact) -> Option<String> {
    match fact {
        // "Free" against a price is a contradiction, and so is another currency.
        Fact::Money(..) | Fact::Free => Some("money".to_owned()),
        Fact::Percent(_) => Some("percent".to_owned()),
        Fact::Number(_, unit) => unit.map(|u| format!("number {u:?}")),
        Fact::Time(..) => Some("time".to_owned()),
        Fact::Weekdays(_) => Some("days".to_owned()),
        Fact::Date(..) => Some("date".to_owned()),
        Fact::Code(_) => Some("code".to_owned()),
        Fact::Iban(_) => Some("iban".to_owned()),
        Fact::Phone(_) => Some("phone".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    fn entry(id: i64, question: &str, answer: &str) -> Entry {
        Entry {
            id: EntryId(id),
            questions: vec![question.to_owned()],
            answer: answer.to_owned(),
            lang: Lang::En,
            auto_ok: true,
            internal: false,
            answers: Vec::new(),
        }
    }

    #[test]
    fn both_sides_of_a_contradiction_are_told() {
        let knowledge = Knowledge::new(vec![
            entry(1, "How much is shipping?", "Shipping costs 50 TL."),
            entry(
                2,
                "how much is the shipping",
                "Shipping is 60 TL everywhere.",
            ),
            entry(3, "Do you ship abroad?", "Yes, we ship abroad."),
            entry(4, "do you ship abroad", "No, we do not ship abroad."),
            entry(5, "When are you open?", "We are open from 10:00 to 18:00."),
            entry(
                6,
                "Are the plates oven safe?",
                "Oven safe up to 180 degrees.",
            ),
            entry(7, "How much is wrapping?", "Wrapping costs 20 TL."),
        ]);
        let found = knowledge.conflicts();
        let pairs: Vec<_> = found.iter().map(|c| (c.first.0, c.second.0)).collect();
        assert_eq!(pairs, [(1, 2), (3, 4)], "{found:?}");
        assert!(found[0].first_says[0].contains("50"), "{found:?}");
        assert!(found[0].second_says[0].contains("60"), "{found:?}");
        assert_eq!(knowledge.conflicts_of(EntryId(2)), found[..1]);
        assert_eq!(knowledge.conflicts_of(EntryId(6)), []);
        assert_eq!(knowledge.conflicts_of(EntryId(99)), []);
    }

    #[test]
    fn the_same_said_twice_is_no_contradiction() {
        let a = entry(1, "q", "Shipping costs 50 TL and takes 2 days.");
        for other in [
            "50 TL, 2 days",
            "It costs ₺50.",
            "Ask us about shipping.",
            "2 days",
        ] {
            assert_eq!(contradiction(&a, &entry(2, "q", other)), None, "{other}");
        }
        assert!(contradiction(&a, &entry(2, "q", "Shipping is free.")).is_some());
        assert!(contradiction(&a, &entry(2, "q", "It costs 50 EUR.")).is_some());
    }
}
