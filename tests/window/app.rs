//! The app in its window, and a hand on mouse and keyboard.

use crate::desktop::{APP, LOOK_EVERY, PATIENCE, Process, eventually, free_port, instances, until};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::prelude::*;
use thirtyfour::session::scriptret::ScriptRet;
use thirtyfour::{Capabilities, Key};

/// A web view under WebDriver, and the driver's process.
pub(crate) struct View {
    pub(crate) driver: WebDriver,
    process: Process,
}

/// The running app.
pub(crate) struct App(View);

impl View {
    /// Starts a driver, and through it the program that the capabilities name.
    pub(crate) async fn open(
        command: &mut Command,
        ports: &[u16],
        capabilities: Capabilities,
        log: &Path,
    ) -> View {
        let process = Process::start(command, log);
        until("the drivers listen", || {
            ports
                .iter()
                .all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok())
        })
        .await;
        let [port, ..] = ports else {
            panic!("a driver has a port")
        };
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities)
            .poller(Arc::new(ElementPollerWithTimeout::new(
                PATIENCE, LOOK_EVERY,
            )))
            .request_timeout(PATIENCE)
            .connect()
            .await
            .expect("a session begins");
        View { driver, process }
    }

    /// Ends the session, waits for what ends with it, and then ends the driver.
    pub(crate) async fn close(self, has_ended: impl FnMut() -> bool) {
        let quit = self.driver.quit().await;
        // The driver ends its program after it has answered; without the driver it would stay.
        until("the program has ended", has_ended).await;
        self.process.end().await;
        quit.expect("the session ends in good order");
    }
}

impl View {
    /// Starts a program of ours with a web view in it, under the driver for such programs.
    pub(crate) async fn of(program: &Path, variables: &[(&str, String)], log: &Path) -> View {
        let ports = [free_port(), free_port()];
        let mut command = Command::new("tauri-driver");
        command
            .args([
                "--port",
                &ports[0].to_string(),
                "--native-port",
                &ports[1].to_string(),
            ])
            .envs(variables.iter().cloned());
        let mut capabilities = Capabilities::new();
        let wanted = [
            ("browserName", json!("wry")),
            ("tauri:options", json!({ "application": program })),
        ];
        for (name, value) in wanted {
            capabilities.set(name, value).expect("a capability");
        }
        View::open(&mut command, &ports, capabilities, log).await
    }

    /// Presses a key wherever the focus is.
    pub(crate) async fn press(&self, key: impl Into<char>) {
        let actions = self.driver.action_chain().send_keys(key.into());
        actions.perform().await.expect("a key can be pressed");
    }

    /// What a script in the page returns.
    pub(crate) async fn script(&self, script: &str) -> Value {
        let result: WebDriverResult<ScriptRet> = self.driver.execute(script, Vec::new()).await;
        result.expect("a script runs").json().clone()
    }
}

impl App {
    pub(crate) async fn start(variables: &[(&str, String)], log: &Path) -> App {
        let app = App(View::of(Path::new(APP), variables, log).await);
        app.shown("[data-testid=app][data-ready=true]").await;
        app
    }

    /// Ends it as the end of a session does.
    pub(crate) async fn quit(self) {
        self.0.close(|| instances().is_empty()).await;
    }

    pub(crate) fn view(&self) -> &View {
        &self.0
    }

    pub(crate) fn driver(&self) -> &WebDriver {
        &self.0.driver
    }

    /// The element, once it is shown.
    pub(crate) async fn shown(&self, css: &str) -> WebElement {
        let query = self.driver().query(By::Css(css)).and_displayed();
        let found = query.first().await;
        found.unwrap_or_else(|error| panic!("{css} is never shown: {error}"))
    }

    /// The element with this hook, once it is shown.
    pub(crate) async fn hook(&self, name: &str) -> WebElement {
        self.shown(&format!("[data-testid={name}]")).await
    }

    /// Waits until no such element is there.
    pub(crate) async fn gone(&self, css: &str) {
        eventually(&format!("{css} is gone"), async || {
            let all = self.driver().find_all(By::Css(css)).await.ok()?;
            all.is_empty().then_some(())
        })
        .await;
    }

    pub(crate) async fn text(&self, css: &str) -> String {
        self.shown(css)
            .await
            .text()
            .await
            .expect("an element has a text")
    }

    pub(crate) async fn click(&self, css: &str) {
        let what = format!("{css} can be clicked");
        eventually(&what, async || {
            let found = self.driver().find(By::Css(css)).await.ok()?;
            found.scroll_into_view().await.ok()?;
            found.click().await.ok()
        })
        .await;
    }

    pub(crate) async fn press_button(&self, hook: &str) {
        self.click(&format!("[data-testid={hook}]:not(:disabled)"))
            .await;
    }

    /// Writes into a field, in place of what is there.
    pub(crate) async fn fill(&self, hook: &str, text: &str) {
        let field = self.hook(hook).await;
        // Not cleared first: an empty field is a value too, and would be kept at once.
        let all = Key::Control + "a";
        field.send_keys(all).await.expect("a text can be marked");
        field
            .send_keys(text)
            .await
            .expect("a field can be written into");
    }

    /// Presses a key wherever the focus is.
    pub(crate) async fn press(&self, key: impl Into<char>) {
        self.0.press(key).await;
    }

    pub(crate) async fn press_with_control(&self, key: Key) {
        let actions = self.driver().action_chain();
        let actions = actions
            .key_down(Key::Control)
            .send_keys(key.value())
            .key_up(Key::Control);
        actions.perform().await.expect("keys can be pressed");
    }

    /// What a script in the page returns.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.0.script(script).await
    }

    /// The outcome of a promise in the page: `resolved` or the words of the rejection.
    pub(crate) async fn promise(&self, expression: &str) -> String {
        let script = format!(
            "const done = arguments[arguments.length - 1];\
             Promise.resolve().then(() => {expression})\
             .then(() => done('resolved'), (why) => done(String(why)));"
        );
        let result = self.driver().execute_async(script, Vec::new()).await;
        let value = result.expect("a script runs").json().clone();
        value.as_str().expect("words").to_owned()
    }
}
