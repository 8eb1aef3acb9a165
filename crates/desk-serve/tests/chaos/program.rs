//! The real `replydesk-serve`: started, asked, killed.

use crate::Fault;
use graph_sim::Sim;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(120);

/// Where it runs.
pub(crate) struct Place {
    pub(crate) program: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) platform: String,
}

/// It, running.
pub(crate) struct Program {
    child: Child,
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Place {
    /// Starts it.
    pub(crate) async fn start(&self) -> Result<Program, Fault> {
        let started = self.start_until(None).await?;
        started.ok_or_else(|| "it ended at once".into())
    }

    /// Starts it; `point` names the moment at which it is to end itself. `None` when that moment came
    /// before it was ready.
    pub(crate) async fn start_until(&self, point: Option<&str>) -> Result<Option<Program>, Fault> {
        let mut command = Command::new(&self.program);
        command
            .arg("--data-dir")
            .arg(&self.data)
            .env("REPLYDESK_SECRETS", "file")
            .env("REPLYDESK_PASSPHRASE", "chaos")
            .env("REPLYDESK_POLL_SECONDS", "0.5")
            .env("REPLYDESK_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(self.log()?)
            .kill_on_drop(true);
        for host in ["WEB", "API", "GRAPH"] {
            command.env(format!("REPLYDESK_INSTAGRAM_{host}"), &self.platform);
        }
        if let Some(point) = point {
            command.env("REPLYDESK_FAIL_POINT", point);
        }
        let mut child = command.spawn()?;
        let out = child.stdout.take().ok_or("it has no output")?;
        let mut line = String::new();
        tokio::time::timeout(PATIENCE, BufReader::new(out).read_line(&mut line)).await??;
        if line.is_empty() && point.is_some() {
            // What an earlier life left over reached the point before the program was ready.
            return Ok(None);
        }
        let ready: Value = serde_json::from_str(&line).map_err(|_| {
            let log = std::fs::read_to_string(self.log_path()).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(3).collect();
            format!("it did not start: {last:?}")
        })?;
        let text = |name: &str| ready.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Some(Program {
            child,
            url: text("url").ok_or("no address")?,
            token: text("token").ok_or("no token")?,
            http: reqwest::Client::new(),
        }))
    }

    fn log_path(&self) -> PathBuf {
        Path::new(&self.data).with_extension("log")
    }

    fn log(&self) -> Result<std::fs::File, Fault> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log_path())?;
        Ok(log)
    }
}

impl Program {
    /// Calls a command; `None` when it ended before the answer was read.
    pub(crate) async fn try_call(
        &self,
        command: &str,
        args: &Value,
    ) -> Result<Option<Value>, Fault> {
        let asked = self
            .http
            .post(format!("{}api/{command}", self.url))
            .bearer_auth(&self.token)
            .json(args)
            .send()
            .await;
        let Ok(answer) = asked else {
            return Ok(None);
        };
        let ok = answer.status().is_success();
        match answer.json::<Value>().await {
            Err(_) => Ok(None),
            Ok(value) if ok => Ok(Some(value)),
            Ok(value) => Err(format!("{command}: {value}").into()),
        }
    }

    /// Calls a command of a program that is not about to be killed.
    pub(crate) async fn call(&self, command: &str, args: Value) -> Result<Value, Fault> {
        let answer = self.try_call(command, &args).await?;
        answer.ok_or_else(|| format!("{command} was not answered").into())
    }

    /// Connects the account, and waits for the first synchronisation.
    pub(crate) async fn connect(&self, sim: &Sim) -> Result<(), Fault> {
        self.call("account_add_token", json!({ "token": sim.token() }))
            .await?;
        loop {
            let accounts = self.call("account_list", json!({})).await?;
            if accounts.pointer("/0/synced") == Some(&Value::Bool(true)) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// All conversations.
    pub(crate) async fn conversations(&self) -> Result<Vec<String>, Fault> {
        let mut ids = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let args = json!({ "view": "all", "limit": 200, "cursor": cursor });
            let page = self.call("inbox_list", args).await?;
            let items = page.get("items").and_then(Value::as_array);
            let id = |row: &Value| row.get("id").and_then(Value::as_str).map(str::to_owned);
            ids.extend(items.into_iter().flatten().filter_map(id));
            cursor = page.get("nextCursor").cloned().unwrap_or_default();
            if cursor.is_null() {
                return Ok(ids);
            }
        }
    }

    /// What the outbox holds.
    pub(crate) async fn outbox(&self) -> Result<Vec<Value>, Fault> {
        let open = self.call("outbox_list", json!({})).await?;
        Ok(open.as_array().cloned().unwrap_or_default())
    }

    /// Ends it as a power cut would.
    pub(crate) async fn kill(mut self) -> Result<(), Fault> {
        Ok(self.child.kill().await?)
    }

    /// Whether it ends itself within a time.
    pub(crate) async fn has_ended(&mut self, within: Duration) -> Result<bool, Fault> {
        match tokio::time::timeout(within, self.child.wait()).await {
            Ok(ended) => Ok(ended.map(|_| true)?),
            Err(_) => Ok(false),
        }
    }
}
