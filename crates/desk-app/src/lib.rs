//! Use cases: everything a shell may ask for, once.

#[cfg(feature = "bindings")]
pub mod bindings;
pub mod commands;
pub mod dto;
pub mod error;
