//! The last call of each side of an account: when it was, what Meta said to it, and its trace id.
//! Kept in memory: it tells how things stand now, not how they stood yesterday.

use desk_core::Timestamp;
use graph_api::{Error, Reply};

/// The last call of one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Light {
    /// When it ended.
    pub last_call_at: Option<Timestamp>,
    /// What failed: Meta's code and subcode, the HTTP status, or that there was no answer.
    pub code: Option<String>,
    /// What Meta's support asks for.
    pub trace_id: Option<String>,
}

/// The sides of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lights {
    /// Messages come in.
    pub receiving: Light,
    /// Messages go out.
    pub sending: Light,
    /// The account itself can be asked.
    pub profile: Light,
}

/// A side of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Receiving,
    Sending,
    Profile,
}

impl Lights {
    pub(crate) fn set(&mut self, side: Side, light: Light) {
        match side {
            Side::Receiving => self.receiving = light,
            Side::Sending => self.sending = light,
            Side::Profile => self.profile = light,
        }
    }
}

impl Light {
    /// What a call showed.
    pub(crate) fn of<T>(outcome: &Result<Reply<T>, Error>, now: Timestamp) -> Light {
        match outcome {
            Ok(reply) => Light {
                last_call_at: Some(now),
                code: None,
                trace_id: reply.trace_id.clone(),
            },
            Err(error) => Light {
                last_call_at: Some(now),
                code: Some(code(error)),
                trace_id: error.trace_id().map(str::to_owned),
            },
        }
    }
}

fn code(error: &Error) -> String {
    let graph = error.graph().and_then(|g| Some((g.code?, g.subcode)));
    match (graph, error.status()) {
        (Some((code, Some(subcode))), _) => format!("{code}/{subcode}"),
        (Some((code, None)), _) => code.to_string(),
        (None, Some(status)) => format!("HTTP {status}"),
        (None, None) => "no answer".to_owned(),
    }
}
