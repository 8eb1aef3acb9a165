//! The engine: keeps the store equal to Instagram, and sends what the outbox holds.
//!
//! This crate owns the loops. There is one poller for each account, one outbox worker and one token
//! refresher; each works, then waits for news, for its due time or for the end. It must not decide
//! what is to be said: it sends what was approved and nothing else.
//!
//! # Receiving
//!
//! A poll is one call for the list of conversations with their newest messages in it. What it shows
//! goes through one idempotent [`ingest`](mod@ingest), whatever way it came. A thread is read on its
//! own only when more came than the list shows.
//!
//! # Sending
//!
//! A row of the outbox is set to `sending`, on disk, before the call. Whatever is not certain to have
//! had no effect becomes `unconfirmed`, and the conversation is read until the message is found there
//! or the owner is asked. See `desk_core::outbox` for the rules.

mod alarm;
pub mod arrivals;
mod books;
pub mod budget;
mod call;
mod engine;
mod fault;
pub mod ingest;
pub mod interval;
mod lights;
mod listing;
pub mod media;
mod outbox;
mod pace;
mod poller;
mod profile;
mod reach;
mod reading;
mod server_clock;
mod signals;
mod token;
mod webhook;

pub use engine::{AccountProgress, Engine, EngineParts, Options};
pub use fault::{attempt_of, code_of, secret_code};
pub use lights::{Light, Lights};
pub use reach::client_for;
pub use token::FIRST_REFRESH;
pub use webhook::Listening;
pub use webhook::RefusedCount;
pub use webhook::receiver::PATH as WEBHOOK_PATH;
