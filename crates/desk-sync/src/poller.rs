//! Reads Instagram again and again: one loop for each account.

use crate::call::{CallError, Caller, ListSize};
use crate::engine::Inner;
use crate::fault;
use crate::ingest::{self, Batch};
use desk_core::message::Health;
use desk_core::{AccountId, Code, IgThreadId, IgsId, Timestamp};
use desk_store::StoreError;
use desk_store::table::account::{self, Account};
use desk_store::table::conversation;
use graph_api::{Conversation, Message, Page, RetryKind};
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
/// Instagram shows details of the 20 newest messages of a thread only (Meta, "Conversations API").
pub(crate) const WINDOW: u32 = 20;
/// A list that never ends, because its cursor comes back, must not hold the loop.
const MOST_PAGES: u32 = 2000;
/// How long polling stays brisk after somebody wrote.
const BRISK: Duration = Duration::from_secs(3 * 60);
/// The wait after a fault that only the owner can end.
const BROKEN_WAIT: Duration = Duration::from_secs(120);
/// The wait after too many calls, when Instagram names none.
const THROTTLED_WAIT: Duration = Duration::from_secs(60);
/// The longest wait after faults that pass.
const TROUBLED_WAIT: Duration = Duration::from_secs(120);

/// A thread that changed this recently may change again without its time showing it. Generous,
/// because our clock and Instagram's differ.
const SAME_SECOND: Duration = Duration::from_secs(30);

/// What is stored about a thread that the list shows.
struct KnownThread {
    customer: IgsId,
    read_up_to: Timestamp,
}

/// How the poller stands, for the screen.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Standing {
    pub(crate) next_check_at: Option<Timestamp>,
}

pub(crate) struct Poller {
    inner: Arc<Inner>,
    caller: Caller,
    account: AccountId,
    wake: Arc<Notify>,
    /// Until when polling is brisk.
    brisk_until: Timestamp,
    faults: u32,
}

/// What a poll found out about when to poll next.
enum Ended {
    /// All went well; `true` when something came.
    Well(bool),
    /// It did not.
    Faulty(CallError),
}

impl Poller {
    pub(crate) fn new(
        inner: Arc<Inner>,
        caller: Caller,
        account: AccountId,
        wake: Arc<Notify>,
    ) -> Self {
        Poller {
            inner,
            caller,
            account,
            wake,
            brisk_until: Timestamp(0),
            faults: 0,
        }
    }

    /// Polls until told to stop.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let ended = tokio::select! {
                () = stop.cancelled() => return,
                ended = self.poll() => ended,
            };
            let now = self.inner.clock.now();
            let due = now + self.wait_after(ended, now).await;
            self.inner.set_standing(
                self.account,
                Standing {
                    next_check_at: Some(due),
                },
            );
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wake.notified() => {
                    // Somebody asked for news, or just sent something: more is likely to come.
                    self.brisk_until = self.inner.clock.now() + BRISK;
                }
                () = self.inner.clock.sleep_until(due) => {}
            }
        }
    }

    async fn poll(&mut self) -> Ended {
        let result = match self.caller.account().await {
            Ok(account) if account.synced_at.is_none() => self.first_sync(account).await,
            Ok(account) => self.steady(&account).await,
            Err(e) => Err(CallError::Store(e)),
        };
        match result {
            Ok(news) => Ended::Well(news),
            Err(e) => Ended::Faulty(e),
        }
    }

    /// Notes how it went, and says how long to wait.
    async fn wait_after(&mut self, ended: Ended, now: Timestamp) -> Duration {
        let id = self.account;
        match ended {
            Ended::Well(news) => {
                self.faults = 0;
                if news {
                    self.brisk_until = now + BRISK;
                }
                let written: Result<(), StoreError> = self
                    .inner
                    .store
                    .write(move |w| ingest::checked(w, id, now))
                    .await;
                if let Err(e) = written {
                    tracing::error!(account.id = %id, error = %e, "the result of a check could not be stored");
                }
                let options = &self.inner.options;
                if now < self.brisk_until {
                    options.brisk_poll
                } else {
                    options.steady_poll
                }
            }
            Ended::Faulty(error) => {
                self.faults = self.faults.saturating_add(1);
                let code = error.code();
                let (health, wait) = match &error {
                    CallError::Graph(e) => (fault::health_of(e), fault_wait(e, self.faults)),
                    CallError::NoToken(_) => (Health::Broken, BROKEN_WAIT),
                    CallError::Store(_) => (Health::Troubled, passing_wait(self.faults)),
                };
                tracing::warn!(account.id = %id, code = %code, error = %error, "a check of Instagram failed");
                self.note_fault(health, code).await;
                wait
            }
        }
    }

    async fn note_fault(&self, health: Health, code: Code) {
        let id = self.account;
        let written: Result<(), StoreError> = self
            .inner
            .store
            .write(move |w| account::set_receiving(w, id, health, Some(code), None))
            .await;
        if let Err(e) = written {
            tracing::error!(account.id = %id, error = %e, "a fault could not be stored");
        }
    }

    /// One call for the list; more only when everything on the page is news.
    async fn steady(&self, account: &Account) -> Result<bool, CallError> {
        let mut after = None;
        let mut news = false;
        for page_number in 0..MOST_PAGES {
            let page = self
                .caller
                .conversations(STEADY, after.clone(), None)
                .await?;
            let (any, all) = self.store_page(account, &page).await?;
            news |= any;
            let more = page
                .after
                .filter(|next| all && after.as_ref() != Some(next));
            match more {
                Some(next) if page_number + 1 < MOST_PAGES => after = Some(next),
                _ => break,
            }
        }
        Ok(news)
    }

    /// Reads every page, newest first. What was read stays when it is interrupted, and it goes on
    /// there.
    async fn first_sync(&self, account: Account) -> Result<bool, CallError> {
        let id = account.id;
        let mut after = account.backfill_cursor.clone();
        for _ in 0..MOST_PAGES {
            let page = self
                .caller
                .conversations(FIRST, after.clone(), None)
                .await?;
            self.store_page(&account, &page).await?;
            let next = page.after.filter(|next| after.as_ref() != Some(next));
            let (cursor, now) = (next.clone(), self.inner.clock.now());
            let written: Result<(), StoreError> = self
                .inner
                .store
                .write(move |w| account::set_backfill(w, id, cursor.as_deref(), now))
                .await;
            written?;
            match next {
                Some(next) => after = Some(next),
                None => return Ok(true),
            }
        }
        let now = self.inner.clock.now();
        let written: Result<(), StoreError> = self
            .inner
            .store
            .write(move |w| account::set_backfill(w, id, None, now))
            .await;
        written?;
        Ok(true)
    }

    /// Stores a page; says whether any and whether all of its conversations were news.
    async fn store_page(
        &self,
        account: &Account,
        page: &Page<Conversation>,
    ) -> Result<(bool, bool), CallError> {
        if !account.conversations_seen && !page.items.is_empty() {
            let id = account.id;
            let written: Result<(), StoreError> = self
                .inner
                .store
                .write(move |w| account::set_conversations_seen(w, id))
                .await;
            written?;
        }
        let (mut any, mut all) = (false, !page.items.is_empty());
        for shown in &page.items {
            let news = self.store_conversation(account, shown).await?;
            any |= news;
            all &= news;
        }
        for piece in &page.unreadable {
            let (id, raw, reason, now) = (
                account.id,
                piece.raw.get().to_owned(),
                piece.reason,
                self.inner.clock.now(),
            );
            let kept: Result<bool, StoreError> = self
                .inner
                .store
                .write(move |w| desk_store::table::unreadable::keep(w, id, &raw, reason, now))
                .await;
            if kept? {
                tracing::warn!(account.id = %account.id, reason, "a conversation could not be read; its text is kept");
            }
        }
        Ok((any, all))
    }

    async fn store_conversation(
        &self,
        account: &Account,
        shown: &Conversation,
    ) -> Result<bool, CallError> {
        let updated = shown.updated_time.map(Timestamp::from);
        let known = self.known(account, &shown.id).await?;
        let was_read = updated.is_some()
            && known
                .as_ref()
                .is_some_and(|k| Some(k.read_up_to) == updated);
        let details = shown
            .messages
            .as_ref()
            .is_some_and(|p| p.items.iter().all(Message::has_details));
        if was_read && !details {
            return Ok(false);
        }
        let customer = known.as_ref().map(|k| &k.customer);
        let listed = Batch::of(account, shown, customer);
        let batch = match listed {
            Some(batch) if self.is_all(account, shown, &batch).await? => Some(batch),
            _ => {
                let page = self.caller.thread(&shown.id, WINDOW).await?;
                let full = Conversation {
                    messages: Some(page),
                    ..shown.clone()
                };
                Batch::of(account, &full, customer)
            }
        };
        let Some(mut batch) = batch else {
            tracing::warn!(account.id = %account.id, "a conversation names no customer");
            return Ok(false);
        };
        // Instagram's times have whole seconds: another message may yet come within this one.
        let now = self.inner.clock.now();
        batch.complete_up_to = updated.filter(|at| now.since(*at) > SAME_SECOND);
        let (id, probe) = (account.id, batch.clone());
        let news: Result<bool, StoreError> = self
            .inner
            .store
            .read(move |db| ingest::is_news(db, id, &probe))
            .await;
        if !news? {
            return Ok(false);
        }
        let account = account.clone();
        let written: Result<_, StoreError> = self
            .inner
            .store
            .write(move |w| ingest::ingest(w, &account, &batch, now))
            .await;
        written?;
        Ok(true)
    }

    /// What is stored about a thread.
    async fn known(
        &self,
        account: &Account,
        thread: &str,
    ) -> Result<Option<KnownThread>, StoreError> {
        let (id, thread) = (account.id, IgThreadId(thread.to_owned()));
        self.inner
            .store
            .read(move |db| {
                let Some((id, read_up_to)) = conversation::of_thread(db, id, &thread)? else {
                    return Ok(None);
                };
                let customer = conversation::get(db, id)?.customer_id;
                Ok(Some(KnownThread {
                    customer,
                    read_up_to,
                }))
            })
            .await
    }

    /// Whether the list shows all that is new in a conversation.
    async fn is_all(
        &self,
        account: &Account,
        shown: &Conversation,
        batch: &Batch,
    ) -> Result<bool, CallError> {
        let Some(page) = &shown.messages else {
            return Ok(false);
        };
        if page.items.iter().any(|m| !m.has_details()) {
            return Ok(false);
        }
        Ok(page.after.is_none() || self.reaches_known(account, batch).await?)
    }

    /// Whether the oldest message shown is stored already, so that none lies between.
    async fn reaches_known(&self, account: &Account, batch: &Batch) -> Result<bool, CallError> {
        let Some(oldest) = batch.messages.first().map(|m| m.external_id.clone()) else {
            return Ok(false);
        };
        if batch.messages.len() >= usize::try_from(WINDOW).unwrap_or(usize::MAX) {
            return Ok(true);
        }
        let id = account.id;
        let known: Result<_, StoreError> = self
            .inner
            .store
            .read(move |db| desk_store::table::message::known(db, id, &oldest))
            .await;
        Ok(known?.is_some())
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
        RetryKind::Throttled { retry_after } => retry_after.unwrap_or_default().max(THROTTLED_WAIT),
        RetryKind::Auth(_) | RetryKind::Setup(_) | RetryKind::Stop(_) => BROKEN_WAIT,
        _ => passing_wait(faults),
    }
}
