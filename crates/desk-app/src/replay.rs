//! Replay: earlier turns of the owner's own conversations run once more with the knowledge, the
//! rules and the model of now, to see what would differ. Nothing is stored and nothing is sent.

use crate::drafting::observe::edit_of;
use crate::drafting::turn;
use crate::dto::{ReplayDifference, ReplayReport};
use crate::settings::stored_ai;
use crate::{Desk, IpcError};
use desk_ai::learning::edit::classify;
use desk_ai::{Drafter, Endpoint, Knowledge, Nonce, Policy, Turn, Utterance, Verdict};
use desk_core::{Edit, Engine, Outcome, text};
use desk_store::table::draft::Draft;
use desk_store::table::message::{self, Before};
use desk_store::table::{ai_account, conversation};
use desk_store::{Connection, StoreError};

/// More turns are not run in one go.
const MAX_TURNS: u32 = 200;
/// How many messages back the AI may look.
const HISTORY: u32 = 40;

/// A turn as it was.
struct Earlier {
    draft: Draft,
    name: String,
    history: Vec<Utterance>,
    burst: Vec<Utterance>,
    policy: Policy,
}

fn earlier(db: &Connection, draft: Draft) -> Result<Option<Earlier>, StoreError> {
    let trigger = message::get(db, draft.trigger_id)?;
    let behind = Before {
        sent_at: trigger.sent_at,
        id: desk_core::MessageId(trigger.id.0 + 1),
    };
    let messages = message::page(db, draft.conversation_id, Some(behind), HISTORY)?;
    let (history, burst) = turn::split(&messages);
    if burst.is_empty() {
        return Ok(None);
    }
    let row = conversation::get(db, draft.conversation_id)?;
    let ai = stored_ai(db)?;
    let policy = turn::policy(
        db,
        &row,
        desk_core::ReplyMode::Draft,
        &ai,
        &history,
        draft.created_at,
    )?;
    Ok(Some(Earlier {
        name: row.name,
        history,
        burst,
        // Only the text and its checks are compared: who may send it when is of another day.
        policy: Policy {
            window_open: true,
            paused: false,
            owner_active: false,
            quiet_hours: false,
            ..policy
        },
        draft,
    }))
}

/// Whether the turn would end differently for the customer.
fn difference(earlier: &Earlier, now: &Verdict) -> Option<ReplayDifference> {
    let then = &earlier.draft;
    let text_now = now
        .draft
        .as_ref()
        .map(|d| d.text.clone())
        .unwrap_or_default();
    // The line that says that a machine answers belongs to that sending, not to the answer.
    let text_then = match then.text.split_once("\n\n") {
        Some((first, rest)) if first.starts_with('🤖') => rest.to_owned(),
        _ => then.text.clone(),
    };
    let edit = edit_of(classify(&text_then, &text_now).kind);
    let skipped = (
        then.outcome == Outcome::Skipped,
        now.outcome == Outcome::Skipped,
    );
    if edit == Edit::None && skipped.0 == skipped.1 {
        return None;
    }
    let asked: Vec<&str> = earlier.burst.iter().map(|u| u.text.as_str()).collect();
    Some(ReplayDifference {
        draft_id: then.id,
        conversation_id: then.conversation_id,
        name: earlier.name.clone(),
        asked: text::snippet(&asked.join(" "), 300),
        outcome_then: then.outcome,
        outcome_now: now.outcome,
        text_then,
        text_now,
        edit,
        sent: then.sent_text.clone(),
    })
}

async fn run(earlier: &Earlier, knowledge: &Knowledge, endpoint: Option<&Endpoint>) -> Verdict {
    let turn = Turn {
        history: &earlier.history,
        burst: &earlier.burst,
        declined: &[],
    };
    let drafter = endpoint.map_or(Drafter::Embedded, |e| Drafter::Endpoint(e));
    let nonce = Nonce(uuid::Uuid::new_v4().as_u128());
    desk_ai::draft(&turn, knowledge, &earlier.policy, drafter, nonce).await
}

impl Desk {
    /// Command `replay_run`. The endpoint is only asked when the owner wants it to be: it costs.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn replay_run(
        &self,
        limit: Option<u32>,
        with_endpoint: Option<bool>,
    ) -> Result<ReplayReport, IpcError> {
        let limit = limit.unwrap_or(MAX_TURNS).clamp(1, MAX_TURNS);
        let turns: Result<Vec<Earlier>, StoreError> = self
            .store
            .read(move |db| {
                let drafts = ai_account::turns(db, limit)?.into_iter();
                let turns = drafts.map(|draft| earlier(db, draft));
                Ok(turns
                    .collect::<Result<Vec<_>, _>>()?
                    .into_iter()
                    .flatten()
                    .collect())
            })
            .await;
        let turns = turns?;
        let knowledge = self.drafting.knowledge().await?;
        let mut differing = Vec::new();
        let mut engine = Engine::Embedded;
        for earlier in &turns {
            // Asked for each turn: the day's budget may come to its end on the way.
            let endpoint = match with_endpoint {
                Some(true) => self.drafting.usable_endpoint().await?,
                _ => None,
            };
            if endpoint.is_some() {
                engine = Engine::Endpoint;
            }
            let verdict = run(earlier, &knowledge, endpoint.as_deref()).await;
            if endpoint.is_some() {
                self.drafting.note_call("replay", &verdict).await?;
            }
            differing.extend(difference(earlier, &verdict));
            tokio::task::yield_now().await;
        }
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(ReplayReport {
            turns: count(turns.len()),
            same: count(turns.len().saturating_sub(differing.len())),
            differing,
            engine,
        })
    }
}
