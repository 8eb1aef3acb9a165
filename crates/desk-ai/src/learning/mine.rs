//! Finds answers worth keeping in what the owner wrote. Give [`candidates`] the owner's replies
//! with the turns that they answered; each candidate waits for the owner's approval, it is never
//! knowledge by itself. Text by the AI is no evidence: pass the author of each reply, and only
//! those of a person are looked at. A reply is left out when it concerns one person (a phone, an
//! order, a street), one day ("tomorrow"), promises something, or is known already; private
//! things never reach a candidate.

use super::scrub;
use crate::facts::{self, Fact};
use crate::knowledge::Knowledge;
use crate::language::{self, Lang};
use crate::likeness::Profile;
use crate::normalise::{folded_words, readable_part, sentences};
use crate::triage;
use crate::verify;
use desk_core::{Author, MessageId};

/// Texts as alike as this are the same.
const SAME: f32 = 0.8;
/// Questions of one candidate.
const MAX_QUESTIONS: usize = 6;

/// A reply and the customer's turn before it.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The reply's message.
    pub id: MessageId,
    /// Who wrote the reply.
    pub author: Author,
    /// The customer's turn.
    pub asked: &'a str,
    /// The reply.
    pub answered: &'a str,
}

/// An entry that the owner might want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// How customers asked, the first one first.
    pub questions: Vec<String>,
    /// The owner's words.
    pub answer: String,
    /// The language of the answer.
    pub lang: Lang,
    /// The replies that it comes from.
    pub from: Vec<MessageId>,
}

/// Finds candidates. `known` is what the knowledge and earlier suggestions (dismissed ones too)
/// already hold: answers in any form.
#[must_use]
pub fn candidates(
    exchanges: &[Exchange<'_>],
    knowledge: &Knowledge,
    known: &[String],
) -> Vec<Candidate> {
    let entries = knowledge.entries().iter().flat_map(crate::Entry::answers);
    let mut seen: Vec<Profile> = entries
        .chain(known.iter().map(String::as_str))
        .map(Profile::of)
        .collect();
    let old = seen.len();
    let mut out: Vec<Candidate> = Vec::new();
    for exchange in exchanges {
        let Some((question, answer)) = usable(exchange) else {
            continue;
        };
        let profile = Profile::of(&answer);
        match seen.iter().position(|p| p.cosine(&profile) >= SAME) {
            Some(at) if at < old => {}
            Some(at) => {
                if let Some(candidate) = out.get_mut(at - old) {
                    merge(candidate, question, exchange.id);
                }
            }
            None => {
                let detected = language::detect(&answer, None, Lang::En);
                if detected.sure {
                    seen.push(profile);
                    out.push(Candidate {
                        questions: vec![question],
                        answer,
                        lang: detected.lang,
                        from: vec![exchange.id],
                    });
                }
            }
        }
    }
    out
}

fn merge(candidate: &mut Candidate, question: String, id: MessageId) {
    candidate.from.push(id);
    let own = Profile::of(&question);
    let known = candidate
        .questions
        .iter()
        .any(|q| Profile::of(q).cosine(&own) >= 0.9);
    if !known && candidate.questions.len() < MAX_QUESTIONS {
        candidate.questions.push(question);
    }
}

/// Question and answer without greetings, if they could serve another customer.
fn usable(exchange: &Exchange<'_>) -> Option<(String, String)> {
    if !matches!(exchange.author, Author::Owner | Author::OwnerPhone) {
        return None;
    }
    let question = triage::question(readable_part(exchange.asked.trim()));
    let answer = triage::question(readable_part(exchange.answered.trim()));
    let asks = (2..=40).contains(&folded_words(&question).len())
        && !triage::is_settled_by_words(&question)
        && !scrub::is_personal(&question);
    (asks && is_answer(&answer)).then(|| (question.replace('\n', " "), answer))
}

fn is_answer(answer: &str) -> bool {
    let words = folded_words(answer).len();
    let told = sentences(answer).into_iter().any(|s| !s.ends_with('?'));
    let fleeting = facts::extract(answer)
        .iter()
        .any(|f| matches!(f.fact, Fact::RelativeDay(_) | Fact::Date(..)));
    (3..=120).contains(&words)
        && told
        && !fleeting
        && !scrub::is_personal(answer)
        && !triage::is_settled_by_words(answer)
        && !verify::promises(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entry;
    use desk_core::EntryId;

    fn mine(rows: &[(Author, &str, &str)], known: &[String]) -> Vec<Candidate> {
        let knowledge = Knowledge::new(vec![Entry {
            id: EntryId(1),
            questions: vec!["Kargo ücreti ne kadar?".to_owned()],
            answer: "Kargo ücreti 79,90 TL'dir.".to_owned(),
            lang: Lang::Tr,
            auto_ok: true,
            internal: false,
            answers: Vec::new(),
        }]);
        let exchanges: Vec<Exchange<'_>> = rows
            .iter()
            .zip(1..)
            .map(|((author, asked, answered), id)| Exchange {
                id: MessageId(id),
                author: *author,
                asked,
                answered,
            })
            .collect();
        candidates(&exchanges, &knowledge, known)
    }

    const OWNER: Author = Author::Owner;

    #[test]
    fn an_answer_of_the_owner_becomes_a_candidate_without_its_greeting() {
        let found = mine(
            &[
                (
                    OWNER,
                    "Merhaba, vazolar el yapımı mı?",
                    "Merhaba! Evet, bütün vazolarımız el yapımıdır.",
                ),
                (
                    Author::OwnerPhone,
                    "bu vazolar elde mi yapılıyor",
                    "Evet bütün vazolarımız el yapımı.",
                ),
            ],
            &[],
        );
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].answer, "Evet, bütün vazolarımız el yapımıdır.");
        assert_eq!(found[0].lang, Lang::Tr);
        assert_eq!(found[0].from, [MessageId(1), MessageId(2)]);
        assert_eq!(
            found[0].questions,
            ["vazolar el yapımı mı?", "bu vazolar elde mi yapılıyor"]
        );
    }

    #[test]
    fn what_is_not_for_everybody_is_no_candidate() {
        let rows = [
            (
                Author::Ai,
                "Do you gift wrap?",
                "Yes, gift wrapping is possible for every order.",
            ),
            (
                Author::Rule,
                "Do you gift wrap?",
                "Yes, gift wrapping is possible for every order.",
            ),
            (
                OWNER,
                "When will it come?",
                "Your parcel TR99331 will arrive tomorrow.",
            ),
            (
                OWNER,
                "Can you call me?",
                "Please call us at 0532 123 45 67 any time.",
            ),
            (
                OWNER,
                "Where do I pay?",
                "Pay to TR33 0006 1005 1978 6457 8413 26 please.",
            ),
            (
                OWNER,
                "my number is 0532 123 45 67, do you gift wrap?",
                "Yes, gift wrapping is possible.",
            ),
            (
                OWNER,
                "Is it in stock?",
                "We will call you back about that.",
            ),
            (
                OWNER,
                "Thank you!",
                "Gift wrapping is possible for every order.",
            ),
            (OWNER, "Do you gift wrap?", "Which product do you mean?"),
            (OWNER, "Do you gift wrap?", "ok thanks"),
            (OWNER, "kargo kaç para", "Kargo ücreti 79,90 TL'dir."),
        ];
        assert_eq!(mine(&rows, &[]), []);
    }

    #[test]
    fn what_was_suggested_before_is_not_suggested_again() {
        let row = (
            OWNER,
            "Do you gift wrap?",
            "Yes, gift wrapping is possible for every order.",
        );
        assert_eq!(mine(&[row], &[]).len(), 1);
        let known = ["yes gift wrapping is possible for every order".to_owned()];
        assert_eq!(mine(&[row], &known), []);
    }
}
