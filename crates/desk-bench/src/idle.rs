//! What the core costs while nothing happens: the real `replydesk-serve` with a synchronised
//! account of 200 conversations to which nobody writes.

#![expect(
    clippy::disallowed_methods,
    reason = "a measurement waits for real time to pass; it is no test"
)]

use crate::report::{Report, Row};
use crate::{Outcome, Place};
use graph_sim::Sim;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const CHATS: usize = 200;
/// Until the account is synchronised.
const PATIENCE: Duration = Duration::from_secs(120);
const MEMORY_KB: u64 = 60 * 1024;
const SHARE: f64 = 0.003;

/// The program; it ends with the measurement.
struct Serve {
    child: Child,
    host: String,
    token: String,
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serve {
    fn start(program: &Path, dir: &Path, sim: &Sim) -> Outcome<Serve> {
        let mut command = Command::new(program);
        command
            .arg("--data-dir")
            .arg(dir)
            .env("REPLYDESK_SECRETS", "memory")
            .env_remove("REPLYDESK_POLL_SECONDS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        for host in ["WEB", "API", "GRAPH"] {
            command.env(format!("REPLYDESK_INSTAGRAM_{host}"), sim.url());
        }
        let mut child = command.spawn()?;
        let out = child.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let ready: serde_json::Value = serde_json::from_str(&line)?;
        let text = |name: &str| {
            let value = ready.get(name).and_then(|v| v.as_str());
            value.map(str::to_owned).ok_or("no address")
        };
        let host = text("url")?
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        Ok(Serve {
            child,
            host,
            token: text("token")?,
        })
    }

    /// Calls a command. One request on one connection, so that no client is needed for it.
    fn call(&self, command: &str, body: &str) -> Outcome<String> {
        let mut stream = TcpStream::connect(&self.host)?;
        write!(
            stream,
            "POST /api/{command} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        if status != "200" {
            return Err(format!("{command}: {status}").into());
        }
        Ok(answer)
    }

    fn wait_until_synced(&self) -> Outcome {
        let began = Instant::now();
        while !self.call("sync_status", "{}")?.contains("\"done\":true") {
            if began.elapsed() > PATIENCE {
                return Err("the first synchronisation did not end".into());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// Processor time so far, in seconds.
    fn processor(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        let after_name = stat.rsplit(") ").next().unwrap_or_default();
        let field = |n| {
            let value = after_name.split(' ').nth(n)?;
            value.parse::<f64>().ok()
        };
        // Linux counts in hundredths of a second.
        (field(11).unwrap_or(0.0) + field(12).unwrap_or(0.0)) / 100.0
    }

    fn memory_kb(&self) -> u64 {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()));
        let rollup = rollup.unwrap_or_default();
        let line = rollup.lines().find(|line| line.starts_with("Pss:"));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
            .unwrap_or(0)
    }
}

/// Measures; says so when there is no program to measure.
///
/// # Errors
/// When the program does not start or does not answer.
pub fn measure(report: &mut Report, place: &Place, rt: &Runtime, given: Option<&Path>) -> Outcome {
    let beside = || {
        let here = std::env::current_exe().ok()?;
        Some(here.parent()?.join("replydesk-serve"))
    };
    let program: Option<PathBuf> = given.map(Path::to_owned).or_else(beside);
    let Some(program) = program.filter(|program| program.exists()) else {
        report.add(
            Row::new("idle core", "no replydesk-serve beside this program")
                .unmeasured("≤ 60 MB, ≤ 0.3 % of a core"),
        );
        return Ok(());
    };
    let watched = Duration::from_secs(if place.quick { 20 } else { 180 });
    let sim = rt.block_on(Sim::builder().scenario(&format!("crowd:{CHATS}")).start())?;
    let dir = place.scratch()?;
    let serve = Serve::start(&program, dir.path(), &sim)?;
    let token = serde_json::json!({ "token": sim.token() });
    serve.call("account_add_token", &token.to_string())?;
    serve.wait_until_synced()?;
    // What the first synchronisation left behind is given back within seconds.
    std::thread::sleep(Duration::from_secs(5));
    let (began, before) = (Instant::now(), serve.processor());
    std::thread::sleep(watched);
    let share = (serve.processor() - before) / began.elapsed().as_secs_f64();
    let memory = serve.memory_kb();
    report.note(serde_json::json!({
        "idle": { "pssKb": memory, "share": share, "seconds": watched.as_secs() }
    }));
    report.add(
        Row::new(
            "idle core, memory (PSS)",
            format!("{:.1} MB", memory as f64 / 1024.0),
        )
        .goal("≤ 60 MB", memory > 0 && memory <= MEMORY_KB),
    );
    report.add(
        Row::new(
            format!("idle core, processor over {} s", watched.as_secs()),
            format!("{:.2} % of a core", share * 100.0),
        )
        .goal("≤ 0.3 %", share <= SHARE),
    );
    Ok(())
}
