//! What a model must answer in, and how leniently it is read. Must not trust what it reads.

use serde_json::{Value, json};

/// The JSON schema of an answer.
#[must_use]
pub fn schema() -> Value {
    json!({})
}
