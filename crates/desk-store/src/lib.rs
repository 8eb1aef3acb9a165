//! The file: SQLite with one writer, a few readers, and one module per table.
//!
//! This crate owns the schema, its migrations and every SQL statement of the product. It must not
//! decide anything about the domain: the rules are desk-core's, the order of things is the caller's.
//!
//! A read takes a `&Connection`, a write takes a [`Write`]; both come from [`Store`].

mod error;
pub mod file;
mod migration;
pub mod search;
mod store;
pub mod table {
    //! One module per table: its row, its reads, its writes.
    pub mod absence;
    pub mod account;
    pub mod ai_account;
    pub mod ai_call;
    pub mod attachment;
    pub mod call_log;
    pub mod composer;
    pub mod conversation;
    pub mod draft;
    pub mod egress;
    pub mod entry;
    pub mod erased;
    pub mod filter;
    pub mod gap;
    pub mod label;
    pub mod listing;
    pub mod login;
    pub mod message;
    pub mod note;
    pub mod observation;
    pub mod outbox;
    pub mod place;
    pub mod presence;
    pub mod profile;
    pub mod reaction;
    pub mod saved_reply;
    pub mod setting;
    pub mod source;
    pub mod suggestion;
    pub mod sync_state;
    pub mod topic;
    pub mod totals;
    pub mod trace;
    pub mod unreadable;
    pub mod webhook;
    pub mod window;
}
mod trigram;
mod word;

pub use error::StoreError;
pub use store::{Store, Write};

/// The connection that a read is given.
pub use rusqlite::Connection;
