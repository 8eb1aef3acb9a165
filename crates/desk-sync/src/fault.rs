//! What a fault of the Graph API means to the owner, and to a message that was to be sent.

use crate::budget::LONGEST_NAMED_WAIT;
use desk_core::Code;
use desk_core::message::Health;
use desk_core::outbox::Attempt;
use desk_secrets::SecretError;
use graph_api::{AuthFault, Error, Refusal, RetryKind, SetupFault};
use std::time::Duration;

/// How long a throttle lasts that names no time.
const A_MINUTE: Duration = Duration::from_secs(60);

/// The fault as the owner meets it.
#[must_use]
pub fn code_of(error: &Error) -> Code {
    match error.retry_kind() {
        RetryKind::NotSent => Code::InstagramUnreachable,
        RetryKind::Throttled { .. } => Code::InstagramThrottled,
        RetryKind::Auth(fault) => match fault {
            AuthFault::Expired => Code::TokenExpired,
            AuthFault::PermissionMissing => Code::PermissionMissing,
            AuthFault::CodeSpent => Code::LoginCodeRefused,
            _ => Code::TokenInvalid,
        },
        RetryKind::Setup(fault) => match fault {
            SetupFault::NotTester => Code::NotATester,
            SetupFault::MessageAccessOff => Code::MessageAccessOff,
            SetupFault::AppCredentials => Code::WrongApp,
            SetupFault::RedirectMismatch => Code::RedirectMismatch,
            SetupFault::SignIn => Code::LoginCodeRefused,
            _ => Code::PermissionMissing,
        },
        RetryKind::Refused(refusal) => match refusal {
            Refusal::WindowClosed => Code::WindowClosed,
            Refusal::HumanAgentNotApproved => Code::HumanAgentOff,
            Refusal::ConversationGone => Code::ConversationGone,
            Refusal::RecipientUnavailable | Refusal::NoSuchRecipient | Refusal::ConsentMissing => {
                Code::RecipientUnavailable
            }
            Refusal::TextTooLong => Code::ReplyTooLong,
            _ => Code::ReplyRefused,
        },
        RetryKind::Stop(_) => Code::AccountRestricted,
        _ => match error.kind() {
            graph_api::ErrorKind::Timeout | graph_api::ErrorKind::Dropped(_) => {
                Code::InstagramUnreachable
            }
            graph_api::ErrorKind::Graph(_) | graph_api::ErrorKind::Status => Code::InstagramFault,
            _ => Code::InstagramUnreadable,
        },
    }
}

/// What a failed call to send came to.
#[must_use]
pub fn attempt_of(error: &Error) -> Attempt {
    match error.retry_kind() {
        RetryKind::NotSent => Attempt::NotSent { retry_after: None },
        RetryKind::Throttled { retry_after } => Attempt::NotSent {
            // As the budget believes it: no header can hold a message for ever.
            retry_after: Some(retry_after.unwrap_or(A_MINUTE).min(LONGEST_NAMED_WAIT)),
        },
        RetryKind::Auth(_) | RetryKind::Setup(_) | RetryKind::Stop(_) => Attempt::Held,
        RetryKind::Refused(_) => Attempt::Refused,
        _ => Attempt::Unclear,
    }
}

/// What a fault of the place for secrets means to the owner.
#[must_use]
pub fn secret_code(error: &SecretError) -> Code {
    match error {
        SecretError::NoKeyring => Code::KeyringMissing,
        SecretError::Locked => Code::KeyringLocked,
        SecretError::NoPassphrase | SecretError::WrongPassphrase => Code::PassphraseWrong,
        SecretError::Io(_) => Code::DataFolderUnwritable,
        SecretError::Damaged => Code::DataDamaged,
        SecretError::UnknownBackend => Code::BadSetting,
        SecretError::BadName => Code::BadRequest,
        _ => Code::Internal,
    }
}

/// How bad a fault of reading is: whether waiting helps, or the owner has to act.
pub(crate) fn health_of(error: &Error) -> Health {
    match error.retry_kind() {
        RetryKind::Auth(_) | RetryKind::Setup(_) | RetryKind::Stop(_) => Health::Broken,
        _ => Health::Troubled,
    }
}
