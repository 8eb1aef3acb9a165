//! ReplyDesk on a Linux desktop, outside its window: the icon in the tray, notifications, and the
//! program that goes on when the window is closed.
//!
//! Both programs use it: `replydesk`, which has a window, and `replydesk-tray`, which has none and
//! therefore needs no web engine, a third of the memory (`docs/decisions/0013`). Only one of them runs
//! at a time, and each can hand over to the other ([`handover`]).
#![cfg(target_os = "linux")]

mod bus;
pub mod handover;
mod icon;
mod notifications;
mod presence;
pub mod single_instance;

pub use presence::{Presence, Wish};
