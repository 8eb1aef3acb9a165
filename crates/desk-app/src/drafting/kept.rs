//! What is kept of a verdict: the draft as it is stored, and its trace.

use super::turn::Task;
use crate::dto::{Citation, DraftCheck};
use desk_ai::restraint::robot_sign;
use desk_ai::{Knowledge, Utterance, Verdict};
use desk_core::{Author, EntryId, Outcome, Reason, Timestamp};
use desk_store::StoreError;
use desk_store::table::draft::Draft;
use desk_store::table::entry::Entry;
use desk_store::table::trace;
use std::collections::BTreeMap;

/// The whole conversation, oldest first.
fn thread(task: &Task) -> Vec<Utterance> {
    task.history.iter().chain(&task.burst).cloned().collect()
}

/// Holds back what would go out to another program. It is the owner who sees whether it is one.
pub(crate) fn hold_for_robot(task: &Task, verdict: &mut Verdict) {
    let answered_by_ai = task.history.iter().any(|u| u.author == Author::Ai);
    let Some(sign) = robot_sign(&thread(task))
        .filter(|_| verdict.outcome == Outcome::Countdown || answered_by_ai)
    else {
        return;
    };
    if matches!(verdict.outcome, Outcome::Countdown | Outcome::Proposed) {
        verdict.outcome = Outcome::Held;
    }
    if verdict.outcome == Outcome::Held && !verdict.reasons.contains(&Reason::PossibleRobot) {
        verdict.reasons.insert(0, Reason::PossibleRobot);
        verdict.trace.push(desk_ai::Stage {
            name: "robot",
            detail: serde_json::json!({ "sign": sign.as_str() }),
            micros: 0,
        });
    }
}

/// What is kept of a verdict.
pub(crate) fn result_of(
    task: &Task,
    verdict: Verdict,
    knowledge: &Knowledge,
    rows: &BTreeMap<EntryId, Entry>,
    now: Timestamp,
) -> Result<(Draft, Vec<trace::Stage>), StoreError> {
    let mut reasons = verdict.reasons;
    if task.is_late
        && let Some(place) = reasons.iter().position(|r| *r == Reason::ModeDraft)
        && let Some(reason) = reasons.get_mut(place)
    {
        // The conversation is set to automatic; it is the delay that speaks against it.
        *reason = Reason::TooLate;
    }
    let mut draft = Draft {
        outcome: verdict.outcome,
        reasons,
        ..task.draft.clone()
    };
    draft.masked = serde_json::to_string(&masked(&verdict.trace))?;
    draft.fault = verdict.endpoint_fault.map(desk_ai::ProviderFault::code);
    if let Some(written) = verdict.draft {
        let cites: Vec<Citation> = written
            .cites
            .iter()
            .filter_map(|id| knowledge.entry(*id))
            .map(|e| Citation {
                entry_id: e.id,
                question: e.questions.first().cloned().unwrap_or_default(),
                answer: e.answer_for(written.lang).to_owned(),
                place: rows.get(&e.id).and_then(|r| r.place.clone()),
                revision: rows.get(&e.id).map_or(0, |r| r.revision),
            })
            .collect();
        let checks: Vec<DraftCheck> = written
            .checks
            .iter()
            .map(|c| DraftCheck {
                name: c.name.to_owned(),
                result: c.result,
                detail: c.detail.clone(),
            })
            .collect();
        draft.text = written.text;
        draft.lang = Some(written.lang.as_str().to_owned());
        draft.engine = Some(written.engine);
        draft.model = written.model;
        draft.cites = serde_json::to_string(&cites)?;
        draft.checks = serde_json::to_string(&checks)?;
        draft.would_send = draft.outcome == Outcome::Countdown
            || (!draft.reasons.is_empty() && draft.reasons.iter().all(|r| r.is_about_leave()));
        draft.tokens_in = written.usage.tokens_in;
        draft.tokens_out = written.usage.tokens_out;
        draft.cost_micros = super::endpoint::cost_micros(written.usage, &task.ai);
    }
    if draft.outcome == Outcome::Countdown {
        draft.auto_at = Some(now + task.policy.countdown);
    }
    let stages = verdict
        .trace
        .into_iter()
        .map(|s| trace::Stage {
            stage: s.name.to_owned(),
            detail: s.detail.to_string(),
            micros: s.micros,
            at: now,
        })
        .collect();
    Ok((draft, stages))
}

/// The kinds of private things that were hidden from the endpoint.
fn masked(trace: &[desk_ai::Stage]) -> Vec<&String> {
    let asked = trace.iter().find(|s| s.name == "endpoint");
    let counts = asked.and_then(|s| s.detail.get("masked")?.as_object());
    counts.into_iter().flat_map(serde_json::Map::keys).collect()
}
