//! What the AI may do in a conversation.

use crate::message::word_enum;
use serde::{Deserialize, Serialize};

word_enum! {
    /// What the AI may do in a conversation; the order is from strict to free.
    ReplyMode {
        /// Nothing.
        Off = "off",
        /// Propose, and wait for the owner.
        Draft = "draft",
        /// Answer by itself, after a countdown and every check.
        Auto = "auto",
    }
}
