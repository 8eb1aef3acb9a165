//! The one error that crosses to a shell.

use desk_core::Code;
use serde::{Deserialize, Serialize};

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
