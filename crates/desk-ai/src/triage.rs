//! Sorts a turn before anything is drafted: thanks, greetings, spam, and what only a person may
//! answer. Lists and rules, no model. Must not draft.

use desk_core::Reason;

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
