//! The world of a journey: a shop on the simulator, a desk that is connected to it, and one clock
//! for both.

use desk_app::dto::{ConversationRow, Draft, Message, SecretInput};
use desk_app::{Config, ConversationId, Desk, InboxView, IpcError};
use desk_core::{Outcome, SendState, Timestamp};
use desk_testkit::FakeClock;
use graph_api::{ApiVersion, Endpoints, Limits, SecretString};
use graph_sim::{Customer, Sim};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// How long a condition may take in real time before the journey has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than the quiet time before a draft.
pub const QUIET: Duration = Duration::from_secs(7);

/// The world.
pub struct World {
    pub sim: Sim,
    pub clock: Arc<FakeClock>,
    pub desk: Arc<Desk>,
    pub data: TempDir,
    limits: Limits,
    token: String,
}

fn endpoints(url: &str) -> Endpoints {
    let facebook = format!("{url}/facebook");
    Endpoints::from_values(|name| match name {
        "REPLYDESK_FACEBOOK_WEB" | "REPLYDESK_FACEBOOK_GRAPH" => Some(facebook.clone()),
        name => name.starts_with("REPLYDESK_").then(|| url.to_owned()),
    })
    .unwrap()
}

fn config(url: &str, data: &TempDir, limits: Limits) -> Config {
    Config {
        data_dir: data.path().to_owned(),
        demo: false,
        endpoints: endpoints(url),
        version: ApiVersion::default(),
        secrets: desk_secrets::Backend::File,
        passphrase: Some(SecretString::from("a journey")),
        redirect_uri: "https://example.test/connect".to_owned(),
        poll_every: Some(Duration::from_secs(5)),
        webhook_port: None,
        limits,
        media_hosts: graph_api::media::guard::HOSTS.map(str::to_owned).to_vec(),
    }
}

impl World {
    /// A shop that is not connected yet.
    pub async fn unconnected() -> World {
        World::with_limits(Limits::default()).await
    }

    /// The same, with a desk that waits no longer for an answer than this.
    pub async fn with_limits(limits: Limits) -> World {
        let sim = Sim::start().await;
        let start = sim.now();
        sim.set_clock(start);
        let uneven_ms = std::env::var("REPLYDESK_UNEVEN_MS").map_or(0, |ms| ms.parse().unwrap());
        sim.change(|s| {
            s.hosts_apart = true;
            s.uneven_ms = uneven_ms;
        });
        let clock = FakeClock::at(Timestamp::from(start));
        let data = tempfile::tempdir().unwrap();
        let desk = Desk::open_with(config(sim.url(), &data, limits), None, clock.clone())
            .await
            .unwrap();
        let token = sim.token();
        World {
            sim,
            clock,
            desk,
            data,
            limits,
            token,
        }
    }

    /// A connected shop whose first synchronisation has ended.
    pub async fn connected() -> World {
        let world = World::unconnected().await;
        world.connect().await;
        world
    }

    /// Connects with a pasted token.
    pub async fn connect_without_waiting(&self) {
        self.add_token(&self.token).await.unwrap();
    }

    /// Waits until the next check is planned for a moment.
    pub async fn until_next_check(&self, at: Timestamp) {
        self.until("the next check is planned", async |desk| {
            let status = desk.sync_status().await.unwrap();
            status.accounts.iter().all(|a| a.next_check_at == Some(at))
        })
        .await;
    }

    /// Connects with a pasted token, and waits for the first synchronisation.
    pub async fn connect(&self) {
        self.add_token(&self.token).await.unwrap();
        self.until("the first synchronisation has ended", async |desk| {
            let status = desk.sync_status().await.unwrap();
            status
                .accounts
                .iter()
                .all(|a| a.synced && a.next_check_at.is_some())
        })
        .await;
    }

    pub async fn add_token(&self, token: &str) -> Result<desk_app::dto::Account, IpcError> {
        self.desk
            .account_add_token(SecretInput(SecretString::from(token.to_owned())), None)
            .await
    }

    /// Lets time pass, for us and for Instagram alike.
    pub fn advance(&self, by: Duration) {
        self.sim.advance(by);
        self.clock.advance(by);
    }

    /// Ends the desk and starts it anew on the same data.
    pub async fn restart(&mut self) {
        self.desk.shutdown().await;
        // The folder is free again when the last handle is gone.
        let old = std::mem::replace(&mut self.desk, World::placeholder().await);
        drop(old);
        let config = config(self.sim.url(), &self.data, self.limits);
        let clock = self.clock.clone();
        let mut opened = Desk::open_with(config.clone(), None, clock.clone()).await;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while opened.is_err() && tokio::time::Instant::now() < deadline {
            tokio::task::yield_now().await;
            opened = Desk::open_with(config.clone(), None, clock.clone()).await;
        }
        self.desk = opened.unwrap();
    }

    async fn placeholder() -> Arc<Desk> {
        let data = tempfile::tempdir().unwrap();
        let clock = FakeClock::at(Timestamp(0));
        let desk = Desk::open_with(
            config("http://127.0.0.1:9", &data, Limits::default()),
            None,
            clock,
        )
        .await
        .unwrap();
        desk.shutdown().await;
        desk
    }

    /// Waits until a condition holds; it is looked at after every change, and from time to time.
    pub async fn until<F>(&self, what: &str, condition: impl Fn(Arc<Desk>) -> F)
    where
        F: Future<Output = bool>,
    {
        let mut changes = self.desk.changes();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if condition(Arc::clone(&self.desk)).await {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "waited in vain until {what}"
            );
            let _ = tokio::time::timeout(Duration::from_millis(100), changes.recv()).await;
        }
    }

    /// Checks Instagram, and waits until that check and every other has ended. It is one check, unless
    /// another was due.
    pub async fn poll(&self) {
        self.until_checked().await;
        self.advance(Duration::from_millis(1));
        let account = self.desk.account_list().await.unwrap().remove(0).id;
        self.desk.sync_now(account).await.unwrap();
        self.until_checked().await;
    }

    /// Waits until no check is under way or about to begin.
    pub async fn until_checked(&self) {
        self.until("Instagram was checked", async |desk| {
            let status = desk.sync_status().await.unwrap().accounts;
            status.iter().all(|account| account.next_check_at.is_some())
        })
        .await;
    }

    /// The conversation with a customer.
    pub async fn conversation(&self, customer: &Customer) -> ConversationRow {
        let page = self
            .desk
            .inbox_list(
                InboxView::All,
                Some(customer.username().to_owned()),
                None,
                5,
                None,
            )
            .await
            .unwrap();
        page.items
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no conversation with {}", customer.username()))
    }

    pub async fn messages(&self, id: ConversationId) -> Vec<Message> {
        self.desk
            .conversation_open(id, None, 200)
            .await
            .unwrap()
            .messages
    }

    /// A customer writes, and the message arrives.
    pub async fn receives(&self, customer: &Customer, text: &str) -> ConversationId {
        customer.writes(text);
        self.poll().await;
        self.conversation(customer).await.id
    }

    /// A customer writes, and what the AI makes of it is there.
    pub async fn drafted(&self, customer: &Customer, text: &str) -> (ConversationId, Draft) {
        let id = self.receives(customer, text).await;
        let draft = self.draft_of(id).await;
        (id, draft)
    }

    /// Lets the quiet time pass, and waits for the draft of the turn.
    pub async fn draft_of(&self, id: ConversationId) -> Draft {
        self.advance(QUIET);
        let newest = self.messages(id).await.last().map(|m| m.id);
        self.until("there is a draft", async |desk| {
            let draft = desk.draft_get(id).await.unwrap();
            draft.is_some_and(|d| d.outcome != Outcome::Pending && Some(d.trigger_id) == newest)
        })
        .await;
        self.desk.draft_get(id).await.unwrap().unwrap()
    }

    /// Waits until the newest outgoing message of a conversation is in a state.
    pub async fn until_state(&self, id: ConversationId, state: SendState) -> Message {
        use desk_app::dto::MessageState::Outgoing;
        self.until(&format!("the reply is {state}"), async |desk| {
            let view = desk.conversation_open(id, None, 50).await.unwrap();
            view.messages
                .iter()
                .rev()
                .find(|m| m.direction == desk_core::Direction::Out)
                .is_some_and(|m| m.state == Outgoing(state))
        })
        .await;
        let messages = self.messages(id).await;
        messages
            .into_iter()
            .rev()
            .find(|m| m.direction == desk_core::Direction::Out)
            .unwrap()
    }

    /// Adds an entry that may go out by itself.
    pub async fn knows(&self, questions: &[&str], answer: &str, lang: &str) {
        let questions = questions.iter().map(|q| (*q).to_owned()).collect();
        self.desk
            .knowledge_add(
                questions,
                answer.to_owned(),
                lang.to_owned(),
                true,
                false,
                None,
            )
            .await
            .unwrap();
    }

    /// The texts that reached customers.
    pub fn delivered(&self) -> Vec<String> {
        self.sim.ledger().into_iter().map(|d| d.text).collect()
    }

    /// The age of `Timestamp` on the world's clock.
    pub fn now(&self) -> Timestamp {
        desk_core::Clock::now(self.clock.as_ref())
    }
}
