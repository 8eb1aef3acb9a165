//! Use cases: everything a shell may ask for, once.
//!
//! This crate owns the order of things: it reads the store, asks desk-ai for a decision, puts what
//! was approved into the outbox. It must not know how it is shown: a window and an HTTP server call
//! the same [`Desk`]. All commands are named in one list, [`commands!`](macro@crate::commands).

mod ai_account;
mod assist;
mod attention;
#[cfg(feature = "bindings")]
pub mod bindings;
mod change_bus;
pub mod commands;
pub mod config;
mod connect;
mod convert;
mod demo;
mod desk;
mod desktop;
mod diagnostics;
pub mod dispatch;
mod drafting;
pub mod dto;
mod egress_meter;
mod endpoint_probe;
pub mod error;
mod file;
mod health;
mod hours;
mod housekeeping;
mod inbox;
mod knowledge;
mod label;
mod local_time;
pub mod logging;
mod marks;
mod media;
mod mining;
mod note;
mod pause;
mod place;
mod replay;
mod reply;
mod saved_replies;
mod sending;
mod settings;
mod sources;
mod style;
mod sync;
mod thread;
mod topics;
mod visit;
mod webhooks;
pub mod words;

pub use attention::Notice;
pub use config::Config;
pub use desk::{Desk, LinkOpener};
pub use desk_core::message::InboxView;
pub use desk_core::{
    AccountId, AttachmentId, Change, Code, ConversationId, DraftId, EntryId, FilterId, LabelId,
    MessageId, NoteId, OutboxId, ReplyMode, SavedReplyId, SourceId, SuggestionId, Timestamp,
};
pub use desktop::{Desktop, TrayState};
pub use dispatch::dispatch;
pub use error::IpcError;
