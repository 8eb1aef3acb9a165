//! The simulator over real HTTP: every claim of its reference, one sentence each.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod http;

mod binary;
mod control;
mod conversations;
mod faults;
mod oauth;
mod profile;
mod scenarios;
mod send;
mod tokens;
