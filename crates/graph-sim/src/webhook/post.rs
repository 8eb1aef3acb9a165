//! The calls to the callback, over a plain socket: the receiver is on this machine.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use super::{Answer, wire};

/// The platform waits this long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Checks a callback: `GET` with a challenge that has to come back alone.
pub(super) async fn check(callback: &str, verify_token: &str, challenge: &str) -> Answer {
    let Ok(mut url) = Url::parse(callback) else {
        return Answer::Refused(0);
    };
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.verify_token", verify_token);
    match call(&url, "GET", &[], "").await {
        Some((200, body)) if body == challenge => Answer::Accepted,
        Some((status, _)) => Answer::Refused(status),
        None => Answer::Refused(0),
    }
}

/// Posts a signed body.
pub(super) async fn deliver(callback: &str, body: &str, secret: &str) -> Answer {
    let Ok(url) = Url::parse(callback) else {
        return Answer::Refused(0);
    };
    let signature = wire::signature(secret, body);
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Hub-Signature-256", signature.as_str()),
    ];
    match call(&url, "POST", &headers, body).await {
        Some((200, _)) => Answer::Accepted,
        Some((status, _)) => Answer::Refused(status),
        None => Answer::Refused(0),
    }
}

async fn call(
    url: &Url,
    method: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<(u16, String)> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let address = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
    let mut head =
        format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let exchange = async {
        let mut socket = TcpStream::connect(&address).await.ok()?;
        socket.write_all(head.as_bytes()).await.ok()?;
        // A receiver that refuses early closes before the body is out; its answer still counts.
        let _ = socket.write_all(body.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        Some(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = tokio::time::timeout(PATIENCE, exchange).await.ok()??;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
    Some((status, body.unwrap_or_default().to_owned()))
}
