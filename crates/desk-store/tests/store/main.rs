//! The store as its callers use it, on disk.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as expected"
)]

mod copies;
mod erasing;
mod file;
mod inbox;
mod names;
mod outbox;
mod plan;
mod search;
mod trouble;
mod world;
