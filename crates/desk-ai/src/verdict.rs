//! What a drafting ends in: the outcome, its reasons, the draft and the trace. Data only.

use crate::language::Lang;
use crate::provider::{ProviderFault, Usage};
use desk_core::{CheckResult, Engine, EntryId, Outcome, Reason};

/// How a drafting ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// `Proposed`, `Countdown`, `Held` or `Skipped`.
    pub outcome: Outcome,
    /// Why it does not go out by itself, or why nothing is needed; the weightiest first. Empty
    /// only for `Countdown`.
    pub reasons: Vec<Reason>,
    /// The text, when there is one.
    pub draft: Option<Draft>,
    /// What happened on the way, in order.
    pub trace: Vec<Stage>,
    /// What the endpoint counted, or an estimate; also when its answer was not used.
    pub usage: Usage,
    /// What went wrong with the endpoint, when it was asked in vain.
    pub endpoint_fault: Option<ProviderFault>,
}

/// A reply that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The words, the disclosure line included when there is one.
    pub text: String,
    /// The language that it was written for.
    pub lang: Lang,
    /// Who wrote it.
    pub engine: Engine,
    /// The model's name, when an endpoint wrote it.
    pub model: Option<String>,
    /// The entries that it rests on.
    pub cites: Vec<EntryId>,
    /// Every check, the passed ones too.
    pub checks: Vec<Check>,
    /// What the endpoint counted.
    pub usage: Usage,
}

/// One check of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name, stable: `facts`, `cites`, `polarity`, `language`, `size`, `promises`, `leak`,
    /// `repeat`, `format`.
    pub name: &'static str,
    /// How it ended.
    pub result: CheckResult,
    /// The reason to show when it failed.
    pub reason: Option<Reason>,
    /// What exactly failed, in the words of the draft.
    pub detail: Option<String>,
}

impl Check {
    /// A check that is in order.
    #[must_use]
    pub const fn passed(name: &'static str) -> Self {
        Self {
            name,
            result: CheckResult::Passed,
            reason: None,
            detail: None,
        }
    }

    /// A check that is not.
    #[must_use]
    pub fn failed(name: &'static str, reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            name,
            result: CheckResult::Failed,
            reason: Some(reason),
            detail: Some(detail.into()),
        }
    }
}

/// One stage of the way, for "why this reply".
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name, stable: `language`, `triage`, `retrieval`, `embedded`, `endpoint`, `verify`,
    /// `decision`.
    pub name: &'static str,
    /// What it found; holds no secret.
    pub detail: serde_json::Value,
    /// How long it took.
    pub micros: u32,
}
