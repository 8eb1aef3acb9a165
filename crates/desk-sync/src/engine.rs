//! Starts and stops the loops, and answers how they stand.

use crate::arrivals::Arrivals;
use crate::books::Books;
use crate::call::Caller;
use crate::interval::Hints;
use crate::lights::{Light, Lights, Side};
use crate::media::MediaShelf;
use crate::pace::Pace;
use crate::poller::{Poller, Standing};
use crate::server_clock::ServerClock;
use crate::signals::Signals;
use crate::{alarm, books, media, outbox, profile, token, webhook};
use desk_core::egress::Egress;
use desk_core::sync::{CallReason, Lane};
use desk_core::{AccountId, Clock, Timestamp};
use desk_secrets::SecretStore;
use desk_store::table::{account, draft, outbox as outbox_table, sync_state};
use desk_store::{Store, StoreError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often to poll, and how fast.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Polls at this interval instead of one that is learned; then the budget counts and holds up
    /// nobody.
    pub fixed_poll: Option<Duration>,
    /// Lifts the limit of two calls a second: for servers on this machine that have none.
    pub unlimited: bool,
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
    /// What left this computer.
    pub egress: Arc<Egress>,
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
    pub(crate) books: Books,
    watched: Mutex<BTreeMap<AccountId, Watched>>,
    focused_at: Mutex<Option<Timestamp>>,
    pub(crate) media: MediaShelf,
    pub(crate) webhooks: crate::webhook::Board,
    pub(crate) webhook_port: Option<u16>,
    pub(crate) server_clock: ServerClock,
    pub(crate) signals: Signals,
    pub(crate) profiles: profile::Wanted,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inner")
    }
}

/// What belongs to one account.
pub(crate) struct Watched {
    pace: Arc<Pace>,
    wake: Arc<Notify>,
    pub(crate) standing: Standing,
    lights: Lights,
    /// When its messages come.
    pub(crate) arrivals: Arrivals,
    /// The last news: a message came, or one was sent from here.
    pub(crate) news_at: Option<Timestamp>,
    /// How often a thread was refused, by Instagram's id.
    pub(crate) refusals: BTreeMap<String, u32>,
    /// Why somebody wants a check before it is due.
    pub(crate) wanted: Option<CallReason>,
    /// Stops the poller; `None` while there is none.
    poller: Option<CancellationToken>,
}

impl Inner {
    pub(crate) fn watched<T>(&self, account: AccountId, with: impl FnOnce(&mut Watched) -> T) -> T {
        let mut all = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        with(all.entry(account).or_insert_with(|| {
            let enforced = self.options.fixed_poll.is_none();
            Watched {
                pace: Arc::new(Pace::new(self.options.unlimited, enforced)),
                wake: Arc::default(),
                standing: Standing::default(),
                lights: Lights::default(),
                arrivals: Arrivals::default(),
                news_at: None,
                refusals: BTreeMap::new(),
                wanted: None,
                poller: None,
            }
        }))
    }

    pub(crate) fn pace(&self, account: AccountId) -> Arc<Pace> {
        self.watched(account, |watched| Arc::clone(&watched.pace))
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
        self.watched(account, |watched| watched.lights.set(side, light));
    }

    /// Something was sent from here: an answer is likely, and the echo is there already.
    pub(crate) fn poll_soon(&self, account: AccountId) {
        let now = self.clock.now();
        self.watched(account, |watched| {
            watched.arrivals.sent(now);
            watched.news_at = Some(now);
            watched.wanted = Some(CallReason::Sent);
            watched.wake.notify_one();
        });
    }

    pub(crate) fn want(&self, account: AccountId, reason: CallReason) {
        self.watched(account, |watched| {
            watched.wanted = Some(reason);
            watched.wake.notify_one();
        });
    }

    pub(crate) fn hints(&self, account: AccountId) -> Hints {
        let focused_at = *self
            .focused_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Hints {
            focused_at,
            news_at: self.watched(account, |watched| watched.news_at),
        }
    }

    pub(crate) fn caller(self: &Arc<Self>, account: AccountId, lane: Lane) -> Caller {
        let pace = self.pace(account);
        Caller::new(Arc::clone(self), account, pace, lane)
    }
}

/// How the synchronisation of one account stands.
#[derive(Debug, Clone, Copy)]
pub struct AccountProgress {
    /// The next check; `None` while one is under way or about to begin.
    pub next_check_at: Option<Timestamp>,
    /// The wait between the last check and the next one.
    pub interval: Option<Duration>,
    /// Calls in the last hour.
    pub calls_last_hour: u32,
    /// Calls since the start.
    pub calls_total: u32,
    /// Calls an hour that the owner allows.
    pub calls_budget: u32,
    /// Calls that are left, with what was saved.
    pub calls_left: u32,
    /// Until when Instagram wants no calls.
    pub throttled_until: Option<Timestamp>,
}

impl AccountProgress {
    const fn with_total(mut self, calls_total: u32) -> Self {
        self.calls_total = calls_total;
        self
    }
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
            books: Books::new(parts.egress),
            watched: Mutex::default(),
            focused_at: Mutex::default(),
            server_clock: ServerClock::default(),
            signals: Signals::default(),
            profiles: profile::Wanted::default(),
        });
        books::note_start(&inner.store, now).await?;
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
            .spawn(books::run(Arc::clone(&engine.inner), engine.stop.clone()));
        engine
            .tasks
            .spawn(media::run(Arc::clone(&engine.inner), engine.stop.clone()));
        engine
            .tasks
            .spawn(profile::run(Arc::clone(&engine.inner), engine.stop.clone()));
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
        let wake = self.inner.watched(account, |watched| {
            if let Some(running) = watched.poller.replace(stop.clone()) {
                running.cancel();
            }
            Arc::clone(&watched.wake)
        });
        let poller = Poller::new(Arc::clone(&self.inner), account, wake);
        self.tasks.spawn(poller.run(stop));
    }

    /// No longer polls an account.
    pub fn unwatch(&self, account: AccountId) {
        if let Some(running) = self.inner.watched(account, |watched| watched.poller.take()) {
            running.cancel();
        }
    }

    /// Polls an account as soon as the pace allows.
    pub fn poll_now(&self, account: AccountId) {
        self.inner.want(account, CallReason::Asked);
    }

    /// Polls an account soon, because a webhook says that there is something.
    pub fn follow_up(&self, account: AccountId) {
        self.inner.want(account, CallReason::Webhook);
    }

    /// Notes whether the owner looks at the window: what is looked at is checked more often.
    pub fn set_focus(&self, focused: bool) {
        let now = self.inner.clock.now();
        let before = {
            let mut at = self
                .inner
                .focused_at
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *at, focused.then_some(now))
        };
        if !focused || before.is_some() {
            return;
        }
        let accounts: Vec<AccountId> = {
            let all = &self.inner.watched;
            let all = all.lock().unwrap_or_else(PoisonError::into_inner);
            let polled = all.iter().filter(|(_, watched)| watched.poller.is_some());
            polled.map(|(id, _)| *id).collect()
        };
        for account in accounts {
            self.inner.want(account, CallReason::Focus);
        }
    }

    /// Sets how many calls an hour an account may make.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn set_calls_per_hour(
        &self,
        account: AccountId,
        calls: u32,
    ) -> Result<(), StoreError> {
        let written: Result<(), StoreError> = self
            .inner
            .store
            .write(move |w| sync_state::set_calls_per_hour(w, account, calls))
            .await;
        written?;
        let now = self.inner.clock.now();
        let pace = self.inner.pace(account);
        pace.budget(now, |budget| budget.set_per_hour_at(now, calls));
        Ok(())
    }

    /// Writes down at once what is waiting to be, so that the owner sees all of it.
    pub async fn write_books(&self) {
        books::settle(&self.inner).await;
    }

    /// How the synchronisation of an account stands.
    #[must_use]
    pub fn progress(&self, account: AccountId) -> AccountProgress {
        let now = self.inner.clock.now();
        let pace = self.inner.pace(account);
        let (standing, wanted) = self
            .inner
            .watched(account, |watched| (watched.standing, watched.wanted));
        pace.budget(now, |budget| AccountProgress {
            next_check_at: standing.next_check_at.filter(|_| wanted.is_none()),
            interval: standing.interval,
            calls_last_hour: budget.used_at(now),
            calls_total: 0,
            calls_budget: budget.per_hour(),
            // `as` saturates: what is borrowed is shown as nothing left.
            calls_left: budget.saved_at(now) as u32,
            throttled_until: budget.throttle_at(now).map(|throttle| throttle.until),
        })
        .with_total(pace.total())
    }

    /// What the last call of each side of an account came to.
    #[must_use]
    pub fn lights(&self, account: AccountId) -> Lights {
        self.inner
            .watched(account, |watched| watched.lights.clone())
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
        if self.stop.is_cancelled() {
            return;
        }
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some calls did not end in time; they are looked up at the next start");
        }
        books::settle(&self.inner).await;
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
