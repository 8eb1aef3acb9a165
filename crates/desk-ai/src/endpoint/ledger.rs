//! Counts what a call sent and what it read. Must not see a word of either: a host and two numbers
//! are all that leaves this module.

use desk_core::egress::{Egress, Purpose};
use std::sync::{Arc, OnceLock};

/// Where calls are recorded, once somebody wants it.
pub(super) type Ledger = Arc<OnceLock<Arc<Egress>>>;

/// One call. It is recorded when this is dropped, so that one that is given up counts too.
pub(super) struct Entry {
    ledger: Ledger,
    host: String,
    bytes_out: u64,
    bytes_in: u64,
    left: bool,
}

impl Entry {
    pub(super) fn of(request: &reqwest::Request, ledger: &Ledger) -> Entry {
        Entry {
            ledger: Arc::clone(ledger),
            host: host_of(request.url()),
            bytes_out: sent_bytes(request),
            bytes_in: 0,
            left: true,
        }
    }

    /// The call failed. Without a connection nothing left.
    pub(super) fn note_failure(&mut self, fault: &reqwest::Error) {
        self.left = !fault.is_connect();
    }

    /// A piece of the answer was read.
    pub(super) fn read(&mut self, bytes: usize) {
        self.bytes_in += bytes as u64;
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(egress) = self.ledger.get().filter(|_| self.left) {
            egress.record(&self.host, Purpose::Ai, self.bytes_out, self.bytes_in);
        }
    }
}

fn host_of(url: &url::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The bytes of a request: its path, its headers and its body.
fn sent_bytes(request: &reqwest::Request) -> u64 {
    let headers = request.headers().iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let body = request.body().and_then(|body| body.as_bytes());
    (request.url().path().len() + headers + body.map_or(0, <[u8]>::len)) as u64
}
