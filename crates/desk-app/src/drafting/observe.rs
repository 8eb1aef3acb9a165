//! Observing: what the AI would have sent against what the owner did send, and what an edit
//! teaches. Nothing is learned from what the AI sent by itself.

use super::standing;
use crate::dto::Citation;
use desk_ai::Knowledge;
use desk_ai::learning::edit::{EditKind, classify};
use desk_ai::learning::shadow::{Did, Shadow, compare};
use desk_core::{Author, ConversationId, Edit, LockReason, Observed, Timestamp};
use desk_store::table::draft::{self, Draft};
use desk_store::table::entry;
use desk_store::table::observation::{self, Observation};
use desk_store::{Connection, StoreError, Write};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long an observation waits for the owner's answer.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);
/// How much of what the owner sent is kept beside an entry that it speaks against.
const MAX_DOUBT_CHARS: usize = 1000;

/// The word of desk-core for a judgement of desk-ai.
pub(crate) const fn edit_of(kind: EditKind) -> Edit {
    match kind {
        EditKind::None => Edit::None,
        EditKind::Cosmetic => Edit::Cosmetic,
        EditKind::Tone => Edit::Tone,
        EditKind::Fact => Edit::Fact,
        EditKind::Rewrite => Edit::Rewrite,
    }
}

fn cites(draft: &Draft) -> Result<Vec<Citation>, StoreError> {
    Ok(serde_json::from_str(&draft.cites)?)
}

/// Begins to observe a draft that the AI would have sent, had it been free to.
pub(crate) fn begin(w: &mut Write<'_>, draft: &Draft) -> Result<(), StoreError> {
    let Some(first) = standing::first_entry(w, &cites(draft)?)? else {
        return Ok(());
    };
    observation::begin(
        w,
        &Observation {
            id: 0,
            draft_id: draft.id,
            conversation_id: draft.conversation_id,
            trigger_id: draft.trigger_id,
            topic: first.topic_key(),
            entry_id: first.id,
            revision: first.revision,
            edit: None,
            created_at: draft.created_at,
        },
    )
}

/// The owner approved a draft, as it was or changed. A change of what it says takes the topic's
/// leave away, and a changed figure puts the entry in doubt.
pub(crate) fn approved(
    w: &mut Write<'_>,
    found: &Draft,
    sent: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let judged = classify(&found.text, sent);
    let edit = edit_of(judged.kind);
    draft::settle(w, found.id, Some(sent), edit, now)?;
    if let Some(open) = observation::open_of_draft(w, found.id)? {
        let outcome = if judged.kind.is_heavy() {
            Observed::Failed
        } else {
            Observed::Passed
        };
        observation::settle(w, &open, outcome, Some(edit), now)?;
    }
    let heavy = judged.kind.is_heavy() && !found.text.is_empty();
    if heavy && let Some(first) = standing::first_entry(w, &cites(found)?)? {
        standing::lock(w, &first, LockReason::Edited, now)?;
        if judged.kind == EditKind::Fact {
            let words = desk_core::text::snippet(sent, MAX_DOUBT_CHARS);
            entry::set_doubt(w, first.id, &words)?;
        }
    }
    Ok(())
}

/// The owner rejected a draft.
pub(crate) fn rejected(w: &mut Write<'_>, found: &Draft, now: Timestamp) -> Result<(), StoreError> {
    draft::settle(w, found.id, None, Edit::Rejected, now)?;
    let open = observation::open_of_draft(w, found.id)?;
    if let Some(open) = &open {
        observation::settle(w, open, Observed::Failed, Some(Edit::Rejected), now)?;
    }
    if (open.is_some() || found.would_send)
        && let Some(first) = standing::first_entry(w, &cites(found)?)?
    {
        standing::lock(w, &first, LockReason::Rejected, now)?;
    }
    Ok(())
}

/// The owner stopped an automatic reply, or the customer complained after one.
pub(crate) fn lost(
    w: &mut Write<'_>,
    found: &Draft,
    reason: LockReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    match standing::first_entry(w, &cites(found)?)? {
        Some(first) => standing::lock(w, &first, reason, now),
        None => Ok(()),
    }
}

/// Those of the conversations in which an observation waits and something was said since.
pub(crate) fn answered(
    db: &Connection,
    talked: &BTreeSet<ConversationId>,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut out = Vec::new();
    for id in talked {
        for open in observation::open_of(db, *id)? {
            if observation::answer_to(db, &open)?.is_some() {
                out.push(*id);
                break;
            }
        }
    }
    Ok(out)
}

/// Compares what waits in a conversation with what the owner wrote there, here or on the phone.
pub(crate) fn compare_in(
    w: &mut Write<'_>,
    conversation: ConversationId,
    knowledge: &Knowledge,
    now: Timestamp,
) -> Result<(), StoreError> {
    observation::expire(w, now - PATIENCE, now)?;
    for open in observation::open_of(w, conversation)? {
        let found = draft::get(w, open.draft_id)?;
        let Some(answer) = observation::answer_to(w, &open)? else {
            continue;
        };
        let by_hand = matches!(answer.author, Author::Owner | Author::OwnerPhone);
        if !by_hand || answer.at.since(open.created_at) > PATIENCE {
            observation::settle(w, &open, Observed::Void, None, now)?;
            continue;
        }
        let entries: Vec<_> = cites(&found)?.iter().map(|c| c.entry_id).collect();
        let shadow = compare(
            Some(&found.text),
            &entries,
            Did::Sent(&answer.text),
            knowledge,
        );
        let edit = edit_of(classify(&found.text, &answer.text).kind);
        let outcome = if shadow.agreed() {
            Observed::Passed
        } else {
            Observed::Failed
        };
        observation::settle(w, &open, outcome, Some(edit), now)?;
        if shadow != Shadow::Agreed {
            lost_by_comparison(w, &found, now)?;
        }
    }
    Ok(())
}

fn lost_by_comparison(w: &mut Write<'_>, found: &Draft, now: Timestamp) -> Result<(), StoreError> {
    match standing::first_entry(w, &cites(found)?)? {
        Some(first) => standing::lock(w, &first, LockReason::Edited, now),
        None => Ok(()),
    }
}
