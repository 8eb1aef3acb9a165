//! The rules of sending, without the sending: at most once, automatically.
//!
//! Instagram has no idempotency key and can answer with an error after delivering. So a call whose
//! outcome is not known is never repeated by itself: the conversation is read until the message is
//! found there, and after the last look the owner decides.

use crate::message::{MessageKind, word_enum};
use crate::mode::ReplyMode;
use crate::time::Timestamp;
use crate::window::ReplyWindow;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// When to look into the conversation after an unclear outcome, counted from the call.
///
/// Four looks: in a model of 100,000 sends with 4 % lost answers and slow echoes, looks up to 150 s
/// left no message undetected.
pub const LOOKS: [Duration; 4] = [
    Duration::from_secs(3),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(150),
];

/// How far Instagram's clock may be behind ours when an echo is matched by time, as long as
/// Instagram has not told its own.
pub const CLOCK_SKEW: Duration = Duration::from_secs(120);

/// The same when it has: its answers tell whole seconds, and so do the times of messages.
pub const KNOWN_CLOCK_SKEW: Duration = Duration::from_secs(5);

/// The longest hold in which a sent message can be taken back.
pub const MAX_HOLD: Duration = Duration::from_secs(30);

/// The longest wait between two tries of a message that was certainly not sent.
pub const MAX_BACKOFF: Duration = Duration::from_secs(5 * 60);

/// What one call to send came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Instagram gave the message an id.
    Accepted,
    /// It certainly had no effect, and the fault passes: no connection, throttling.
    NotSent {
        /// The wait that Instagram named, if it did.
        retry_after: Option<Duration>,
    },
    /// It certainly had no effect, and stays so until the owner does something about the account.
    Held,
    /// It certainly had no effect, and never will have.
    Refused,
    /// Nobody knows.
    Unclear,
}

/// What becomes of the outbox row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is sent.
    Sent,
    /// Try again at the moment given.
    RetryAt(Timestamp),
    /// Wait, without end, for the account to work again.
    Hold,
    /// It failed for good.
    Fail,
    /// Look into the conversation at the moment given.
    LookAt(Timestamp),
}

/// What follows from the `attempts`th try, begun at `started` and ended at `now`.
#[must_use]
pub fn after_attempt(attempt: &Attempt, attempts: u32, started: Timestamp, now: Timestamp) -> Next {
    match attempt {
        Attempt::Accepted => Next::Sent,
        Attempt::NotSent { retry_after } => {
            let wait = backoff(attempts).max(retry_after.unwrap_or_default());
            Next::RetryAt(now + wait)
        }
        Attempt::Held => Next::Hold,
        Attempt::Refused => Next::Fail,
        Attempt::Unclear => Next::LookAt(next_look(started, now, 0).unwrap_or(now)),
    }
}

/// When to look next, `looks` having been taken; `None` when the last one was taken and the owner
/// is to be asked. A look that is overdue, after a sleep or a restart, is due at once; a clock that
/// was set back does not put it off.
#[must_use]
pub fn next_look(started: Timestamp, now: Timestamp, looks: u32) -> Option<Timestamp> {
    let wait = LOOKS.get(usize::try_from(looks).ok()?)?;
    Some((started + *wait).clamp(now, now + *wait))
}

word_enum! {
    /// What an outbox row consists of.
    Content {
        /// Words.
        Text = "text",
        /// The heart sticker.
        Heart = "heart",
    }
}

/// The wait before the next try: doubling from two seconds, never above [`MAX_BACKOFF`].
#[must_use]
pub fn backoff(attempts: u32) -> Duration {
    Duration::from_secs(2u64.saturating_pow(attempts.clamp(1, 12))).min(MAX_BACKOFF)
}

/// An outgoing message seen in the conversation.
#[derive(Debug, Clone, Copy)]
pub struct Echo<'a> {
    /// Its text.
    pub text: &'a str,
    /// What kind it is.
    pub kind: MessageKind,
    /// Instagram's time of it.
    pub sent_at: Timestamp,
}

/// What is known of a call whose outcome is not.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// What was sent.
    pub content: Content,
    /// Its words.
    pub text: &'a str,
    /// When the call began, by our clock.
    pub started: Timestamp,
    /// The same by Instagram's clock, where it is known.
    pub server_started: Option<Timestamp>,
    /// Instagram's time of the newest message that was known when it was approved.
    pub high_water: Option<Timestamp>,
}

/// Whether the echo is the message that is sought. The caller has made sure that no other row owns
/// the echo and that no second call is under way in the conversation.
#[must_use]
pub fn is_echo_of(echo: Echo<'_>, sought: &Sought<'_>) -> bool {
    let same = match sought.content {
        Content::Text => crate::text::is_same_message(echo.text, sought.text),
        // Instagram's reference does not say how a heart is shown: as anything but words.
        Content::Heart => {
            echo.text.is_empty()
                && matches!(
                    echo.kind,
                    MessageKind::Sticker
                        | MessageKind::Image
                        | MessageKind::Unsupported
                        | MessageKind::Unknown
                )
        }
    };
    // By Instagram's own times: what came before the newest message known cannot be ours.
    let after_known = sought.high_water.is_none_or(|known| echo.sent_at >= known);
    let after_start = match (sought.server_started, sought.high_water) {
        (Some(started), _) => echo.sent_at >= started - KNOWN_CLOCK_SKEW,
        // Our own clock may have been wrong by any time when the call began, or be so now.
        (None, Some(_)) => true,
        (None, None) => echo.sent_at >= sought.started - CLOCK_SKEW,
    };
    same && after_known && after_start
}

/// What entitles an outbox row to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// A person pressed the button.
    Person,
    /// The owner's policy granted it to the AI.
    Policy,
}

impl Approval {
    /// The word used in SQL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Approval::Person => "person",
            Approval::Policy => "policy",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "person" => Some(Approval::Person),
            "policy" => Some(Approval::Policy),
            _ => None,
        }
    }
}

/// What is read anew in the transaction that begins a call.
#[derive(Debug, Clone, Copy)]
pub struct StartFacts {
    /// What entitles it.
    pub approval: Approval,
    /// The reply window now. It is `HumanOnly` only for words that a person typed.
    pub window: ReplyWindow,
    /// Whether the AI is paused everywhere.
    pub paused: bool,
    /// What the AI may do in the conversation.
    pub mode: ReplyMode,
    /// Whether the customer wrote again after the message that is answered.
    pub newer_inbound: bool,
    /// Whether somebody else answered it already.
    pub answered: bool,
    /// How long ago it was approved.
    pub age: Duration,
    /// Whether what it rests on was changed, doubted or locked since it was approved.
    pub withdrawn: bool,
    /// Other automatic replies of late, here and everywhere.
    pub recent: RecentAuto,
}

/// How many replies went out by themselves lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecentAuto {
    /// In this conversation, in the last ten minutes.
    pub last_10_min: u32,
    /// In this conversation, today.
    pub today_conversation: u32,
    /// In all conversations, today.
    pub today_all: u32,
}

/// Most automatic replies in one conversation in ten minutes.
pub const MAX_IN_10_MIN: u32 = 3;
/// Most automatic replies in one conversation in a day.
pub const MAX_A_DAY: u32 = 8;
/// Most automatic replies in all conversations in a day.
pub const MAX_A_DAY_ALL: u32 = 100;
/// An automatic reply that waited longer than this, while the machine slept or nothing could be
/// sent, would come as a surprise: it goes back to the owner.
pub const SURPRISE: Duration = Duration::from_secs(10 * 60);

impl RecentAuto {
    /// Whether one more would be too many.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.last_10_min >= MAX_IN_10_MIN
            || self.today_conversation >= MAX_A_DAY
            || self.today_all >= MAX_A_DAY_ALL
    }
}

/// Why a call may not begin after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartRefusal {
    /// More than 24 hours have passed.
    WindowClosed,
    /// The owner paused the AI, or took the conversation back from it.
    NotAllowedAnyMore,
    /// The customer wrote again.
    NewerInbound,
    /// The owner answered.
    OwnerAnswered,
    /// It waited too long.
    TooLate,
    /// What it rests on was changed, doubted or locked.
    Withdrawn,
    /// Too many replies went out by themselves.
    TooMany,
}

/// Whether a call may begin. What a person approved is bound by the reply window alone; what the
/// AI sends by itself, also by everything that can have changed since it was decided.
///
/// # Errors
/// Why not.
pub fn may_start(facts: StartFacts) -> Result<(), StartRefusal> {
    let open = match facts.approval {
        Approval::Person => facts.window.is_open_for_person(),
        Approval::Policy => facts.window.is_open(),
    };
    if !open {
        return Err(StartRefusal::WindowClosed);
    }
    if facts.approval == Approval::Policy {
        if facts.paused || facts.mode != ReplyMode::Auto {
            return Err(StartRefusal::NotAllowedAnyMore);
        }
        if facts.answered {
            return Err(StartRefusal::OwnerAnswered);
        }
        if facts.newer_inbound {
            return Err(StartRefusal::NewerInbound);
        }
        if facts.age > SURPRISE {
            return Err(StartRefusal::TooLate);
        }
        if facts.withdrawn {
            return Err(StartRefusal::Withdrawn);
        }
        if facts.recent.is_full() {
            return Err(StartRefusal::TooMany);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_ai_sends_is_bound_by_more_than_what_a_person_sends() {
        let open = ReplyWindow::Open { until: T };
        let free = StartFacts {
            approval: Approval::Policy,
            window: open,
            paused: false,
            mode: ReplyMode::Auto,
            newer_inbound: false,
            answered: false,
            age: Duration::ZERO,
            withdrawn: false,
            recent: RecentAuto::default(),
        };
        let cases = [
            (
                StartFacts {
                    paused: true,
                    ..free
                },
                StartRefusal::NotAllowedAnyMore,
            ),
            (
                StartFacts {
                    mode: ReplyMode::Draft,
                    ..free
                },
                StartRefusal::NotAllowedAnyMore,
            ),
            (
                StartFacts {
                    newer_inbound: true,
                    ..free
                },
                StartRefusal::NewerInbound,
            ),
            (
                StartFacts {
                    answered: true,
                    ..free
                },
                StartRefusal::OwnerAnswered,
            ),
            (
                StartFacts {
                    age: SURPRISE + Duration::from_millis(1),
                    ..free
                },
                StartRefusal::TooLate,
            ),
            (
                StartFacts {
                    withdrawn: true,
                    ..free
                },
                StartRefusal::Withdrawn,
            ),
            (
                StartFacts {
                    recent: RecentAuto {
                        last_10_min: MAX_IN_10_MIN,
                        ..RecentAuto::default()
                    },
                    ..free
                },
                StartRefusal::TooMany,
            ),
        ];
        assert_eq!(may_start(free), Ok(()));
        for (facts, refusal) in cases {
            assert_eq!(may_start(facts), Err(refusal));
            assert_eq!(
                may_start(StartFacts {
                    approval: Approval::Person,
                    ..facts
                }),
                Ok(())
            );
        }
        let person_only = StartFacts {
            window: ReplyWindow::HumanOnly { since: T, until: T },
            ..free
        };
        assert_eq!(may_start(person_only), Err(StartRefusal::WindowClosed));
        let typed = StartFacts {
            approval: Approval::Person,
            ..person_only
        };
        assert_eq!(may_start(typed), Ok(()));
        let closed = StartFacts {
            window: ReplyWindow::Closed { since: T },
            ..free
        };
        for approval in [Approval::Person, Approval::Policy] {
            let facts = StartFacts { approval, ..closed };
            assert_eq!(may_start(facts), Err(StartRefusal::WindowClosed));
        }
    }

    const T: Timestamp = Timestamp(1_000_000_000_000);

    #[test]
    fn an_unclear_call_is_looked_up_and_never_retried() {
        let now = T + Duration::from_secs(1);
        assert_eq!(
            after_attempt(&Attempt::Unclear, 1, T, now),
            Next::LookAt(T + LOOKS[0])
        );
    }

    #[test]
    fn after_the_last_look_the_owner_is_asked() {
        let mut now = T;
        let mut times = Vec::new();
        for looks in 0.. {
            let Some(at) = next_look(T, now, looks) else {
                break;
            };
            times.push(at.since(T).as_secs());
            now = at;
        }
        assert_eq!(times, [3, 10, 30, 150]);
    }

    #[test]
    fn a_look_missed_while_the_machine_slept_is_taken_at_once() {
        let woke = T + Duration::from_secs(8 * 3600);
        assert_eq!(next_look(T, woke, 0), Some(woke));
    }

    #[test]
    fn throttling_is_obeyed_and_backoff_is_bounded() {
        let named = Duration::from_secs(3600);
        let attempt = Attempt::NotSent {
            retry_after: Some(named),
        };
        assert_eq!(after_attempt(&attempt, 1, T, T), Next::RetryAt(T + named));
        assert!((1..100).all(|n| backoff(n) <= MAX_BACKOFF));
        assert_eq!(backoff(1), Duration::from_secs(2));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_put_a_look_off() {
        let yesterday = T - Duration::from_secs(86_400);
        assert_eq!(next_look(T, yesterday, 1), Some(yesterday + LOOKS[1]));
    }

    fn echo(text: &str, sent_at: Timestamp) -> Echo<'_> {
        Echo {
            text,
            kind: MessageKind::Text,
            sent_at,
        }
    }

    const OK: Sought<'static> = Sought {
        content: Content::Text,
        text: "ok",
        started: T,
        server_started: None,
        high_water: None,
    };

    #[test]
    fn an_echo_is_known_by_its_text_and_time() {
        let second = |n| Duration::from_secs(n);
        let told = Sought {
            server_started: Some(T + second(3600)),
            ..OK
        };
        let known = Sought {
            high_water: Some(T - second(30)),
            ..OK
        };
        let cases = [
            ("ok", T, OK, true, "the same"),
            ("ok", T - second(60), OK, true, "clocks differ"),
            ("ok", T - second(600), OK, false, "an older ok"),
            ("no", T, OK, false, "another text"),
            ("ok", T, told, false, "Instagram's clock is an hour ahead"),
            ("ok", T + second(3599), told, true, "by Instagram's clock"),
            (
                "ok",
                T - second(60),
                known,
                false,
                "older than what was known",
            ),
            (
                "ok",
                T - second(20),
                known,
                true,
                "newer than what was known",
            ),
            (
                "ok",
                T - second(86_400),
                Sought {
                    high_water: Some(T - second(86_401)),
                    ..OK
                },
                true,
                "our clock was a day ahead, and Instagram's was not known",
            ),
        ];
        for (text, at, sought, expected, why) in cases {
            assert_eq!(is_echo_of(echo(text, at), &sought), expected, "{why}");
        }
    }

    #[test]
    fn a_heart_is_known_by_having_no_words() {
        let heart = Sought {
            content: Content::Heart,
            text: "",
            ..OK
        };
        for (kind, expected) in [
            (MessageKind::Sticker, true),
            (MessageKind::Unsupported, true),
            (MessageKind::Audio, false),
        ] {
            let shown = Echo {
                kind,
                ..echo("", T)
            };
            assert_eq!(is_echo_of(shown, &heart), expected, "{kind}");
        }
        assert!(!is_echo_of(echo("ok", T), &heart));
    }
}
