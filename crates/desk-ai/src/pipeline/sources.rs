//! What a text is held against: the owner's words that it rests on, and what else was said. Must
//! not judge; [`crate::verify`] does.

use crate::knowledge::{Entry, Knowledge};
use crate::language::Lang;
use crate::turn::{Business, Turn, Utterance};
use crate::verify::Sources;
use desk_core::Author;

/// Our last messages that a text must not repeat.
const REMEMBERED: usize = 3;

/// What a reply to a turn is held against, when it rests on these entries.
#[must_use]
pub fn sources_of<'a>(
    turn: &Turn<'a>,
    knowledge: &'a Knowledge,
    business: &'a Business,
    cites: &[&'a Entry],
    lang: Lang,
) -> Sources<'a> {
    let said = |by: fn(Author) -> bool| -> Vec<&'a str> {
        let told = |u: &&'a Utterance| by(u.author);
        turn.history
            .iter()
            .filter(told)
            .map(|u| u.text.as_str())
            .collect()
    };
    let mut owner = said(|a| matches!(a, Author::Owner | Author::OwnerPhone));
    owner.push(&business.about);
    owner.push(&business.name);
    let mut customer = said(|a| a == Author::Customer);
    customer.extend(turn.burst.iter().map(|u| u.text.as_str()));
    let mut sent = said(|a| a != Author::Customer);
    let old = sent.len().saturating_sub(REMEMBERED);
    sent.drain(..old);
    let internal = knowledge.entries().iter().filter(|e| e.internal);
    Sources {
        cited: cites.iter().copied().flat_map(Entry::words).collect(),
        owner,
        customer,
        sent,
        secret: internal.flat_map(Entry::answers).collect(),
        lang,
        ..Sources::default()
    }
}
