//! The one error that crosses to a shell.

use desk_ai::ProviderFault;
use desk_core::Code;
use desk_secrets::SecretError;
use desk_store::StoreError;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What went wrong with a command.
///
/// The screen shows its own words for `code`, in the owner's language; `message` is English, for
/// logs and developers, and carries nothing private.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[cfg_attr(feature = "bindings", ts(optional_fields))]
#[serde(rename_all = "camelCase")]
#[error("{code}: {message}")]
pub struct IpcError {
    /// What went wrong.
    pub code: Code,
    /// The same in English, for developers.
    pub message: String,
    /// When it makes sense to try again, in milliseconds from now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u32>,
    /// Ties the error to the log.
    pub correlation_id: String,
}

impl IpcError {
    /// An error with a code and a message for developers.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let correlation_id = uuid::Uuid::new_v4().simple().to_string();
        let error = IpcError {
            code,
            message: message.into(),
            retry_after_ms: None,
            correlation_id,
        };
        if code == Code::Internal {
            tracing::error!(correlation_id = %error.correlation_id, message = %error.message, "a command failed");
        } else {
            tracing::info!(correlation_id = %error.correlation_id, code = %code, message = %error.message, "a command was refused");
        }
        error
    }

    fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after_ms = wait.map(|w| u32::try_from(w.as_millis()).unwrap_or(u32::MAX));
        self
    }
}

impl From<StoreError> for IpcError {
    fn from(e: StoreError) -> Self {
        IpcError::new(e.code(), e.to_string())
    }
}

impl From<SecretError> for IpcError {
    fn from(e: SecretError) -> Self {
        IpcError::new(desk_sync::secret_code(&e), e.to_string())
    }
}

impl From<graph_api::Error> for IpcError {
    fn from(e: graph_api::Error) -> Self {
        let wait = match e.retry_kind() {
            graph_api::RetryKind::Throttled { retry_after } => retry_after,
            _ => None,
        };
        IpcError::new(desk_sync::code_of(&e), e.to_string()).after(wait)
    }
}

impl From<ProviderFault> for IpcError {
    fn from(e: ProviderFault) -> Self {
        IpcError::new(e.code(), e.to_string())
    }
}
