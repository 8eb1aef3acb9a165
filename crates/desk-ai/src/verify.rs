//! Checks a draft against what the owner wrote.

use crate::verdict::Check;
use desk_core::Reason;
use desk_core::text::{TextFault, check_sendable};

/// Checks a text that the owner edited: only what the platform would refuse. A person may write
/// what they want.
#[must_use]
pub fn verify_edited(text: &str) -> Vec<Check> {
    vec![match check_sendable(text) {
        Ok(()) => Check::passed("size"),
        Err(TextFault::Empty) => Check::failed("size", Reason::Other, "empty"),
        Err(TextFault::TooLong { bytes }) => {
            Check::failed("size", Reason::TooLong, format!("{bytes} bytes"))
        }
    }]
}
