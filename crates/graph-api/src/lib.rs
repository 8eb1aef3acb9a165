//! Client of Meta's Graph API for Instagram Direct, by Instagram Login or by Facebook Login.
//!
//! Owns: the requests, the reading of replies, the meaning of errors. It knows nothing of the
//! product: no database, no schedule, no retries. One call of a method is at most one HTTP request,
//! because Instagram has no idempotency key and may deliver a message and then answer with an
//! error; whoever calls decides, with [`Error::retry_kind`], what a failure allows.
//!
//! The documents and the platform disagree in many places, so reading is tolerant (ids as numbers
//! or strings, wrapped or flat objects, three forms of time, one broken item in a page) and writing
//! is strict. Tokens are `secrecy::SecretString` and never reach an error, a log line or `raw`.

mod auth;
mod client;
mod endpoints;
mod error;
#[cfg(test)]
mod fuzz;
mod login;
pub mod media;
mod meter;
mod model;
mod page;
mod read;
mod resource;
mod retry;
mod transport;
mod usage;
mod version;
pub mod webhook;

pub use auth::facebook_login::{FacebookPage, FacebookPages, LinkedAccount};
pub use auth::instagram_login::{AppCredentials, LongLivedToken, Scope, ShortLivedToken};
pub use client::{BuildError, Client, Limits};
pub use endpoints::{EndpointError, Endpoints};
pub use error::{Error, ErrorKind, GraphError, OAuthError};
pub use login::{Login, PageId};
pub use meter::{Exchange, Meter};
pub use model::{
    AccountType, Attachment, AttachmentKind, Conversation, Me, Message, Party, Profile, Reaction,
    ReplyTo, SendReceipt, Share, Story, StoryKind,
};
pub use page::{Page, Unreadable};
pub use read::Raw;
pub use resource::conversations::{ConversationFields, ConversationsQuery, MessagesPart};
pub use resource::messages::{MessageField, MessageFields};
pub use resource::profile::ProfileField;
pub use resource::send::Tag;
pub use resource::signals::Signal;
pub use retry::{AuthFault, Refusal, RetryKind, SetupFault, StopReason};
pub use secrecy::SecretString;
pub use transport::Reply;
pub use usage::{AppUsage, BusinessUsage, Usage};
pub use version::{ApiVersion, VersionError};

/// The longest text that one message may carry, in UTF-8 bytes (not characters).
pub const MAX_TEXT_BYTES: usize = 1000;
