//! The reply window: when Instagram accepts a message to a customer.
//!
//! Source: Meta's page "Send Messages" (Instagram API with Instagram Login): 24 hours from the
//! customer's last message. The longer window for human agents needs a permission of its own and
//! is not used here.

use crate::time::Timestamp;
use std::time::Duration;

/// How long Instagram accepts a reply after the customer's last message.
pub const REPLY_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// Our clock and Instagram's differ: what leaves in the last minutes may arrive too late.
pub const SAFETY_MARGIN: Duration = Duration::from_secs(5 * 60);

/// Whether a reply may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyWindow {
    /// The customer has never written, so nothing may be sent.
    NeverOpened,
    /// Open until the moment given.
    Open {
        /// When it closes, safety margin taken off.
        until: Timestamp,
    },
    /// Closed since the moment given.
    Closed {
        /// When it closed.
        since: Timestamp,
    },
}

impl ReplyWindow {
    /// The window at `now`, given the server's time of the customer's last message.
    #[must_use]
    pub fn at(now: Timestamp, last_inbound: Option<Timestamp>) -> Self {
        let Some(last) = last_inbound else {
            return ReplyWindow::NeverOpened;
        };
        let until = last + (REPLY_WINDOW - SAFETY_MARGIN);
        if now < until {
            ReplyWindow::Open { until }
        } else {
            ReplyWindow::Closed { since: until }
        }
    }

    /// Whether a reply may be sent.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, ReplyWindow::Open { .. })
    }

    /// When an open window closes, or a closed one closed.
    #[must_use]
    pub const fn edge(self) -> Option<Timestamp> {
        match self {
            ReplyWindow::NeverOpened => None,
            ReplyWindow::Open { until } => Some(until),
            ReplyWindow::Closed { since } => Some(since),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_closes_a_margin_before_24_hours() {
        let wrote = Timestamp(1_000_000_000_000);
        let edge = wrote + (REPLY_WINDOW - SAFETY_MARGIN);
        let cases = [
            (None, wrote, ReplyWindow::NeverOpened),
            (Some(wrote), wrote, ReplyWindow::Open { until: edge }),
            (
                Some(wrote),
                edge - Duration::from_millis(1),
                ReplyWindow::Open { until: edge },
            ),
            (Some(wrote), edge, ReplyWindow::Closed { since: edge }),
        ];
        for (last, now, expected) in cases {
            assert_eq!(ReplyWindow::at(now, last), expected);
        }
    }
}
