//! The real `replydesk-serve`, started, asked and killed.

#![expect(dead_code, reason = "each test file uses a part of it")]

use graph_sim::Sim;
use serde_json::{Value, json};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Program {
    child: Child,
    url: String,
    token: String,
    log: PathBuf,
    http: reqwest::Client,
}

impl Program {
    pub async fn start(sim: &Sim, data: &Path) -> Program {
        Program::start_with(sim, data, &[]).await
    }

    pub async fn start_with(sim: &Sim, data: &Path, variables: &[(&str, &str)]) -> Program {
        let log = data.with_extension("log");
        let errors = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_replydesk-serve"));
        command
            .arg("--data-dir")
            .arg(data)
            .env("REPLYDESK_SECRETS", "file")
            .env("REPLYDESK_PASSPHRASE", "a test")
            .env("REPLYDESK_POLL_SECONDS", "0.3")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .kill_on_drop(true);
        for host in ["WEB", "API", "GRAPH"] {
            command.env(format!("REPLYDESK_INSTAGRAM_{host}"), sim.url());
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        tokio::time::timeout(PATIENCE, out.read_line(&mut line))
            .await
            .unwrap()
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!(
                "it did not start: {line} {}",
                std::fs::read_to_string(&log).unwrap_or_default()
            )
        });
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        let _ = rustls::crypto::ring::default_provider().install_default();
        Program {
            child,
            url: text("url"),
            token: text("token"),
            log,
            http: reqwest::Client::new(),
        }
    }

    /// Calls a command; `None` when the program ended meanwhile.
    pub async fn call_to_the_end(&self, command: &str, args: Value) -> Option<Value> {
        let answer = self
            .http
            .post(format!("{}api/{command}", self.url))
            .bearer_auth(&self.token)
            .json(&args)
            .send()
            .await
            .ok()?;
        let status = answer.status();
        let value: Value = answer.json().await.ok()?;
        assert!(status.is_success(), "{command}: {value}");
        Some(value)
    }

    pub async fn call(&self, command: &str, args: Value) -> Value {
        self.call_to_the_end(command, args)
            .await
            .unwrap_or_else(|| panic!("{command} was not answered"))
    }

    pub async fn connect(&self, sim: &Sim) {
        self.call("account_add_token", json!({ "token": sim.token() }))
            .await;
        self.until("it is synchronised", async |p| {
            p.call("account_list", json!({})).await[0]["synced"] == true
        })
        .await;
    }

    pub async fn conversations(&self) -> Vec<Value> {
        let page = self
            .call("inbox_list", json!({ "view": "all", "limit": 50 }))
            .await;
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["id"].clone())
            .collect()
    }

    pub async fn first_conversation(&self) -> Value {
        self.conversations().await.remove(0)
    }

    pub async fn until<'a, F: Future<Output = bool>>(
        &'a self,
        what: &str,
        condition: impl Fn(&'a Program) -> F,
    ) {
        assert!(
            self.until_or_for(PATIENCE * 4, condition).await,
            "waited in vain until {what}"
        );
    }

    /// Looks at a condition again and again, until it holds or the time is over.
    pub async fn until_or_for<'a, F: Future<Output = bool>>(
        &'a self,
        time: Duration,
        condition: impl Fn(&'a Program) -> F,
    ) -> bool {
        let deadline = Instant::now() + time;
        let mut look = tokio::time::interval(Duration::from_millis(20));
        loop {
            if condition(self).await {
                return true;
            }
            if Instant::now() >= deadline {
                return false;
            }
            look.tick().await;
        }
    }

    /// Ends it as a power cut would.
    pub async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    pub async fn has_ended(&mut self) {
        tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .unwrap()
            .unwrap();
    }

    /// Asks it to end; gives its exit code.
    pub async fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().unwrap().to_string();
        let asked = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .unwrap();
        assert!(asked.success());
        let ended = tokio::time::timeout(Duration::from_secs(20), self.child.wait())
            .await
            .unwrap();
        ended.unwrap().code()
    }

    /// What it wrote to standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

/// The events of a program, as they come.
pub struct Events {
    answer: reqwest::Response,
    seen: String,
}

impl Events {
    /// The first event that holds the piece of text.
    pub async fn next_with(&mut self, piece: &str) -> String {
        let read = async {
            loop {
                if let Some((event, rest)) = self.seen.split_once("\n\n") {
                    let (event, rest) = (event.to_owned(), rest.to_owned());
                    self.seen = rest;
                    if event.contains(piece) {
                        return event;
                    }
                    continue;
                }
                let chunk = self
                    .answer
                    .chunk()
                    .await
                    .unwrap()
                    .expect("the events ended");
                self.seen.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        tokio::time::timeout(PATIENCE, read)
            .await
            .expect("no such event came")
    }
}

impl Program {
    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn port(&self) -> String {
        let port = self.url.trim_end_matches('/').rsplit(':').next();
        port.unwrap().to_owned()
    }

    /// The status of a call with another token or host.
    pub async fn status(&self, command: &str, token: Option<&str>, host: Option<&str>) -> u16 {
        let mut request = self
            .http
            .post(format!("{}api/{command}", self.url))
            .body("{}");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(host) = host {
            request = request.header("Host", host);
        }
        request.send().await.unwrap().status().as_u16()
    }

    /// Begins to listen; when this returns, no later change is missed.
    pub async fn events(&self) -> Events {
        let request = self
            .http
            .get(format!("{}api/events", self.url))
            .bearer_auth(&self.token);
        let mut answer = request.send().await.unwrap();
        let first = answer.chunk().await.unwrap().expect("a first word");
        Events {
            answer,
            seen: String::from_utf8_lossy(&first).into_owned(),
        }
    }

    /// Starts it where it cannot start; gives what it says.
    pub async fn fails(sim: &Sim, data: &Path, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_replydesk-serve"))
            .args(arguments)
            .arg("--data-dir")
            .arg(data)
            .env("REPLYDESK_SECRETS", "memory")
            .env("REPLYDESK_INSTAGRAM_GRAPH", sim.url())
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        assert!(!output.status.success(), "it started");
        assert!(output.stdout.is_empty(), "nothing is ready");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}
