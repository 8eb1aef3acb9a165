//! Owns the one decision what a failed call allows. It must not do anything: no wait, no second
//! call.
//!
//! The order is that of the platform's own reliability: first code and subcode, then the phrase,
//! and the HTTP status only where those say nothing (Instagram answers 403 to a closed window and
//! 500 to a message that it delivered). Whatever is not known to have had no effect is
//! [`RetryKind::Unclear`], because the price of a wrong "not sent" is a message sent twice.

use crate::error::{ErrorKind, GraphError, OAuthError};
use crate::usage::Usage;
use std::time::Duration;

/// What a failed call allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryKind {
    /// Certainly without effect: nothing reached the platform. Try again when there is a network.
    NotSent,
    /// Certainly without effect: too many calls. Wait first; going on prolongs it.
    Throttled {
        /// How long the platform asks to wait, if it said so.
        retry_after: Option<Duration>,
    },
    /// Nothing works until the owner connects the account again.
    Auth(AuthFault),
    /// Nothing works until the owner changes a setting at Meta.
    Setup(SetupFault),
    /// This one item will never be accepted as it is.
    Refused(Refusal),
    /// The platform blocks the account: stop every send and tell the owner.
    Stop(StopReason),
    /// Nobody knows whether it had an effect. A read may be repeated; a send never blindly.
    Unclear,
}

/// Why the token is of no use any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthFault {
    /// The owner removed the app.
    AppRemoved,
    /// The owner has to pass a checkpoint at Meta.
    Checkpoint,
    /// The password was changed.
    PasswordChanged,
    /// The token is too old.
    Expired,
    /// The account is not confirmed.
    Unconfirmed,
    /// Terms wait to be accepted.
    Terms,
    /// The token was made invalid.
    Invalidated,
    /// The person has no role on the page any more.
    NoPageRole,
    /// The token is not accepted, for no closer reason.
    Rejected,
    /// A permission was not granted or was taken back.
    PermissionMissing,
    /// The code of the sign-in was used before or is too old.
    CodeSpent,
}

/// What is not set up at Meta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupFault {
    /// The account is no accepted tester of the app, or the app may not be used for it.
    NotTester,
    /// The app is not live, or is blocked as a whole.
    AppNotLive,
    /// The app lacks a capability.
    Capability,
    /// The owner switched off the access to messages for connected tools.
    MessageAccessOff,
    /// The app id or the app secret is wrong.
    AppCredentials,
    /// The redirect address is not the registered one.
    RedirectMismatch,
    /// The sign-in failed for another reason.
    SignIn,
}

/// Why this one item is refused for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The customer's last message is older than 24 hours.
    WindowClosed,
    /// The app was not reviewed for answers by a person after 24 hours.
    HumanAgentNotApproved,
    /// The person cannot receive messages.
    RecipientUnavailable,
    /// There is no such person for this account.
    NoSuchRecipient,
    /// The conversation was archived or deleted, or the account is not part of it.
    ConversationGone,
    /// The object does not exist, or may not be seen.
    ObjectMissing,
    /// The person has not written yet, so nothing may be read about them.
    ConsentMissing,
    /// The text is longer than allowed.
    TextTooLong,
    /// The file cannot be used.
    BadMedia,
    /// Something in the request is wrong.
    BadParameter,
    /// The path is wrong: a fault of this program or of the configured version.
    UnknownPath,
    /// A refusal with a code that is not known.
    Other,
}

/// Why every send has to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// The account may not send for a time.
    AccountRestricted,
    /// The account is blocked from the messaging API.
    MessagingBlocked,
    /// Blocked for breaking a policy.
    PolicyBlock,
}

/// All that the decision looks at.
pub(crate) struct Facts<'a> {
    pub(crate) kind: &'a ErrorKind,
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) usage: &'a Usage,
}

pub(crate) fn decide(facts: &Facts<'_>) -> RetryKind {
    match facts.kind {
        ErrorKind::Connect(_) => RetryKind::NotSent,
        ErrorKind::Request(_) => RetryKind::Refused(Refusal::BadParameter),
        ErrorKind::Graph(error) => by_code(error, facts)
            .or_else(|| by_phrase(&error.message))
            .unwrap_or_else(|| by_envelope(error, facts)),
        ErrorKind::OAuth(error) => by_sign_in(error, facts),
        // Without an error of the platform only two statuses say for certain what happened; a
        // page of HTML with status 403 may come from anything between here and Meta.
        _ => by_status(facts).unwrap_or(RetryKind::Unclear),
    }
}

fn throttled(facts: &Facts<'_>) -> RetryKind {
    RetryKind::Throttled {
        retry_after: facts.retry_after.or_else(|| facts.usage.regain()),
    }
}

fn by_code(error: &GraphError, facts: &Facts<'_>) -> Option<RetryKind> {
    use RetryKind::{Auth, Refused, Setup, Stop, Unclear};
    let decided = match (error.code?, error.subcode) {
        (10, Some(2_534_022 | 2_534_044 | 2_018_278 | 2_018_276 | 2_018_065)) => {
            Refused(Refusal::WindowClosed)
        }
        (10, Some(2_018_108)) => Refused(Refusal::RecipientUnavailable),
        (10, Some(1_893_063)) => Stop(StopReason::AccountRestricted),
        (10, None) => by_phrase(&error.message).unwrap_or(Auth(AuthFault::PermissionMissing)),

        (100, Some(2_534_014)) => Refused(Refusal::NoSuchRecipient),
        (100, Some(2_534_001)) => Refused(Refusal::ConversationGone),
        (100, Some(2_534_029)) => Stop(StopReason::MessagingBlocked),
        (100, Some(33)) => Refused(Refusal::ObjectMissing),
        (100, Some(2_018_047 | 2_018_008 | 2_018_109 | 2_018_294 | 2_018_074)) => {
            Refused(Refusal::BadMedia)
        }
        (100, Some(36_007 | 36_009)) => Auth(AuthFault::CodeSpent),
        (100, Some(36_008)) => Setup(SetupFault::RedirectMismatch),
        (100, _) => by_phrase(&error.message).unwrap_or(Refused(Refusal::BadParameter)),

        (190, subcode) => Auth(dead_token(subcode)),
        (102 | 452, _) => Auth(AuthFault::Rejected),
        (101, _) => Setup(SetupFault::AppCredentials),
        (200, Some(2_534_041)) => Setup(SetupFault::MessageAccessOff),
        (230, _) => Refused(Refusal::ConsentMissing),
        (200..=299, _) => by_phrase(&error.message).unwrap_or(Auth(AuthFault::PermissionMissing)),

        (551, _) => Refused(Refusal::RecipientUnavailable),
        (3, _) => Setup(SetupFault::Capability),
        (4 | 17 | 32 | 341 | 613 | 80_000..=80_014, _) => throttled(facts),
        (368, _) => Stop(StopReason::PolicyBlock),
        // The exchange of Facebook Login says so with the code of an unknown fault.
        (1, _) if error.message.contains("validating client secret") => {
            Setup(SetupFault::AppCredentials)
        }
        (1 | 2 | -1 | -2 | 1200, _) => Unclear,
        (2500, _) => Refused(Refusal::UnknownPath),
        _ => return None,
    };
    Some(decided)
}

fn dead_token(subcode: Option<i64>) -> AuthFault {
    match subcode {
        Some(458) => AuthFault::AppRemoved,
        Some(459) => AuthFault::Checkpoint,
        Some(460) => AuthFault::PasswordChanged,
        Some(463) => AuthFault::Expired,
        Some(464) => AuthFault::Unconfirmed,
        Some(466) => AuthFault::Terms,
        Some(467) => AuthFault::Invalidated,
        Some(492) => AuthFault::NoPageRole,
        _ => AuthFault::Rejected,
    }
}

/// Phrases that were seen on the live platform. They are looked for only where the code alone is
/// not enough, and each is long enough not to appear in another error.
const PHRASES: [(&str, RetryKind); 8] = [
    (
        "human agent",
        RetryKind::Refused(Refusal::HumanAgentNotApproved),
    ),
    (
        "outside of allowed window",
        RetryKind::Refused(Refusal::WindowClosed),
    ),
    (
        "unsupported request - method type",
        RetryKind::Setup(SetupFault::NotTester),
    ),
    (
        "user consent is required",
        RetryKind::Refused(Refusal::ConsentMissing),
    ),
    (
        "length of param message[text]",
        RetryKind::Refused(Refusal::TextTooLong),
    ),
    (
        "api access blocked",
        RetryKind::Setup(SetupFault::AppNotLive),
    ),
    ("session key invalid", RetryKind::Auth(AuthFault::Rejected)),
    (
        "error validating access token",
        RetryKind::Auth(AuthFault::Rejected),
    ),
];

fn by_phrase(message: &str) -> Option<RetryKind> {
    let message = message.to_ascii_lowercase();
    let found = PHRASES.iter().find(|(phrase, _)| message.contains(phrase));
    found.map(|(_, decided)| *decided)
}

/// An error of the platform with a code that is not in the table.
fn by_envelope(error: &GraphError, facts: &Facts<'_>) -> RetryKind {
    match (facts.status, error.is_transient) {
        (Some(429), _) => throttled(facts),
        (_, Some(true)) | (Some(500..=599), _) => RetryKind::Unclear,
        (Some(401), _) => RetryKind::Auth(AuthFault::Rejected),
        (Some(400..=499), _) if error.code.is_some() => RetryKind::Refused(Refusal::Other),
        _ => RetryKind::Unclear,
    }
}

fn by_status(facts: &Facts<'_>) -> Option<RetryKind> {
    match facts.status? {
        429 => Some(throttled(facts)),
        401 => Some(RetryKind::Auth(AuthFault::Rejected)),
        _ => None,
    }
}

fn by_sign_in(error: &OAuthError, facts: &Facts<'_>) -> RetryKind {
    if facts.status == Some(429) {
        return throttled(facts);
    }
    if matches!(facts.status, Some(500..=599)) {
        return RetryKind::Unclear;
    }
    let message = error.message.to_ascii_lowercase();
    let says = |phrase: &str| message.contains(phrase);
    if says("redirect_uri") {
        RetryKind::Setup(SetupFault::RedirectMismatch)
    } else if says("invalid platform app") || says("client secret") || says("client_id") {
        RetryKind::Setup(SetupFault::AppCredentials)
    } else if says("matching code was not found") || says("authorization code") {
        RetryKind::Auth(AuthFault::CodeSpent)
    } else {
        RetryKind::Setup(SetupFault::SignIn)
    }
}

#[cfg(test)]
mod tests;
