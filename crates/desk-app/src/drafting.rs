//! Drafting: takes each turn that is due to desk-ai, keeps what came of it, and lets countdowns end.
//!
//! What is to be done is on disk (`turn_due_at` of a conversation, `auto_at` of a draft), so a
//! restart loses none of it. A turn that is being drafted is a `pending` draft; when the customer
//! writes again meanwhile, that draft is stale, its result is thrown away, and a new turn is due.

use crate::dto::{Citation, Draft as DraftDto, DraftCheck};
use crate::settings::{self, StoredAi};
use crate::{Desk, IpcError, convert};
use desk_ai::{
    Drafter, Endpoint, Knowledge, Lang, Nonce, Policy, RecentAuto, Turn, Utterance, Verdict,
};
use desk_core::outbox::Approval;
use desk_core::window::ReplyWindow;
use desk_core::{
    Author, Clock, Code, ConversationId, Direction, DraftId, Engine, Entity, Outcome, Reason,
    ReplyMode, SendState, Source, Timestamp,
};
use desk_secrets::SecretStore;
use desk_store::table::conversation::{self, Conversation};
use desk_store::table::draft::{self, Draft};
use desk_store::table::message::{self, Message};
use desk_store::table::outbox::{self, Approved};
use desk_store::table::{entry, setting, trace};
use desk_store::{Connection, Store, StoreError, Write};
use desk_sync::ingest::LIVE;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

/// Drafts written at once; an endpoint on the owner's own machine has no use for more.
const AT_ONCE: usize = 4;
/// How many messages back the AI may look.
const HISTORY: u32 = 40;
/// A silence this long begins another episode: what was said before it is not looked at.
const EPISODE_GAP: Duration = Duration::from_secs(24 * 3600);
/// A countdown that ended longer ago than this, while the machine slept, does not go out any more.
const TOO_LATE: Duration = Duration::from_secs(10 * 60);
/// How long the endpoint may take before the embedded engine stands in.
const DEADLINE: Duration = Duration::from_secs(20);

/// The drafting of all conversations.
pub(crate) struct Drafting {
    store: Store,
    secrets: Arc<dyn SecretStore>,
    clock: Arc<dyn Clock>,
    wake: Notify,
    knowledge: Mutex<Option<Arc<Knowledge>>>,
    endpoint: Mutex<Option<Arc<Endpoint>>>,
}

/// What a turn is drafted from.
struct Task {
    draft: Draft,
    history: Vec<Utterance>,
    burst: Vec<Utterance>,
    policy: Policy,
    ai: StoredAi,
    /// The conversation is set to automatic, but the trigger came while nobody watched.
    is_late: bool,
}

impl Drafting {
    pub(crate) fn new(
        store: Store,
        secrets: Arc<dyn SecretStore>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        Arc::new(Drafting {
            store,
            secrets,
            clock,
            wake: Notify::new(),
            knowledge: Mutex::default(),
            endpoint: Mutex::default(),
        })
    }

    /// Something may be due.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// The endpoint's settings changed.
    pub(crate) fn endpoint_changed(&self) {
        *self.endpoint.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Works until told to stop.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut changes = self.store.changes();
        let mut tasks: JoinSet<ConversationId> = JoinSet::new();
        let mut running: BTreeMap<ConversationId, AbortHandle> = BTreeMap::new();
        loop {
            let now = self.clock.now();
            let next = match self.work(now, &mut tasks, &mut running).await {
                Ok(next) => next,
                Err(e) => {
                    tracing::error!(error = %e, "drafting could not read or write the file");
                    Some(now + Duration::from_secs(10))
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(done) = tasks.join_next(), if !tasks.is_empty() => {
                    if let Ok(id) = done { running.remove(&id); }
                }
                () = self.wake.notified() => {}
                change = changes.recv() => match change {
                    Ok(batch) if batch.iter().any(|c| c.entity == Entity::Entry) => {
                        *self.knowledge.lock().unwrap_or_else(PoisonError::into_inner) = None;
                    }
                    Err(RecvError::Lagged(_)) => {
                        *self.knowledge.lock().unwrap_or_else(PoisonError::into_inner) = None;
                    }
                    Err(RecvError::Closed) => break,
                    Ok(_) => {}
                },
                () = sleep_until(self.clock.as_ref(), next) => {}
            }
        }
        // What is being written is pending on disk, and is written anew at the next start.
        tasks.abort_all();
        while tasks.join_next().await.is_some() {}
    }

    /// Ends the countdowns that are due, begins the turns that are due, and says when the next is.
    async fn work(
        self: &Arc<Self>,
        now: Timestamp,
        tasks: &mut JoinSet<ConversationId>,
        running: &mut BTreeMap<ConversationId, AbortHandle>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let ended: Vec<Draft> = self
            .store
            .read(move |db| draft::countdowns_due(db, now))
            .await?;
        for countdown in ended {
            self.store
                .write(move |w| end_countdown(w, &countdown, now))
                .await?;
        }
        let paused: bool = self
            .store
            .read(|db| setting::get(db, setting::AI_PAUSED))
            .await?;
        let free = AT_ONCE.saturating_sub(tasks.len());
        if !paused && free > 0 {
            let limit = u32::try_from(free).unwrap_or(1);
            let due: Vec<ConversationId> = self
                .store
                .read(move |db| conversation::turns_due(db, now, limit))
                .await?;
            for id in due {
                if let Some(old) = running.remove(&id) {
                    old.abort();
                }
                let task = self.store.write(move |w| begin(w, id, now)).await?;
                let Some(task) = task else { continue };
                let this = Arc::clone(self);
                let handle = tasks.spawn(async move {
                    if let Err(e) = this.finish(task).await {
                        tracing::error!(conversation.id = %id, error = %e, "a draft could not be kept");
                    }
                    id
                });
                running.insert(id, handle);
            }
        }
        let has_room = !paused && tasks.len() < AT_ONCE;
        self.store
            .read(move |db| {
                let turn = if has_room {
                    conversation::next_turn_due(db)?
                } else {
                    None
                };
                Ok([turn, draft::next_countdown(db)?]
                    .into_iter()
                    .flatten()
                    .min())
            })
            .await
    }

    /// Drafts a turn that was begun, and keeps the result when it still matters.
    async fn finish(&self, task: Task) -> Result<Draft, StoreError> {
        let id = task.draft.id;
        let verdict = self.draft(&task).await?;
        let now = self.clock.now();
        let knowledge = self.knowledge().await?;
        let (draft, stages) = result_of(&task, verdict, &knowledge, now)?;
        self.store
            .write(move |w| {
                if draft::complete(w, id, &draft)? {
                    for stage in &stages {
                        trace::add(w, id, stage)?;
                    }
                }
                draft::get(w, id)
            })
            .await
    }

    async fn draft(&self, task: &Task) -> Result<Verdict, StoreError> {
        let knowledge = self.knowledge().await?;
        let turn = Turn {
            history: &task.history,
            burst: &task.burst,
        };
        let endpoint = match task.ai.engine {
            Engine::Embedded => None,
            Engine::Endpoint => match self.endpoint().await {
                Ok(endpoint) => endpoint,
                Err(e) => {
                    tracing::warn!(code = %e.code, "the AI endpoint cannot be used");
                    None
                }
            },
        };
        let drafter = match &endpoint {
            Some(endpoint) => Drafter::Endpoint(endpoint.as_ref()),
            None => Drafter::Embedded,
        };
        let nonce = Nonce(uuid::Uuid::new_v4().as_u128());
        Ok(desk_ai::draft(&turn, &knowledge, &task.policy, drafter, nonce).await)
    }

    /// The knowledge, indexed; built anew after a change.
    async fn knowledge(&self) -> Result<Arc<Knowledge>, StoreError> {
        if let Some(ready) = self
            .knowledge
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
        {
            return Ok(ready);
        }
        let built = self
            .store
            .read(|db| -> Result<_, StoreError> {
                let entries = entry::all(db)?.into_iter().map(|e| desk_ai::Entry {
                    id: e.id,
                    questions: e.questions,
                    answer: e.answer,
                    lang: Lang::from_word(&e.lang).unwrap_or_default(),
                    auto_ok: e.auto_ok,
                    internal: e.internal,
                });
                Ok(Arc::new(Knowledge::new(entries.collect())))
            })
            .await?;
        *self
            .knowledge
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&built));
        Ok(built)
    }

    /// The endpoint that the owner set; `None` when none is set.
    pub(crate) async fn endpoint(&self) -> Result<Option<Arc<Endpoint>>, IpcError> {
        if let Some(ready) = self
            .endpoint
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
        {
            return Ok(Some(ready));
        }
        let ai: Result<StoredAi, StoreError> = self.store.read(settings::stored_ai).await;
        let ai = ai?;
        if ai.base_url.is_empty() || ai.model.is_empty() {
            return Ok(None);
        }
        let key = if ai.has_key {
            self.secrets.get(&settings::key_name()?).await?
        } else {
            None
        };
        let endpoint = Arc::new(Endpoint::new(&ai.base_url, &ai.model, key, DEADLINE)?);
        *self.endpoint.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&endpoint));
        Ok(Some(endpoint))
    }
}

async fn sleep_until(clock: &dyn Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Takes a turn: notes a pending draft and gathers what it is drafted from. `None` when there is
/// nothing to draft.
fn begin(
    w: &mut Write<'_>,
    id: ConversationId,
    now: Timestamp,
) -> Result<Option<Task>, StoreError> {
    conversation::turn_taken(w, id)?;
    let row = conversation::get(w, id)?;
    let mode = setting::effective_mode(w, row.mode)?;
    if mode == ReplyMode::Off {
        return Ok(None);
    }
    let messages = message::page(w, id, None, HISTORY)?;
    let (history, burst) = split(&messages);
    let Some(trigger) = burst.last() else {
        return Ok(None);
    };
    let pending = Draft {
        id: DraftId(0),
        conversation_id: id,
        trigger_id: trigger.id,
        outcome: Outcome::Pending,
        reasons: Vec::new(),
        text: String::new(),
        lang: None,
        engine: None,
        model: None,
        fault: None,
        cites: "[]".into(),
        checks: "[]".into(),
        auto_at: None,
        created_at: now,
        would_send: false,
        tokens_in: 0,
        tokens_out: 0,
        cost_micros: 0,
        masked: "[]".into(),
        sent_text: None,
        edit: None,
        settled_at: None,
    };
    let draft_id = draft::add(w, &pending)?;
    let ai = settings::stored_ai(w)?;
    let came_late = row.last_live_inbound_id != Some(trigger.id) || now.since(trigger.at) > LIVE;
    let is_late = mode == ReplyMode::Auto && came_late;
    let policy = policy(w, &row, mode, is_late, &ai, &history, now)?;
    Ok(Some(Task {
        draft: Draft {
            id: draft_id,
            ..pending
        },
        history,
        burst,
        policy,
        ai,
        is_late,
    }))
}

fn policy(
    db: &Connection,
    row: &Conversation,
    mode: ReplyMode,
    is_late: bool,
    ai: &StoredAi,
    history: &[Utterance],
    now: Timestamp,
) -> Result<Policy, StoreError> {
    let day = Duration::from_secs(24 * 3600);
    let preferences: crate::dto::Preferences = setting::get(db, crate::desk::PREFERENCES)?;
    Ok(Policy {
        mode: if is_late {
            mode.min(ReplyMode::Draft)
        } else {
            mode
        },
        paused: setting::get(db, setting::AI_PAUSED)?,
        window_open: ReplyWindow::at(now, row.last_inbound_at).is_open(),
        countdown: Duration::from_secs(u64::from(ai.countdown_seconds)),
        default_lang: preferences
            .language
            .as_deref()
            .and_then(Lang::from_word)
            .unwrap_or_default(),
        recent_auto: RecentAuto {
            last_10_min: draft::automatic_since(db, Some(row.id), now - Duration::from_secs(600))?,
            today_conversation: draft::automatic_since(db, Some(row.id), now - day)?,
            today_all: draft::automatic_since(db, None, now - day)?,
        },
        disclosure: ai.disclosure,
        first_auto_of_episode: !history.iter().any(|u| u.author == Author::Ai),
        mask: ai.masking,
        ..Policy::default()
    })
}

/// Cuts the messages into the customer's turn and what was said before it in the same episode.
fn split(messages: &[Message]) -> (Vec<Utterance>, Vec<Utterance>) {
    let said: Vec<&Message> = messages
        .iter()
        .filter(|m| !matches!(m.state, Some(SendState::Cancelled | SendState::Failed)) && !m.unsent)
        .collect();
    let episode = said
        .windows(2)
        .rposition(|pair| matches!(pair, [a, b] if b.sent_at.since(a.sent_at) > EPISODE_GAP))
        .map_or(0, |gap| gap + 1);
    let said = said.get(episode..).unwrap_or_default();
    let burst = said
        .iter()
        .rposition(|m| m.direction == Direction::Out)
        .map_or(0, |last_out| last_out + 1);
    let utterance = |m: &&Message| Utterance {
        author: m.author,
        kind: m.kind,
        text: m.text.clone(),
        at: m.sent_at,
        id: m.id,
    };
    let (history, burst) = said.split_at_checked(burst).unwrap_or((said, &[]));
    (
        history.iter().map(utterance).collect(),
        burst.iter().map(utterance).collect(),
    )
}

/// What is kept of a verdict.
fn result_of(
    task: &Task,
    verdict: Verdict,
    knowledge: &Knowledge,
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
    draft.fault = verdict.endpoint_fault.map(desk_ai::ProviderFault::code);
    if let Some(written) = verdict.draft {
        let cites: Vec<Citation> = written
            .cites
            .iter()
            .filter_map(|id| knowledge.entry(*id))
            .map(|e| Citation {
                entry_id: e.id,
                question: e.questions.first().cloned().unwrap_or_default(),
                answer: e.answer.clone(),
                place: None,
                revision: 0,
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

/// A countdown has ended: everything is read anew, and the reply goes into the outbox or back to
/// the owner. The outbox reads it all once more before the call.
fn end_countdown(w: &mut Write<'_>, ended: &Draft, now: Timestamp) -> Result<(), StoreError> {
    let found = draft::get(w, ended.id)?;
    let (Outcome::Countdown, Some(auto_at)) = (found.outcome, found.auto_at) else {
        return Ok(());
    };
    let row = conversation::get(w, found.conversation_id)?;
    let refusal = if now.since(auto_at) > TOO_LATE {
        Some(Reason::TooLate)
    } else if setting::get(w, setting::AI_PAUSED)? {
        Some(Reason::Paused)
    } else if setting::effective_mode(w, row.mode)? != ReplyMode::Auto {
        Some(Reason::Stopped)
    } else if !ReplyWindow::at(now, row.last_inbound_at).is_open() {
        Some(Reason::WindowClosed)
    } else {
        None
    };
    if let Some(reason) = refusal {
        return draft::back_to_proposal(w, &found, reason, Source::Ai);
    }
    if row.last_message_id != Some(found.trigger_id) {
        draft::set_outcome(w, &found, Outcome::Stale, Source::Ai)?;
        return Ok(());
    }
    let approved = Approved {
        conversation_id: found.conversation_id,
        client_id: format!("auto-{}", found.trigger_id),
        approval: Approval::Policy,
        author: Author::Ai,
        draft_id: Some(found.id),
        trigger_id: Some(found.trigger_id),
        text: found.text.clone(),
    };
    outbox::enqueue(w, &approved, now)?;
    draft::set_outcome(w, &found, Outcome::Approved, Source::Ai)
}

impl Desk {
    /// Command `draft_regenerate`.
    ///
    /// # Errors
    /// [`Code::DraftSettled`] when the customer waits for nothing.
    pub async fn draft_regenerate(
        &self,
        conversation_id: ConversationId,
    ) -> Result<DraftDto, IpcError> {
        let now = self.clock.now();
        let begun: Result<Option<Task>, StoreError> = self
            .store
            .write(move |w| begin(w, conversation_id, now))
            .await;
        let Some(mut task) = begun? else {
            return Err(IpcError::new(
                Code::DraftSettled,
                "nothing waits for an answer here",
            ));
        };
        // What the owner asks for by hand, the owner decides about.
        task.policy.mode = task.policy.mode.min(ReplyMode::Draft);
        let draft: Result<Draft, StoreError> = self.drafting.finish(task).await;
        Ok(convert::draft(draft?)?)
    }
}
