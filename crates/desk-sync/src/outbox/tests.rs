//! Whatever happens, in whatever order: each message once at most, none forgotten, in order, and
//! nothing by itself that the owner has stopped. The real transactions on a real file, driven by
//! random events; the platform and the clock are played here.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as expected"
)]

use super::sending::{self, Failed};
use crate::ingest::{Batch, ingest};
use desk_core::outbox::{Approval, Attempt};
use desk_core::window::{REPLY_WINDOW, ReplyWindow};
use desk_core::{
    AccountId, Author, Code, ConversationId, Direction, IgMessageId, IgThreadId, IgUserId, IgsId,
    MessageKind, OutboxId, ReplyMode, SendState, Timestamp,
};
use desk_store::table::account::{self, Account, Connected};
use desk_store::table::message::Incoming;
use desk_store::table::outbox::{self, Approved, Begin, OutboxRow, Terms};
use desk_store::table::{conversation, message, setting};
use desk_store::{Store, StoreError, Write};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::runtime::Runtime;

const TALKS: usize = 2;
const START: Timestamp = Timestamp(1_790_000_000_000);

/// How a call ends.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Accepted,
    FailsDelivered,
    FailsNotDelivered,
    TimesOut { delivered: bool },
    NotConnected,
    Throttled,
    Refused,
    Revoked,
    Crash { delivered: bool },
}

/// What happens.
#[derive(Debug, Clone, Copy)]
enum Event {
    Send { talk: usize, text: usize, hold: u8 },
    Schedule { talk: usize, minutes: u8 },
    PressAgain,
    Automatic { talk: usize },
    Inbound { talk: usize },
    Step(Answer),
    Poll { talk: usize },
    Advance { seconds: u16 },
    Hours { hours: u8 },
    SetClock { hours: i32 },
    Pause(bool),
    Reconnect,
    SendAgain,
    TakeBack,
    Restart,
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        6 => Just(Answer::Accepted),
        2 => Just(Answer::FailsDelivered),
        2 => Just(Answer::FailsNotDelivered),
        1 => any::<bool>().prop_map(|delivered| Answer::TimesOut { delivered }),
        1 => Just(Answer::NotConnected),
        1 => Just(Answer::Throttled),
        1 => Just(Answer::Refused),
        1 => Just(Answer::Revoked),
        2 => any::<bool>().prop_map(|delivered| Answer::Crash { delivered }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        5 => (0..TALKS, 0..3usize, 0..3u8).prop_map(|(talk, text, hold)| Event::Send { talk, text, hold: hold * 10 }),
        1 => (0..TALKS, 1..90u8).prop_map(|(talk, minutes)| Event::Schedule { talk, minutes }),
        1 => Just(Event::PressAgain),
        2 => (0..TALKS).prop_map(|talk| Event::Automatic { talk }),
        2 => (0..TALKS).prop_map(|talk| Event::Inbound { talk }),
        12 => answer().prop_map(Event::Step),
        3 => (0..TALKS).prop_map(|talk| Event::Poll { talk }),
        8 => (1..200u16).prop_map(|seconds| Event::Advance { seconds }),
        1 => (1..30u8).prop_map(|hours| Event::Hours { hours }),
        1 => prop_oneof![Just(-24), Just(24 * 365), Just(3)].prop_map(|hours| Event::SetClock { hours }),
        2 => any::<bool>().prop_map(Event::Pause),
        2 => Just(Event::Reconnect),
        2 => Just(Event::SendAgain),
        1 => Just(Event::TakeBack),
        2 => Just(Event::Restart),
    ]
}

/// A message as the platform has it.
#[derive(Debug, Clone)]
struct Said {
    id: String,
    text: String,
    direction: Direction,
    at: Timestamp,
    row: Option<OutboxId>,
}

/// The program, the platform and the clocks.
struct World {
    rt: Runtime,
    _dir: tempfile::TempDir,
    store: Store,
    account: Account,
    talks: Vec<ConversationId>,
    /// What the platform has, for each conversation.
    said: Vec<Vec<Said>>,
    /// The true time, which is the platform's.
    time: Timestamp,
    /// How far our clock is ahead of it.
    ahead: i64,
    /// Whether our program knows how far.
    knows: bool,
    presses: u32,
    last_press: Option<(usize, Approved)>,
    /// What the owner put away, or sent again by hand, has no place in the order.
    handled: BTreeSet<OutboxId>,
    paused: bool,
    serial: u32,
}

impl World {
    fn new() -> World {
        let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let made: Result<Account, StoreError> = rt.block_on(store.write(|w| {
            let id = account::connect(
                w,
                &Connected {
                    user_id: IgUserId("17840000000000001".into()),
                    scoped_id: "9000".into(),
                    username: "shop".into(),
                    name: None,
                    app_id: None,
                    token_obtained_at: START,
                    token_expires_at: None,
                    refresh_due_at: None,
                },
            )?;
            account::set_backfill(w, id, None, START)?;
            account::get(w, id)
        }));
        let mut world = World {
            rt,
            _dir: dir,
            store,
            account: made.unwrap(),
            talks: Vec::new(),
            said: vec![Vec::new(); TALKS],
            time: START,
            ahead: 0,
            knows: true,
            presses: 0,
            last_press: None,
            handled: BTreeSet::new(),
            paused: false,
            serial: 0,
        };
        for talk in 0..TALKS {
            world.platform(talk, "Merhaba", Direction::In, None);
            world.poll(talk);
            let id = world.talks[talk];
            world.write(move |w| conversation::set_mode(w, id, ReplyMode::Auto));
        }
        world
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.time.0 + self.ahead)
    }

    fn server(&self) -> Option<Timestamp> {
        self.knows.then_some(self.time)
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.rt.block_on(self.store.write(work)).unwrap()
    }

    fn try_write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Option<T> {
        self.rt.block_on(self.store.write(work)).ok()
    }

    fn rows(&self) -> Vec<OutboxRow> {
        self.write(|w| {
            (1..)
                .map(|id| outbox::get(w, OutboxId(id)))
                .take_while(Result::is_ok)
                .collect()
        })
    }

    fn platform(&mut self, talk: usize, text: &str, direction: Direction, row: Option<OutboxId>) -> String {
        self.serial += 1;
        let id = format!("m{}", self.serial);
        self.said[talk].push(Said {
            id: id.clone(),
            text: text.to_owned(),
            direction,
            // The platform tells whole seconds.
            at: Timestamp(self.time.0 - self.time.0.rem_euclid(1000)),
            row,
        });
        id
    }

    /// Reads a conversation as a poll or a look does.
    fn poll(&mut self, talk: usize) {
        let mut batch = Batch::with(IgThreadId(format!("t{talk}")), IgsId(format!("10{talk}")));
        batch.messages = self.said[talk]
            .iter()
            .map(|said| Incoming {
                external_id: IgMessageId(said.id.clone()),
                direction: said.direction,
                kind: MessageKind::Text,
                text: said.text.clone(),
                sent_at: said.at,
                raw: "{}".into(),
            })
            .collect();
        let (account, now) = (self.account.clone(), self.now());
        let id = self.write(move |w| ingest(w, &account, &batch, now));
        if self.talks.len() <= talk {
            self.talks.push(id);
        }
        self.knows = true;
    }

    fn talk_of(&self, row: &OutboxRow) -> usize {
        self.talks.iter().position(|id| *id == row.conversation_id).unwrap()
    }

    fn enqueue(&mut self, talk: usize, approved: Approved, terms: Terms) {
        let now = self.now();
        let again = approved.clone();
        if self.try_write(move |w| outbox::enqueue_with(w, &approved, terms, now)).is_some() {
            self.last_press = Some((talk, again));
        }
    }

    fn approved(&mut self, talk: usize, text: &str) -> Approved {
        self.presses += 1;
        Approved {
            conversation_id: self.talks[talk],
            client_id: format!("press-{}", self.presses),
            approval: Approval::Person,
            author: Author::Owner,
            draft_id: None,
            trigger_id: None,
            text: text.to_owned(),
        }
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Send { talk, text, hold } => {
                let unique = format!("text {}", self.presses);
                let approved = self.approved(talk, ["ok", "ok", unique.as_str()][text]);
                let not_before = (hold > 0).then(|| self.now() + Duration::from_secs(hold.into()));
                self.enqueue(talk, approved, Terms { not_before, ..Terms::default() });
            }
            Event::Schedule { talk, minutes } => {
                let approved = self.approved(talk, "later");
                let not_before = Some(self.now() + Duration::from_secs(60 * u64::from(minutes)));
                self.enqueue(talk, approved, Terms { not_before, scheduled: true, ..Terms::default() });
            }
            Event::PressAgain => {
                if let Some((talk, approved)) = self.last_press.clone() {
                    self.enqueue(talk, approved, Terms::default());
                }
            }
            Event::Automatic { talk } => self.automatic(talk),
            Event::Inbound { talk } => {
                self.platform(talk, "Kargo?", Direction::In, None);
            }
            Event::Step(answer) => self.step(answer),
            Event::Poll { talk } => self.poll(talk),
            Event::Advance { seconds } => self.time = self.time + Duration::from_secs(seconds.into()),
            Event::Hours { hours } => self.time = self.time + Duration::from_secs(3600 * u64::from(hours)),
            Event::SetClock { hours } => self.set_clock(i64::from(hours) * 3_600_000),
            Event::Pause(paused) => {
                self.paused = paused;
                self.write(move |w| setting::set(w, setting::AI_PAUSED, &paused));
            }
            Event::Reconnect => {
                let now = self.now();
                self.write(move |w| outbox::release_held(w, AccountId(1), now));
            }
            Event::SendAgain => self.send_again(),
            Event::TakeBack => {
                let waiting = self.rows().into_iter().find(|row| row.state.is_cancellable());
                if let Some(row) = waiting {
                    self.handled.insert(row.id);
                    self.write(move |w| outbox::discard(w, row.id));
                }
            }
            Event::Restart => self.restart(),
        }
    }

    fn automatic(&mut self, talk: usize) {
        let id = self.talks[talk];
        let newest = self.write(move |w| message::newest(w, id)).unwrap();
        if newest.direction == Direction::In {
            let approved = Approved {
                approval: Approval::Policy,
                author: Author::Ai,
                trigger_id: Some(newest.id),
                ..self.approved(talk, "auto")
            };
            self.enqueue(talk, approved, Terms::default());
        }
    }

    fn set_clock(&mut self, by: i64) {
        self.ahead += by;
        self.knows = false;
        let (now, by) = (self.now(), Duration::from_millis(by.unsigned_abs()));
        let ahead = self.ahead;
        self.write(move |w| {
            outbox::reconcile(w, now)?;
            if ahead > 0 { outbox::hold_through(w, now, by) } else { Ok(()) }
        });
    }

    fn restart(&mut self) {
        let now = self.now();
        self.write(move |w| outbox::recover(w, now));
        self.knows = false;
    }

    /// The owner, who was asked, has looked at the phone.
    fn send_again(&mut self) {
        let asked = self.rows().into_iter().find(|row| row.is_asked() || row.state == SendState::Failed);
        if let Some(row) = asked {
            self.handled.insert(row.id);
            let now = self.now();
            self.write(move |w| outbox::retry(w, row.id, now));
        }
    }

    /// The outbox works on the first thing that is due.
    fn step(&mut self, answer: Answer) {
        let now = self.now();
        let due = self.write(move |w| outbox::due(w, now, 64));
        let Some(row) = due.into_iter().next() else { return };
        let id = row.id;
        if row.state == SendState::Unconfirmed {
            self.poll(self.talk_of(&row));
            let started = Timestamp(row.started_at.unwrap().0 - self.ahead);
            self.write(move |w| outbox::note_server_start(w, id, started));
            self.write(move |w| outbox::not_found(w, id, now));
            return;
        }
        let server = self.server();
        let begun = self.write(move |w| sending::begin(w, id, now, server));
        let Begin::Go(row) = begun else { return };
        self.began_rightly(&row);
        self.call(&row, answer, now);
    }

    /// What must be true at the moment when the socket opens.
    fn began_rightly(&self, row: &OutboxRow) {
        let others = self.rows();
        let unclear = others.iter().filter(|other| {
            other.conversation_id == row.conversation_id
                && (other.state == SendState::Sending
                    || (other.state == SendState::Unconfirmed && other.due_at.is_some()))
        });
        assert_eq!(unclear.count(), 1, "one call at a time in a conversation");
        if row.approval == Approval::Policy {
            assert!(!self.paused, "paused, and yet it sends");
        }
    }

    fn call(&mut self, row: &OutboxRow, answer: Answer, started: Timestamp) {
        let talk = self.talk_of(row);
        let window = self.said[talk].iter().filter(|s| s.direction == Direction::In).map(|s| s.at).max();
        let open = window.is_some_and(|at| self.time.since(at) <= REPLY_WINDOW);
        let delivers = match answer {
            Answer::Accepted | Answer::FailsDelivered => true,
            Answer::TimesOut { delivered } | Answer::Crash { delivered } => delivered,
            _ => false,
        };
        if delivers && !open {
            // The platform refuses it, whatever we believed.
            return self.end(row, Err((Attempt::Refused, Code::WindowClosed)), started);
        }
        let id = delivers.then(|| self.platform(talk, &row.text, Direction::Out, Some(row.id)));
        if !matches!(answer, Answer::TimesOut { .. } | Answer::Crash { .. } | Answer::NotConnected) {
            self.knows = true;
        }
        let wait = Some(Duration::from_secs(420));
        match (answer, id) {
            (Answer::Accepted, Some(id)) => self.end(row, Ok(IgMessageId(id)), started),
            (Answer::Crash { .. }, _) => self.restart(),
            (Answer::Throttled, _) => {
                self.end(row, Err((Attempt::NotSent { retry_after: wait }, Code::InstagramThrottled)), started);
            }
            (Answer::NotConnected, _) => {
                self.end(row, Err((Attempt::NotSent { retry_after: None }, Code::InstagramUnreachable)), started);
            }
            (Answer::Refused, _) => self.end(row, Err((Attempt::Refused, Code::ReplyRefused)), started),
            (Answer::Revoked, _) => self.end(row, Err((Attempt::Held, Code::TokenInvalid)), started),
            _ => self.end(row, Err((Attempt::Unclear, Code::ReplyUnconfirmed)), started),
        }
    }

    fn end(&mut self, row: &OutboxRow, outcome: Result<IgMessageId, (Attempt, Code)>, started: Timestamp) {
        let outcome = outcome.map_err(|(attempt, code)| Failed {
            attempt,
            code,
            said: outbox::GraphFault::default(),
        });
        let (row, ended, server) = (row.clone(), self.now(), self.server());
        self.write(move |w| {
            if let Some(server) = server {
                outbox::note_server_start(w, row.id, server)?;
            }
            sending::end(w, &row, outcome, started, ended)
        });
    }

    /// The faults have ended; the owner answers what is asked.
    fn settles(&mut self) {
        self.happens(Event::Restart);
        self.happens(Event::Pause(false));
        for _ in 0..60 {
            for talk in 0..TALKS {
                self.poll(talk);
            }
            self.happens(Event::Reconnect);
            for _ in 0..12 {
                self.step(Answer::Accepted);
            }
            self.time = self.time + Duration::from_secs(120);
        }
    }

    /// What must be true in the end.
    fn holds(&self) {
        let rows = self.rows();
        let mut times: BTreeMap<OutboxId, usize> = BTreeMap::new();
        for said in self.said.iter().flatten() {
            if let Some(row) = said.row {
                *times.entry(row).or_default() += 1;
            }
        }
        for row in &rows {
            let times = times.get(&row.id).copied().unwrap_or(0);
            assert!(times <= 1, "sent {times} times: {row:?}");
            match row.state {
                SendState::Sent => assert_eq!(times, 1, "said to be sent: {row:?}"),
                SendState::Failed => assert_eq!(times, 0, "said to have failed: {row:?}"),
                SendState::Unconfirmed => assert!(row.is_asked(), "nobody looks any more: {row:?}"),
                SendState::Cancelled => assert!(
                    self.handled.contains(&row.id) || row.approval == Approval::Policy,
                    "put away by nobody: {row:?}"
                ),
                _ => assert!(
                    row.waits_for.is_some() || rows.iter().any(|other| other.is_asked() && other.text == row.text),
                    "it never went: {row:?}"
                ),
            }
        }
        for said in &self.said {
            let order: Vec<OutboxId> = said.iter().filter_map(|s| s.row).filter(|id| self.in_order(&rows, *id)).collect();
            assert!(order.is_sorted(), "out of order: {order:?}");
        }
    }

    /// What was scheduled, decided about by the owner, or waited for such a decision has another
    /// place in the order.
    fn in_order(&self, rows: &[OutboxRow], id: OutboxId) -> bool {
        let row = rows.iter().find(|row| row.id == id).unwrap();
        let stopped = rows.iter().any(|other| {
            other.conversation_id == row.conversation_id
                && other.id < row.id
                && (self.handled.contains(&other.id)
                    || matches!(other.state, SendState::Failed | SendState::Unconfirmed))
        });
        !(row.scheduled || stopped || self.handled.contains(&id))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_message_goes_once_and_none_is_forgotten(
        events in proptest::collection::vec(event(), 1..70)
    ) {
        let mut world = World::new();
        for event in events {
            world.happens(event);
        }
        world.settles();
        world.holds();
    }
}

#[test]
fn the_window_of_the_played_platform_is_that_of_the_rules() {
    let world = World::new();
    let open = ReplyWindow::at(world.time, Some(START));
    assert!(open.is_open());
}
