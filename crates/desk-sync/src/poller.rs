//! Reads Instagram again and again: one loop for each account.
//!
//! One call for the list shows what is new in every conversation. How long to wait until the next
//! one follows the rate at which messages come, within the budget of calls.

use crate::arrivals::Arrivals;
use crate::books;
use crate::call::{CallError, Caller, ListSize};
use crate::engine::Inner;
use crate::fault;
use crate::ingest::{self, Batch};
use crate::interval;
use crate::listing::{self, Backfill, Brought, WINDOW};
use desk_core::message::Health;
use desk_core::sync::{AbsenceKind, CallReason, Lane};
use desk_core::{AccountId, Timestamp};
use desk_store::StoreError;
use desk_store::table::account::{self, Account};
use desk_store::table::call_log::{self, CallEntry};
use desk_store::table::sync_state::{self, SyncState};
use desk_store::table::{absence, conversation, message};
use graph_api::{Conversation, Page, RetryKind};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What a steady poll asks for: all that is likely to have come since the last one.
const STEADY: ListSize = ListSize {
    conversations: 25,
    messages: 5,
};
/// What the first synchronisation asks for: all that Instagram still shows.
const FIRST: ListSize = ListSize {
    conversations: 20,
    messages: WINDOW,
};
/// A list that never ends must not hold the loop.
const MOST_PAGES: u32 = 2000;
/// How long polling at a fixed interval stays brisk after news, and how brisk.
const BRISK_FOR: Duration = Duration::from_secs(3 * 60);
const BRISK: Duration = Duration::from_secs(5);
/// The wait after a fault that only the owner can end.
const BROKEN_WAIT: Duration = Duration::from_secs(120);
/// The wait after too many calls, when Instagram names none.
const THROTTLED_WAIT: Duration = Duration::from_secs(60);
/// The longest wait after faults that pass.
const TROUBLED_WAIT: Duration = Duration::from_secs(120);
/// How often a sleeping poller looks whether the machine slept.
const LOOK_UP: Duration = Duration::from_secs(30);
/// A jump of the clock this long means that the machine slept, or that the clock was set.
const JUMP: Duration = Duration::from_secs(15);
/// How far back the stored messages teach when they come.
const HISTORY: Duration = Duration::from_secs(28 * 24 * 3600);
const HISTORY_MESSAGES: u32 = 20_000;

/// How the poller stands, for the screen.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Standing {
    /// `None` while a check is under way.
    pub(crate) next_check_at: Option<Timestamp>,
    pub(crate) interval: Option<Duration>,
}

pub(crate) struct Poller {
    inner: Arc<Inner>,
    caller: Caller,
    account: AccountId,
    wake: Arc<Notify>,
    faults: u32,
    /// All conversations that changed up to here, by Instagram's time, were read.
    seen_up_to: Timestamp,
    /// How often the first synchronisation met a cursor again.
    repeats: u32,
    /// When the list was looked at from its top.
    top_at: Timestamp,
    /// The time, and the time that passed, when both were last compared.
    mark: (Timestamp, Duration),
}

/// What a check came to.
#[derive(Default)]
struct Check {
    found: u32,
    inbound: Vec<Timestamp>,
    /// The first synchronisation ended with it.
    synced: bool,
    fault: Option<CallError>,
}

impl Check {
    fn add(&mut self, brought: Brought) {
        self.found = self.found.saturating_add(brought.found);
        self.inbound.extend(brought.inbound);
    }
}

impl Poller {
    pub(crate) fn new(inner: Arc<Inner>, account: AccountId, wake: Arc<Notify>) -> Self {
        let caller = inner.caller(account, Lane::Poll);
        let mark = (inner.clock.now(), inner.clock.uptime());
        Poller {
            inner,
            caller,
            account,
            wake,
            faults: 0,
            seen_up_to: Timestamp(0),
            repeats: 0,
            top_at: Timestamp(0),
            mark,
        }
    }

    /// Polls until told to stop.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        self.recall().await;
        let mut reason = CallReason::Started;
        loop {
            let due = tokio::select! {
                () = stop.cancelled() => return,
                due = self.check(reason) => due,
            };
            reason = tokio::select! {
                () = stop.cancelled() => return,
                reason = self.wait(due) => reason,
            };
        }
    }

    /// Takes up what was remembered of the budget, of the list and of when messages come.
    async fn recall(&mut self) {
        let (id, now) = (self.account, self.inner.clock.now());
        let read: Result<(SyncState, Vec<(Timestamp, u32)>), StoreError> = self
            .inner
            .store
            .read(move |db| {
                let hour_ago = now - Duration::from_secs(3600);
                Ok((
                    sync_state::get(db, id)?,
                    call_log::calls_since(db, id, hour_ago)?,
                ))
            })
            .await;
        match read {
            Ok((state, calls)) => {
                self.inner.pace(id).begin(now, &state, &calls);
                self.seen_up_to = state.seen_up_to;
                let mut arrivals = Arrivals::from_json(&state.arrivals);
                if arrivals.count() == 0 {
                    arrivals = self.learned_from_history().await;
                }
                self.inner
                    .watched(id, |watched| watched.arrivals = arrivals);
            }
            Err(e) => {
                tracing::error!(account.id = %id, error = %e, "what was remembered of the synchronisation could not be read");
            }
        }
    }

    async fn learned_from_history(&self) -> Arrivals {
        let (id, now) = (self.account, self.inner.clock.now());
        let times: Result<Vec<Timestamp>, StoreError> = self
            .inner
            .store
            .read(move |db| message::inbound_times(db, id, now - HISTORY, HISTORY_MESSAGES))
            .await;
        match times {
            Ok(times) => Arrivals::from_history(&times, now),
            Err(e) => {
                tracing::error!(account.id = %id, error = %e, "the times of the stored messages could not be read");
                Arrivals::default()
            }
        }
    }

    /// Waits until it is time, or somebody asks, or the machine wakes up. Says why.
    async fn wait(&mut self, due: Timestamp) -> CallReason {
        let mut due = due;
        loop {
            let (before, steady) = (self.inner.clock.now(), self.inner.clock.uptime());
            let step = due.min(before + LOOK_UP);
            tokio::select! {
                () = self.wake.notified() => {
                    return self.take_up().unwrap_or(CallReason::Asked);
                }
                () = self.inner.clock.sleep_until(step) => {}
            }
            if self.look_up().await {
                return CallReason::Resumed;
            }
            let now = self.inner.clock.now();
            // A clock that was set back must not make anybody wait longer.
            let passed = self.inner.clock.uptime().saturating_sub(steady);
            due = due - (before + passed).since(now);
            if now >= due {
                return match self.faults {
                    0 if self.is_bursting(now) => CallReason::Burst,
                    0 => CallReason::Due,
                    _ => CallReason::Retry,
                };
            }
        }
    }

    fn is_bursting(&self, now: Timestamp) -> bool {
        self.inner.watched(self.account, |watched| {
            let rate = watched.arrivals.rate_at(now);
            rate.burst > rate.base
        })
    }

    /// Compares the clock with the time that passed: says whether the machine slept.
    async fn look_up(&mut self) -> bool {
        let clock = Arc::clone(&self.inner.clock);
        let (wall, steady) = self.mark;
        let slept = books::slept(clock.as_ref(), wall, steady);
        self.mark = (clock.now(), clock.uptime());
        if slept < JUMP {
            return false;
        }
        tracing::info!(account.id = %self.account, slept_s = slept.as_secs(), "the machine slept, or its clock was set");
        if (books::ABSENT_FROM..books::ABSENT_TO).contains(&slept) {
            let now = clock.now();
            let written: Result<(), StoreError> = self
                .inner
                .store
                .write(move |w| absence::add(w, AbsenceKind::Asleep, now - slept, now))
                .await;
            if let Err(e) = written {
                tracing::error!(error = %e, "an absence could not be stored");
            }
        }
        true
    }

    /// Takes up the check that somebody wants, and says why; it is under way from here on.
    fn take_up(&self) -> Option<CallReason> {
        self.inner.watched(self.account, |watched| {
            watched.standing.next_check_at = None;
            watched.wanted.take()
        })
    }

    /// Checks Instagram once, writes down what came of it, and says when to check next.
    async fn check(&mut self, reason: CallReason) -> Timestamp {
        let (began, steady) = (self.inner.clock.now(), self.inner.clock.uptime());
        self.inner
            .watched(self.account, |w| w.standing.next_check_at = None);
        let mut check = Check::default();
        let mut reason = reason;
        let result = match self.caller.account_to_check().await {
            Ok(account) if account.synced_at.is_none() => {
                reason = CallReason::FirstSync;
                self.first_sync(&account, &mut check).await
            }
            Ok(account) => self.steady(&account, &mut check).await,
            Err(e) => Err(CallError::Store(e)),
        };
        check.fault = result.err();
        // A sleep in the middle of a check is an absence like any other.
        self.look_up().await;
        let entry = CallEntry {
            account_id: self.account,
            at: began,
            reason,
            calls: self.caller.take_count(),
            found: check.found,
            fault: check.fault.as_ref().map(CallError::code),
            took: self.inner.clock.uptime().saturating_sub(steady),
        };
        self.finish(check, entry).await
    }

    /// Notes how it went, in one transaction, and says when to check next.
    async fn finish(&mut self, check: Check, entry: CallEntry) -> Timestamp {
        let (id, now) = (self.account, self.inner.clock.now());
        if check.synced {
            let learned = self.learned_from_history().await;
            self.inner.watched(id, |watched| watched.arrivals = learned);
        }
        let arrivals = self.inner.watched(id, |watched| {
            for at in &check.inbound {
                watched.arrivals.arrived(*at, now);
            }
            watched.arrivals.observe_at(now);
            if !check.inbound.is_empty() {
                watched.news_at = Some(now);
            }
            watched.arrivals.to_json()
        });
        let (health, wait) = self.outcome(&check, now);
        let due = now + wait;
        let code = check.fault.as_ref().map(CallError::code);
        if entry.calls > 0 || health.is_some() {
            self.inner.books.note(entry);
        }
        let taken = self.inner.books.take();
        let (kept, pace, seen_up_to) = (taken.clone(), self.inner.pace(id), self.seen_up_to);
        let written: Result<(), StoreError> = self
            .inner
            .store
            .write(move |w| {
                match health {
                    Some(Health::Good) => ingest::checked(w, id, now)?,
                    Some(health) => account::set_receiving(w, id, health, code, None)?,
                    None => {}
                }
                let mut state = sync_state::get(w, id)?;
                pace.budget(now, |budget| budget.remember(&mut state));
                state.arrivals = arrivals;
                sync_state::save(w, id, &state)?;
                if seen_up_to > state.seen_up_to {
                    sync_state::set_seen_up_to(w, id, seen_up_to)?;
                }
                books::write(w, &kept, now)
            })
            .await;
        if let Err(e) = written {
            tracing::error!(account.id = %id, error = %e, "the result of a check could not be stored");
            self.inner.books.give_back(taken);
        }
        self.inner.watched(id, |watched| {
            watched.standing = Standing {
                next_check_at: Some(due),
                interval: Some(wait),
            };
        });
        due
    }

    /// What a check says about the account's health, and how long to wait. `None` when nothing was
    /// learned about it, because nothing was called.
    fn outcome(&mut self, check: &Check, now: Timestamp) -> (Option<Health>, Duration) {
        let Some(error) = &check.fault else {
            self.faults = 0;
            return (Some(Health::Good), self.interval(now));
        };
        if let CallError::NotYet(not_yet) = error {
            let until = not_yet.until.since(now).max(interval::SHORTEST);
            // The first synchronisation waits for its lane; new messages are looked for meanwhile.
            let wait = if not_yet.throttled {
                until
            } else {
                until.min(self.interval(now).max(interval::SHORTEST))
            };
            return (None, wait);
        }
        self.faults = self.faults.saturating_add(1);
        tracing::warn!(account.id = %self.account, code = %error.code(), error = %error, "a check of Instagram failed");
        let (health, wait) = match error {
            CallError::Graph(e) => (fault::health_of(e), fault_wait(e, self.faults)),
            CallError::NoToken(_) => (Health::Broken, BROKEN_WAIT),
            _ => (Health::Troubled, passing_wait(self.faults)),
        };
        let pace = self.inner.pace(self.account);
        let throttle = pace.budget(now, |budget| budget.throttle_at(now));
        let named = throttle.map(|throttle| throttle.until.since(now));
        (Some(health), named.map_or(wait, |named| named.max(wait)))
    }

    /// How long to wait after a check that went well.
    fn interval(&self, now: Timestamp) -> Duration {
        let hints = self.inner.hints(self.account);
        if let Some(fixed) = self.inner.options.fixed_poll {
            let brisk = hints
                .news_at
                .is_some_and(|at| now.since(at) < BRISK_FOR && at <= now);
            return if brisk { fixed.min(BRISK) } else { fixed };
        }
        let budget = self
            .inner
            .pace(self.account)
            .budget(now, |budget| budget.clone());
        self.inner.watched(self.account, |watched| {
            interval::interval_at(now, &mut watched.arrivals, &budget, hints)
        })
    }

    /// One call for the list; more only while what it shows changed since the list was last read to
    /// where it was known.
    async fn steady(&mut self, account: &Account, check: &mut Check) -> Result<(), CallError> {
        self.top_at = self.inner.clock.now();
        let (mut after, mut newest) = (None, None);
        let mut cursors = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let page = self
                .caller
                .conversations(STEADY, after.clone(), None)
                .await?;
            let brought = self
                .store(&self.caller, account, &page, None, check)
                .await?;
            let span = brought.span;
            newest = newest.or(span.map(|(_, newest)| newest));
            let unread = span.is_some_and(|(oldest, _)| oldest > self.seen_up_to);
            let next = page.after.filter(|_| brought.all || unread);
            match next {
                Some(next) if cursors.insert(next.clone()) => after = Some(next),
                _ => break,
            }
        }
        self.seen_up_to = self.seen_up_to.max(newest.unwrap_or(self.seen_up_to));
        Ok(())
    }

    async fn store(
        &self,
        caller: &Caller,
        account: &Account,
        page: &Page<Conversation>,
        backfill: Backfill,
        check: &mut Check,
    ) -> Result<Brought, CallError> {
        let brought = listing::store_page(&self.inner, caller, account, page, backfill).await?;
        check.add(brought.clone());
        Ok(brought)
    }

    /// Reads every page, newest first. What was read stays when it is interrupted, and it goes on
    /// there. New messages are looked for meanwhile.
    async fn first_sync(&mut self, account: &Account, check: &mut Check) -> Result<(), CallError> {
        let caller = self.caller.in_lane(Lane::Backfill);
        let mut after = account.backfill_cursor.clone();
        if after.is_some() {
            self.steady(account, check).await?;
        }
        let mut cursors: BTreeSet<String> = after.iter().cloned().collect();
        for _ in 0..MOST_PAGES {
            let began = self.inner.clock.now();
            let page = match caller.conversations(FIRST, after.clone(), None).await {
                Err(CallError::Graph(e))
                    if after.is_some() && matches!(e.retry_kind(), RetryKind::Refused(_)) =>
                {
                    tracing::info!(account.id = %account.id, "Instagram no longer knows where the first synchronisation was; it begins anew");
                    self.begin_anew().await?;
                    after = None;
                    continue;
                }
                page => page?,
            };
            let next = page.after.clone();
            let repeated = next
                .as_ref()
                .is_some_and(|next| !cursors.insert(next.clone()));
            if repeated && self.repeats == 0 {
                self.repeats += 1;
                self.store(&caller, account, &page, None, check).await?;
                tracing::warn!(account.id = %account.id, "the list of conversations came back to its beginning; it is read once more");
                self.begin_anew().await?;
                after = None;
                cursors.clear();
                continue;
            }
            let next = next.filter(|_| !repeated);
            let backfill = Some((next.clone(), self.inner.clock.now()));
            let brought = self.store(&caller, account, &page, backfill, check).await?;
            if after.is_none() {
                self.top_at = began;
                self.seen_up_to = brought.span.map_or(self.seen_up_to, |(_, newest)| newest);
            }
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
            self.look_at_the_top(account, check).await?;
        }
        self.end_of_first_sync(account, check).await
    }

    /// Looks for new messages when it is time, while the first synchronisation goes on.
    async fn look_at_the_top(
        &mut self,
        account: &Account,
        check: &mut Check,
    ) -> Result<(), CallError> {
        let now = self.inner.clock.now();
        if now.since(self.top_at) < self.interval(now) {
            return Ok(());
        }
        self.steady(account, check).await
    }

    async fn begin_anew(&self) -> Result<(), StoreError> {
        let id = self.account;
        self.inner
            .store
            .write(move |w| account::forget_backfill(w, id))
            .await
    }

    /// A list that did not end within so many pages is taken as read, and what moved to its top
    /// while it was read is read at once.
    async fn end_of_first_sync(
        &mut self,
        account: &Account,
        check: &mut Check,
    ) -> Result<(), CallError> {
        let (id, now) = (self.account, self.inner.clock.now());
        let written: Result<(), StoreError> = self
            .inner
            .store
            .write(move |w| account::set_backfill(w, id, None, now))
            .await;
        written?;
        check.synced = true;
        let pages_moved = self.inner.clock.now().since(self.top_at) >= interval::SHORTEST;
        if pages_moved {
            self.steady(account, check).await?;
        }
        Ok(())
    }
}

/// Reads one thread for the outbox, which looks for a message whose sending is unconfirmed.
pub(crate) async fn look_into(
    inner: &Arc<Inner>,
    caller: &Caller,
    conversation_id: desk_core::ConversationId,
) -> Result<(), CallError> {
    let account = caller.account().await?;
    let row: Result<_, StoreError> = inner
        .store
        .read(move |db| conversation::get(db, conversation_id))
        .await;
    let row = row?;
    let page = match &row.external_id {
        Some(thread) => caller.thread(thread.as_str(), WINDOW).await?,
        None => {
            let customer = Some(row.customer_id.as_str().to_owned());
            let found = caller.conversations(FIRST, None, customer).await?;
            found
                .items
                .into_iter()
                .find_map(|c| c.messages)
                .unwrap_or_else(Page::empty)
        }
    };
    let mut batch = Batch::with(
        row.external_id.clone(),
        row.customer_id.clone(),
        desk_core::Path::Poll,
    );
    batch.add(&account, &page);
    let now = inner.clock.now();
    if row.external_id.is_some() {
        let written: Result<_, StoreError> = inner
            .store
            .write(move |w| ingest::ingest(w, &account, &batch, now))
            .await;
        written?;
    }
    Ok(())
}

fn passing_wait(faults: u32) -> Duration {
    Duration::from_secs(2u64.saturating_pow(faults.min(8))).min(TROUBLED_WAIT)
}

fn fault_wait(error: &graph_api::Error, faults: u32) -> Duration {
    match error.retry_kind() {
        RetryKind::Throttled { .. } => THROTTLED_WAIT,
        RetryKind::Auth(_) | RetryKind::Setup(_) | RetryKind::Stop(_) => BROKEN_WAIT,
        _ => passing_wait(faults),
    }
}
