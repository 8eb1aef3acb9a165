//! Observe-only: what the AI would have sent, against what the owner did send for the same
//! trigger. Call [`compare`] once the owner has acted (or 24 hours went by) and count the result
//! for the topic; [`crate::certify`] turns the counts into a right. Likeness of tone does not
//! matter here, only whether a customer would have been told the same.

use super::edit::{EditKind, classify, same_facts};
use crate::knowledge::Knowledge;
use crate::normalise::sentences;
use desk_core::EntryId;

/// Less of the owner's words than this found in the entry is about something else.
const MIN_COVERED: f32 = 0.3;

/// What the owner did about a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did<'a> {
    /// Sent this text.
    Sent(&'a str),
    /// Left the turn without a reply.
    Nothing,
}

/// How the comparison ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shadow {
    /// The customer would have been told the same.
    Agreed,
    /// The owner answered where the AI would not have, or the other way round.
    OtherAction,
    /// Other facts.
    OtherFacts,
    /// The same facts or none, but about something else.
    OtherAnswer,
}

impl Shadow {
    /// The word for SQL and the trace.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::OtherAction => "other_action",
            Self::OtherFacts => "other_facts",
            Self::OtherAnswer => "other_answer",
        }
    }

    /// Whether it counts for the topic.
    #[must_use]
    pub const fn agreed(self) -> bool {
        matches!(self, Self::Agreed)
    }
}

/// Compares. `would` is the text that would have gone out, `None` when the AI would have stayed
/// silent; `cites` are its entries, the first one its topic.
#[must_use]
pub fn compare(
    would: Option<&str>,
    cites: &[EntryId],
    did: Did<'_>,
    knowledge: &Knowledge,
) -> Shadow {
    let (would, sent) = match (would, did) {
        (Some(would), Did::Sent(sent)) => (would, sent),
        (None, Did::Nothing) => return Shadow::Agreed,
        _ => return Shadow::OtherAction,
    };
    let edit = classify(would, sent);
    if edit.kind == EditKind::None {
        return Shadow::Agreed;
    }
    if edit.facts_differ || !same_facts(would, sent) {
        return Shadow::OtherFacts;
    }
    let found = knowledge.look_up(sent, None, 1);
    let first = found.hits.first().and_then(|(n, _)| knowledge.at(*n));
    let same_entry = first.is_some_and(|entry| cites.contains(&entry.id));
    // A question back to the customer tells nothing, whatever words it shares with an entry.
    let tells = sentences(sent).iter().any(|s| !s.ends_with('?'));
    if same_entry && tells && found.covered >= MIN_COVERED {
        Shadow::Agreed
    } else {
        Shadow::OtherAnswer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entry, Lang};

    fn knowledge() -> Knowledge {
        let entry = |id, question: &str, answer: &str| Entry {
            id: EntryId(id),
            questions: vec![question.to_owned()],
            answer: answer.to_owned(),
            lang: Lang::En,
            auto_ok: true,
            internal: false,
            answers: Vec::new(),
        };
        Knowledge::new(vec![
            entry(1, "How much is shipping?", "Shipping costs 50 TL."),
            entry(
                2,
                "Are they oven safe?",
                "Our plates are oven safe up to 180 degrees.",
            ),
            entry(3, "Do you gift wrap?", "Yes, gift wrapping is possible."),
        ])
    }

    #[test]
    fn only_the_same_message_to_the_customer_agrees() {
        let knowledge = knowledge();
        let would = Some("Shipping costs 50 TL.");
        let cites = [EntryId(1)];
        for (did, result) in [
            (Did::Sent("Shipping costs 50 TL."), Shadow::Agreed),
            (
                Did::Sent("Hi! The shipping costs 50 TL for you :)"),
                Shadow::Agreed,
            ),
            (Did::Sent("Shipping costs 60 TL."), Shadow::OtherFacts),
            (
                Did::Sent("Yes, gift wrapping is possible."),
                Shadow::OtherFacts,
            ),
            (Did::Nothing, Shadow::OtherAction),
        ] {
            assert_eq!(compare(would, &cites, did, &knowledge), result, "{did:?}");
        }
        assert_eq!(compare(None, &[], Did::Nothing, &knowledge), Shadow::Agreed);
        assert_eq!(
            compare(None, &[], Did::Sent("Hi"), &knowledge),
            Shadow::OtherAction
        );
        let wrap = Some("Yes, gift wrapping is possible.");
        assert_eq!(
            compare(
                wrap,
                &[EntryId(3)],
                Did::Sent("Which plates did you mean?"),
                &knowledge
            ),
            Shadow::OtherAnswer
        );
    }
}
