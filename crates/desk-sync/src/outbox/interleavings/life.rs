//! One life: the engine's steps around the real transactions, and what must hold after each.

use super::platform::{Platform, WINDOW, customer};
use crate::ingest;
use crate::outbox::sending::{self, Failed};
use crate::server_clock::ServerClock;
use desk_core::outbox::{Approval, Attempt};
use desk_core::{
    AccountId, Author, Code, ConversationId, Direction, IgMessageId, IgThreadId, IgUserId,
    OutboxId, ReplyMode, SendState, Timestamp,
};
use desk_store::table::account::{self, Account, Connected};
use desk_store::table::conversation::{self, Customer};
use desk_store::table::outbox::{self, Approved, Begin, GraphFault, OutboxRow, Terms};
use desk_store::table::{message, setting};
use desk_store::{Store, StoreError, Write};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const START: Timestamp = Timestamp(1_790_000_000_000);
const HOLD: Duration = Duration::from_secs(10);
/// A call that nobody answered may still arrive for so long.
const LATE: Duration = Duration::from_secs(40);
/// How long after its arrival the conversation shows a message, at most; with [`LATE`] it stays
/// below the last look.
const LAGS: [u64; 4] = [0, 2, 20, 90];

/// What may happen.
#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Writes(usize),
    WritesOnThePhone(usize),
    Poll(usize, bool),
    Webhook(u8),
    Press { to: usize, same: bool, held: bool },
    PressAgain(u8),
    Automatic(usize),
    Schedule(usize, u16),
    Work(u8, u8),
    Reach(u8, u8),
    Answer(u8, u8),
    ReachLate(u8, u8),
    Pass(u32),
    SetClock(i64),
    Restart,
    Discard(u8),
    Retry(u8),
    SendNow(u8),
    Check(u8),
    Unsend(usize, u8),
    Token(bool),
    Pause(bool),
}

/// What the owner, or the policy, wanted.
#[derive(Debug)]
pub(super) struct Press {
    pub(super) to: usize,
    pub(super) approved: Approved,
    terms: Terms,
    pub(super) row: OutboxId,
    /// In true time.
    not_before: Timestamp,
    /// How often the owner wanted it again after being asked.
    pub(super) resends: usize,
    /// Deliveries at the moment when it was taken back.
    pub(super) gone: Option<usize>,
    /// The owner meddled, or it was refused: its place among the others is no longer that of the press.
    pub(super) moved: bool,
}

/// A call under way.
#[derive(Debug, Clone)]
pub(super) struct Call {
    row: OutboxRow,
    press: usize,
    ours: Timestamp,
    since: Timestamp,
    reached: Option<String>,
    /// How often the clock had been set when it began.
    era: u32,
}

/// A life.
pub(super) struct Life {
    rt: Runtime,
    dir: TempDir,
    store: Option<Store>,
    account: Account,
    pub(super) threads: [ConversationId; 2],
    pub(super) platform: Platform,
    server: ServerClock,
    /// How far our clock is ahead of true time.
    ahead: i64,
    /// How often it was set.
    era: u32,
    token: bool,
    paused: bool,
    pub(super) presses: Vec<Press>,
    pub(super) calls: Vec<Call>,
    pub(super) late: Vec<Call>,
}

pub(super) type Held = Result<(), String>;

fn pick(which: u8, of: usize) -> Option<usize> {
    (of > 0).then(|| usize::from(which) % of.max(1))
}

impl Life {
    pub(super) fn begin() -> Life {
        let rt = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let (account, threads) = rt.block_on(store.write(seed)).unwrap();
        let mut life = Life {
            rt,
            dir,
            store: Some(store),
            account,
            threads,
            platform: Platform::at(START),
            server: ServerClock::default(),
            ahead: 0,
            era: 0,
            token: true,
            paused: false,
            presses: Vec::new(),
            calls: Vec::new(),
            late: Vec::new(),
        };
        for thread in 0..2 {
            life.platform
                .says(thread, Direction::In, "Merhaba", None, Duration::ZERO);
            life.poll(thread, WINDOW);
        }
        life
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.store.as_ref().unwrap();
        self.rt.block_on(store.write(work))
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp(self.platform.now.0 + self.ahead)
    }

    pub(super) fn open(&self) -> Vec<OutboxRow> {
        self.write(|w| outbox::open(w)).unwrap()
    }

    pub(super) fn press_of(&self, row: OutboxId) -> usize {
        self.presses.iter().position(|p| p.row == row).unwrap()
    }

    pub(super) fn step(&mut self, op: Op) -> Held {
        match op {
            Op::Writes(of) => {
                let text = format!("soru {}", self.platform.threads[of].len());
                self.platform
                    .says(of, Direction::In, &text, None, Duration::ZERO);
            }
            Op::WritesOnThePhone(of) => {
                let text = format!("telefondan {}", self.platform.threads[of].len());
                self.platform
                    .says(of, Direction::Out, &text, None, Duration::ZERO);
            }
            Op::Poll(of, all) => {
                if self.token {
                    self.poll(of, if all { WINDOW } else { 5 });
                }
            }
            Op::Webhook(which) => {
                if let Some(at) = pick(which, self.platform.hooks.len()) {
                    let batch = self.platform.webhook(&self.platform.hooks[at].clone());
                    self.ingest(batch);
                }
            }
            Op::Press { to, same, held } => {
                let not_before = held.then(|| self.now() + HOLD);
                self.press(to, same, Approval::Person, not_before, false);
            }
            Op::Automatic(to) => self.press(to, false, Approval::Policy, None, false),
            Op::Schedule(to, minutes) => {
                let at = self.now() + Duration::from_secs(u64::from(minutes) * 60);
                self.press(to, false, Approval::Person, Some(at), true);
            }
            Op::PressAgain(which) => return self.press_again(which),
            Op::Work(which, how) => return self.work(which, how),
            Op::Reach(which, lag) => {
                if let Some(at) = pick(which, self.calls.len()) {
                    self.reach(at, lag);
                }
            }
            Op::Answer(which, how) => {
                if let Some(at) = pick(which, self.calls.len()) {
                    self.answer(at, how);
                }
            }
            Op::ReachLate(which, lag) => self.reach_late(which, lag),
            Op::Pass(seconds) => self.pass(Duration::from_secs(u64::from(seconds))),
            Op::SetClock(by) => self.set_clock(by),
            Op::Restart => self.restart(),
            Op::Discard(which) => self.discard(which),
            Op::Retry(which) => self.retry(which),
            Op::SendNow(which) => self.send_now(which),
            Op::Check(which) => {
                let (rows, now) = (self.open(), self.now());
                if let Some(at) = pick(which, rows.len()) {
                    let id = rows[at].id;
                    let _ = self.write(move |w| outbox::check(w, id, now));
                }
            }
            Op::Unsend(of, which) => {
                if let Some(at) = pick(which, self.platform.threads[of].len()) {
                    self.platform.unsends(of, at);
                }
            }
            Op::Token(works) => self.set_token(works),
            Op::Pause(paused) => {
                self.paused = paused;
                self.write(move |w| setting::set(w, setting::AI_PAUSED, &paused))
                    .unwrap();
            }
        }
        Ok(())
    }

    pub(super) fn poll(&mut self, of: usize, most: usize) {
        let batch = self.platform.poll(of, most);
        self.server.heard(self.platform.told(), self.now());
        self.ingest(batch);
    }

    pub(super) fn ingest(&self, batch: ingest::Batch) {
        let (account, now) = (self.account.clone(), self.now());
        self.write(move |w| {
            if ingest::is_news(w, account.id, &batch)? {
                ingest::ingest(w, &account, &batch, now)?;
            }
            Ok(())
        })
        .unwrap();
    }

    fn press(
        &mut self,
        to: usize,
        same: bool,
        approval: Approval,
        not_before: Option<Timestamp>,
        scheduled: bool,
    ) {
        let (id, number, now) = (self.threads[to], self.presses.len(), self.now());
        let trigger = self.write(move |w| message::newest(w, id)).unwrap();
        let policy = approval == Approval::Policy;
        if policy
            && trigger
                .as_ref()
                .is_none_or(|m| m.direction == Direction::Out)
        {
            return;
        }
        let approved = Approved {
            conversation_id: id,
            client_id: format!("press-{number}"),
            approval,
            author: if policy { Author::Ai } else { Author::Owner },
            draft_id: None,
            trigger_id: trigger.map(|m| m.id).filter(|_| policy),
            text: if same {
                "Tamam".to_owned()
            } else {
                format!("yanıt {number}")
            },
        };
        let terms = Terms {
            not_before,
            scheduled,
            ..Terms::default()
        };
        let wanted = approved.clone();
        let put = self.write(move |w| outbox::enqueue_with(w, &wanted, terms, now));
        // The file itself takes one automatic reply for each customer's message, and no second.
        let Ok(row) = put else {
            assert!(policy, "{put:?}");
            return;
        };
        let wait = not_before.map_or(Duration::ZERO, |at| at.since(now));
        self.presses.push(Press {
            to,
            approved,
            terms,
            row: row.id,
            not_before: if scheduled {
                self.platform.now
            } else {
                self.platform.now + wait
            },
            resends: 0,
            gone: None,
            moved: scheduled,
        });
    }

    /// The screen was not sure that the press was heard.
    fn press_again(&mut self, which: u8) -> Held {
        let Some(at) = pick(which, self.presses.len()) else {
            return Ok(());
        };
        let (press, now) = (&self.presses[at], self.now());
        let (wanted, terms, id) = (press.approved.clone(), press.terms, press.row);
        let row = self
            .write(move |w| outbox::enqueue_with(w, &wanted, terms, now))
            .unwrap();
        (row.id == id)
            .then_some(())
            .ok_or_else(|| "one press made two rows".to_owned())
    }

    /// The worker takes a row that is due.
    pub(super) fn work(&mut self, which: u8, how: u8) -> Held {
        let now = self.now();
        let due = self.write(move |w| outbox::due(w, now, 64)).unwrap();
        let Some(at) = pick(which, due.len()) else {
            return Ok(());
        };
        let row = due[at].clone();
        match row.state {
            SendState::Unconfirmed => self.look(&row, how),
            _ => self.start(row.id),
        }
    }

    fn start(&mut self, id: OutboxId) -> Held {
        let (now, server) = (self.now(), self.server.known(self.now()));
        let begun = self
            .write(move |w| sending::begin(w, id, now, server))
            .unwrap();
        let press = self.press_of(id);
        let Begin::Go(row) = begun else {
            self.presses[press].moved = true;
            return Ok(());
        };
        let wanted = &self.presses[press];
        let faults = [
            (wanted.gone.is_some(), "it was taken back"),
            (
                self.platform.now < wanted.not_before,
                "its hold is not over",
            ),
            (
                self.paused && row.approval == Approval::Policy,
                "the AI is paused",
            ),
            (
                server.is_some() && !self.platform.is_open(wanted.to),
                "the reply window is closed",
            ),
            (
                self.calls
                    .iter()
                    .any(|c| c.row.conversation_id == row.conversation_id),
                "another call of the conversation is under way",
            ),
            (
                row.text != wanted.approved.text,
                "other words were approved",
            ),
        ];
        if let Some((_, fault)) = faults.iter().find(|(is, _)| *is) {
            return Err(format!("a call began although {fault}: {row:?}"));
        }
        self.calls.push(Call {
            row,
            press,
            ours: now,
            since: self.platform.now,
            reached: None,
            era: self.era,
        });
        Ok(())
    }

    fn look(&mut self, row: &OutboxRow, how: u8) -> Held {
        let (id, now) = (row.id, self.now());
        if !self.token || how.is_multiple_of(8) {
            let at = now + super::super::LOOK_AGAIN;
            self.write(move |w| outbox::look_later(w, id, at, now))
                .unwrap();
            return Ok(());
        }
        let press = self.press_of(id);
        let to = self.presses[press].to;
        self.poll(to, WINDOW);
        self.write(move |w| outbox::not_found(w, id, now)).unwrap();
        let after = self.write(move |w| outbox::get(w, id)).unwrap();
        let unique = row.text != "Tamam";
        let (shown, _) = self.platform.shown(to, WINDOW);
        let visible = shown.iter().any(|said| said.press == Some(press));
        if after.is_asked() && visible && unique && row.resends == 0 {
            return Err(format!(
                "the owner is asked about what Instagram shows: {after:?}"
            ));
        }
        Ok(())
    }

    fn deliver(&mut self, press: usize, lag: u8) -> String {
        let (to, text) = (
            self.presses[press].to,
            self.presses[press].approved.text.clone(),
        );
        let lag = Duration::from_secs(LAGS[usize::from(lag) % LAGS.len()]);
        self.platform
            .says(to, Direction::Out, &text, Some(press), lag)
    }

    fn accepts(&self, press: usize) -> bool {
        self.token && self.platform.is_open(self.presses[press].to)
    }

    pub(super) fn reach(&mut self, at: usize, lag: u8) {
        let press = self.calls[at].press;
        if self.calls[at].reached.is_none() && self.accepts(press) {
            self.calls[at].reached = Some(self.deliver(press, lag));
        }
    }

    fn reach_late(&mut self, which: u8, lag: u8) {
        let now = self.platform.now;
        self.late.retain(|call| now.since(call.since) < LATE);
        if let Some(at) = pick(which, self.late.len()) {
            let call = self.late.swap_remove(at);
            if self.accepts(call.press) {
                self.deliver(call.press, lag);
            }
        }
    }

    pub(super) fn answer(&mut self, at: usize, how: u8) {
        let mut call = self.calls.swap_remove(at);
        if how.is_multiple_of(2) && call.reached.is_none() && self.accepts(call.press) {
            call.reached = Some(self.deliver(call.press, how / 2));
        }
        let failed = |attempt, code| {
            let said = GraphFault::default();
            Err(Failed {
                attempt,
                code,
                said,
            })
        };
        let unclear = || failed(Attempt::Unclear, Code::ReplyUnconfirmed);
        let open = self.platform.is_open(self.presses[call.press].to);
        let outcome = match (&call.reached, how % 16) {
            (Some(mid), 0..12) => Ok(IgMessageId(mid.clone())),
            (Some(_), _) => unclear(),
            (None, _) if !self.token => failed(Attempt::Held, Code::TokenInvalid),
            (None, _) if !open => failed(Attempt::Refused, Code::WindowClosed),
            (None, 1 | 3 | 5) => failed(
                Attempt::NotSent { retry_after: None },
                Code::InstagramThrottled,
            ),
            (None, 7) => failed(Attempt::Refused, Code::ReplyRefused),
            (None, _) => {
                self.late.push(call.clone());
                unclear()
            }
        };
        if !matches!(
            &outcome,
            Ok(_)
                | Err(Failed {
                    attempt: Attempt::Unclear,
                    ..
                })
        ) {
            self.presses[call.press].moved = true;
        }
        let heard = !matches!(&outcome, Err(f) if f.attempt == Attempt::Unclear);
        if heard {
            self.server.heard(self.platform.told(), self.now());
        }
        let (started, ended) = (call.ours, self.now());
        let server = self.server.known(started).filter(|_| call.era == self.era);
        self.write(move |w| {
            if let Some(server) = server {
                outbox::note_server_start(w, call.row.id, server)?;
            }
            sending::end(w, &call.row, outcome, started, ended)
        })
        .unwrap();
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.platform.now = self.platform.now + time;
    }

    fn set_clock(&mut self, by: i64) {
        let expected = self.now();
        self.ahead += by;
        self.era += 1;
        let shown = self.now();
        self.server.forget();
        self.write(move |w| super::super::mend(w, shown, expected))
            .unwrap();
    }

    /// The program ends in the middle of whatever it does, and begins anew.
    fn restart(&mut self) {
        let cut = self.calls.drain(..).filter(|call| call.reached.is_none());
        self.late.extend(cut);
        self.store = None;
        self.store = Some(Store::open_at(self.dir.path(), self.now()).unwrap());
        self.server = ServerClock::default();
        let now = self.now();
        self.write(move |w| outbox::recover(w, now)).unwrap();
    }

    pub(super) fn discard(&mut self, which: u8) {
        let rows = self.open();
        let Some(at) = pick(which, rows.len()) else {
            return;
        };
        let (id, state) = (rows[at].id, rows[at].state);
        let press = self.press_of(id);
        if self.write(move |w| outbox::discard(w, id)).is_ok() {
            self.presses[press].moved = true;
            if state != SendState::Unconfirmed {
                self.presses[press].gone = Some(self.platform.deliveries(press));
            }
        }
    }

    pub(super) fn retry(&mut self, which: u8) {
        let (rows, now) = (self.open(), self.now());
        let Some(at) = pick(which, rows.len()) else {
            return;
        };
        let row = rows[at].clone();
        let press = self.press_of(row.id);
        if self.write(move |w| outbox::retry(w, row.id, now)).is_ok() {
            self.presses[press].moved = true;
            self.presses[press].not_before = self.platform.now;
            self.presses[press].resends += usize::from(rows[at].is_asked());
        }
    }

    fn send_now(&mut self, which: u8) {
        let (rows, now) = (self.open(), self.now());
        let Some(at) = pick(which, rows.len()) else {
            return;
        };
        let id = rows[at].id;
        let press = self.press_of(id);
        if self.write(move |w| outbox::send_now(w, id, now)).is_ok() {
            self.presses[press].not_before = self.platform.now;
        }
    }

    pub(super) fn set_token(&mut self, works: bool) {
        self.token = works;
        if works {
            let (account, now) = (self.account.id, self.now());
            self.write(move |w| outbox::release_held(w, account, now))
                .unwrap();
        }
    }
}

/// An account with two conversations in which the AI may answer.
fn seed(w: &mut Write<'_>) -> Result<(Account, [ConversationId; 2]), StoreError> {
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
    let id: AccountId = account::connect(w, &connected)?;
    account::set_backfill(w, id, None, START)?;
    let mut threads = [ConversationId(0); 2];
    for (number, thread) in threads.iter_mut().enumerate() {
        let customer = Customer {
            id: &customer(number),
            username: None,
            name: None,
        };
        let external = IgThreadId(format!("thread-{number}"));
        *thread = conversation::ensure(w, id, Some(&external), &customer, START)?;
        conversation::set_mode(w, *thread, ReplyMode::Auto)?;
    }
    Ok((account::get(w, id)?, threads))
}
