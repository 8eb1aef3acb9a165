//! The demo: a simulator of Instagram with a fictional shop, in this process, and data that is gone
//! afterwards.

use crate::dto::SecretInput;
use crate::{Config, Desk, IpcError};
use desk_core::Code;
use graph_api::{Endpoints, SecretString};
use graph_sim::Sim;
use serde::Deserialize;
use tempfile::TempDir;

/// The running demo.
pub(crate) struct Demo {
    sim: Sim,
    _data: TempDir,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShopEntry {
    questions: Vec<String>,
    answer: String,
    lang: String,
    auto_ok: bool,
    internal: bool,
}

impl Demo {
    /// Starts the simulator, and points the configuration at it and at a folder of its own.
    pub(crate) async fn start(config: &mut Config) -> Result<Demo, IpcError> {
        let fault = |e: &dyn std::fmt::Display| IpcError::new(Code::Internal, format!("demo: {e}"));
        let sim = Sim::builder()
            .scenario("shop")
            .start()
            .await
            .map_err(|e| fault(&e))?;
        let url = sim.url();
        config.endpoints =
            Endpoints::from_values(|name| name.starts_with("REPLYDESK_").then(|| url.to_string()))
                .map_err(|e| fault(&e))?;
        config.redirect_uri = sim.redirect_uri().to_string();
        let data = tempfile::Builder::new()
            .prefix("replydesk-demo-")
            .tempdir()
            .map_err(|e| fault(&e))?;
        config.data_dir = data.path().to_owned();
        Ok(Demo { sim, _data: data })
    }

    /// Gives the owner the shop's knowledge, and connects the shop's account.
    pub(crate) async fn furnish(&self, desk: &Desk) -> Result<(), IpcError> {
        let entries: Vec<ShopEntry> = serde_json::from_str(graph_sim::SHOP_KNOWLEDGE)
            .map_err(|e| IpcError::new(Code::Internal, format!("demo: {e}")))?;
        for entry in entries {
            desk.knowledge_add(
                entry.questions,
                entry.answer,
                entry.lang,
                entry.auto_ok,
                entry.internal,
                None,
            )
            .await?;
        }
        let token = SecretString::from(self.sim.token());
        desk.account_add_token(SecretInput(token), None).await?;
        Ok(())
    }
}
