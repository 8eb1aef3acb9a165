//! The simulator over real HTTP: every claim of its reference, one sentence each.

mod http;

mod control;
mod conversations;
mod faults;
mod oauth;
mod profile;
mod scenarios;
mod send;
mod tokens;
