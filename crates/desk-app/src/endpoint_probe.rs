//! Setting up an endpoint: where such endpoints usually are, and whether the owner's answers.

use crate::dto::{AiPreset, AiProbe};
use crate::{Desk, IpcError};
use desk_ai::cost;
use desk_ai::endpoint::preset::{PRESETS, Preset};
use desk_core::Code;
use std::time::Instant;

fn shown(preset: &Preset) -> AiPreset {
    let price = cost::list_price(preset.model).unwrap_or_default();
    AiPreset {
        id: preset.id.to_owned(),
        name: preset.name.to_owned(),
        base_url: preset.base_url.to_owned(),
        model: preset.model.to_owned(),
        needs_key: preset.needs_key,
        local: preset.is_local,
        key_page: preset.key_page.to_owned(),
        price_in_cents: price.cents_in,
        price_out_cents: price.cents_out,
    }
}

impl Desk {
    /// Command `ai_presets`.
    ///
    /// # Errors
    /// Never.
    #[expect(clippy::unused_async, reason = "a command is called like every other")]
    pub async fn ai_presets(&self) -> Result<Vec<AiPreset>, IpcError> {
        Ok(PRESETS.iter().map(shown).collect())
    }

    /// Command `ai_probe`. What it finds is kept, so that drafts begin with it.
    ///
    /// # Errors
    /// What does not work, by its name: the address, the key, the model.
    pub async fn ai_probe(&self) -> Result<AiProbe, IpcError> {
        let Some(endpoint) = self.drafting.endpoint().await? else {
            return Err(IpcError::new(
                Code::AiNeeded,
                "no address or no model is set",
            ));
        };
        let began = Instant::now();
        let found = endpoint.probe().await;
        let millis = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        let usage = found.map(|f| f.usage).unwrap_or_default();
        let fault = found.err().map(desk_ai::ProviderFault::code);
        self.drafting
            .note_usage("probe", None, usage, fault)
            .await?;
        let found = found?;
        self.drafting.remember(&endpoint, None).await?;
        Ok(AiProbe {
            dialect: found.capabilities.format().to_owned(),
            millis,
            tokens_in: found.usage.tokens_in,
            tokens_out: found.usage.tokens_out,
        })
    }
}
