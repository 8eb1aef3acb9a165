//! The way of a turn through every stage.

use crate::decision::{Findings, decide};
use crate::knowledge::Knowledge;
use crate::language;
use crate::provider::{Provider, Usage};
use crate::turn::{Policy, Turn};
use crate::verdict::{Draft, Verdict};
use desk_core::{Engine, Reason};

/// Who writes.
#[derive(Clone, Copy)]
pub enum Drafter<'a> {
    /// The embedded engine.
    Embedded,
    /// A model, with the embedded engine to fall back on.
    Endpoint(&'a dyn Provider),
}

impl std::fmt::Debug for Drafter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Embedded => "Embedded",
            Self::Endpoint(_) => "Endpoint",
        })
    }
}

/// Randomness for one drafting: fence and canary come from it, so give a fresh one each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce(pub u128);

/// Drafts a reply and decides what becomes of it.
pub async fn draft(
    turn: &Turn<'_>,
    knowledge: &Knowledge,
    policy: &Policy,
    drafter: Drafter<'_>,
    nonce: Nonce,
) -> Verdict {
    let _ = (drafter, nonce);
    tokio::task::yield_now().await;
    let text: Vec<&str> = turn.burst.iter().map(|u| u.text.as_str()).collect();
    let text = text.join("\n");
    let found = language::detect(&text, None, policy.default_lang);
    let hit = knowledge.search(&text, 1).first().copied();
    let entry = hit
        .and_then(|h| knowledge.entry(h.entry))
        .filter(|e| !e.internal);
    let decision = decide(
        &Findings {
            has_draft: entry.is_some(),
            engine: entry.map(|_| Reason::Unsure).into_iter().collect(),
            language_sure: found.sure,
            entries_allow: entry.is_some_and(|e| e.auto_ok),
            ..Findings::default()
        },
        policy,
    );
    Verdict {
        outcome: decision.outcome,
        reasons: decision.reasons,
        draft: entry.map(|e| Draft {
            text: e.answer.clone(),
            lang: e.lang,
            engine: Engine::Embedded,
            model: None,
            cites: vec![e.id],
            checks: Vec::new(),
            usage: Usage::default(),
        }),
        trace: Vec::new(),
        endpoint_fault: None,
    }
}
