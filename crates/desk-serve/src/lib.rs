//! The shell without a window: the same use cases and the same screen, over loopback HTTP.
//!
//! This crate owns the server: its address, its token, its headers. It must not know what a command
//! means. Only this machine can reach it, and on this machine only who has the token that it prints:
//! a web page in the owner's browser has not.

mod guard;
mod screen;
mod server;

pub use server::{Running, start};
