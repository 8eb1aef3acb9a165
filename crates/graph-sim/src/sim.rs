//! The simulator as tests hold it: started, asked, moved, and stopped when dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::fault::Endpoint;
use crate::ledger::{CallRecord, Delivery, SenderAction};
use crate::scenario::{self, ScenarioError};
use crate::server::{Shared, serve};
use crate::settings::Settings;
use crate::state::World;

/// How a simulator is to start.
#[derive(Debug, Clone, Default)]
pub struct SimBuilder {
    clock: Option<DateTime<Utc>>,
    port: u16,
    seed: u64,
    settings: Option<Settings>,
    scenario: Option<String>,
    delivers: bool,
}

/// Why a simulator did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The port could not be had.
    Bind(io::Error),
    /// The scenario is unknown or cannot be read.
    Scenario(ScenarioError),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bind(error) => write!(f, "cannot listen: {error}"),
            Self::Scenario(error) => write!(f, "cannot load the scenario: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl SimBuilder {
    /// Stands the clock at `at` until it is advanced.
    #[must_use]
    pub fn clock(mut self, at: DateTime<Utc>) -> Self {
        self.clock = Some(at);
        self
    }

    /// Listens on this port; 0 takes any.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Seeds ids and stories; the same seed gives the same ones. Two simulators of one test need
    /// different seeds if their accounts are to differ.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts with these modes, overruling those of the scenario.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = Some(settings);
        self
    }

    /// Starts with a scenario: `empty`, `shop`, `crowd`, `crowd:500`, or the path of a file.
    #[must_use]
    pub fn scenario(mut self, name: &str) -> Self {
        self.scenario = Some(name.to_owned());
        self
    }

    /// Delivers events by itself, for programs; a test says when by [`Sim::webhooks`].
    #[must_use]
    pub fn delivers(mut self) -> Self {
        self.delivers = true;
        self
    }

    /// Starts the simulator.
    ///
    /// # Errors
    /// When the port is taken or the scenario cannot be loaded.
    pub async fn start(self) -> Result<Sim, StartError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let listener = TcpListener::bind(address).await.map_err(StartError::Bind)?;
        let bound = listener.local_addr().map_err(StartError::Bind)?;
        let clock = self.clock.map_or_else(Clock::running, Clock::fixed);
        let url = format!("http://{bound}");
        let mut world = World::new(url.clone(), clock, self.seed);
        if let Some(name) = &self.scenario {
            scenario::load(&mut world, name).map_err(StartError::Scenario)?;
        }
        if let Some(settings) = self.settings {
            world.set_settings(settings);
        }
        let shared = Arc::new(Shared::new(world));
        let server = tokio::spawn(serve(listener, Arc::clone(&shared)));
        if self.delivers {
            tokio::spawn(crate::webhook::run(Arc::clone(&shared)));
        }
        Ok(Sim {
            url,
            server: Mutex::new(Some(server)),
            shared,
        })
    }
}

/// A running simulator; dropping it stops the server and ends the calls that hang.
#[derive(Debug)]
pub struct Sim {
    url: String,
    server: Mutex<Option<JoinHandle<()>>>,
    pub(crate) shared: Arc<Shared>,
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Sim {
    /// Starts an empty simulator on any port of the loopback address.
    ///
    /// # Panics
    /// When no port can be had. Meant for tests; programs use [`Sim::builder`].
    pub async fn start() -> Self {
        match Self::builder().start().await {
            Ok(sim) => sim,
            Err(error) => panic!("{error}"),
        }
    }

    /// A second account on the same platform, under the same address: with its own people, tokens,
    /// faults and clock. A call belongs to the account whose token or code it carries. It ends when
    /// the first one does.
    #[must_use]
    pub fn neighbour(&self, seed: u64, username: &str) -> Self {
        let clock = Clock::fixed(self.now());
        let mut world = World::new(self.url.clone(), clock, seed);
        world.account.username = username.to_owned();
        let shared = Arc::new(Shared::new(world));
        self.shared.take_in(Arc::clone(&shared));
        Self {
            url: self.url.clone(),
            server: Mutex::default(),
            shared,
        }
    }

    /// Nobody listens any more: whoever calls is refused before a byte is read.
    pub async fn goes_dark(&self) {
        self.shared.stop();
        let server = self
            .server
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(server) = server {
            let _ = server.await;
        }
    }

    /// Listens again, at the same address.
    ///
    /// # Errors
    /// When somebody else has taken the port.
    pub async fn comes_back(&self) -> io::Result<()> {
        let address = self.url.trim_start_matches("http://");
        let listener = TcpListener::bind(address).await?;
        self.shared.goes_on();
        let server = tokio::spawn(serve(listener, Arc::clone(&self.shared)));
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
        Ok(())
    }

    /// The choices for a start.
    #[must_use]
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }

    /// The base of all addresses: `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.world().clock.now()
    }

    /// Moves the simulated time forward.
    pub fn advance(&self, by: Duration) {
        self.world().clock.advance(by);
    }

    /// Stands the clock at `at`.
    pub fn set_clock(&self, at: DateTime<Utc>) {
        self.world().clock.stop_at(at);
    }

    /// Changes the modes of the platform.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut world = self.world();
        let mut settings = world.settings.clone();
        change(&mut settings);
        world.set_settings(settings);
    }

    /// The modes as they are.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.world().settings.clone()
    }

    /// The messages that were delivered through the API, oldest first.
    #[must_use]
    pub fn ledger(&self) -> Vec<Delivery> {
        self.world().ledger.deliveries.clone()
    }

    /// The typing, seen and reaction signals that were accepted.
    #[must_use]
    pub fn sender_actions(&self) -> Vec<SenderAction> {
        self.world().ledger.actions.clone()
    }

    /// The calls that were made, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<CallRecord> {
        self.world().ledger.calls.clone()
    }

    /// How many calls were made at one endpoint; [`Endpoint::Any`] counts all.
    #[must_use]
    pub fn calls_at(&self, endpoint: Endpoint) -> usize {
        let world = self.world();
        let counts = |name: &str| endpoint == Endpoint::Any || name == endpoint.name();
        world
            .ledger
            .calls
            .iter()
            .filter(|call| counts(call.endpoint))
            .count()
    }

    /// Forgets the calls that were made, to count anew.
    pub fn forget_calls(&self) {
        self.world().ledger.forget_calls();
    }

    /// The requests that led nowhere, as `METHOD /path`. A test should end with none.
    #[must_use]
    pub fn unexpected(&self) -> Vec<String> {
        self.world().ledger.unexpected.clone()
    }

    /// Instagram's id of the app.
    #[must_use]
    pub fn app_id(&self) -> String {
        self.world().app.id.clone()
    }

    /// Instagram's secret of the app.
    #[must_use]
    pub fn app_secret(&self) -> String {
        self.world().app.secret.clone()
    }

    /// The registered redirect that the simulator serves itself.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("{}/connect", self.url)
    }

    /// Registers a further redirect.
    pub fn register_redirect(&self, uri: &str) {
        self.world().app.redirects.push(uri.to_owned());
    }

    /// The professional account id: the one in paths and in `from`.
    #[must_use]
    pub fn user_id(&self) -> String {
        self.world().account.user_id.clone()
    }

    /// The app-scoped id of the account.
    #[must_use]
    pub fn app_scoped_id(&self) -> String {
        self.world().account.app_scoped_id.clone()
    }

    /// The user name of the shop.
    #[must_use]
    pub fn username(&self) -> String {
        self.world().account.username.clone()
    }
}
