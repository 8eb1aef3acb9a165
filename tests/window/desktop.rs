//! The private desktop: one journey at a time, processes that end in good order, the system's
//! opener of links, and waiting for what is to come.

use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard};

/// The app under test.
pub(crate) const APP: &str = env!("CARGO_BIN_EXE_replydesk");
/// How long anything may take; a busy machine is slow, and a journey that goes well never waits so
/// long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(50);

/// There is one screen, one keyring and one handler of links.
static TURN: Mutex<()> = Mutex::const_new(());

/// Waits for the desktop to be free.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    assert!(
        std::env::var_os("TAURI_AUTOMATION").is_some(),
        "this needs the private desktop: cargo xtask window -- cargo test --all-features --test window"
    );
    // thirtyfour brings a client without a provider of cryptography; a second time changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    TURN.lock().await
}

/// Waits until something is there.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "it never came to this: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    eventually(what, async || holds().then_some(())).await;
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it has an address").port()
}

/// Where the evidence of a journey goes.
pub(crate) fn evidence(name: &str) -> PathBuf {
    // Beside the program: the target folder may be anywhere.
    let target = Path::new(APP)
        .ancestors()
        .nth(2)
        .expect("target/debug/replydesk");
    let folder = target.join("window");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder.join(name)
}

/// A picture of the whole screen.
pub(crate) fn picture(file: &Path) {
    let mut import = Command::new("import");
    import.args(["-window", "root"]).arg(file);
    if !import.status().is_ok_and(|status| status.success()) {
        println!("no picture could be taken");
    }
}

/// A process with its output in a file.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command, log: &Path) -> Process {
        let child = logged(command, log).spawn();
        let name = command.get_program().to_string_lossy().into_owned();
        Process(child.unwrap_or_else(|error| panic!("{name} does not start: {error}")))
    }

    /// Ends it, and waits until it has.
    pub(crate) async fn end(mut self) {
        terminate(self.0.id());
        until("a driver ends when it is told to", || self.has_ended()).await;
    }

    fn has_ended(&mut self) -> bool {
        self.0.try_wait().is_ok_and(|status| status.is_some())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.has_ended() {
            terminate(self.0.id());
        }
    }
}

/// SIGTERM: a driver that is killed leaves its own children behind, with their ports.
pub(crate) fn terminate(id: u32) {
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -TERM \"$1\"", "sh", &id.to_string()]);
    let _ = kill.stderr(Stdio::null()).status();
}

/// The running copies of the app, with a window or without one.
pub(crate) fn instances() -> Vec<u32> {
    let app = Path::new(APP).canonicalize().expect("the app is built");
    let tray = app.with_file_name("replydesk-tray");
    assert!(tray.exists(), "the program for the tray is built");
    let processes = std::fs::read_dir("/proc").expect("there are processes");
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|id| {
            let program = std::fs::read_link(format!("/proc/{id}/exe"));
            program.is_ok_and(|program| program == app || program == tray)
        })
        .collect()
}

fn logged<'c>(command: &'c mut Command, log: &Path) -> &'c mut Command {
    let file = || -> File {
        let opened = OpenOptions::new().create(true).append(true).open(log);
        opened.expect("the log can be written")
    };
    command.stdin(Stdio::null()).stdout(file()).stderr(file())
}

/// Opens a link as the browser does: the system finds the program for it.
pub(crate) fn open_link(link: &str, variables: &[(&str, String)], log: &Path) {
    let mut opener = Command::new("xdg-open");
    opener.arg(link).envs(variables.iter().cloned());
    let status = logged(&mut opener, log).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "the system knows no program for this link"
    );
}

/// The addresses that were opened in the system's browser: a script stands in for one and notes
/// them.
pub(crate) struct BrowserStandIn(PathBuf);

impl BrowserStandIn {
    pub(crate) fn register() -> BrowserStandIn {
        let data = PathBuf::from(std::env::var_os("XDG_DATA_HOME").expect("a private home"));
        let (notes, script) = (data.join("opened-addresses"), data.join("browser-stand-in"));
        let applications = data.join("applications");
        std::fs::create_dir_all(&applications).expect("a private home can be written");
        let words = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n",
            notes.display()
        );
        std::fs::write(&script, words).expect("a script is written");
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Browser\nExec=/bin/sh {} %u\nMimeType=x-scheme-handler/http;\n",
            script.display()
        );
        let name = "browser-stand-in.desktop";
        std::fs::write(applications.join(name), entry).expect("an entry is written");
        let mut command = Command::new("xdg-mime");
        let status = command
            .args(["default", name, "x-scheme-handler/http"])
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "no browser can be set"
        );
        let _ = std::fs::remove_file(&notes);
        BrowserStandIn(notes)
    }

    pub(crate) fn opened(&self) -> Vec<String> {
        let notes = std::fs::read_to_string(&self.0).unwrap_or_default();
        notes.lines().map(str::to_owned).collect()
    }
}

/// The windows of ours that are to be seen.
pub(crate) fn windows() -> Vec<String> {
    let mut search = Command::new("xdotool");
    search.args(["search", "--onlyvisible", "--name", "ReplyDesk"]);
    let found = search
        .output()
        .map(|found| found.stdout)
        .unwrap_or_default();
    String::from_utf8_lossy(&found)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Closes it as a click on its cross does.
pub(crate) fn close_window() {
    for window in windows() {
        let mut close = Command::new("xdotool");
        let _ = close
            .args(["windowactivate", "--sync", &window, "key", "alt+F4"])
            .status();
    }
}

/// Closes it, and waits until the successor, which has no window, is the only process of ours.
pub(crate) async fn close_for_a_successor() {
    let first = instances();
    close_window();
    until("another process has taken its place", || {
        let now = instances();
        now.len() == 1 && now != first
    })
    .await;
}
