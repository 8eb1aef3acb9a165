//! An AI endpoint on this machine that says what the test tells it to, over real HTTP, and can be
//! stopped in the middle of a sentence.

use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// What the endpoint does with a request.
#[derive(Debug, Clone)]
pub enum Says {
    /// Refuses with a status and a body.
    Refuses(u16, &'static str),
    /// Writes a reply word by word, and waits for [`Model::go_on`] after the first half.
    Streams(&'static str),
    /// Answers in one piece; only to requests that ask for no form, when told so.
    Answers {
        reply: &'static str,
        plain_only: bool,
    },
    /// Takes the request and keeps silent.
    Nothing,
}

/// The endpoint.
pub struct Model {
    pub base: String,
    asked: Arc<Mutex<Vec<Value>>>,
    says: Arc<Mutex<Says>>,
    gate: Arc<Semaphore>,
}

impl Model {
    pub async fn start(says: Says) -> Model {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let model = Model {
            base: format!("http://{}/v1", listener.local_addr().unwrap()),
            asked: Arc::default(),
            says: Arc::new(Mutex::new(says)),
            gate: Arc::new(Semaphore::new(0)),
        };
        let (asked, says, gate) = (
            Arc::clone(&model.asked),
            Arc::clone(&model.says),
            Arc::clone(&model.gate),
        );
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (asked, says, gate) =
                    (Arc::clone(&asked), Arc::clone(&says), Arc::clone(&gate));
                tokio::spawn(answer(socket, asked, says, gate));
            }
        });
        model
    }

    /// From now on it does something else.
    pub fn now(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// Lets a stream that waits come to its end.
    pub fn go_on(&self) {
        self.gate.add_permits(1);
    }

    /// The bodies of all requests.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(
    mut socket: TcpStream,
    asked: Arc<Mutex<Vec<Value>>>,
    says: Arc<Mutex<Says>>,
    gate: Arc<Semaphore>,
) {
    let Some(body) = request(&mut socket).await else {
        return;
    };
    asked.lock().unwrap().push(body.clone());
    let says = says.lock().unwrap().clone();
    match says {
        Says::Nothing => std::future::pending().await,
        Says::Refuses(status, text) => {
            write(&mut socket, &whole(status, "text/html", text)).await;
        }
        Says::Answers { plain_only, .. } if plain_only && body.get("response_format").is_some() => {
            write(
                &mut socket,
                &whole(400, "application/json", "response_format"),
            )
            .await;
        }
        Says::Answers { reply, .. } => {
            let body = json!({ "choices": [{ "message": { "content": contract(reply) } }],
                               "usage": { "prompt_tokens": 800, "completion_tokens": 100 } });
            let text = whole(200, "application/json", &body.to_string());
            write(&mut socket, &text).await;
        }
        Says::Streams(reply) => stream(&mut socket, reply, &gate).await,
    }
}

async fn stream(socket: &mut TcpStream, reply: &str, gate: &Semaphore) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    write(socket, head).await;
    let content = contract(reply);
    let half = content.find(reply).unwrap() + reply.find(' ').unwrap() + 1;
    let (first, rest) = content.split_at(half);
    write(socket, &piece(first)).await;
    gate.acquire().await.unwrap().forget();
    write(socket, &piece(rest)).await;
    let usage =
        json!({ "choices": [], "usage": { "prompt_tokens": 800, "completion_tokens": 100 } });
    write(socket, &format!("data: {usage}\n\ndata: [DONE]\n\n")).await;
}

fn contract(reply: &str) -> String {
    json!({ "action": "reply", "reason": "known", "language": "en", "reply": reply,
            "cites": ["K1"], "confidence": "high" })
    .to_string()
}

fn piece(content: &str) -> String {
    let part = json!({ "choices": [{ "delta": { "content": content } }] });
    format!("data: {part}\n\n")
}

fn whole(status: u16, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

async fn write(socket: &mut TcpStream, text: &str) {
    // The other side may have given up meanwhile.
    let _ = socket.write_all(text.as_bytes()).await;
}

/// The JSON body of a request.
async fn request(socket: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0u8; 4096];
        let n = socket.read(&mut part).await.ok()?;
        bytes.extend_from_slice(part.get(..n)?);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((_, body)) = text.split_once("\r\n\r\n")
            && let Ok(body) = serde_json::from_str(body)
        {
            return Some(body);
        }
        if n == 0 {
            return None;
        }
    }
}
