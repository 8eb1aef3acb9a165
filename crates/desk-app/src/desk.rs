//! The desk: everything that is open while ReplyDesk runs.

use crate::attention::Attention;
use crate::config::Config;
use crate::connect::question::Question;
use crate::desktop::Desktop;
use crate::drafting::Drafting;
use crate::dto::{AppState, Preferences};
use crate::egress_meter::EgressMeter;
use crate::pause::{self, Pause};
use crate::visit::Visit;
use crate::{IpcError, change_bus, demo};
use desk_core::egress::Egress;
use desk_core::{Change, Clock, Code, SystemClock};
use desk_secrets::{Backend, SecretStore};
use desk_store::table::{message, setting};
use desk_store::{Store, StoreError};
use desk_sync::{Engine, EngineParts, Options};
use graph_api::media::guard::Rules;
use graph_api::media::{Caps, MediaClient};
use graph_api::{Client, Meter};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The setting with the owner's choices of how the screen looks.
pub(crate) const PREFERENCES: &str = "preferences";
/// How long the end of the program waits for calls under way.
const PATIENCE: Duration = Duration::from_secs(8);

/// Opens an address in the system's browser; the shell knows how.
pub type LinkOpener = Arc<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// Everything that is open. Each command is a method of it.
pub struct Desk {
    pub(crate) store: Store,
    pub(crate) secrets: Arc<dyn SecretStore>,
    pub(crate) client: Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) engine: Engine,
    pub(crate) drafting: Arc<Drafting>,
    pub(crate) config: Config,
    pub(crate) links: Option<LinkOpener>,
    pub(crate) connect_fault: Mutex<Option<Code>>,
    pub(crate) connect_question: Mutex<Option<Question>>,
    pub(crate) visit: Arc<Visit>,
    /// Whether this is the demo of a visit, which can be left.
    is_visit: bool,
    pub(crate) attention: Arc<Attention>,
    pub(crate) pause: Pause,
    /// Set by a shell that has one.
    pub(crate) desktop: OnceLock<Arc<dyn Desktop>>,
    pub(crate) file_watch: crate::file::FileWatch,
    /// Whether the data lies on a network drive.
    is_data_remote: bool,
    changes: broadcast::Sender<Arc<Vec<Change>>>,
    stop: CancellationToken,
    /// Ends what writes by itself, while the screen can still read.
    acting: CancellationToken,
    tasks: TaskTracker,
    /// Lives as long as the demo does.
    demo: OnceLock<demo::Demo>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

impl Desk {
    /// Opens the data and starts to work.
    ///
    /// # Errors
    /// Why it cannot: the data folder, the place for secrets, a second ReplyDesk, a setting.
    pub async fn open(config: Config, links: Option<LinkOpener>) -> Result<Arc<Desk>, IpcError> {
        Self::open_with(config, links, Arc::new(SystemClock)).await
    }

    /// The same with a clock of the caller's, for tests.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub async fn open_with(
        config: Config,
        links: Option<LinkOpener>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Desk>, IpcError> {
        Self::open_for(config, links, clock, None).await
    }

    /// The same; with a visit it is the demo that is visited.
    pub(crate) async fn open_for(
        mut config: Config,
        links: Option<LinkOpener>,
        clock: Arc<dyn Clock>,
        visit: Option<Arc<Visit>>,
    ) -> Result<Arc<Desk>, IpcError> {
        let demo = if config.demo {
            Some(demo::Demo::start(&mut config).await?)
        } else {
            None
        };
        let store = {
            let (dir, now) = (config.data_dir.clone(), clock.now());
            blocking(move || Store::open_at(&dir, now)).await??
        };
        // The folder is ours from here on.
        if let Some(folder) = store.path().parent() {
            crate::logging::keep_in(folder);
        }
        let secrets = open_secrets(
            &config,
            store.path().parent().map(PathBuf::from).unwrap_or_default(),
        )
        .await?;
        let client = Client::new(
            config.endpoints.clone(),
            config.version.clone(),
            config.limits,
        )
        .map_err(|e| IpcError::new(Code::BadSetting, e.to_string()))?;
        let egress = Arc::new(Egress::default());
        let meter = Arc::new(EgressMeter(Arc::clone(&egress)));
        let client = client.metered(Arc::clone(&meter) as Arc<dyn Meter>);
        let options = Options {
            fixed_poll: config.poll_every,
            ..Options::default()
        };
        let (changes, _) = broadcast::channel(256);
        let stop = CancellationToken::new();
        let acting = stop.child_token();
        let tasks = TaskTracker::new();
        tasks.spawn(change_bus::run(
            store.changes(),
            changes.clone(),
            stop.clone(),
        ));
        let rules = Rules::new(&config.media_hosts, &config.endpoints.instagram_graph);
        // Media are larger than answers.
        let caps = Caps {
            timeout: config.limits.read_timeout * 2,
            ..Caps::default()
        };
        let media = MediaClient::new(rules, caps)
            .map_err(|e| IpcError::new(Code::BadSetting, e.to_string()))?
            .metered(meter);
        let newest_before = store.read(message::newest_id).await?;
        let engine = Engine::start(EngineParts {
            store: store.clone(),
            client: client.clone(),
            secrets: Arc::clone(&secrets),
            clock: Arc::clone(&clock),
            egress: Arc::clone(&egress),
            options,
            media,
            webhook_port: config.webhook_port,
        })
        .await?;
        let drafting = Drafting::new(
            store.clone(),
            Arc::clone(&secrets),
            Arc::clone(&clock),
            Arc::clone(&egress),
            changes.clone(),
        );
        tasks.spawn(Arc::clone(&drafting).run(acting.clone()));
        tasks.spawn(crate::sources::watch(
            store.clone(),
            Arc::clone(&clock),
            acting.clone(),
        ));
        let attention = Attention::new(store.clone(), Arc::clone(&clock));
        tasks.spawn(Arc::clone(&attention).run(newest_before, changes.subscribe(), stop.clone()));
        tasks.spawn(crate::place::wake_snoozed(
            store.clone(),
            Arc::clone(&clock),
            stop.clone(),
        ));
        let is_data_remote = desk_store::file::drive::is_remote(store.path());
        let desk = Arc::new(Desk {
            store,
            secrets,
            client,
            clock,
            engine,
            drafting,
            config,
            links,
            connect_fault: Mutex::default(),
            connect_question: Mutex::default(),
            is_visit: visit.is_some(),
            visit: visit.unwrap_or_default(),
            attention,
            pause: Pause::default(),
            desktop: OnceLock::new(),
            file_watch: crate::file::FileWatch::default(),
            is_data_remote,
            changes,
            stop,
            acting,
            tasks,
            demo: OnceLock::new(),
        });
        desk.tasks
            .spawn(pause::run(Arc::downgrade(&desk), desk.stop.clone()));
        let watched = Arc::downgrade(&desk);
        desk.tasks
            .spawn(crate::housekeeping::run(watched, desk.acting.clone()));
        desk.forget_opened().await;
        if let Some(demo) = demo {
            demo.furnish(&desk).await?;
            let _ = desk.demo.set(demo);
        }
        Ok(desk)
    }

    /// Hears of changes, in batches.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Arc<Vec<Change>>> {
        self.changes.subscribe()
    }

    /// Tells the screen of something that is in no table.
    pub(crate) fn announce(&self, change: Change) {
        let _ = self.changes.send(Arc::new(vec![change]));
    }

    /// Where changes are sent.
    pub(crate) fn change_sender(&self) -> broadcast::Sender<Arc<Vec<Change>>> {
        self.changes.clone()
    }

    /// Ends with the desk.
    pub(crate) fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Work that the end of the desk waits for.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// The change that means: read everything anew.
    #[must_use]
    pub fn everything_changed() -> Change {
        change_bus::everything()
    }

    /// Ends everything that acts by itself; what is stored can still be read.
    pub(crate) async fn halt(&self) {
        self.acting.cancel();
        self.engine.shutdown(PATIENCE).await;
    }

    /// Ends all work in good order: what is being sent is brought to its end.
    pub async fn shutdown(&self) {
        self.visit.end().await;
        self.stop.cancel();
        self.tasks.close();
        self.engine.shutdown(PATIENCE).await;
        if tokio::time::timeout(PATIENCE, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some work did not end in time");
        }
    }

    /// Command `app_state`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn app_state(&self) -> Result<AppState, IpcError> {
        let preferences: Result<Preferences, StoreError> =
            self.store.read(|db| setting::get(db, PREFERENCES)).await;
        Ok(AppState {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            demo: self.config.demo,
            demo_can_end: self.is_visit,
            redirect_uri: self.config.redirect_uri.clone(),
            preferences: preferences?,
            secrets: self.secrets.backend().as_str().to_owned(),
            data_fault: self.is_data_remote.then_some(Code::DataOnNetwork),
            connect_fault: *self
                .connect_fault
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
            connect_question: self.question_shown(),
        })
    }

    /// Command `link_open`. Only https leads out of here, and only to a host without a disguise.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for any other address.
    #[expect(clippy::unused_async, reason = "a command is called like every other")]
    pub async fn link_open(&self, url: String) -> Result<(), IpcError> {
        let address = crate::connect::safe_link(&url, &self.config)?;
        let Some(open) = &self.links else {
            return Err(IpcError::new(
                Code::NotAllowed,
                "this ReplyDesk has no browser",
            ));
        };
        open(address.as_str()).map_err(|e| IpcError::new(Code::Internal, e))
    }
}

async fn open_secrets(config: &Config, dir: PathBuf) -> Result<Arc<dyn SecretStore>, IpcError> {
    let (backend, passphrase) = (config.secrets, config.passphrase.clone());
    // The demo's tokens are worth nothing and must not end up among the owner's.
    let backend = if config.demo {
        Backend::Memory
    } else {
        backend
    };
    Ok(blocking(move || desk_secrets::open(backend, "ReplyDesk", &dir, passphrase)).await??)
}

/// Runs what blocks, away from the loops.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, IpcError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| IpcError::new(Code::Internal, format!("the work was cut off: {e}")))
}
