//! What a drafting is given: the turn, and what the owner allows. Data only; no rules.

use crate::knowledge::Entry;
use crate::language::Lang;
use desk_core::{
    Author, Engine, EntryId, Grant, MessageId, MessageKind, Reason, ReplyMode, Timestamp,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// One message of the conversation, as far as drafting needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    /// Who wrote it.
    pub author: Author,
    /// What it consists of.
    pub kind: MessageKind,
    /// Its words; empty for a picture.
    pub text: String,
    /// When it was sent.
    pub at: Timestamp,
    /// Its id.
    pub id: MessageId,
}

/// The customer's messages that wait for an answer, and what was said before them.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// Earlier messages of the episode, oldest first.
    pub history: &'a [Utterance],
    /// The customer's messages since our last one; the last is the trigger.
    pub burst: &'a [Utterance],
    /// Replies that were proposed for this turn and of which the owner asked another, oldest first.
    pub declined: &'a [String],
}

pub use desk_core::outbox::RecentAuto;

/// What the owner tells about the business, for the endpoint's prompt and the checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Business {
    /// The name that customers know.
    pub name: String,
    /// A few sentences: what is sold, where, in which tone. The owner's words, so its figures
    /// count as founded.
    pub about: String,
    /// How the owner writes, in a few notes that the owner can read and change.
    pub style: Vec<String>,
    /// Replies of the owner's own in the customer's language, the nearest first: tone, not facts.
    pub samples: Vec<String>,
}

/// What the owner allows in this conversation at this moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What the AI may do here; with `Off` the caller does not draft at all.
    pub mode: ReplyMode,
    /// "Pause AI" is on.
    pub paused: bool,
    /// The platform still accepts a reply.
    pub window_open: bool,
    /// A person took the conversation over a short time ago.
    pub owner_active: bool,
    /// It is one of the hours in which nothing goes out by itself.
    pub quiet_hours: bool,
    /// How long an automatic reply waits where the owner can stop it.
    pub countdown: Duration,
    /// The language when nothing else decides.
    pub default_lang: Lang,
    /// How many replies went out by themselves lately.
    pub recent_auto: RecentAuto,
    /// The first automatic reply of an episode says that it is one.
    pub disclosure: bool,
    /// No automatic reply went out in this episode yet.
    pub first_auto_of_episode: bool,
    /// Words of the owner's that only a person may answer, on top of the built-in ones.
    pub never_auto_words: Vec<String>,
    /// Phones, cards, accounts, e-mail and street addresses do not leave this computer.
    pub mask: bool,
    /// The shop itself.
    pub business: Business,
    /// What allows each entry to go out by itself, as its topic stands. For an entry that is not
    /// in it the owner's mark alone decides.
    pub grants: BTreeMap<EntryId, Grant>,
}

impl Policy {
    /// Whether a text of this engine that rests on the entry may go out by itself.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(&self, entry: &Entry, engine: Engine) -> Result<(), Reason> {
        if entry.internal {
            return Err(Reason::EntryNeedsApproval);
        }
        match self.grants.get(&entry.id) {
            Some(grant) => grant.allows(entry.auto_ok, engine),
            None if entry.auto_ok => Ok(()),
            None => Err(Reason::EntryNeedsApproval),
        }
    }
}

impl Default for Policy {
    /// The careful start: proposals only.
    fn default() -> Self {
        Self {
            mode: ReplyMode::Draft,
            paused: false,
            window_open: true,
            owner_active: false,
            quiet_hours: false,
            countdown: Duration::from_secs(45),
            default_lang: Lang::En,
            recent_auto: RecentAuto::default(),
            disclosure: true,
            first_auto_of_episode: true,
            never_auto_words: Vec::new(),
            mask: false,
            business: Business::default(),
            grants: BTreeMap::new(),
        }
    }
}
