//! Whether customers still ask what they asked when the topics were unlocked. A bound that was
//! earned on one traffic says nothing about another; so the mix of outcomes is watched, and
//! [`has_drifted`] tells when to lock again. The caller counts: at unlocking, and over the last
//! weeks.

use crate::certify::{CONFIDENCE, lower_bound};

/// How much more than before is a drift.
const GROWTH: f64 = 1.5;
/// Fewer turns than this prove nothing.
const MIN_TURNS: u32 = 30;

/// How turns ended over a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mix {
    /// All turns.
    pub turns: u32,
    /// Those that nothing in the knowledge answered.
    pub unknown: u32,
    /// Those held for a person.
    pub held: u32,
    /// Those skipped: thanks, spam.
    pub skipped: u32,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Drift {
    /// More questions that nothing answers.
    Unknown,
    /// More turns for a person.
    Held,
    /// More turns without need of a reply.
    Skipped,
}

impl Drift {
    /// The word for SQL and the trace.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::Skipped => "skipped",
        }
    }
}

/// Compares the mix now with the one at unlocking. A share has drifted when it grew by half and
/// its exact lower bound is above what it was, so that chance alone does not lock a topic.
#[must_use]
pub fn has_drifted(then: Mix, now: Mix) -> Option<Drift> {
    if then.turns == 0 || now.turns < MIN_TURNS {
        return None;
    }
    let grew = |then_hits: u32, hits: u32| {
        let before = f64::from(then_hits) / f64::from(then.turns);
        let share = f64::from(hits) / f64::from(now.turns);
        share >= before * GROWTH && lower_bound(hits, now.turns, CONFIDENCE) > before
    };
    [
        (then.unknown, now.unknown, Drift::Unknown),
        (then.held, now.held, Drift::Held),
        (then.skipped, now.skipped, Drift::Skipped),
    ]
    .into_iter()
    .find(|(before, hits, _)| grew(*before, *hits))
    .map(|(_, _, drift)| drift)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix(turns: u32, unknown: u32, held: u32) -> Mix {
        Mix {
            turns,
            unknown,
            held,
            skipped: turns / 10,
        }
    }

    #[test]
    fn growth_beyond_chance_is_a_drift() {
        let then = mix(200, 12, 20);
        for (now, drift) in [
            (mix(100, 6, 10), None),
            (mix(100, 8, 12), None),
            (mix(100, 18, 10), Some(Drift::Unknown)),
            (mix(100, 6, 30), Some(Drift::Held)),
            // Too few to tell.
            (mix(10, 8, 1), None),
            (mix(40, 4, 4), None),
        ] {
            assert_eq!(has_drifted(then, now), drift, "{now:?}");
        }
        assert_eq!(has_drifted(Mix::default(), mix(100, 50, 0)), None);
    }
}
