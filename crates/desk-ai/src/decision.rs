//! Decides what becomes of a draft: a table, not a mood. The strictest sign wins. Must not look
//! at texts; it is given what the other stages found.

use crate::turn::Policy;
use desk_core::{Outcome, Reason, ReplyMode};

pub use desk_core::outbox::{MAX_A_DAY, MAX_A_DAY_ALL, MAX_IN_10_MIN};

/// What the stages found.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// There is a text to propose.
    pub has_draft: bool,
    /// What triage holds against an answer without a person.
    pub triage: Vec<Reason>,
    /// What the engine itself doubts.
    pub engine: Vec<Reason>,
    /// What the checks found.
    pub checks: Vec<Reason>,
    /// The customer's language is clear.
    pub language_sure: bool,
    /// Why a cited entry may not go out by itself; empty when all of them may.
    pub entries: Vec<Reason>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// `Countdown`, `Proposed` or `Held`.
    pub outcome: Outcome,
    /// Everything that speaks against sending by itself, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// Decides.
#[must_use]
pub fn decide(findings: &Findings, policy: &Policy) -> Decision {
    let mut reasons: Vec<Reason> = Vec::new();
    reasons.extend(&findings.triage);
    reasons.extend(&findings.checks);
    reasons.extend(&findings.engine);
    let conditions = [
        (!findings.language_sure, Reason::LanguageUnsure),
        (policy.owner_active, Reason::OwnerAnswered),
        (policy.paused, Reason::Paused),
        (!policy.window_open, Reason::WindowClosed),
        (policy.recent_auto.is_full(), Reason::TooMany),
        (policy.quiet_hours, Reason::QuietHours),
        (policy.mode != ReplyMode::Auto, Reason::ModeDraft),
    ];
    if findings.has_draft {
        reasons.extend(&findings.entries);
        reasons.extend(
            conditions
                .iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, r)| *r),
        );
    }
    let mut seen = Vec::new();
    reasons.retain(|r| {
        let new = !seen.contains(r);
        seen.push(*r);
        new
    });
    let outcome = if !findings.has_draft {
        if reasons.is_empty() {
            reasons.push(Reason::NothingKnown);
        }
        Outcome::Held
    } else if reasons.is_empty() {
        Outcome::Countdown
    } else if reasons.iter().any(|r| needs_a_person(*r)) {
        Outcome::Held
    } else {
        Outcome::Proposed
    };
    Decision { outcome, reasons }
}

/// Reasons for which the owner has to read before approving, not just agree.
const fn needs_a_person(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::PersonNeeded
            | Reason::AsksForPerson
            | Reason::Attachment
            | Reason::FigureUnfounded
            | Reason::Leak
            | Reason::Promise
            | Reason::TooLong
            | Reason::LanguageWrong
            | Reason::PossibleRobot
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::RecentAuto;

    fn clear() -> Findings {
        Findings {
            has_draft: true,
            language_sure: true,
            ..Findings::default()
        }
    }

    fn auto() -> Policy {
        Policy {
            mode: ReplyMode::Auto,
            ..Policy::default()
        }
    }

    #[test]
    fn it_goes_out_only_when_nothing_speaks_against_it() {
        assert_eq!(decide(&clear(), &auto()).outcome, Outcome::Countdown);
        let against: Vec<(Findings, Policy, Reason)> = vec![
            (clear(), Policy::default(), Reason::ModeDraft),
            (
                clear(),
                Policy {
                    paused: true,
                    ..auto()
                },
                Reason::Paused,
            ),
            (
                clear(),
                Policy {
                    window_open: false,
                    ..auto()
                },
                Reason::WindowClosed,
            ),
            (
                clear(),
                Policy {
                    owner_active: true,
                    ..auto()
                },
                Reason::OwnerAnswered,
            ),
            (
                clear(),
                Policy {
                    quiet_hours: true,
                    ..auto()
                },
                Reason::QuietHours,
            ),
            (
                clear(),
                Policy {
                    recent_auto: RecentAuto {
                        last_10_min: 3,
                        ..RecentAuto::default()
                    },
                    ..auto()
                },
                Reason::TooMany,
            ),
            (
                Findings {
                    language_sure: false,
                    ..clear()
                },
                auto(),
                Reason::LanguageUnsure,
            ),
            (
                Findings {
                    entries: vec![Reason::EntryNeedsApproval],
                    ..clear()
                },
                auto(),
                Reason::EntryNeedsApproval,
            ),
            (
                Findings {
                    checks: vec![Reason::FigureUnfounded],
                    ..clear()
                },
                auto(),
                Reason::FigureUnfounded,
            ),
            (
                Findings {
                    engine: vec![Reason::Unsure],
                    ..clear()
                },
                auto(),
                Reason::Unsure,
            ),
        ];
        for (findings, policy, reason) in against {
            let decision = decide(&findings, &policy);
            assert_ne!(
                decision.outcome,
                Outcome::Countdown,
                "{reason} did not hold it"
            );
            assert_eq!(decision.reasons, [reason]);
        }
    }

    #[test]
    fn without_a_text_the_owner_is_asked() {
        let nothing = Findings::default();
        assert_eq!(
            decide(&nothing, &auto()),
            Decision {
                outcome: Outcome::Held,
                reasons: vec![Reason::NothingKnown]
            }
        );
    }

    #[test]
    fn a_draft_on_a_matter_for_a_person_is_held_not_proposed() {
        let findings = Findings {
            triage: vec![Reason::PersonNeeded],
            ..clear()
        };
        assert_eq!(decide(&findings, &Policy::default()).outcome, Outcome::Held);
    }
}
