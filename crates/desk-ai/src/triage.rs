//! Sorts a turn before anything is drafted: thanks, greetings, spam, and what only a person may
//! answer. Lists and rules, no model, on the folded text. Must not draft.

mod lexicon;

use crate::facts::{self, Fact};
use crate::normalise::{MAX_CHARS, clean, folded_words, readable_part, sentences};
use crate::turn::{Policy, Turn};
use desk_core::text::fold;
use desk_core::{Author, MessageKind, Reason};
use lexicon::{
    ACKS, CLASSES, GREETING_PARTS, GREETINGS, HIJACKS, INSULTS, SPAM, SPAM_STRONG, contains,
};

/// What kind of turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Thanks, an "ok", an emoji: needs no reply.
    Ack,
    /// Nothing but a greeting.
    Greeting,
    /// Advertising or a trap.
    Spam,
    /// Nothing to read: a picture, a voice note, a story.
    Unreadable,
    /// Something to answer.
    Question,
}

impl Kind {
    /// The word of the trace.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Greeting => "greeting",
            Self::Spam => "spam",
            Self::Unreadable => "unreadable",
            Self::Question => "question",
        }
    }
}

/// What triage found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triage {
    /// What kind of turn it is.
    pub kind: Kind,
    /// Why it must not be answered without a person; empty when nothing speaks against it.
    pub holds: Vec<Reason>,
    /// The words that decided, for the trace.
    pub signs: Vec<String>,
}

/// The readable words of a turn, one message a line.
#[must_use]
pub fn readable(turn: &Turn<'_>) -> String {
    let texts: Vec<&str> = turn
        .burst
        .iter()
        .map(|u| readable_part(u.text.trim()))
        .filter(|t| !t.is_empty())
        .collect();
    let joined = texts.join("\n");
    readable_part(&joined).to_owned()
}

/// What of a turn is to be answered: without the greeting in front and without sentences that only
/// greet or thank. "Hello! How much is shipping?" asks what "how much is shipping?" asks. The whole
/// text, when nothing else is left.
#[must_use]
pub fn question(text: &str) -> String {
    let rest: Vec<&str> = sentences(text)
        .into_iter()
        .filter(|sentence| {
            let words = folded_words(sentence);
            let thanks = words.iter().all(|w| lexicon::is_in(w, ACKS.0));
            !words.is_empty() && !thanks && !is_greeting(sentence)
        })
        .map(without_greeting)
        .collect();
    if rest.is_empty() {
        text.to_owned()
    } else {
        rest.join("\n")
    }
}

/// Cuts greeting words off the front of a sentence, when something follows them.
fn without_greeting(sentence: &str) -> &str {
    let mut rest = sentence.trim_start();
    loop {
        let Some((word, after)) = rest.split_once(char::is_whitespace) else {
            return rest;
        };
        let folded = folded_words(word);
        let second = folded_words(after.split_whitespace().next().unwrap_or_default());
        let greets = |words: &[String]| {
            !words.is_empty() && words.iter().all(|w| lexicon::is_in(w, GREETINGS.0))
        };
        // "good morning", "добрый день": one of the two words is no greeting by itself.
        let belongs = |words: &[String]| {
            !words.is_empty() && words.iter().all(|w| lexicon::is_in(w, GREETING_PARTS))
        };
        if greets(&folded)
            || (belongs(&folded) && rest.len() == sentence.trim_start().len() && greets(&second))
        {
            rest = after.trim_start();
            if greets(&folded) && belongs(&second) {
                rest = rest
                    .split_once(char::is_whitespace)
                    .map_or(rest, |(_, after)| after.trim_start());
            }
        } else {
            return rest;
        }
    }
}

/// Sorts a turn.
#[must_use]
pub fn sort(turn: &Turn<'_>, policy: &Policy) -> Triage {
    let raw = readable(turn);
    let text = clean(&raw);
    let words = folded_words(&text);
    let mut triage = Triage {
        kind: Kind::Question,
        holds: Vec::new(),
        signs: Vec::new(),
    };
    if turn.burst.iter().any(|u| is_unseen(u.kind)) {
        triage.holds.push(Reason::Attachment);
    }
    triage.kind = kind(
        &text,
        &words,
        turn,
        !triage.holds.is_empty(),
        &mut triage.signs,
    );
    if triage.kind != Kind::Question {
        return triage;
    }
    let joined = format!(" {} ", words.join(" "));
    for (name, reason, list) in CLASSES {
        if let Some(sign) = list.iter().find(|p| contains(&joined, p)) {
            triage.hold(*reason, format!("{name}: {sign}"));
        }
    }
    for own in &policy.never_auto_words {
        let own = fold(own.trim());
        if !own.is_empty() && joined.contains(&format!(" {own}")) {
            triage.hold(Reason::PersonNeeded, format!("own word: {own}"));
        }
    }
    if facts::extract(&text)
        .iter()
        .any(|f| matches!(f.fact, Fact::Iban(_) | Fact::Card(_)))
    {
        triage.hold(Reason::PersonNeeded, "account or card number".to_owned());
    }
    if let Some(sign) = HIJACKS.iter().find(|p| contains(&joined, p)) {
        triage.hold(Reason::PersonNeeded, format!("talks to a machine: {sign}"));
    }
    if raw.chars().count() >= MAX_CHARS {
        triage.hold(Reason::PersonNeeded, "too long to be read whole".to_owned());
    }
    if is_angry(&text, &words, turn) {
        triage.hold(Reason::PersonNeeded, "anger".to_owned());
    }
    if is_robot(turn) {
        triage.hold(Reason::PossibleRobot, "the same again".to_owned());
    }
    triage
}

/// Whether a text, seen alone, is thanks, a greeting or spam: nothing to answer, nothing to keep.
#[must_use]
pub fn is_settled_by_words(text: &str) -> bool {
    let nobody = Turn {
        history: &[],
        burst: &[],
        declined: &[],
    };
    let cleaned = clean(text);
    let words = folded_words(&cleaned);
    kind(&cleaned, &words, &nobody, false, &mut Vec::new()) != Kind::Question
}

/// Whether a text is nothing but a greeting.
#[must_use]
pub fn is_greeting(text: &str) -> bool {
    let words = folded_words(text);
    let all = [GREETINGS.0, GREETINGS.1].concat();
    words.iter().any(|w| lexicon::is_in(w, GREETINGS.0))
        && words.iter().all(|w| lexicon::is_in(w, &all))
}

impl Triage {
    fn hold(&mut self, reason: Reason, sign: String) {
        if !self.holds.contains(&reason) {
            self.holds.push(reason);
        }
        self.signs.push(sign);
    }
}

fn kind(
    text: &str,
    words: &[String],
    turn: &Turn<'_>,
    unseen: bool,
    signs: &mut Vec<String>,
) -> Kind {
    let all = |list: &[&str]| words.iter().all(|w| lexicon::is_in(w, list));
    if words.is_empty() {
        let has_signs = text.chars().any(|c| !c.is_whitespace());
        return match (unseen, has_signs && !text.contains('?')) {
            (true, _) => Kind::Unreadable,
            (false, true) => Kind::Ack,
            (false, false) if text.contains('?') => Kind::Question,
            (false, false) => Kind::Unreadable,
        };
    }
    let asks = text.contains('?') || text.contains('？');
    let figures = words.iter().any(|w| w.bytes().any(|b| b.is_ascii_digit()));
    if !asks && !figures && !unseen && words.len() <= 10 {
        let told = words.iter().any(|w| lexicon::is_in(w, ACKS.0));
        if told && all(&[ACKS.0, ACKS.1].concat()) {
            return Kind::Ack;
        }
        let greeted = words.iter().any(|w| lexicon::is_in(w, GREETINGS.0));
        if greeted && all(&[GREETINGS.0, GREETINGS.1].concat()) {
            return Kind::Greeting;
        }
    }
    // Somebody whom we already talk with is no advertiser.
    let known = turn.history.iter().any(|u| u.author != Author::Customer);
    let joined = format!(" {} ", words.join(" "));
    let hits: Vec<&&str> = SPAM.iter().filter(|p| contains(&joined, p)).collect();
    let strong = SPAM_STRONG.iter().find(|p| contains(&joined, p));
    let linked = facts::extract(text)
        .iter()
        .any(|f| matches!(f.fact, Fact::Link(_) | Fact::Handle(_)));
    if !known && (strong.is_some() || hits.len() >= 2 || (linked && !hits.is_empty())) {
        signs.extend(strong.into_iter().chain(hits).map(|s| (*s).to_owned()));
        return Kind::Spam;
    }
    Kind::Question
}

const fn is_unseen(kind: MessageKind) -> bool {
    !matches!(kind, MessageKind::Text | MessageKind::Sticker)
}

/// Two signs of anger, or one insult.
fn is_angry(text: &str, words: &[String], turn: &Turn<'_>) -> bool {
    if words.iter().any(|w| lexicon::is_in(w, INSULTS)) {
        return true;
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let shouting = letters > 10 && capitals * 10 > letters * 6;
    let marks = text.contains("!!!") || text.contains("???") || text.contains("?!");
    let repeated = turn
        .history
        .iter()
        .rev()
        .filter(|u| u.author == Author::Customer)
        .take(3)
        .any(|u| words.len() > 2 && folded_words(readable_part(&u.text)) == words);
    usize::from(shouting) + usize::from(marks) + usize::from(repeated) >= 2
}

/// Another program: our words come back, or the same text keeps coming.
fn is_robot(turn: &Turn<'_>) -> bool {
    let Some(last) = turn.burst.last() else {
        return false;
    };
    let own = folded_words(readable_part(&last.text));
    if own.len() < 4 {
        return false;
    }
    let same = |u: &&crate::turn::Utterance| folded_words(readable_part(&u.text)) == own;
    let (ours, theirs): (Vec<_>, Vec<_>) = turn
        .history
        .iter()
        .partition(|u| u.author != Author::Customer);
    ours.iter().any(same) || theirs.iter().filter(|u| same(u)).count() >= 2
}

#[cfg(test)]
mod tests;
