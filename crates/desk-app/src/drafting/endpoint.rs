//! The endpoint that the owner set: made ready once, asked within the day's budget, and what its
//! calls cost is kept.

use super::Drafting;
use crate::settings::{self, StoredAi};
use crate::{IpcError, local_time};
use desk_ai::cost::{self, Price};
use desk_ai::{Capabilities, Endpoint, Provider, Usage, Verdict};
use desk_core::{Code, DraftId, Timestamp};
use desk_store::table::ai_call::{self, AiCall};
use desk_store::table::setting;
use desk_store::{Connection, StoreError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Millionths in a cent.
const MICROS_IN_CENT: u64 = 10_000;

/// The owner's price.
const fn price(ai: &StoredAi) -> Price {
    Price {
        cents_in: ai.price_in_cents,
        cents_out: ai.price_out_cents,
    }
}

/// What a call cost by the owner's price, in millionths.
pub(crate) fn cost_micros(usage: Usage, ai: &StoredAi) -> i64 {
    i64::try_from(cost::cost(usage, price(ai))).unwrap_or(i64::MAX)
}

/// Whether what the owner allows a day leaves no room for one draft more.
pub(super) fn is_budget_spent(db: &Connection, now: Timestamp) -> Result<bool, StoreError> {
    let ai = settings::stored_ai(db)?;
    if ai.daily_cap_cents == 0 {
        return Ok(false);
    }
    let today = local_time::day_began(now);
    let spent = ai_call::spent(db, today, now + Duration::from_millis(1))?;
    let spent = u64::try_from(spent.cost_micros).unwrap_or(0);
    let cap = u64::from(ai.daily_cap_cents) * MICROS_IN_CENT;
    Ok(!cost::may_ask(spent, price(&ai), Some(cap)))
}

impl Drafting {
    /// The endpoint's settings changed.
    pub(crate) fn endpoint_changed(&self) {
        *self.endpoint.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Keeps what a call cost that belongs to no draft.
    pub(crate) async fn note_call(
        &self,
        purpose: &'static str,
        verdict: &Verdict,
    ) -> Result<(), StoreError> {
        let fault = verdict.endpoint_fault.map(desk_ai::ProviderFault::code);
        self.note_usage(purpose, None, verdict.usage, fault).await
    }

    /// Keeps what a call cost.
    pub(crate) async fn note_usage(
        &self,
        purpose: &'static str,
        draft_id: Option<DraftId>,
        usage: Usage,
        fault: Option<Code>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store
            .write(move |w| {
                let ai = settings::stored_ai(w)?;
                let cost_micros = cost_micros(usage, &ai);
                ai_call::add(
                    w,
                    &AiCall {
                        draft_id,
                        purpose: purpose.to_owned(),
                        model: ai.model,
                        tokens_in: usage.tokens_in,
                        tokens_out: usage.tokens_out,
                        cost_micros,
                        fault,
                        at: now,
                    },
                )
            })
            .await
    }

    /// Keeps what the endpoint was found to understand, so that it is found out once.
    pub(crate) async fn remember(
        &self,
        endpoint: &Endpoint,
        known: Option<u8>,
    ) -> Result<(), StoreError> {
        let Capabilities(found) = endpoint.capabilities();
        if known == Some(found) {
            return Ok(());
        }
        let (base, model) = (endpoint.base().to_owned(), endpoint.model().to_owned());
        self.store
            .write(move |w| {
                let ai = settings::stored_ai(w)?;
                // The owner may have chosen another one meanwhile.
                let is_same = ai.base_url.trim_end_matches('/') == base && ai.model == model;
                if !is_same || ai.capabilities == Some(found) {
                    return Ok(());
                }
                let ai = StoredAi {
                    capabilities: Some(found),
                    ..ai
                };
                setting::set(w, settings::AI, &ai)
            })
            .await
    }

    /// The endpoint, unless it cannot be used or today's budget is spent: then the embedded engine
    /// stands in, and nobody is left without a draft.
    pub(crate) async fn usable_endpoint(&self) -> Result<Option<Arc<Endpoint>>, StoreError> {
        let now = self.clock.now();
        let spent: bool = self.store.read(move |db| is_budget_spent(db, now)).await?;
        if spent {
            tracing::info!("today's budget for the AI endpoint is spent");
            return Ok(None);
        }
        match self.endpoint().await {
            Ok(endpoint) => Ok(endpoint),
            Err(e) => {
                tracing::warn!(code = %e.code, "the AI endpoint cannot be used");
                Ok(None)
            }
        }
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
        let deadline = Duration::from_secs(u64::from(ai.deadline_seconds));
        let endpoint = Endpoint::new(&ai.base_url, &ai.model, key, deadline)?
            .with_capabilities(Capabilities(ai.capabilities.unwrap_or_default()))
            .recorded(Arc::clone(&self.egress));
        let endpoint = Arc::new(endpoint);
        *self.endpoint.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&endpoint));
        Ok(Some(endpoint))
    }
}
