//! The platform's errors, one named constructor each, with the HTTP status, code, subcode and text
//! that were observed or documented.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

/// An error in the Graph envelope.
#[derive(Debug, Clone)]
pub(crate) struct GraphError {
    /// HTTP status.
    pub(crate) status: u16,
    message: String,
    kind: &'static str,
    code: i64,
    subcode: Option<i64>,
    transient: bool,
    /// Minutes until calls are allowed again, for the usage header.
    pub(crate) regain_minutes: Option<u64>,
}

const INSTAGRAM: &str = "IGApiException";
const OAUTH: &str = "OAuthException";

impl GraphError {
    fn new(status: u16, kind: &'static str, code: i64, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            kind,
            code,
            subcode: None,
            transient: false,
            regain_minutes: None,
        }
    }

    fn sub(mut self, subcode: i64) -> Self {
        self.subcode = Some(subcode);
        self
    }

    /// The envelope, with a trace id where there is one.
    pub(crate) fn body(&self, trace_id: Option<String>) -> Value {
        let mut error = Map::new();
        error.insert("message".to_owned(), json!(self.message));
        error.insert("type".to_owned(), json!(self.kind));
        error.insert("code".to_owned(), json!(self.code));
        if let Some(subcode) = self.subcode {
            error.insert("error_subcode".to_owned(), json!(subcode));
        }
        if self.transient {
            error.insert("is_transient".to_owned(), json!(true));
        }
        if let Some(trace_id) = trace_id {
            error.insert("fbtrace_id".to_owned(), json!(trace_id));
        }
        json!({ "error": error })
    }

    /// A parameter that the platform does not accept.
    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::new(400, INSTAGRAM, 100, message)
    }

    /// A field that does not exist on a node.
    pub(crate) fn unknown_field(field: &str, node: &str) -> Self {
        Self::parameter(format!(
            "(#100) Tried accessing nonexisting field ({field}) on node type ({node})"
        ))
    }

    /// A `fields` parameter that does not follow the grammar.
    pub(crate) fn fields_syntax(message: String) -> Self {
        Self::new(400, OAUTH, 2500, message)
    }

    /// A path that leads nowhere.
    pub(crate) fn unknown_path(rest: &str) -> Self {
        Self::new(404, OAUTH, 2500, format!("Unknown path components: {rest}"))
    }

    /// The app may not act for this account at all.
    pub(crate) fn not_a_tester(method: &str) -> Self {
        let method = method.to_ascii_lowercase();
        Self::new(
            400,
            INSTAGRAM,
            100,
            format!("Unsupported request - method type: {method}"),
        )
    }

    /// No token was given.
    pub(crate) fn token_missing() -> Self {
        Self::new(
            400,
            OAUTH,
            2500,
            "An active access token must be used to query information about the current user.",
        )
    }

    /// The token is not one of ours.
    pub(crate) fn token_garbage() -> Self {
        Self::new(
            400,
            OAUTH,
            190,
            "Invalid OAuth access token - Cannot parse access token",
        )
    }

    /// The token's time is over.
    pub(crate) fn token_expired(expired: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let text = format!(
            "Error validating access token: Session has expired on {}. The current time is {}.",
            pacific(expired),
            pacific(now)
        );
        Self::new(400, OAUTH, 190, text).sub(463)
    }

    /// The token was taken back, for the reason that the subcode names.
    pub(crate) fn token_revoked(subcode: i64) -> Self {
        let reason = match subcode {
            458 => "The user has not authorized application.",
            459 => "The user is enrolled in a blocking, logged-in checkpoint.",
            464 => "Sessions for the user are not allowed because the user is not confirmed.",
            467 => "The session is invalid because the user logged out.",
            _ => {
                "The session has been invalidated because the user changed their password or \
                  the session has changed for security reasons."
            }
        };
        Self::new(
            400,
            OAUTH,
            190,
            format!("Error validating access token: {reason}"),
        )
        .sub(subcode)
    }

    /// The token is of the wrong kind for this exchange.
    pub(crate) fn session_key_invalid() -> Self {
        Self::new(400, OAUTH, 452, "Session key invalid")
    }

    /// A refresh that comes too early.
    pub(crate) fn token_too_young() -> Self {
        Self::new(
            400,
            INSTAGRAM,
            100,
            "The access token must be at least 24 hours old to be refreshed",
        )
    }

    /// The secret does not belong to the app.
    pub(crate) fn wrong_secret() -> Self {
        Self::new(400, OAUTH, 1, "Error validating client secret.")
    }

    /// The token lacks a permission.
    pub(crate) fn permission_missing(permission: &str) -> Self {
        Self::new(
            403,
            INSTAGRAM,
            10,
            format!("(#10) Application does not have permission for this action: {permission}"),
        )
    }

    /// The same error as Facebook's host words it.
    pub(crate) fn of_facebook(mut self) -> Self {
        self.kind = OAUTH;
        let mark = format!("(#{})", self.code);
        if matches!(self.code, 3 | 10) && !self.message.starts_with(&mark) {
            self.message = format!("{mark} {}", self.message);
        }
        self
    }

    /// A code of Facebook Login that was used before, or never given.
    pub(crate) fn code_used() -> Self {
        Self::new(400, OAUTH, 100, "This authorization code has been used.").sub(36_009)
    }

    /// A code of Facebook Login that was given for another redirect address.
    pub(crate) fn code_redirect() -> Self {
        let text = "Error validating verification code. Please make sure your redirect_uri is \
                    identical to the one you used in the OAuth dialog request";
        Self::new(400, OAUTH, 100, text).sub(36_008)
    }

    /// An app that Facebook does not know.
    pub(crate) fn unknown_app() -> Self {
        let text =
            "Error validating application. Cannot get application info due to a system error.";
        Self::new(400, OAUTH, 101, text)
    }

    /// A call that a Page has to make.
    pub(crate) fn page_token_needed() -> Self {
        let text = "(#210) A page access token is required to request this resource.";
        Self::new(403, OAUTH, 210, text)
    }

    /// An object that is missing or not visible.
    pub(crate) fn no_object(method: &str, id: &str) -> Self {
        let method = method.to_ascii_lowercase();
        let text = format!(
            "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded \
             due to missing permissions, or does not support this operation"
        );
        Self::new(400, INSTAGRAM, 100, text).sub(33)
    }

    /// A message that is older than those shown in detail.
    pub(crate) fn message_deleted() -> Self {
        Self::new(
            400,
            INSTAGRAM,
            100,
            "The requested message has been deleted",
        )
        .sub(33)
    }

    /// The profile of a person who has not written.
    pub(crate) fn consent_needed() -> Self {
        Self::new(
            400,
            INSTAGRAM,
            230,
            "User consent is required to access user profile",
        )
    }

    /// A recipient that is no Instagram user.
    pub(crate) fn no_recipient() -> Self {
        Self::new(400, INSTAGRAM, 100, "The requested user cannot be found.").sub(2_534_014)
    }

    /// A thread that the owner archived or deleted.
    pub(crate) fn thread_gone() -> Self {
        Self::new(
            400,
            INSTAGRAM,
            100,
            "The thread owner has archived or deleted this conversation, or the user is not a \
             participant of it.",
        )
        .sub(2_534_001)
    }

    /// More than 24 hours since the person wrote.
    pub(crate) fn window_closed() -> Self {
        Self::new(
            403,
            INSTAGRAM,
            10,
            "This message is sent outside of allowed window.",
        )
        .sub(2_534_022)
    }

    /// The Human Agent feature was not granted.
    pub(crate) fn human_agent_refused() -> Self {
        Self::new(
            403,
            INSTAGRAM,
            10,
            "To use 'Human Agent', your use of this endpoint must be reviewed and approved by \
             Facebook. To submit this 'Human Agent' feature for review please read our \
             documentation on reviewable features: https://developers.facebook.com/docs/apps/review.",
        )
    }

    /// The person does not receive messages from the shop.
    pub(crate) fn person_unavailable() -> Self {
        Self::new(
            400,
            INSTAGRAM,
            551,
            "This person isn't available right now.",
        )
    }

    /// The owner switched off the access of connected tools.
    pub(crate) fn message_access_off() -> Self {
        Self::new(
            400,
            INSTAGRAM,
            200,
            "The account owner has disabled access to Instagram Direct messages.",
        )
        .sub(2_534_041)
    }

    /// Too many calls.
    pub(crate) fn rate_limited(code: i64, minutes: u64) -> Self {
        let mut error = if code == 80_002 {
            Self::new(
                400,
                OAUTH,
                80_002,
                "(#80002) There have been too many calls to this Instagram account. Wait a bit \
                 and try again.",
            )
        } else {
            let error = Self::new(
                400,
                INSTAGRAM,
                code,
                "Calls to this api have exceeded the rate limit.",
            );
            if code == 613 {
                error.sub(2_534_040)
            } else {
                error
            }
        };
        error.regain_minutes = Some(minutes);
        error
    }

    /// The failure that says nothing about what happened.
    pub(crate) fn unknown() -> Self {
        Self::new(500, OAUTH, 1, "An unknown error has occurred.")
    }
}

/// The day and time as the platform writes them in this one text.
fn pacific(at: DateTime<Utc>) -> String {
    let local = at.checked_sub_signed(TimeDelta::hours(7)).unwrap_or(at);
    local.format("%A, %d-%b-%y %H:%M:%S PDT").to_string()
}
