//! The words and the rule of answering by itself: who granted it, what was observed, what takes it
//! away again. Must not count: how many observations are enough is desk-ai's.

use crate::drafting::{Engine, Reason};
use crate::message::word_enum;
use crate::mode::ReplyMode;
use serde::{Deserialize, Serialize};

word_enum! {
    /// How what the owner sent differs from the draft.
    Edit {
        /// Not at all.
        None = "none",
        /// A comma, a capital letter.
        Cosmetic = "cosmetic",
        /// Other words, the same facts.
        Tone = "tone",
        /// Another figure, date, link or contact.
        Fact = "fact",
        /// Another reply.
        Rewrite = "rewrite",
        /// None was sent: the owner rejected it.
        Rejected = "rejected",
    }
}

word_enum! {
    /// What came of an observation.
    Observed {
        /// The owner has not answered yet.
        Open = "open",
        /// The owner sent the same.
        Passed = "passed",
        /// The owner sent something else, or rejected it.
        Failed = "failed",
        /// Nobody answered this message in time, or the customer wrote again first.
        Void = "void",
    }
}

word_enum! {
    /// Why a topic may not answer by itself any more.
    LockReason {
        /// The owner stopped or took back an automatic reply.
        Undone = "undone",
        /// The owner changed what it said.
        Edited = "edited",
        /// The owner rejected what it proposed.
        Rejected = "rejected",
        /// The customer complained after an automatic reply.
        Complaint = "complaint",
        /// Customers ask other things than when it was earned.
        Drift = "drift",
    }
}

word_enum! {
    /// What a source is.
    SourceKind {
        /// One file.
        File = "file",
        /// A folder: every file in it that can be read.
        Folder = "folder",
    }
}

word_enum! {
    /// How a source stands.
    SourceState {
        /// What was read is what the file says now.
        Fresh = "fresh",
        /// The file has changed and could not be read anew, or was not looked at for long.
        Stale = "stale",
        /// It is gone from its place.
        Missing = "missing",
        /// It cannot be read.
        Unreadable = "unreadable",
    }
}

/// What allows an entry to go out by itself, as its topic stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// What the owner set for the topic; `None` leaves it to the marks on its entries.
    pub mode: Option<ReplyMode>,
    /// The topic has earned it.
    pub earned: bool,
    /// The owner's mark on the entry does not count for now: it was found to be wrong.
    pub doubted: bool,
}

impl Grant {
    /// Whether a text that rests on the entry may go out by itself. The owner's mark on an entry
    /// covers the owner's own words, handed out unchanged; everything else has to be earned.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(self, marked: bool, engine: Engine) -> Result<(), Reason> {
        match self.mode {
            Some(ReplyMode::Off | ReplyMode::Draft) => return Err(Reason::TopicMode),
            None if !marked => return Err(Reason::EntryNeedsApproval),
            _ => {}
        }
        if self.doubted {
            return Err(Reason::EntryChanged);
        }
        let by_mark = marked && engine == Engine::Embedded;
        if by_mark || self.earned {
            Ok(())
        } else {
            Err(Reason::TopicLocked)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owners_mark_covers_the_owners_words_and_the_rest_is_earned() {
        let fresh = Grant {
            mode: None,
            earned: false,
            doubted: false,
        };
        let earned = Grant {
            earned: true,
            ..fresh
        };
        let auto = |grant: Grant| Grant {
            mode: Some(ReplyMode::Auto),
            ..grant
        };
        let (own, written) = (Engine::Embedded, Engine::Endpoint);
        let cases = [
            (fresh, true, own, Ok(())),
            (fresh, true, written, Err(Reason::TopicLocked)),
            (fresh, false, own, Err(Reason::EntryNeedsApproval)),
            (earned, true, written, Ok(())),
            (earned, false, own, Err(Reason::EntryNeedsApproval)),
            (auto(fresh), false, own, Err(Reason::TopicLocked)),
            (auto(earned), false, own, Ok(())),
            (auto(earned), false, written, Ok(())),
        ];
        for (grant, marked, engine, expected) in cases {
            assert_eq!(
                grant.allows(marked, engine),
                expected,
                "{grant:?} {marked} {engine}"
            );
        }
    }

    #[test]
    fn the_strictest_wins_and_a_doubt_stops_all() {
        for marked in [false, true] {
            for engine in [Engine::Embedded, Engine::Endpoint] {
                let mode = |mode| Grant {
                    mode: Some(mode),
                    earned: true,
                    doubted: false,
                };
                for strict in [ReplyMode::Off, ReplyMode::Draft] {
                    assert_eq!(mode(strict).allows(marked, engine), Err(Reason::TopicMode));
                }
                let doubted = Grant {
                    doubted: true,
                    ..mode(ReplyMode::Auto)
                };
                assert_eq!(doubted.allows(marked, engine), Err(Reason::EntryChanged));
            }
        }
    }
}
