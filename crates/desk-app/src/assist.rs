//! Help beside the composer: the answers that may fit, a draft in other words, and all about one
//! draft in a form that can be kept.

use crate::drafting::turn;
use crate::dto::{Chip, Draft as DraftDto, DraftCheck, ReviseHow, WhyExport};
use crate::{Desk, IpcError, convert, settings};
use desk_ai::contract::{self, Action};
use desk_ai::learning::edit::same_facts;
use desk_ai::masking::Mask;
use desk_ai::verify::{Sources, verify};
use desk_ai::{Lang, Nonce, Prompt, Provider, Revision};
use desk_core::{CheckResult, Code, ConversationId, DraftId, Engine, Outcome};
use desk_store::StoreError;
use desk_store::table::draft::{self, Draft};
use desk_store::table::message;

/// Chips shown.
const CHIPS: usize = 3;
/// Less alike than this, an answer only distracts.
const MIN_SCORE: f32 = 0.05;
/// Messages read for the customer's turn.
const HISTORY: u32 = 40;
/// The checks of a reply in other words: those of every draft, and the facts are those of before.
fn checks_of(new: &str, old: &DraftDto, lang: Lang, marks: &[&str]) -> Vec<DraftCheck> {
    let cited = old
        .cites
        .iter()
        .flat_map(|c| [c.question.as_str(), c.answer.as_str()]);
    let sources = Sources {
        cited: cited.collect(),
        owner: vec![old.text.as_str()],
        marks: marks.to_vec(),
        lang,
        ..Sources::default()
    };
    let mut checks: Vec<DraftCheck> = verify(new, &sources)
        .into_iter()
        .map(|c| DraftCheck {
            name: c.name.to_owned(),
            result: c.result,
            detail: c.detail,
        })
        .collect();
    if !same_facts(&old.text, new) {
        for check in checks.iter_mut().filter(|c| c.name == "facts") {
            check.result = CheckResult::Failed;
        }
    }
    checks
}

impl From<ReviseHow> for Revision {
    fn from(how: ReviseHow) -> Self {
        match how {
            ReviseHow::Shorter => Revision::Shorter,
            ReviseHow::Warmer => Revision::Warmer,
        }
    }
}

impl Desk {
    /// Command `chips_get`: the owner's answers that fit best what the customer asked last.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such conversation.
    pub async fn chips_get(&self, conversation_id: ConversationId) -> Result<Vec<Chip>, IpcError> {
        let asked: Result<String, StoreError> = self
            .store
            .read(move |db| {
                desk_store::table::conversation::get(db, conversation_id)?;
                let messages = message::page(db, conversation_id, None, HISTORY)?;
                let (_, burst) = turn::split(&messages);
                let texts: Vec<String> = burst.into_iter().map(|u| u.text).collect();
                Ok(texts.join("\n"))
            })
            .await;
        let asked = asked?;
        if asked.trim().is_empty() {
            return Ok(Vec::new());
        }
        let knowledge = self.drafting.knowledge().await?;
        let question = desk_ai::triage::question(&asked);
        let hits = knowledge.search(&question, CHIPS * 3).into_iter();
        let chips = hits.filter(|hit| hit.score >= MIN_SCORE).filter_map(|hit| {
            let entry = knowledge.entry(hit.entry).filter(|e| !e.internal)?;
            Some(Chip {
                entry_id: entry.id,
                question: entry.questions.first().cloned().unwrap_or_default(),
                text: entry.answer.clone(),
                lang: entry.lang.as_str().to_owned(),
                score: hit.score,
            })
        });
        Ok(chips.take(CHIPS).collect())
    }

    /// Command `draft_revise`. What comes back is a new proposal with checks of its own; it never
    /// goes out by itself.
    ///
    /// # Errors
    /// [`Code::AiNeeded`] without an endpoint, [`Code::DraftSettled`] when the draft waits no more,
    /// or the endpoint's fault; the draft stays as it is then.
    pub async fn draft_revise(
        &self,
        draft_id: DraftId,
        how: ReviseHow,
    ) -> Result<DraftDto, IpcError> {
        let row: Result<Draft, StoreError> =
            self.store.read(move |db| draft::get(db, draft_id)).await;
        let row = row?;
        let waits = matches!(
            row.outcome,
            Outcome::Proposed | Outcome::Held | Outcome::Countdown
        );
        if !waits || row.text.is_empty() {
            return Err(IpcError::new(
                Code::DraftSettled,
                "this draft waits no more",
            ));
        }
        let Some(endpoint) = self.drafting.usable_endpoint().await? else {
            return Err(IpcError::new(
                Code::AiNeeded,
                "no endpoint is set, or its budget is spent",
            ));
        };
        let lang = row
            .lang
            .as_deref()
            .and_then(Lang::from_word)
            .unwrap_or_default();
        let old = convert::draft(row.clone())?;
        let masking = self.store.read(settings::stored_ai).await?.masking;
        let mut mask = Mask::new();
        let shown = if masking {
            mask.hide(&row.text)
        } else {
            row.text.clone()
        };
        let nonce = Nonce(uuid::Uuid::new_v4().as_u128());
        let prompt = Prompt::revise(&shown, how.into(), lang, nonce);
        let asked = endpoint.complete(&prompt).await;
        let usage = asked.as_ref().map(|c| c.usage).unwrap_or_default();
        let fault = asked.as_ref().err().map(|f| f.code());
        self.drafting
            .note_usage("revise", Some(draft_id), usage, fault)
            .await?;
        let answer = contract::read(&asked?)
            .filter(|a| a.action == Action::Reply && !a.reply.trim().is_empty())
            .ok_or_else(|| IpcError::new(Code::AiNonsense, "no reply in other words came back"))?;
        let text = mask.restore(answer.reply.trim());
        let checks = serde_json::to_string(&checks_of(
            &text,
            &old,
            lang,
            &[&prompt.canary, &prompt.fence],
        ))
        .map_err(StoreError::from)?;
        let (now, model) = (self.clock.now(), endpoint.model().to_owned());
        let kept: Result<DraftDto, StoreError> = self
            .store
            .write(move |w| {
                let current = draft::get(w, draft_id)?;
                if current.outcome != row.outcome {
                    return Err(StoreError::Refused(Code::DraftSettled));
                }
                let revised = Draft {
                    outcome: Outcome::Proposed,
                    text,
                    checks,
                    engine: Some(Engine::Endpoint),
                    model: Some(model),
                    auto_at: None,
                    created_at: now,
                    would_send: false,
                    ..current
                };
                let id = draft::add(w, &revised)?;
                convert::draft(draft::get(w, id)?)
            })
            .await;
        Ok(kept?)
    }

    /// Command `why_export`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such draft.
    pub async fn why_export(&self, draft_id: DraftId) -> Result<WhyExport, IpcError> {
        let why = self.draft_why(draft_id).await?;
        let stages: Vec<serde_json::Value> = why
            .stages
            .iter()
            .map(|s| {
                let detail = serde_json::from_str(&s.detail)
                    .unwrap_or_else(|_| serde_json::Value::String(s.detail.clone()));
                serde_json::json!({ "stage": s.stage, "at": s.at, "micros": s.micros, "detail": detail })
            })
            .collect();
        let all = serde_json::json!({ "draft": why.draft, "stages": stages });
        Ok(WhyExport {
            file_name: format!("replydesk-why-{draft_id}.json"),
            content: serde_json::to_string_pretty(&all).map_err(StoreError::from)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_words_with_another_figure_are_shown_in_red() {
        let old: DraftDto = serde_json::from_value(serde_json::json!({
            "id": "1", "conversationId": "1", "triggerId": "1", "outcome": "proposed", "reasons": [],
            "text": "Shipping costs 90 TL and takes two days.", "lang": "en", "engine": "embedded",
            "model": null, "fault": null, "cites": [], "checks": [], "autoAt": null,
            "createdAt": "2026-01-01T00:00:00.000Z", "partial": null, "needsConfirmation": false,
            "tokensIn": 0, "tokensOut": 0, "costMicros": 0, "masked": [], "edit": null,
        }))
        .unwrap();
        let facts = |text: &str| {
            let checks = checks_of(text, &old, Lang::En, &[]);
            checks
                .into_iter()
                .find(|c| c.name == "facts")
                .unwrap()
                .result
        };
        assert_eq!(facts("90 TL, in two days."), CheckResult::Passed);
        assert_eq!(facts("80 TL, in two days."), CheckResult::Failed);
        assert_eq!(
            facts("It takes two days."),
            CheckResult::Failed,
            "the price is gone"
        );
    }
}
