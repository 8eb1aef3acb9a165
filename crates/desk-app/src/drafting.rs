//! Drafting: takes each turn that is due to desk-ai, keeps what came of it, and lets countdowns end.
//!
//! What is to be done is on disk (`turn_due_at` of a conversation, `auto_at` of a draft), so a
//! restart loses none of it. A turn that is being drafted is a `pending` draft; when the customer
//! writes again meanwhile, that draft is stale, its result is thrown away, and a new turn is due.

pub(crate) mod countdown;
pub(crate) mod drift;
mod endpoint;
mod index;
#[cfg(test)]
mod interleaving;
mod kept;
pub(crate) mod observe;
pub(crate) mod standing;
pub(crate) mod turn;
mod writing;

use crate::dto::Draft as DraftDto;
use crate::{Desk, IpcError, convert, mining};
use desk_ai::{Drafter, Endpoint, Knowledge, Nonce, Turn, Verdict};
use desk_core::egress::Egress;
use desk_core::{
    Author, Change, Clock, Code, ConversationId, Engine, Entity, LockReason, Outcome, Reason,
    Timestamp,
};
use desk_secrets::SecretStore;
use desk_store::table::ai_call::{self, AiCall};
use desk_store::table::conversation;
use desk_store::table::draft::{self, Draft};
use desk_store::table::{message, setting, trace};
use desk_store::{Store, StoreError, Write};
use index::Cache;
pub(crate) use index::Indexed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use turn::Task;
use writing::Writing;

/// Drafts written at once; an endpoint on the owner's own machine has no use for more.
const AT_ONCE: usize = 4;
/// An automatic reply so long ago has nothing to do with a complaint.
const COMPLAINT_REACH: Duration = Duration::from_secs(24 * 3600);

/// The drafting of all conversations.
pub(crate) struct Drafting {
    store: Store,
    secrets: Arc<dyn SecretStore>,
    clock: Arc<dyn Clock>,
    wake: Notify,
    cache: Cache,
    endpoint: Mutex<Option<Arc<Endpoint>>>,
    egress: Arc<Egress>,
    pub(crate) writing: Writing,
}

impl Drafting {
    pub(crate) fn new(
        store: Store,
        secrets: Arc<dyn SecretStore>,
        clock: Arc<dyn Clock>,
        egress: Arc<Egress>,
        news: broadcast::Sender<Arc<Vec<Change>>>,
    ) -> Arc<Self> {
        Arc::new(Drafting {
            store,
            secrets,
            clock,
            wake: Notify::new(),
            cache: Cache::default(),
            endpoint: Mutex::default(),
            egress,
            writing: Writing::new(news),
        })
    }

    /// Something may be due.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
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
                    Ok(batch) => self.heard(&batch).await,
                    Err(RecvError::Lagged(_)) => self.cache.clear(),
                    Err(RecvError::Closed) => break,
                },
                () = sleep_until(self.clock.as_ref(), next) => {}
            }
        }
        // What is being written is pending on disk, and is written anew at the next start.
        tasks.abort_all();
        while tasks.join_next().await.is_some() {}
    }

    /// Looks at what changed: knowledge is indexed anew, and what the owner wrote is compared with
    /// what the AI would have sent, and learned from.
    async fn heard(&self, batch: &[Change]) {
        if batch.iter().any(|c| c.entity == Entity::Entry) {
            self.cache.clear();
        }
        let talked: BTreeSet<ConversationId> = batch
            .iter()
            .filter(|c| c.entity == Entity::Message)
            .filter_map(|c| c.id.parse().ok())
            .collect();
        if talked.is_empty() {
            return;
        }
        if let Err(e) = self.learn_from(talked).await {
            tracing::error!(error = %e, "what the owner wrote could not be compared");
        }
    }

    async fn learn_from(&self, talked: BTreeSet<ConversationId>) -> Result<(), StoreError> {
        let watched: Vec<ConversationId> = self
            .store
            .read(move |db| observe::answered(db, &talked))
            .await?;
        let is_new: bool = self.store.read(mining::is_due).await?;
        if watched.is_empty() && !is_new {
            return Ok(());
        }
        let (knowledge, now) = (self.knowledge().await?, self.clock.now());
        self.store
            .write(move |w| {
                for id in watched {
                    observe::compare_in(w, id, &knowledge, now)?;
                }
                mining::mine(w, &knowledge, now)
            })
            .await
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
                .write(move |w| countdown::end(w, &countdown, now))
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
                let task = self.store.write(move |w| turn::begin(w, id, now)).await?;
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
        let indexed = self.indexed().await?;
        let mut verdict = self.draft(&task, &indexed.knowledge).await?;
        let is_capped = self.is_capped(&task, &verdict).await?;
        let now = self.clock.now();
        kept::hold_for_robot(&task, &mut verdict);
        let is_robot = verdict.reasons.contains(&Reason::PossibleRobot);
        let call = call_of(&task, &verdict, now);
        let complains = complains(&task, &verdict, now);
        let (mut draft, stages) =
            kept::result_of(&task, verdict, &indexed.knowledge, &indexed.rows, now)?;
        if is_capped {
            draft.fault = Some(Code::AiCapReached);
        }
        self.store
            .write(move |w| {
                if let Some(call) = &call {
                    ai_call::add(w, call)?;
                }
                if draft::complete(w, id, &draft)? {
                    for stage in &stages {
                        trace::add(w, id, stage)?;
                    }
                    if draft.would_send && draft.outcome != Outcome::Countdown {
                        observe::begin(w, &draft)?;
                    }
                    if complains {
                        lock_for_complaint(w, &draft, now)?;
                    }
                    if is_robot {
                        countdown::take_back(w, draft.conversation_id)?;
                    }
                }
                draft::get(w, id)
            })
            .await
    }

    /// Whether the embedded engine stands in because today's budget is spent.
    async fn is_capped(&self, task: &Task, verdict: &Verdict) -> Result<bool, StoreError> {
        let asked = verdict.trace.iter().any(|s| s.name == "endpoint");
        if task.ai.engine == Engine::Embedded || asked || verdict.draft.is_none() {
            return Ok(false);
        }
        let now = self.clock.now();
        self.store
            .read(move |db| endpoint::is_budget_spent(db, now))
            .await
    }

    async fn draft(&self, task: &Task, knowledge: &Knowledge) -> Result<Verdict, StoreError> {
        let turn = Turn {
            history: &task.history,
            burst: &task.burst,
            declined: &task.declined,
        };
        let endpoint = match task.ai.engine {
            Engine::Embedded => None,
            Engine::Endpoint => self.usable_endpoint().await?,
        };
        let nonce = Nonce(uuid::Uuid::new_v4().as_u128());
        let Some(endpoint) = endpoint else {
            let drafter = Drafter::Embedded;
            return Ok(desk_ai::draft(&turn, knowledge, &task.policy, drafter, nonce).await);
        };
        let shown = self
            .writing
            .begin(task.draft.conversation_id, task.draft.id);
        let told = |words: &str| shown.grow(words);
        let drafter = Drafter::Streaming(endpoint.as_ref(), &told);
        let verdict = desk_ai::draft(&turn, knowledge, &task.policy, drafter, nonce).await;
        self.remember(&endpoint, task.ai.capabilities).await?;
        Ok(verdict)
    }

    /// The knowledge, indexed; built anew after a change.
    pub(crate) async fn knowledge(&self) -> Result<Arc<Knowledge>, StoreError> {
        Ok(self.indexed().await?.knowledge)
    }

    /// The knowledge with the rows that it was built from.
    pub(crate) async fn indexed(&self) -> Result<Indexed, StoreError> {
        self.cache.get(&self.store, self.clock.now()).await
    }
}

async fn sleep_until(clock: &dyn Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// The call to the endpoint that a verdict cost; a draft that nobody needs any more cost it, too.
fn call_of(task: &Task, verdict: &Verdict, now: Timestamp) -> Option<AiCall> {
    let asked = verdict.trace.iter().any(|s| s.name == "endpoint");
    asked.then(|| AiCall {
        draft_id: Some(task.draft.id),
        purpose: "draft".to_owned(),
        model: task.ai.model.clone(),
        tokens_in: verdict.usage.tokens_in,
        tokens_out: verdict.usage.tokens_out,
        cost_micros: endpoint::cost_micros(verdict.usage, &task.ai),
        fault: verdict.endpoint_fault.map(desk_ai::ProviderFault::code),
        at: now,
    })
}

/// Whether the customer complains, and the last word was an automatic reply of ours.
fn complains(task: &Task, verdict: &Verdict, now: Timestamp) -> bool {
    let needs_person = verdict.reasons.contains(&Reason::PersonNeeded);
    let ours = task
        .history
        .iter()
        .rev()
        .find(|u| u.author != Author::Customer);
    needs_person
        && ours.is_some_and(|u| u.author == Author::Ai && now.since(u.at) < COMPLAINT_REACH)
}

fn lock_for_complaint(w: &mut Write<'_>, draft: &Draft, now: Timestamp) -> Result<(), StoreError> {
    let last = message::last_automatic(w, draft.conversation_id)?;
    match last.and_then(|m| m.draft_id) {
        Some(id) => {
            let answered = draft::get(w, id)?;
            observe::lost(w, &answered, LockReason::Complaint, now)
        }
        None => Ok(()),
    }
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
            .write(move |w| {
                let Some(mut task) = turn::begin(w, conversation_id, now)? else {
                    return Ok(None);
                };
                let trigger = task.draft.trigger_id;
                task.declined = draft::texts_for(w, conversation_id, trigger)?;
                Ok(Some(task))
            })
            .await;
        let Some(mut task) = begun? else {
            return Err(IpcError::new(
                Code::DraftSettled,
                "nothing waits for an answer here",
            ));
        };
        // What the owner asks for by hand, the owner decides about.
        task.policy.mode = task.policy.mode.min(desk_core::ReplyMode::Draft);
        let draft: Result<Draft, StoreError> = self.drafting.finish(task).await;
        Ok(convert::draft(draft?)?)
    }
}
