//! Owns the hook through which a caller counts what goes over the network. It must not see content:
//! a host, the name of an operation, and two numbers are all that it is given.

use reqwest::header::HeaderMap;
use reqwest::{Request, Response};

/// One call as it went over the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange<'a> {
    /// The host, with its port where that is not the usual one.
    pub host: &'a str,
    /// The name of the public method that made the call.
    pub operation: &'static str,
    /// Bytes of the request: address, headers and body, without what encryption adds.
    pub bytes_out: u64,
    /// Bytes of the answer, as far as it was read.
    pub bytes_in: u64,
}

/// Counts calls.
pub trait Meter: Send + Sync + std::fmt::Debug {
    /// A call ended, well or not. A call that could not connect sent nothing and is not told.
    fn exchanged(&self, exchange: Exchange<'_>);
}

/// One exchange that is told when this is dropped, so that one that is given up counts too.
pub(crate) struct Tally<'a> {
    meter: Option<&'a dyn Meter>,
    host: String,
    operation: &'static str,
    bytes_out: u64,
    bytes_in: u64,
}

impl<'a> Tally<'a> {
    pub(crate) fn of(
        request: &Request,
        operation: &'static str,
        meter: Option<&'a dyn Meter>,
    ) -> Self {
        Tally {
            meter,
            host: host_of(request),
            operation,
            bytes_out: request_bytes(request),
            bytes_in: 0,
        }
    }

    /// So many bytes of the answer were read.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.bytes_in = self.bytes_in.saturating_add(bytes);
    }

    /// Nothing left: there was no connection.
    pub(crate) fn never_left(&mut self) {
        self.meter = None;
    }
}

impl Drop for Tally<'_> {
    fn drop(&mut self) {
        if let Some(meter) = self.meter {
            meter.exchanged(Exchange {
                host: &self.host,
                operation: self.operation,
                bytes_out: self.bytes_out,
                bytes_in: self.bytes_in,
            });
        }
    }
}

pub(crate) fn host_of(request: &Request) -> String {
    let url = request.url();
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// `METHOD path HTTP/1.1`, the headers and the body.
pub(crate) fn request_bytes(request: &Request) -> u64 {
    const FRAME: usize = " HTTP/1.1\r\n\r\n".len() + 1;
    let url = request.url();
    let target = url.path().len() + url.query().map_or(0, |query| query.len() + 1);
    let body = request.body().and_then(|body| body.as_bytes());
    let all = request.method().as_str().len()
        + target
        + FRAME
        + header_bytes(request.headers())
        + body.map_or(0, <[u8]>::len);
    all as u64
}

pub(crate) fn head_bytes(response: &Response) -> u64 {
    const STATUS_LINE: usize = "HTTP/1.1 200 OK\r\n\r\n".len();
    (STATUS_LINE + header_bytes(response.headers())) as u64
}

fn header_bytes(headers: &HeaderMap) -> usize {
    const FRAME: usize = ": \r\n".len();
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + FRAME)
        .sum()
}
