//! Counts the calls of the Graph client for the ledger of what left this computer.

use desk_core::egress::{Egress, Purpose};
use graph_api::{Exchange, Meter};
use std::sync::Arc;

/// Hands what the client exchanged to the ledger.
#[derive(Debug)]
pub(crate) struct EgressMeter(pub(crate) Arc<Egress>);

impl Meter for EgressMeter {
    fn exchanged(&self, exchange: Exchange<'_>) {
        self.0.record(
            exchange.host,
            purpose_of(exchange.operation),
            exchange.bytes_out,
            exchange.bytes_in,
        );
    }
}

/// Why a call of the client was made, by the name of its method.
fn purpose_of(operation: &str) -> Purpose {
    let sends = ["send", "react", "signal"];
    let signs_in = ["exchange", "refresh", "me", "pages", "subscribe"];
    let begins = |words: &[&str]| {
        words
            .iter()
            .any(|word| operation == *word || operation.starts_with(&format!("{word}_")))
    };
    if operation == "media" {
        Purpose::Media
    } else if begins(&sends) {
        Purpose::Sending
    } else if begins(&signs_in) {
        Purpose::SignIn
    } else {
        Purpose::Reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_the_purpose_of_its_method() {
        for (operation, purpose) in [
            ("conversations", Purpose::Reading),
            ("conversation_messages", Purpose::Reading),
            ("message", Purpose::Reading),
            ("send_text", Purpose::Sending),
            ("react", Purpose::Sending),
            ("signal", Purpose::Sending),
            ("media", Purpose::Media),
            ("me", Purpose::SignIn),
            ("refresh", Purpose::SignIn),
            ("exchange_code", Purpose::SignIn),
        ] {
            assert_eq!(purpose_of(operation), purpose, "{operation}");
        }
    }
}
