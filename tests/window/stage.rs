//! What a journey has around it: a simulated Instagram, a folder for the data, the app. Whatever
//! happened, it is left in good order: no process stays, and no secret is in a file.

use crate::app::App;
use crate::desktop::{self, evidence, instances, terminate, until};
use desk_secrets::{Backend, SecretName};
use futures::FutureExt;
use graph_sim::{Endpoint, Sim};
use secrecy::ExposeSecret;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Every token of the simulator begins so, as every one of Instagram's does.
const TOKEN_BEGINS: &str = "IGAA";

pub(crate) struct Stage {
    pub(crate) sim: Sim,
    pub(crate) log: PathBuf,
    data: TempDir,
    app: Option<App>,
}

/// Plays a journey on a stage of its own. When it fails, a picture of the screen stays beside the
/// log.
pub(crate) async fn journey(name: &str, scenario: &str, play: impl AsyncFnOnce(&mut Stage)) {
    let _turn = desktop::turn().await;
    let mut stage = Stage::new(name, scenario).await;
    let outcome = AssertUnwindSafe(play(&mut stage)).catch_unwind().await;
    if outcome.is_err() {
        desktop::picture(&evidence(&format!("{name}.png")));
        println!("see {} and the picture beside it", stage.log.display());
    }
    let closed = AssertUnwindSafe(stage.quit()).catch_unwind().await;
    for left in instances() {
        terminate(left);
    }
    until("no copy of the app is left", || instances().is_empty()).await;
    for outcome in [outcome, closed] {
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    }
    stage.is_left_clean().await;
}

impl Stage {
    async fn new(name: &str, scenario: &str) -> Stage {
        assert_eq!(
            instances(),
            [0_u32; 0],
            "another copy of the app is running"
        );
        // Accounts that differ, so that no journey finds the token of another in the keyring.
        let seed = name
            .bytes()
            .fold(0, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
        let sim = Sim::builder().scenario(scenario).seed(seed).start().await;
        let sim = sim.expect("the simulator starts");
        // The window looks more often than the demo's limit allows.
        sim.change(|settings| settings.rate_limit = None);
        let log = evidence(&format!("{name}.log"));
        let _ = std::fs::remove_file(&log);
        let data = tempfile::tempdir().expect("there is room for data");
        Stage {
            sim,
            log,
            data,
            app: None,
        }
    }

    /// The environment of the app.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        variables(&self.sim, self.data.path())
    }

    /// Starts the app.
    pub(crate) async fn start(&mut self) {
        self.app = Some(App::start(&self.variables(), &self.log).await);
    }

    /// Ends the app, if it runs.
    pub(crate) async fn quit(&mut self) {
        if let Some(app) = self.app.take() {
            app.quit().await;
        }
    }

    pub(crate) fn app(&self) -> &App {
        self.app.as_ref().expect("the app runs")
    }

    /// The system opens a link of ours.
    pub(crate) fn open_link(&self, link: &str) {
        desktop::open_link(link, &self.variables(), &self.log);
    }

    /// Waits until Instagram was looked at so many times more.
    pub(crate) async fn after_polls(&self, count: usize) {
        let enough = self.sim.calls_at(Endpoint::Conversations) + count;
        until("Instagram is looked at again and again", || {
            self.sim.calls_at(Endpoint::Conversations) >= enough
        })
        .await;
    }

    /// The texts that reached customers.
    pub(crate) fn delivered(&self) -> Vec<String> {
        self.sim
            .ledger()
            .into_iter()
            .map(|delivery| delivery.text)
            .collect()
    }

    /// The account's token as the keyring has it.
    pub(crate) async fn token(&self) -> Option<String> {
        let dir = self.data.path().to_owned();
        let keyring = tokio::task::spawn_blocking(move || {
            desk_secrets::open(Backend::Keyring, "ReplyDesk", &dir, None)
        });
        let keyring = keyring
            .await
            .expect("no panic")
            .expect("there is a keyring");
        let name = SecretName::account_token(&self.sim.user_id()).expect("a name");
        let token = keyring.get(&name).await.expect("the keyring answers");
        token.map(|token| token.expose_secret().to_owned())
    }

    async fn is_left_clean(&self) {
        let mut unexpected = self.sim.unexpected();
        // The browser asks that of every host.
        unexpected.retain(|call| call != "GET /favicon.ico");
        assert!(
            unexpected.is_empty(),
            "Instagram has no such thing: {unexpected:?}"
        );
        let mut secrets = vec![TOKEN_BEGINS.to_owned(), self.sim.app_secret()];
        secrets.extend(self.token().await);
        for file in files_below(self.data.path()).chain([self.log.clone()]) {
            let bytes = std::fs::read(&file).unwrap_or_default();
            for secret in &secrets {
                let found = bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!found, "a secret is in {}", file.display());
            }
        }
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        for line in log.lines() {
            let is_bad = line.contains("panicked at") || line.contains(" ERROR ");
            assert!(!is_bad, "the app complained: {line}");
        }
    }
}

/// The environment of an app that takes the simulator for Instagram.
pub(crate) fn variables(sim: &Sim, data: &Path) -> Vec<(&'static str, String)> {
    let web = || sim.url().to_owned();
    vec![
        ("REPLYDESK_INSTAGRAM_WEB", web()),
        ("REPLYDESK_INSTAGRAM_API", web()),
        ("REPLYDESK_INSTAGRAM_GRAPH", web()),
        ("REPLYDESK_FACEBOOK_WEB", web()),
        ("REPLYDESK_FACEBOOK_GRAPH", web()),
        ("REPLYDESK_REDIRECT_URI", sim.redirect_uri()),
        ("REPLYDESK_DATA_DIR", data.to_string_lossy().into_owned()),
        ("REPLYDESK_POLL_SECONDS", "0.5".to_owned()),
        (
            "REPLYDESK_LOG",
            "info,desk_app=debug,desk_sync=debug,graph_api=debug".to_owned(),
        ),
    ]
}

fn files_below(folder: &Path) -> Box<dyn Iterator<Item = PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .expect("the folder is there")
        .flatten();
    Box::new(entries.flat_map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path)
        } else {
            Box::new(std::iter::once(path))
        }
    }))
}
