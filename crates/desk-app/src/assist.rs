//! Help beside the composer: the answers that may fit, a draft in other words, and all about one
//! draft in a form that can be kept.

use crate::drafting::turn;
use crate::dto::{Chip, Citation, Draft as DraftDto, DraftCheck, ReviseHow, WhyExport};
use crate::{Desk, IpcError, convert, settings};
use desk_ai::{
    Business, Check, Endpoint, Entry, Lang, Nonce, Provider, ProviderFault, Revision, Reworded,
    Rewording, Turn, Usage, Utterance, language, sources_of,
};
use desk_core::{Code, ConversationId, DraftId, Engine, Outcome};
use desk_store::table::draft::{self, Draft};
use desk_store::table::message;
use desk_store::{Connection, StoreError};

/// Chips shown.
const CHIPS: usize = 3;
/// Less alike than this, an answer only distracts.
const MIN_SCORE: f32 = 0.05;
/// What a draft was written from.
struct Origin {
    row: Draft,
    history: Vec<Utterance>,
    burst: Vec<Utterance>,
    business: Business,
    mask: bool,
}

/// Reads what a draft that still waits was written from.
fn origin(db: &Connection, id: DraftId) -> Result<Origin, StoreError> {
    let row = draft::get(db, id)?;
    let waits = matches!(
        row.outcome,
        Outcome::Proposed | Outcome::Held | Outcome::Countdown
    );
    if !waits || row.text.is_empty() {
        return Err(StoreError::Refused(Code::DraftSettled));
    }
    let messages = message::page(db, row.conversation_id, None, turn::HISTORY)?;
    let (history, burst) = turn::split(&messages);
    let ai = settings::stored_ai(db)?;
    Ok(Origin {
        row,
        history,
        burst,
        business: Business {
            about: ai.business_about,
            name: ai.business_name,
            ..Business::default()
        },
        mask: ai.masking,
    })
}

fn shown(check: Check) -> DraftCheck {
    DraftCheck {
        name: check.name.to_owned(),
        result: check.result,
        detail: check.detail,
    }
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
                let messages = message::page(db, conversation_id, None, turn::HISTORY)?;
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
        let first = knowledge.entries().first().map_or(Lang::En, |e| e.lang);
        let lang = language::detect(&question, None, first).lang;
        let hits = knowledge.search(&question, CHIPS * 3).into_iter();
        let chips = hits.filter(|hit| hit.score >= MIN_SCORE).filter_map(|hit| {
            let entry = knowledge.entry(hit.entry).filter(|e| !e.internal)?;
            Some(Chip {
                entry_id: entry.id,
                question: entry.questions.first().cloned().unwrap_or_default(),
                text: entry.answer_for(lang).to_owned(),
                lang: entry
                    .answer_in(lang)
                    .map_or(entry.lang, |_| lang)
                    .as_str()
                    .to_owned(),
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
        let found: Result<Origin, StoreError> =
            self.store.read(move |db| origin(db, draft_id)).await;
        let found = found?;
        let Some(endpoint) = self.drafting.usable_endpoint().await? else {
            return Err(IpcError::new(
                Code::AiNeeded,
                "no endpoint is set, or its budget is spent",
            ));
        };
        let (revised, usage) = self.reworded(&found, how, endpoint.as_ref()).await?;
        let fault = revised.as_ref().err().map(|f| f.code());
        self.drafting
            .note_usage("revise", Some(draft_id), usage, fault)
            .await?;
        let Reworded { text, checks } = revised?;
        let checks: Vec<DraftCheck> = checks.into_iter().map(shown).collect();
        let checks = serde_json::to_string(&checks).map_err(StoreError::from)?;
        let row = found.row;
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

    async fn reworded(
        &self,
        from: &Origin,
        how: ReviseHow,
        endpoint: &Endpoint,
    ) -> Result<(Result<Reworded, ProviderFault>, Usage), IpcError> {
        let knowledge = self.drafting.knowledge().await?;
        let cites: Vec<Citation> =
            serde_json::from_str(&from.row.cites).map_err(StoreError::from)?;
        let cited = cites.iter().filter_map(|c| knowledge.entry(c.entry_id));
        let cited: Vec<&Entry> = cited.collect();
        let lang = from.row.lang.as_deref().and_then(Lang::from_word);
        let turn = Turn {
            history: &from.history,
            burst: &from.burst,
            declined: &[],
        };
        let lang = lang.unwrap_or_default();
        let asked = Rewording {
            draft: &from.row.text,
            how: how.into(),
            sources: sources_of(&turn, &knowledge, &from.business, &cited, lang),
            mask: from.mask,
        };
        let nonce = Nonce(uuid::Uuid::new_v4().as_u128());
        Ok(desk_ai::revise(&asked, endpoint, nonce).await)
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
