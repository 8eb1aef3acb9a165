//! What happened, for tests to look at: every message that was really delivered, every sender
//! action, every call with its status, and every request that the simulator did not expect.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// A message that reached its recipient through the API.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// Id of the message.
    pub message_id: String,
    /// Instagram-scoped id of the recipient.
    pub recipient_id: String,
    /// User name of the recipient.
    pub username: String,
    /// Text, or empty when only media was sent.
    pub text: String,
    /// The `message` object as it was sent.
    pub message: Value,
    /// The tag, such as `HUMAN_AGENT`.
    pub tag: Option<String>,
    /// When it was delivered, by the simulator's clock.
    pub at: DateTime<Utc>,
}

/// A typing, seen or reaction signal that the API accepted.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SenderAction {
    /// Such as `typing_on`.
    pub action: String,
    /// Instagram-scoped id of the recipient.
    pub recipient_id: String,
    /// When, by the simulator's clock.
    pub at: DateTime<Utc>,
}

/// A call to the platform.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CallRecord {
    /// HTTP method.
    pub method: String,
    /// Path with its version.
    pub path: String,
    /// Query without tokens, secrets, codes and state.
    pub query: String,
    /// The endpoint, by the name that faults use.
    pub endpoint: &'static str,
    /// Status of the answer; `None` while unanswered and for ever if the answer was withheld.
    pub status: Option<u16>,
    /// The fault that was applied, if any.
    pub fault: Option<&'static str>,
    /// When it arrived, by the simulator's clock.
    pub at: DateTime<Utc>,
}

/// The records of one simulator.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) actions: Vec<SenderAction>,
    pub(crate) calls: Vec<CallRecord>,
    pub(crate) unexpected: Vec<String>,
    forgotten: usize,
}

impl Ledger {
    /// Notes a call that has just arrived; returns its place.
    pub(crate) fn arrived(&mut self, record: CallRecord) -> usize {
        self.calls.push(record);
        self.forgotten + self.calls.len() - 1
    }

    /// Empties the log of calls; places given out before stay theirs alone.
    pub(crate) fn forget_calls(&mut self) {
        self.forgotten += self.calls.len();
        self.calls.clear();
    }

    /// Notes the status with which a call was answered.
    pub(crate) fn answered(&mut self, place: usize, status: u16) {
        let place = place.checked_sub(self.forgotten);
        if let Some(call) = place.and_then(|place| self.calls.get_mut(place)) {
            call.status = Some(status);
        }
    }
}
