//! What left this computer: every host that was contacted, why, and how many bytes.
//!
//! Whoever talks to the network records it here; the engine writes it to the file from time to
//! time, so that a call does not cost a write. It counts, and knows no content.

use crate::message::word_enum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

word_enum! {
    /// Why a host was contacted.
    Purpose {
        /// To read conversations, messages and profiles.
        Reading = "reading",
        /// To send what was approved.
        Sending = "sending",
        /// To connect an account, or to keep its token alive.
        SignIn = "sign_in",
        /// To have a reply written.
        Ai = "ai",
        /// To show a picture, a video or a voice message.
        Media = "media",
    }
}

/// What was exchanged with one host for one purpose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that left, answered or not.
    pub calls: u64,
    /// Bytes of requests: address, headers and body, without what encryption adds.
    pub bytes_out: u64,
    /// Bytes of answers, counted the same way.
    pub bytes_in: u64,
}

impl Traffic {
    /// Adds another count.
    pub fn add(&mut self, other: Traffic) {
        self.calls = self.calls.saturating_add(other.calls);
        self.bytes_out = self.bytes_out.saturating_add(other.bytes_out);
        self.bytes_in = self.bytes_in.saturating_add(other.bytes_in);
    }
}

/// Counts in memory what left, until the engine writes it down.
#[derive(Debug, Default)]
pub struct Egress {
    waiting: Mutex<BTreeMap<(String, Purpose), Traffic>>,
}

impl Egress {
    /// Records one call. `host` is a host, with its port where that is not the usual one; never an
    /// address with a path, which could carry a token.
    pub fn record(&self, host: &str, purpose: Purpose, bytes_out: u64, bytes_in: u64) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting
            .entry((host.to_ascii_lowercase(), purpose))
            .or_default()
            .add(Traffic {
                calls: 1,
                bytes_out,
                bytes_in,
            });
    }

    /// Takes what is not written down yet.
    #[must_use]
    pub fn take(&self) -> Vec<(String, Purpose, Traffic)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *waiting)
            .into_iter()
            .map(|((host, purpose), traffic)| (host, purpose, traffic))
            .collect()
    }

    /// Gives back what could not be written down.
    pub fn give_back(&self, taken: Vec<(String, Purpose, Traffic)>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for (host, purpose, traffic) in taken {
            waiting.entry((host, purpose)).or_default().add(traffic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_to_one_host_add_up_by_purpose() {
        let egress = Egress::default();
        egress.record("Graph.Instagram.com", Purpose::Reading, 100, 2000);
        egress.record("graph.instagram.com", Purpose::Reading, 50, 1000);
        egress.record("graph.instagram.com", Purpose::Sending, 10, 20);
        let taken = egress.take();
        assert_eq!(taken.len(), 2);
        assert_eq!(
            taken[0],
            (
                "graph.instagram.com".to_owned(),
                Purpose::Reading,
                Traffic {
                    calls: 2,
                    bytes_out: 150,
                    bytes_in: 3000
                }
            )
        );
        assert!(egress.take().is_empty());
        egress.give_back(taken);
        assert_eq!(egress.take().len(), 2, "what was not written is not lost");
    }
}
