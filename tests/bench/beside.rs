//! The same screen in Chromium, served by `replydesk-serve`: what stands in for an Electron app.

use crate::place::{beside_app, log};
use crate::processes;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A child that says something on a line and ends with us.
struct Speaking(Child);

impl Speaking {
    fn start(command: &mut Command) -> (Speaking, Value) {
        let log = std::fs::File::create(log().with_extension("beside.log"));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.expect("the log can be written"))
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("it speaks");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let said = serde_json::from_str(&line).expect("it says where it is");
        (Speaking(child), said)
    }

    /// Waits for its end in good order.
    fn end(mut self) {
        drop(self.0.stdin.take());
        crate::desktop::terminate(self.0.id());
        let _ = self.0.wait();
    }
}

/// One start of server and browser: from the browser's beginning until rows were painted, and the
/// memory of both after a rest.
pub(crate) async fn start(data: &Path, rest: Duration) -> (Duration, f64) {
    let mut serve = Command::new(beside_app("replydesk-serve"));
    serve
        .arg("--data-dir")
        .arg(data)
        .env("REPLYDESK_SECRETS", "memory")
        .env("REPLYDESK_LOG", "warn");
    let (serve, at) = Speaking::start(&mut serve);
    let address = format!(
        "{}#token={}",
        at["url"].as_str().expect("an address"),
        at["token"].as_str().expect("a token")
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/scripts/rows.mjs");
    let (browser, seen) = Speaking::start(Command::new("node").arg(script).arg(address));
    tokio::time::sleep(rest).await;
    let id = seen["id"].as_u64().and_then(|id| u32::try_from(id).ok());
    let memory = processes::memory_mb(id.expect("a process")) + processes::memory_mb(serve.0.id());
    let time = seen["paintedMs"].as_f64().expect("it was painted")
        - seen["startedMs"].as_f64().expect("it was started");
    browser.end();
    serve.end();
    (Duration::from_secs_f64(time.max(0.0) / 1000.0), memory)
}
