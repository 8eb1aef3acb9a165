//! Owns a small HTTP server: it answers each connection from a list, one request a connection, and
//! keeps the requests. It knows nothing of the API.

use graph_api::{ApiVersion, Client, Endpoints, Limits, SecretString};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The token that must not appear anywhere.
pub const MARKED: &str = "IGAAmarkedtoken0123456789";

/// What the server does with one request.
pub enum Answer {
    /// These bytes, then close.
    Bytes(Vec<u8>),
    /// Close without a byte.
    Close,
    /// Read the request and never answer.
    Silence,
}

pub struct Server {
    pub address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn with(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut silent = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                kept.lock().unwrap().push(request);
                match answer {
                    Answer::Bytes(bytes) => {
                        // The client may give up early, as it does when a body is too large.
                        let _ = stream.write_all(&bytes).await;
                        let _ = stream.shutdown().await;
                    }
                    Answer::Close => drop(stream),
                    Answer::Silence => silent.push(stream),
                }
            }
            // Keeps refusing nothing and answering nothing: a call too many would hang and be seen.
            std::future::pending::<()>().await;
        });
        Self { address, requests }
    }

    pub async fn json(status: u16, body: &str) -> Self {
        Self::with(vec![json(status, body)]).await
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn client(&self) -> Client {
        self.client_within(Limits::default())
    }

    pub fn client_within(&self, limits: Limits) -> Client {
        client_of(&self.address, limits)
    }
}

pub fn client_of(address: &str, limits: Limits) -> Client {
    let endpoints = Endpoints::from_values(|_| Some(address.to_owned())).unwrap();
    Client::new(endpoints, ApiVersion::default(), limits).unwrap()
}

pub fn short_limits() -> Limits {
    Limits {
        read_timeout: Duration::from_millis(200),
        send_timeout: Duration::from_millis(200),
        max_body_bytes: 1000,
        ..Limits::default()
    }
}

pub fn token() -> SecretString {
    SecretString::from(MARKED)
}

pub fn json(status: u16, body: &str) -> Answer {
    with_headers(status, "content-type: application/json\r\n", body)
}

pub fn with_headers(status: u16, headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Bytes(
        format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n\
             {body}"
        )
        .into_bytes(),
    )
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..count]);
        // The first byte of a TLS handshake: there will be no request.
        if bytes.first() == Some(&0x16) {
            return String::new();
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if count == 0 {
                return text;
            }
            continue;
        };
        let expected = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        if count == 0 || body.len() >= expected {
            return text;
        }
    }
}
