//! The reply window: when Instagram accepts a message to a customer.
//!
//! Source: Meta's page "Send Messages" (Instagram API with Instagram Login): 24 hours from the
//! customer's last message. For six days more a person may answer, by a feature of Meta's ("Human
//! Agent") that the owner's app must have been given; the AI never may.

use crate::message::word_enum;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long Instagram accepts a reply after the customer's last message.
pub const REPLY_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a person may answer where the owner's app has the feature "Human Agent".
pub const HUMAN_AGENT_WINDOW: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long before it closes the owner is told that a reply window closes.
pub const ALARM: Duration = Duration::from_secs(60 * 60);

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
    /// Open for words that a person typed, and for nothing else.
    HumanOnly {
        /// When it closed for everything else.
        since: Timestamp,
        /// When it closes for a person too.
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

    /// The same for a person's words, where the account has the feature "Human Agent".
    #[must_use]
    pub fn for_person(now: Timestamp, last_inbound: Option<Timestamp>, human_agent: bool) -> Self {
        let window = ReplyWindow::at(now, last_inbound);
        match (window, last_inbound) {
            (ReplyWindow::Closed { since }, Some(last)) if human_agent => {
                let until = human_until(last);
                if now < until {
                    ReplyWindow::HumanOnly { since, until }
                } else {
                    window
                }
            }
            _ => window,
        }
    }

    /// Whether a person may answer.
    #[must_use]
    pub const fn is_open_for_person(self) -> bool {
        matches!(
            self,
            ReplyWindow::Open { .. } | ReplyWindow::HumanOnly { .. }
        )
    }

    /// The one word for it.
    #[must_use]
    pub const fn state(self) -> WindowState {
        match self {
            ReplyWindow::NeverOpened => WindowState::Unknown,
            ReplyWindow::Open { .. } => WindowState::Open,
            ReplyWindow::HumanOnly { .. } => WindowState::HumanOnly,
            ReplyWindow::Closed { .. } => WindowState::Closed,
        }
    }

    /// Whether anything may be sent, the AI's words included.
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
            ReplyWindow::Closed { since } | ReplyWindow::HumanOnly { since, .. } => Some(since),
        }
    }
}

/// When the window closes for a person, where the account has the feature "Human Agent".
#[must_use]
pub fn human_until(last_inbound: Timestamp) -> Timestamp {
    last_inbound + (HUMAN_AGENT_WINDOW - SAFETY_MARGIN)
}

word_enum! {
    /// Whether a reply may be sent, and by whom.
    WindowState {
        /// A reply may be sent.
        Open = "open",
        /// What a person typed may be sent.
        HumanOnly = "humanOnly",
        /// Nothing may be sent until the customer writes again.
        Closed = "closed",
        /// The customer never wrote, as far as is known.
        Unknown = "unknown",
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

    #[test]
    fn after_24_hours_a_person_may_answer_for_six_days_where_the_app_has_the_feature() {
        let wrote = Timestamp(1_000_000_000_000);
        let (edge, end) = (wrote + (REPLY_WINDOW - SAFETY_MARGIN), human_until(wrote));
        let cases = [
            (wrote, true, WindowState::Open),
            (edge, true, WindowState::HumanOnly),
            (edge, false, WindowState::Closed),
            (end - Duration::from_millis(1), true, WindowState::HumanOnly),
            (end, true, WindowState::Closed),
        ];
        for (now, human_agent, expected) in cases {
            let window = ReplyWindow::for_person(now, Some(wrote), human_agent);
            assert_eq!(window.state(), expected, "{now}");
            assert_eq!(
                window.is_open(),
                ReplyWindow::at(now, Some(wrote)).is_open()
            );
            assert_eq!(window.is_open_for_person(), expected != WindowState::Closed);
        }
        let never = ReplyWindow::for_person(wrote, None, true);
        assert_eq!(never.state(), WindowState::Unknown);
        assert!(!never.is_open_for_person());
    }
}
