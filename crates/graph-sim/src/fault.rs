//! Faults: what goes wrong at which endpoint, and how many times. A fault is taken when a call
//! arrives, so a list of faults at one endpoint is used up in the order in which it was made.

use std::time::Duration;

use serde_json::Value;

use crate::wire::Wire;

/// A group of calls that faults can be laid upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// Every call to the platform, pages for people apart.
    Any,
    /// The consent page and the forwarding page.
    Consent,
    /// Code to short token.
    TokenExchange,
    /// Short token to long token.
    LongLived,
    /// Refresh of a long token.
    Refresh,
    /// `/me`.
    Me,
    /// The Pages of a person.
    Pages,
    /// The list of conversations.
    Conversations,
    /// The messages of one conversation, and a single message.
    Messages,
    /// The profile of a person.
    Profile,
    /// Sends.
    SendMessage,
    /// The subscription to events.
    Subscription,
    /// Pictures and other media.
    Media,
    /// Anything the simulator does not know.
    Unknown,
}

impl Endpoint {
    const ALL: [Self; 14] = [
        Self::Any,
        Self::Consent,
        Self::TokenExchange,
        Self::LongLived,
        Self::Refresh,
        Self::Me,
        Self::Pages,
        Self::Conversations,
        Self::Messages,
        Self::Profile,
        Self::SendMessage,
        Self::Subscription,
        Self::Media,
        Self::Unknown,
    ];

    /// The name used by control calls and in the log of calls.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Consent => "consent",
            Self::TokenExchange => "token_exchange",
            Self::LongLived => "long_lived",
            Self::Refresh => "refresh",
            Self::Me => "me",
            Self::Pages => "pages",
            Self::Conversations => "conversations",
            Self::Messages => "messages",
            Self::Profile => "profile",
            Self::SendMessage => "send_message",
            Self::Subscription => "subscription",
            Self::Media => "media",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the name used by control calls.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|endpoint| endpoint.name() == name)
    }

    /// Whether the platform counts and limits these calls.
    pub(crate) fn is_api(self) -> bool {
        !matches!(self, Self::Consent | Self::Media)
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// HTTP 500, code 1, although the call was carried out.
    FailsAfterDelivery,
    /// HTTP 500, code 1, and the call was not carried out.
    FailsBeforeDelivery,
    /// The call is carried out and never answered.
    HangsAfterDelivery,
    /// The call is not carried out and never answered.
    HangsBeforeDelivery,
    /// The call is carried out and the connection closed without an answer.
    ClosesAfterDelivery,
    /// The connection is closed without an answer, and the call was not carried out.
    ClosesBeforeDelivery,
    /// Refused for too many calls, with the minutes to wait; not carried out.
    RateLimited(u64),
    /// A web page in place of JSON, with this status; not carried out.
    AnswersHtml(u16),
    /// The call is carried out and half of its answer sent.
    AnswersTruncatedJson,
    /// This status and body; not carried out.
    Answers(u16, Value),
    /// The call is carried out and answered after this time.
    Slow(Duration),
    /// The answer is spoilt on the wire.
    Wire(Wire),
    /// A list answers the cursor that it was asked with, for ever promising more.
    RepeatsCursor,
}

impl Fault {
    /// The name used by control calls and in the log of calls.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FailsAfterDelivery => "fails_after_delivery",
            Self::FailsBeforeDelivery => "fails_before_delivery",
            Self::HangsAfterDelivery => "hangs_after_delivery",
            Self::HangsBeforeDelivery => "hangs_before_delivery",
            Self::ClosesAfterDelivery => "closes_after_delivery",
            Self::ClosesBeforeDelivery => "closes_before_delivery",
            Self::RateLimited(_) => "rate_limited",
            Self::AnswersHtml(_) => "answers_html",
            Self::AnswersTruncatedJson => "answers_truncated_json",
            Self::Answers(..) => "answers",
            Self::Slow(_) => "slow",
            Self::Wire(wire) => wire.name(),
            Self::RepeatsCursor => "repeats_cursor",
        }
    }

    /// Reads a fault from a control call: `{"fault":"slow","millis":200}`.
    pub(crate) fn from_json(value: &Value) -> Result<Self, String> {
        let name = value
            .get("fault")
            .and_then(Value::as_str)
            .ok_or("fault is missing")?;
        let number =
            |key: &str, default: u64| value.get(key).and_then(Value::as_u64).unwrap_or(default);
        let status = |default: u64| u16::try_from(number("status", default)).unwrap_or(500);
        Ok(match name {
            "fails_after_delivery" => Self::FailsAfterDelivery,
            "fails_before_delivery" => Self::FailsBeforeDelivery,
            "hangs_after_delivery" => Self::HangsAfterDelivery,
            "hangs_before_delivery" => Self::HangsBeforeDelivery,
            "closes_after_delivery" => Self::ClosesAfterDelivery,
            "closes_before_delivery" => Self::ClosesBeforeDelivery,
            "rate_limited" => Self::RateLimited(number("minutes", 1)),
            "answers_html" => Self::AnswersHtml(status(200)),
            "answers_truncated_json" => Self::AnswersTruncatedJson,
            "answers" => Self::Answers(status(500), value.get("body").cloned().unwrap_or_default()),
            "slow" => Self::Slow(Duration::from_millis(number("millis", 1000))),
            "repeats_cursor" => Self::RepeatsCursor,
            other => return Err(format!("unknown fault: {other}")),
        })
    }
}

#[derive(Debug)]
struct Laid {
    endpoint: Endpoint,
    fault: Fault,
    left: Option<u64>,
}

/// The faults that wait for calls.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    laid: Vec<Laid>,
}

impl Faults {
    /// Lays a fault; without a number of times it stays until cleared.
    pub(crate) fn lay(&mut self, endpoint: Endpoint, fault: Fault, times: Option<u64>) {
        if times != Some(0) {
            self.laid.push(Laid {
                endpoint,
                fault,
                left: times,
            });
        }
    }

    /// The fault for a call at `endpoint`, used up by one.
    pub(crate) fn take(&mut self, endpoint: Endpoint) -> Option<Fault> {
        let place = self.laid.iter().position(|laid| {
            laid.endpoint == endpoint || (laid.endpoint == Endpoint::Any && endpoint.is_api())
        })?;
        let laid = self.laid.get_mut(place)?;
        let fault = laid.fault.clone();
        if let Some(left) = &mut laid.left {
            *left -= 1;
            if *left == 0 {
                self.laid.remove(place);
            }
        }
        Some(fault)
    }

    /// Takes all faults away.
    pub(crate) fn clear(&mut self) {
        self.laid.clear();
    }

    /// How many counted faults still wait.
    pub(crate) fn left(&self) -> u64 {
        self.laid.iter().filter_map(|laid| laid.left).sum()
    }
}
