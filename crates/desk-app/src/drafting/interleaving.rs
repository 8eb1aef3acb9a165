//! Random interleavings of everything that happens around an automatic reply, on a real file with a
//! fake clock. The drafting and every transaction are the product's; only the call to Instagram is
//! played. At the moment at which a socket would open, a log of its own says whether it may.

use super::Drafting;
use crate::{inbox, settings};
use desk_core::egress::Egress;
use desk_core::outbox::{Approval, Next};
use desk_core::{
    AccountId, Author, Clock, ConversationId, Direction, IgMessageId, IgThreadId, IgUserId, IgsId,
    MessageKind, Path, ReplyMode, SendState, Timestamp,
};
use desk_secrets::MemoryStore;
use desk_store::table::account::{self, Account, Connected};
use desk_store::table::entry::{self, Entry};
use desk_store::table::message::{self, Extras, Incoming};
use desk_store::table::outbox::{self, Approved, Begin, OutboxRow};
use desk_store::table::{draft, setting};
use desk_store::{Store, StoreError, Write};
use desk_sync::ingest::{Batch, ingest};
use desk_testkit::FakeClock;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::task::JoinSet;

const START: Timestamp = Timestamp(1_790_000_000_000);
const TALKS: usize = 2;
const TAKEOVER: Duration = Duration::from_secs(12 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What customers write; each of the first ones has an answer that may go out by itself.
const QUESTIONS: [&str; 6] = [
    "how much is shipping?",
    "when are you open?",
    "do you gift wrap?",
    "which sizes do you have?",
    "thanks!",
    "I want my money back",
];

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
enum Step {
    Inbound {
        talk: usize,
        question: usize,
    },
    /// The owner answers on the phone.
    Phone {
        talk: usize,
    },
    /// The owner answers here.
    Owner {
        talk: usize,
    },
    Toggle {
        talk: usize,
        mode: ReplyMode,
    },
    Pause(bool),
    /// What was sent is shown by Instagram.
    Echo {
        talk: usize,
    },
    Wait(Duration),
    /// What is due is done; the calls that it leads to end so.
    Work(Call),
    /// The program ends at any moment, and begins anew.
    Crash,
}

/// How a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Accepted,
    /// It arrived, and the answer was lost.
    AnswerLost,
    /// There was no connection.
    Offline,
    /// The program ends before the answer comes; the message may have arrived.
    Crashed {
        arrived: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let talk = 0..TALKS;
    let mode = prop_oneof![
        6 => Just(ReplyMode::Auto), 1 => Just(ReplyMode::Draft), 1 => Just(ReplyMode::Off)
    ];
    let call = prop_oneof![
        8 => Just(Call::Accepted), 1 => Just(Call::AnswerLost), 2 => Just(Call::Offline),
        1 => any::<bool>().prop_map(|arrived| Call::Crashed { arrived }),
    ];
    let wait = prop_oneof![
        6 => Just(7), 6 => Just(46), 2 => Just(5 * 60), 2 => Just(11 * 60), 1 => Just(9 * 3600),
        1 => Just(25 * 3600), 2 => 1u64..60,
    ];
    prop_oneof![
        10 => (talk.clone(), 0..QUESTIONS.len())
            .prop_map(|(talk, question)| Step::Inbound { talk, question }),
        1 => talk.clone().prop_map(|talk| Step::Phone { talk }),
        1 => talk.clone().prop_map(|talk| Step::Owner { talk }),
        2 => (talk.clone(), mode).prop_map(|(talk, mode)| Step::Toggle { talk, mode }),
        1 => any::<bool>().prop_map(Step::Pause),
        2 => talk.prop_map(|talk| Step::Echo { talk }),
        12 => wait.prop_map(|s| Step::Wait(Duration::from_secs(s))),
        14 => call.prop_map(Step::Work),
        1 => Just(Step::Crash),
    ]
}

/// A question and what usually becomes of it, with something in between at any place.
fn answered() -> impl Strategy<Value = Vec<Step>> {
    let call = prop_oneof![3 => Just(Call::Accepted), 1 => Just(Call::AnswerLost), 1 => Just(Call::Offline)];
    (
        0..TALKS,
        0..4usize,
        call,
        proptest::option::weighted(0.5, (0..6usize, step())),
    )
        .prop_map(|(talk, question, call, between)| {
            let mut steps = vec![
                Step::Inbound { talk, question },
                Step::Wait(Duration::from_secs(7)),
                Step::Work(Call::Accepted),
                Step::Wait(Duration::from_secs(46)),
                Step::Work(call),
            ];
            if let Some((place, other)) = between {
                steps.insert(place, other);
            }
            steps
        })
}

/// A customer in a hurry: one question after the other, more than the caps allow.
fn rush() -> impl Strategy<Value = Vec<Step>> {
    let order = Just(vec![0usize, 1, 2, 3]).prop_shuffle();
    (0..TALKS, order, 0..40u64).prop_map(|(talk, order, pause)| {
        let asked = order.into_iter().flat_map(|question| {
            [
                Step::Inbound { talk, question },
                Step::Wait(Duration::from_secs(7)),
                Step::Work(Call::Accepted),
                Step::Wait(Duration::from_secs(46)),
                Step::Work(Call::Accepted),
                Step::Wait(Duration::from_secs(pause)),
            ]
        });
        asked.collect()
    })
}

/// Some questions with their answers, and anything else among them.
fn life() -> impl Strategy<Value = Vec<Step>> {
    let piece = prop_oneof![
        4 => answered(),
        4 => proptest::collection::vec(step(), 1..6),
        1 => rush(),
    ];
    let beginning = prop_oneof![1 => rush(), 3 => answered()];
    (beginning, proptest::collection::vec(piece, 4..14))
        .prop_map(|(first, rest)| [first, rest.concat()].concat())
}

/// What a conversation has seen, as told by the steps alone.
#[derive(Debug, Default)]
struct Seen {
    mode: Option<ReplyMode>,
    armed_at: Option<Timestamp>,
    newest_inbound: Option<(String, Timestamp)>,
    owner_at: Option<Timestamp>,
    sent_at: Vec<Timestamp>,
    /// What Instagram has of ours: its id, the words, the time.
    arrived: Vec<(String, String, Timestamp)>,
}

struct World {
    store: Store,
    clock: Arc<FakeClock>,
    drafting: Arc<Drafting>,
    account: Account,
    talks: Vec<Seen>,
    ids: Vec<ConversationId>,
    paused: bool,
    answered: BTreeSet<String>,
    count: u32,
    _dir: tempfile::TempDir,
}

fn answers(w: &mut Write<'_>) -> Result<(), StoreError> {
    let texts = [
        "Shipping is 90 TL.",
        "We are open from 10:00 to 18:00.",
        "Yes, we wrap gifts.",
        "We have sizes 36 to 42.",
    ];
    for (question, answer) in QUESTIONS.iter().zip(texts) {
        let entry = Entry {
            id: desk_core::EntryId(0),
            questions: vec![(*question).to_owned()],
            answer: answer.to_owned(),
            lang: "en".to_owned(),
            auto_ok: true,
            internal: false,
            updated_at: START,
            answers: BTreeMap::new(),
            expires_at: None,
            topic: String::new(),
            source_id: None,
            place: None,
            doubt: None,
            revision: 0,
        };
        entry::add(w, &entry)?;
    }
    setting::set(w, settings::AI, &serde_json::json!({ "disclosure": false }))
}

fn shop(w: &mut Write<'_>) -> Result<AccountId, StoreError> {
    let connected = Connected {
        user_id: IgUserId("17840000000000001".into()),
        scoped_id: "9000".into(),
        username: "shop".into(),
        name: None,
        app_id: None,
        token_obtained_at: START,
        token_expires_at: None,
        refresh_due_at: None,
        page: None,
    };
    account::connect(w, &connected)
}

impl World {
    async fn new() -> World {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_at(dir.path(), START).unwrap();
        let clock = FakeClock::at(START);
        let account = store
            .write(|w| {
                answers(w)?;
                let id = shop(w)?;
                Ok::<_, StoreError>(Account {
                    synced_at: Some(START),
                    ..account::get(w, id)?
                })
            })
            .await
            .unwrap();
        let (news, _) = broadcast::channel(4);
        let drafting = Drafting::new(
            store.clone(),
            Arc::new(MemoryStore::default()),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(Egress::default()),
            news,
        );
        let mut world = World {
            store,
            clock,
            drafting,
            account,
            talks: (0..TALKS).map(|_| Seen::default()).collect(),
            ids: Vec::new(),
            paused: false,
            answered: BTreeSet::new(),
            count: 0,
            _dir: dir,
        };
        for talk in 0..TALKS {
            world.says(talk, Direction::In, "hello").await;
            world
                .take(Step::Toggle {
                    talk,
                    mode: ReplyMode::Auto,
                })
                .await;
        }
        world
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn next_id(&mut self) -> String {
        self.count += 1;
        format!("m{}", self.count)
    }

    /// A message comes from Instagram.
    async fn says(&mut self, talk: usize, direction: Direction, text: &str) {
        let (id, now) = (self.next_id(), self.now());
        self.comes(talk, vec![(id.clone(), direction, text.to_owned(), now)])
            .await;
        match direction {
            Direction::In => self.talks[talk].newest_inbound = Some((id, now)),
            Direction::Out => self.talks[talk].owner_at = Some(now),
        }
    }

    async fn comes(&mut self, talk: usize, shown: Vec<(String, Direction, String, Timestamp)>) {
        let thread = Some(IgThreadId(format!("t{talk}")));
        let customer = IgsId(format!("123456789012345{talk}"));
        let mut batch = Batch::with(thread, customer, Path::Poll);
        batch.messages = shown
            .into_iter()
            .map(|(id, direction, text, sent_at)| Incoming {
                external_id: IgMessageId(id),
                direction,
                kind: MessageKind::Text,
                text,
                sent_at,
                raw: "{}".to_owned(),
                path: Path::Poll,
                extras: Extras::default(),
            })
            .collect();
        let (account, now) = (self.account.clone(), self.now());
        let id = self
            .store
            .write(move |w| ingest(w, &account, &batch, now))
            .await
            .unwrap();
        if self.ids.len() <= talk {
            self.ids.push(id);
        }
    }

    async fn write(
        &self,
        work: impl FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send + 'static,
    ) {
        self.store.write(work).await.unwrap();
    }

    async fn take(&mut self, step: Step) {
        self.clock.advance(Duration::from_secs(1));
        let now = self.now();
        match step {
            Step::Inbound { talk, question } => {
                self.says(talk, Direction::In, QUESTIONS[question]).await;
            }
            Step::Phone { talk } => self.says(talk, Direction::Out, "I will look.").await,
            Step::Owner { talk } => self.owner_writes(talk).await,
            Step::Toggle { talk, mode } => {
                let id = self.ids[talk];
                self.write(move |w| inbox::set_mode(w, id, mode, now)).await;
                self.talks[talk].mode = Some(mode);
                if mode == ReplyMode::Auto {
                    self.talks[talk].armed_at = Some(now);
                }
            }
            Step::Pause(paused) => {
                self.write(move |w| settings::pause(w, paused)).await;
                self.paused = paused;
            }
            Step::Echo { talk } => self.shows_ours(talk).await,
            Step::Wait(time) => self.clock.advance(time),
            Step::Work(call) => self.work(call).await,
            Step::Crash => self.crash().await,
        }
    }

    async fn owner_writes(&mut self, talk: usize) {
        let (id, now, key) = (self.ids[talk], self.now(), self.next_id());
        let approved = Approved {
            conversation_id: id,
            client_id: key,
            approval: Approval::Person,
            author: Author::Owner,
            draft_id: None,
            trigger_id: None,
            text: "It is me.".to_owned(),
        };
        self.write(move |w| {
            draft::make_stale(w, id, desk_core::Source::Owner)?;
            outbox::enqueue(w, &approved, now).map(drop)
        })
        .await;
        self.talks[talk].owner_at = Some(now);
    }

    async fn shows_ours(&mut self, talk: usize) {
        let ours = self.talks[talk].arrived.iter();
        let shown: Vec<_> = ours
            .map(|(id, text, at)| (id.clone(), Direction::Out, text.clone(), *at))
            .collect();
        if !shown.is_empty() {
            self.comes(talk, shown).await;
        }
    }

    async fn crash(&mut self) {
        let now = self.now();
        self.write(move |w| {
            outbox::recover(w, now)?;
            draft::recover(w, now)
        })
        .await;
    }

    /// Drafts, ends countdowns and calls, as the loops would.
    async fn work(&mut self, call: Call) {
        let (mut tasks, mut running) = (JoinSet::new(), BTreeMap::new());
        for _ in 0..2 {
            let now = self.now();
            self.drafting
                .work(now, &mut tasks, &mut running)
                .await
                .unwrap();
            while tasks.join_next().await.is_some() {}
        }
        let now = self.now();
        let due: Vec<OutboxRow> = self
            .store
            .read(move |db| outbox::due(db, now, 20))
            .await
            .unwrap_or_else(|e: StoreError| panic!("{e}"));
        for row in due {
            if row.state == SendState::Unconfirmed {
                let talk = self
                    .ids
                    .iter()
                    .position(|id| *id == row.conversation_id)
                    .unwrap();
                self.shows_ours(talk).await;
                self.write(move |w| outbox::not_found(w, row.id, now)).await;
            } else if !self.begins(row, call).await {
                return;
            }
        }
    }

    /// Begins a call and ends it; false when the program ended on the way.
    async fn begins(&mut self, row: OutboxRow, call: Call) -> bool {
        let now = self.now();
        let begun = self
            .store
            .write(move |w| outbox::begin_at(w, row.id, now, None))
            .await
            .unwrap_or_else(|e: StoreError| panic!("{e}"));
        let Begin::Go(row) = begun else { return true };
        let talk = self
            .ids
            .iter()
            .position(|id| *id == row.conversation_id)
            .unwrap();
        if row.approval == Approval::Policy && call != Call::Offline {
            self.may_go(talk, &row).await;
        }
        let arrives = !matches!(call, Call::Offline | Call::Crashed { arrived: false });
        let external = self.next_id();
        if arrives {
            let ours = (external.clone(), row.text.clone(), now);
            self.talks[talk].arrived.push(ours);
        }
        let id = row.id;
        match call {
            Call::Accepted => {
                let external = IgMessageId(external);
                self.write(move |w| outbox::sent(w, id, Some(&external), Some(now)))
                    .await;
            }
            Call::AnswerLost => {
                let next = Next::LookAt(now + Duration::from_secs(3));
                self.write(move |w| outbox::proceed(w, id, next, None, now))
                    .await;
            }
            Call::Offline => {
                let next = Next::RetryAt(now + Duration::from_secs(20));
                self.write(move |w| outbox::proceed(w, id, next, None, now))
                    .await;
            }
            Call::Crashed { .. } => {
                self.crash().await;
                return false;
            }
        }
        true
    }

    /// The rules, from what the steps told and nothing else.
    async fn may_go(&mut self, talk: usize, row: &OutboxRow) {
        let now = self.now();
        let trigger = row.trigger_id.unwrap();
        let trigger = self
            .store
            .read(move |db| message::get(db, trigger))
            .await
            .unwrap_or_else(|e: StoreError| panic!("{e}"));
        let external = trigger.external_id.unwrap().0;
        let seen = &mut self.talks[talk];
        let newest = seen.newest_inbound.clone().unwrap();
        assert!(
            self.answered.insert(external.clone()),
            "twice for one trigger"
        );
        assert_eq!(newest.0, external, "after a newer message");
        assert!(now.since(newest.1) < DAY, "after 24 hours");
        assert!(!self.paused, "while paused");
        assert_eq!(seen.mode, Some(ReplyMode::Auto), "where it may not");
        if let Some(owner) = seen.owner_at {
            assert!(owner < newest.1, "after the owner answered");
            let is_rearmed = seen.armed_at.is_some_and(|at| at >= owner);
            assert!(is_rearmed || now.since(owner) >= TAKEOVER, "after takeover");
        }
        let within = |span: Duration| {
            seen.sent_at
                .iter()
                .filter(|at| now.since(**at) < span)
                .count()
        };
        assert!(
            within(Duration::from_secs(600)) < 3,
            "a fourth in ten minutes"
        );
        assert!(within(DAY) < 8, "a ninth in a day");
        seen.sent_at.push(now);
        SENT.fetch_add(1, Ordering::Relaxed);
    }
}

/// Automatic replies of all runs: without any, nothing was tested.
static SENT: AtomicU32 = AtomicU32::new(0);

#[test]
fn no_interleaving_lets_a_reply_out_that_must_stay() {
    let rt = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 40,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&life(), |steps| {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                rt.block_on(async {
                    let mut world = World::new().await;
                    for step in steps {
                        world.take(step).await;
                    }
                });
            }));
            outcome.map_err(|fault| {
                let told = fault.downcast_ref::<String>().cloned();
                let told = told.or_else(|| fault.downcast_ref::<&str>().map(|s| (*s).to_owned()));
                TestCaseError::fail(told.unwrap_or_default())
            })
        })
        .unwrap();
    let sent = SENT.load(Ordering::Relaxed);
    assert!(sent >= 20, "hardly anything went out: {sent}");
}
