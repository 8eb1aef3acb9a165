//! The store as its callers use it, on disk.

mod file;
mod outbox;
mod plan;
mod search;
mod world;
