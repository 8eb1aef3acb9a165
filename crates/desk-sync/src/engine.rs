//! Starts and stops the loops, and answers how they stand.

use crate::call::Caller;
use crate::lights::{Light, Lights, Side};
use crate::media::MediaShelf;
use crate::pace::Pace;
use crate::poller::{Poller, Standing};
use crate::server_clock::ServerClock;
use crate::signals::Signals;
use crate::{alarm, media, outbox, token, webhook};
use desk_core::{AccountId, Clock, Timestamp};
use desk_secrets::SecretStore;
use desk_store::table::{account, draft, outbox as outbox_table};
use desk_store::{Store, StoreError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often to poll, and how fast.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Between two polls while nothing happens. The default keeps to 200 calls an hour.
    pub steady_poll: Duration,
    /// Between two polls while somebody writes.
    pub brisk_poll: Duration,
    /// Lifts the limit of two calls a second: for servers on this machine that have none.
    pub unlimited: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            steady_poll: Duration::from_secs(18),
            brisk_poll: Duration::from_secs(5),
            unlimited: false,
        }
    }
}

/// What the engine works with.
#[derive(Clone)]
pub struct EngineParts {
    /// The file.
    pub store: Store,
    /// Instagram.
    pub client: graph_api::Client,
    /// The tokens.
    pub secrets: Arc<dyn SecretStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The speed.
    pub options: Options,
    /// Pictures, films and files.
    pub media: graph_api::media::MediaClient,
    /// The port of the webhook receiver, when it is fixed.
    pub webhook_port: Option<u16>,
}

impl std::fmt::Debug for EngineParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EngineParts")
    }
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) client: graph_api::Client,
    pub(crate) secrets: Arc<dyn SecretStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: Options,
    pub(crate) media: MediaShelf,
    pub(crate) webhooks: crate::webhook::Board,
    pub(crate) webhook_port: Option<u16>,
    pub(crate) server_clock: ServerClock,
    pub(crate) signals: Signals,
    lanes: Mutex<BTreeMap<AccountId, Lane>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inner")
    }
}

/// What belongs to one account.
struct Lane {
    pace: Arc<Pace>,
    wake: Arc<Notify>,
    standing: Standing,
    lights: Lights,
    /// Stops the poller; `None` while there is none.
    poller: Option<CancellationToken>,
}

impl Inner {
    fn lane<T>(&self, account: AccountId, with: impl FnOnce(&mut Lane) -> T) -> T {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        with(lanes.entry(account).or_insert_with(|| Lane {
            pace: Arc::new(Pace::new(self.options.unlimited)),
            wake: Arc::default(),
            standing: Standing::default(),
            lights: Lights::default(),
            poller: None,
        }))
    }

    pub(crate) fn set_standing(&self, account: AccountId, standing: Standing) {
        self.lane(account, |lane| lane.standing = standing);
    }

    /// Notes the time that an answer of Instagram's told.
    pub(crate) fn heard_time(&self, told: Option<Timestamp>) {
        if let Some(told) = told {
            self.server_clock.heard(told, self.clock.now());
        }
    }

    /// Notes what the last call of one side of an account came to.
    pub(crate) fn note_call<T>(
        &self,
        account: AccountId,
        side: Side,
        outcome: &Result<graph_api::Reply<T>, graph_api::Error>,
    ) {
        let light = Light::of(outcome, self.clock.now());
        self.lane(account, |lane| lane.lights.set(side, light));
    }

    pub(crate) fn poll_soon(&self, account: AccountId) {
        self.lane(account, |lane| lane.wake.notify_one());
    }

    pub(crate) fn caller(self: &Arc<Self>, account: AccountId) -> Caller {
        let pace = self.lane(account, |lane| Arc::clone(&lane.pace));
        Caller::new(Arc::clone(self), account, pace)
    }
}

/// How the synchronisation of one account stands.
#[derive(Debug, Clone, Copy)]
pub struct AccountProgress {
    /// The next check.
    pub next_check_at: Option<Timestamp>,
    /// Calls in the last hour.
    pub calls_last_hour: u32,
    /// Calls since the start.
    pub calls_total: u32,
}

/// The running engine.
#[derive(Debug)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
    stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl Engine {
    /// Starts all loops. What the last run left under way is looked up first.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub async fn start(parts: EngineParts) -> Result<Engine, StoreError> {
        let now = parts.clock.now();
        let recovered: Result<u32, StoreError> = parts
            .store
            .write(move |w| {
                draft::recover(w, now)?;
                outbox_table::recover(w, now)
            })
            .await;
        let recovered = recovered?;
        if recovered > 0 {
            tracing::info!(
                count = recovered,
                "messages were under way when ReplyDesk ended; they are looked up"
            );
        }
        let media_dir = media_dir(&parts.store);
        let inner = Arc::new(Inner {
            store: parts.store,
            client: parts.client,
            secrets: parts.secrets,
            clock: parts.clock,
            media: MediaShelf::at(&media_dir, parts.media),
            webhooks: crate::webhook::Board::default(),
            webhook_port: parts.webhook_port,
            options: parts.options,
            server_clock: ServerClock::default(),
            signals: Signals::default(),
            lanes: Mutex::default(),
        });
        let engine = Engine {
            inner,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        engine
            .tasks
            .spawn(outbox::run(Arc::clone(&engine.inner), engine.stop.clone()));
        engine
            .tasks
            .spawn(alarm::run(Arc::clone(&engine.inner), engine.stop.clone()));
        engine
            .tasks
            .spawn(token::run(Arc::clone(&engine.inner), engine.stop.clone()));
        engine
            .tasks
            .spawn(media::run(Arc::clone(&engine.inner), engine.stop.clone()));
        engine.tasks.spawn(webhook::run_receiver(
            Arc::clone(&engine.inner),
            engine.stop.clone(),
        ));
        engine.tasks.spawn(webhook::run_drain(
            Arc::clone(&engine.inner),
            engine.stop.clone(),
        ));
        let accounts: Result<Vec<account::Account>, StoreError> =
            engine.inner.store.read(account::connected).await;
        for account in accounts? {
            engine.watch(account.id);
        }
        Ok(engine)
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// Polls an account from now on, at once.
    pub fn watch(&self, account: AccountId) {
        let stop = self.stop.child_token();
        let wake = self.inner.lane(account, |lane| {
            if let Some(running) = lane.poller.replace(stop.clone()) {
                running.cancel();
            }
            Arc::clone(&lane.wake)
        });
        let poller = Poller::new(
            Arc::clone(&self.inner),
            self.inner.caller(account),
            account,
            wake,
        );
        self.tasks.spawn(poller.run(stop));
    }

    /// No longer polls an account.
    pub fn unwatch(&self, account: AccountId) {
        if let Some(running) = self.inner.lane(account, |lane| lane.poller.take()) {
            running.cancel();
        }
    }

    /// Polls an account as soon as the pace allows.
    pub fn poll_now(&self, account: AccountId) {
        self.inner.poll_soon(account);
    }

    /// How the synchronisation of an account stands.
    #[must_use]
    pub fn progress(&self, account: AccountId) -> AccountProgress {
        self.inner.lane(account, |lane| {
            let (calls_last_hour, calls_total) = lane.pace.calls();
            AccountProgress {
                next_check_at: lane.standing.next_check_at,
                calls_last_hour,
                calls_total,
            }
        })
    }

    /// What the last call of each side of an account came to.
    #[must_use]
    pub fn lights(&self, account: AccountId) -> Lights {
        self.inner.lane(account, |lane| lane.lights.clone())
    }

    /// Notes what a call to the account itself came to, made outside of the engine.
    pub fn note_profile<T>(
        &self,
        account: AccountId,
        outcome: &Result<graph_api::Reply<T>, graph_api::Error>,
    ) {
        self.inner.note_call(account, Side::Profile, outcome);
    }

    /// Stops all loops and waits until what is under way has ended, but no longer than `patience`:
    /// what then still is has an unclear outcome, and is looked up at the next start.
    pub async fn shutdown(&self, patience: Duration) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some calls did not end in time; they are looked up at the next start");
        }
    }
}

fn media_dir(store: &Store) -> std::path::PathBuf {
    let data = store.path().parent().unwrap_or(std::path::Path::new(""));
    data.join("media")
}

/// A named moment of the send path, at which a test can end the process: the environment variable
/// `REPLYDESK_FAIL_POINT` names it. Without the variable nothing happens.
pub(crate) fn fail_point(name: &str) {
    #[cfg(debug_assertions)]
    if std::env::var("REPLYDESK_FAIL_POINT").is_ok_and(|wanted| wanted == name) {
        std::process::abort();
    }
    #[cfg(not(debug_assertions))]
    let _ = name;
}
