//! The signs of another program at the other end: two that answer each other would never stop.
//! Pure; the caller looks before an automatic reply is planned and once more when its countdown
//! has ended, and takes the conversation back from the AI. The caps, which hold where no sign
//! shows, are in [`crate::decision`].

use crate::likeness::likeness;
use crate::normalise::{folded_words, readable_part};
use crate::turn::Utterance;
use desk_core::Author;
use std::time::Duration;

/// Nobody reads and types faster.
const INHUMAN: Duration = Duration::from_secs(2);
/// Replies that fast, in a row, make a program.
const INHUMAN_TIMES: usize = 3;
/// Messages as alike as this are the same.
const SAME: f32 = 0.9;
/// Earlier messages that are looked at.
const LOOK_BACK: usize = 12;

/// Why the other end looks like a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RobotSign {
    /// Three times an answer within two seconds of ours.
    Cadence,
    /// Nearly the same message a third time.
    Repetition,
    /// Our own words came back.
    Quotation,
    /// It calls itself an automatic reply.
    Disclosure,
}

impl RobotSign {
    /// The word for the trace.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cadence => "cadence",
            Self::Repetition => "repetition",
            Self::Quotation => "quotation",
            Self::Disclosure => "disclosure",
        }
    }
}

/// Whether the other end looks like a program. `thread` is the conversation, oldest first, its
/// last message the newest of the turn.
#[must_use]
pub fn robot_sign(thread: &[Utterance]) -> Option<RobotSign> {
    let last = thread.last().filter(|u| u.author == Author::Customer)?;
    if says_automatic(&last.text) {
        return Some(RobotSign::Disclosure);
    }
    if inhuman_replies(thread) >= INHUMAN_TIMES {
        return Some(RobotSign::Cadence);
    }
    // Short messages repeat by nature.
    if folded_words(readable_part(&last.text)).len() < 4 {
        return None;
    }
    let earlier = thread.iter().rev().skip(1).take(LOOK_BACK);
    let (theirs, ours): (Vec<_>, Vec<_>) = earlier.partition(|u| u.author == Author::Customer);
    let same = |u: &&&Utterance| likeness(&u.text, &last.text) >= SAME;
    if ours.iter().any(|u| same(&u) || quotes(&last.text, &u.text)) {
        return Some(RobotSign::Quotation);
    }
    (theirs.iter().filter(same).count() >= 2).then_some(RobotSign::Repetition)
}

/// A long message of ours inside theirs.
fn quotes(theirs: &str, ours: &str) -> bool {
    let (theirs, ours) = (folded_words(theirs), folded_words(ours));
    ours.len() >= 5 && theirs.windows(ours.len()).any(|w| w == ours)
}

/// How often, lately, the customer answered us faster than anybody can.
fn inhuman_replies(thread: &[Utterance]) -> usize {
    let skipped = thread.len().saturating_sub(LOOK_BACK);
    let recent = thread.get(skipped..).unwrap_or(thread);
    recent
        .windows(2)
        .filter(|pair| match pair {
            [ours, theirs] => {
                ours.author != Author::Customer
                    && theirs.author == Author::Customer
                    && folded_words(readable_part(&theirs.text)).len() >= 3
                    && theirs.at >= ours.at
                    && theirs.at.since(ours.at) <= INHUMAN
            }
            _ => false,
        })
        .count()
}

/// What programs say of themselves, folded; our own disclosure line among them.
const AUTOMATIC: &[&str] = &[
    "automatic reply",
    "automated reply",
    "automated message",
    "automatic message",
    "auto-reply",
    "autoreply",
    "out of office",
    "otomatik yanit",
    "otomatik mesaj",
    "otomatik cevap",
    "автоматическии ответ",
    "автоответ",
    "автоматическое сообщение",
];

fn says_automatic(text: &str) -> bool {
    let folded = desk_core::text::fold(readable_part(text));
    AUTOMATIC.iter().any(|sign| folded.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use crate::pipeline::disclosure_line;
    use desk_core::{MessageId, MessageKind, Timestamp};

    fn said(author: Author, text: &str, at: i64) -> Utterance {
        Utterance {
            author,
            kind: MessageKind::Text,
            text: text.to_owned(),
            at: Timestamp(at * 1000),
            id: MessageId(at),
        }
    }

    const THEM: Author = Author::Customer;
    const US: Author = Author::Ai;

    #[test]
    fn a_person_is_no_robot() {
        let thread = [
            said(THEM, "how much is shipping to Ankara", 0),
            said(US, "Shipping costs 50 TL.", 60),
            said(THEM, "and how long does it take then", 90),
            said(US, "It takes 2 days.", 150),
            said(THEM, "ok", 151),
            said(THEM, "ok", 152),
            said(THEM, "ok", 153),
        ];
        for n in 0..=thread.len() {
            assert_eq!(robot_sign(&thread[..n]), None, "{n}");
        }
    }

    #[test]
    fn each_sign_is_seen() {
        let fast: Vec<_> = (0..3)
            .flat_map(|n| {
                [
                    said(US, &format!("Answer number {n}"), n * 100),
                    said(
                        THEM,
                        &format!("a long question {n} of another kind"),
                        n * 100 + 1,
                    ),
                ]
            })
            .collect();
        assert_eq!(robot_sign(&fast), Some(RobotSign::Cadence));
        let again = [
            said(THEM, "Do you want to buy our shoes today?", 0),
            said(THEM, "Do you want to buy our shoes today", 100),
            said(THEM, "do you want to buy our shoes today?!", 200),
        ];
        assert_eq!(robot_sign(&again), Some(RobotSign::Repetition));
        let quoted = [
            said(US, "Shipping costs 50 TL and takes 2 days.", 0),
            said(THEM, "You said: shipping costs 50 tl and takes 2 days", 100),
        ];
        assert_eq!(robot_sign(&quoted), Some(RobotSign::Quotation));
        for lang in Lang::ALL {
            let text = format!("{}\n\nHello", disclosure_line(lang));
            assert_eq!(
                robot_sign(&[said(THEM, &text, 0)]),
                Some(RobotSign::Disclosure)
            );
        }
    }
}
