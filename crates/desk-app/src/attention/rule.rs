//! What is worth a notification, and when: pure rules, given the time.
//!
//! The owner should hear of what needs them, once, and of nothing that they are looking at. A
//! customer who writes five lines makes one notification grow, not five appear; twenty customers at
//! once, as after a night, make one for all.

use desk_core::{ConversationId, DraftId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// A conversation is told of once in this time; what comes between is told together.
pub(crate) const BUNDLE: Duration = Duration::from_secs(10);
/// More conversations than this at one moment are told of as one.
pub(crate) const AT_ONCE: usize = 3;
const MINUTES_A_DAY: u16 = 24 * 60;

/// When the owner wants to hear of things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Wishes {
    pub(crate) enabled: bool,
    pub(crate) hide_content: bool,
    pub(crate) only_needs_you: bool,
    /// Minutes since midnight, local time; both or neither.
    pub(crate) quiet_from: Option<u16>,
    pub(crate) quiet_to: Option<u16>,
    pub(crate) muted_until: Option<Timestamp>,
}

impl Default for Wishes {
    fn default() -> Self {
        Wishes {
            enabled: true,
            hide_content: false,
            only_needs_you: false,
            quiet_from: None,
            quiet_to: None,
            muted_until: None,
        }
    }
}

impl Wishes {
    /// Whether nothing is shown now. `minute` is the local time of day.
    pub(crate) fn is_quiet(&self, now: Timestamp, minute: u16) -> bool {
        let muted = self.muted_until.is_some_and(|until| now < until);
        !self.enabled || muted || is_within(self.quiet_from, self.quiet_to, minute)
    }
}

/// Whether a minute of the day lies in a span that may go over midnight.
fn is_within(from: Option<u16>, to: Option<u16>, minute: u16) -> bool {
    let (Some(from), Some(to)) = (from, to) else {
        return false;
    };
    let minute = minute % MINUTES_A_DAY;
    if from <= to {
        (from..to).contains(&minute)
    } else {
        minute >= from || minute < to
    }
}

/// What a conversation looks like to someone who decides whether to call the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) conversation: ConversationId,
    /// The customer's newest message that came while we watched.
    pub(crate) live_inbound: Option<MessageId>,
    pub(crate) unread: u32,
    pub(crate) event: Event,
}

/// The most important thing about a conversation now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// Nothing but its messages.
    Messages,
    /// The AI left the turn to the owner.
    NeedsYou(DraftId),
    /// An automatic reply is counted down.
    Countdown(DraftId),
    /// A message of ours failed.
    Failed(MessageId),
    /// Instagram did not say whether a message of ours arrived, and the owner is asked.
    Asked(MessageId),
}

impl Event {
    fn is_for_the_owner(self) -> bool {
        !matches!(self, Event::Messages)
    }
}

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    /// One conversation.
    One(ConversationId),
    /// So many conversations at once.
    Many(usize),
}

#[derive(Debug, Default, Clone, Copy)]
struct Told {
    inbound: Option<MessageId>,
    event: Option<Event>,
    at: Option<Timestamp>,
}

/// What has been told, and what waits to be.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// The newest message of before: what an earlier run had is not told anew.
    before: Option<MessageId>,
    told: BTreeMap<ConversationId, Told>,
    waiting: BTreeMap<ConversationId, Timestamp>,
}

impl Memory {
    /// Of a run that finds messages up to this one.
    pub(crate) fn after(before: MessageId) -> Memory {
        Memory {
            before: Some(before),
            ..Memory::default()
        }
    }

    /// Takes in how a conversation looks now, and notes when it is to be told of.
    pub(crate) fn look(&mut self, look: &Look, wishes: &Wishes, is_watched: bool, now: Timestamp) {
        let told = self.told.entry(look.conversation).or_default();
        let new_message = look.unread > 0 && look.live_inbound > told.inbound.max(self.before);
        let new_event = look.event.is_for_the_owner() && told.event != Some(look.event);
        if is_watched || (look.unread == 0 && !look.event.is_for_the_owner()) {
            told.inbound = told.inbound.max(look.live_inbound);
            told.event = Some(look.event);
            self.waiting.remove(&look.conversation);
            return;
        }
        if new_event || (new_message && !wishes.only_needs_you) {
            let due = told.at.map_or(now, |at| now.max(at + BUNDLE));
            self.waiting.entry(look.conversation).or_insert(due);
        }
    }

    /// What to tell now. `looks` gives the present look of a conversation: what was answered in the
    /// meantime is not told.
    pub(crate) fn due(
        &mut self,
        now: Timestamp,
        is_quiet: bool,
        looks: &BTreeMap<ConversationId, Look>,
    ) -> Vec<Telling> {
        let due: Vec<ConversationId> = self
            .waiting
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(conversation, _)| *conversation)
            .collect();
        let mut telling = Vec::new();
        for conversation in due {
            self.waiting.remove(&conversation);
            let Some(look) = looks.get(&conversation) else {
                continue;
            };
            self.told.insert(
                conversation,
                Told {
                    inbound: look.live_inbound,
                    event: Some(look.event),
                    at: Some(now),
                },
            );
            if !is_quiet && (look.unread > 0 || look.event.is_for_the_owner()) {
                telling.push(Telling::One(conversation));
            }
        }
        if telling.len() > AT_ONCE {
            return vec![Telling::Many(telling.len())];
        }
        telling
    }

    /// The conversations that wait, to be looked at once more.
    pub(crate) fn waiting(&self, now: Timestamp) -> Vec<ConversationId> {
        let due = self.waiting.iter().filter(|(_, at)| **at <= now);
        due.map(|(conversation, _)| *conversation).collect()
    }

    /// When something is to be told next.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.waiting.values().min().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: ConversationId = ConversationId(1);

    fn look(message: i64, unread: u32, event: Event) -> Look {
        Look {
            conversation: SOME,
            live_inbound: Some(MessageId(message)),
            unread,
            event,
        }
    }

    fn tell(memory: &mut Memory, look: &Look, now: i64) -> Vec<Telling> {
        let now = Timestamp(now);
        memory.look(look, &Wishes::default(), false, now);
        let looks = BTreeMap::from([(look.conversation, look.clone())]);
        memory.due(now, false, &looks)
    }

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        for (from, to, minute, quiet) in [
            (22 * 60, 7 * 60, 23 * 60, true),
            (22 * 60, 7 * 60, 6 * 60 + 59, true),
            (22 * 60, 7 * 60, 7 * 60, false),
            (12 * 60, 13 * 60, 12 * 60, true),
            (12 * 60, 13 * 60, 13 * 60, false),
            (60, 60, 60, false),
        ] {
            assert_eq!(
                is_within(Some(from), Some(to), minute),
                quiet,
                "{from}-{to} at {minute}"
            );
        }
        assert!(!is_within(Some(5), None, 10));
    }

    #[test]
    fn a_message_is_told_once() {
        let mut memory = Memory::default();
        let first = look(1, 1, Event::Messages);
        assert_eq!(tell(&mut memory, &first, 0), [Telling::One(SOME)]);
        assert_eq!(tell(&mut memory, &first, 60_000), []);
    }

    #[test]
    fn a_message_of_an_earlier_run_is_not_told_anew() {
        let mut memory = Memory::after(MessageId(7));
        assert_eq!(tell(&mut memory, &look(7, 1, Event::Messages), 0), []);
        assert_eq!(tell(&mut memory, &look(8, 2, Event::Messages), 0).len(), 1);
    }

    #[test]
    fn what_comes_within_ten_seconds_is_told_together() {
        let mut memory = Memory::default();
        assert_eq!(tell(&mut memory, &look(1, 1, Event::Messages), 0).len(), 1);
        assert_eq!(tell(&mut memory, &look(2, 2, Event::Messages), 1_000), []);
        assert_eq!(memory.next_due(), Some(Timestamp(10_000)));
        assert_eq!(
            tell(&mut memory, &look(3, 3, Event::Messages), 10_000).len(),
            1
        );
        assert_eq!(memory.next_due(), None);
    }

    #[test]
    fn what_the_owner_looks_at_or_has_answered_is_not_told() {
        let mut memory = Memory::default();
        let now = Timestamp(0);
        memory.look(&look(1, 1, Event::Messages), &Wishes::default(), true, now);
        assert_eq!(memory.next_due(), None);
        memory.look(&look(2, 1, Event::Messages), &Wishes::default(), false, now);
        let answered = look(2, 0, Event::Messages);
        let looks = BTreeMap::from([(SOME, answered)]);
        assert_eq!(memory.due(now, false, &looks), []);
    }

    #[test]
    fn what_the_ai_leaves_to_the_owner_is_told_even_after_its_message_was() {
        let mut memory = Memory::default();
        assert_eq!(tell(&mut memory, &look(1, 1, Event::Messages), 0).len(), 1);
        let needs = look(1, 1, Event::NeedsYou(DraftId(4)));
        assert_eq!(tell(&mut memory, &needs, 20_000), [Telling::One(SOME)]);
        assert_eq!(tell(&mut memory, &needs, 40_000), []);
    }

    #[test]
    fn only_what_needs_the_owner_when_they_wish_so() {
        let mut memory = Memory::default();
        let wishes = Wishes {
            only_needs_you: true,
            ..Wishes::default()
        };
        memory.look(&look(1, 1, Event::Messages), &wishes, false, Timestamp(0));
        assert_eq!(memory.next_due(), None);
        memory.look(
            &look(1, 1, Event::Failed(MessageId(9))),
            &wishes,
            false,
            Timestamp(0),
        );
        assert_eq!(memory.next_due(), Some(Timestamp(0)));
    }

    #[test]
    fn what_came_in_quiet_hours_is_not_told_after_them() {
        let mut memory = Memory::default();
        let now = Timestamp(0);
        let first = look(1, 1, Event::Messages);
        memory.look(&first, &Wishes::default(), false, now);
        assert_eq!(
            memory.due(now, true, &BTreeMap::from([(SOME, first.clone())])),
            []
        );
        assert_eq!(tell(&mut memory, &first, 60_000), []);
    }

    #[test]
    fn many_at_once_are_one() {
        let mut memory = Memory::default();
        let now = Timestamp(0);
        let looks: BTreeMap<_, _> = (1..=9)
            .map(|id| {
                let look = Look {
                    conversation: ConversationId(id),
                    ..look(id, 1, Event::Messages)
                };
                memory.look(&look, &Wishes::default(), false, now);
                (look.conversation, look)
            })
            .collect();
        assert_eq!(memory.due(now, false, &looks), [Telling::Many(9)]);
    }
}
