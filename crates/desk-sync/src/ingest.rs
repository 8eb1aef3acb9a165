//! The one way in: what Instagram shows becomes rows, once, however often and by whatever way it
//! comes.

use crate::reading;
use desk_core::message::Health;
use desk_core::outbox::Echo;
use desk_core::window::ReplyWindow;
use desk_core::{AccountId, ConversationId, Direction, IgThreadId, IgsId, Path, Source, Timestamp};
use desk_store::table::account::{self, Account};
use desk_store::table::conversation::{self, Customer, Heard};
use desk_store::table::message::{self, Incoming, Upserted};
use desk_store::table::{draft, erased, outbox, setting, unreadable, webhook};
use desk_store::{Connection, StoreError, Write};
use graph_api::Conversation;
use std::time::Duration;

pub mod happened;

pub use happened::{Event, What};

/// How old a message may be and still count as having come while we watched. Only such messages
/// may be answered by the AI itself: what waited through a sleep is for the owner to see first.
pub const LIVE: Duration = Duration::from_secs(10 * 60);

/// The setting with the quiet time before a draft is written, in milliseconds.
pub const QUIET_MILLIS: &str = "quiet_millis";
/// The quiet time when the owner did not set one.
pub const DEFAULT_QUIET_MILLIS: u32 = 6000;
/// The longest wait for quiet, from the first message of a turn on.
const LONGEST_QUIET: Duration = Duration::from_secs(25);

/// One conversation with some of its messages, read and ready to be stored.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The way by which it came.
    pub path: Path,
    /// Instagram's id of the thread; webhooks do not name it.
    pub thread: Option<IgThreadId>,
    /// The customer's id.
    pub customer: IgsId,
    /// The customer's handle.
    pub username: Option<String>,
    /// The customer's name.
    pub name: Option<String>,
    /// The messages, oldest first.
    pub messages: Vec<Incoming>,
    /// What could not be read: the raw text and the reason.
    pub unreadable: Vec<(String, String)>,
    /// Instagram's `updated_time`, when all of the thread up to it is in the batch.
    pub complete_up_to: Option<Timestamp>,
    /// The messages are the newest of the thread without a hole, with their details.
    pub is_window: bool,
    /// The thread has older messages than these.
    pub has_older: bool,
    /// What happened to messages: reactions, edits and the like.
    pub events: Vec<Event>,
}

impl Batch {
    /// Reads a conversation as the list shows it. `known` is the customer of the thread, when it was
    /// seen before; `None` comes back when nobody can tell who the customer is.
    #[must_use]
    pub fn of(account: &Account, shown: &Conversation, known: Option<&IgsId>) -> Option<Batch> {
        let party = reading::customer(account, shown);
        let customer = known
            .cloned()
            .or_else(|| party.and_then(|p| p.id.clone()).map(IgsId))?;
        let mut batch = Batch::with(Some(IgThreadId(shown.id.clone())), customer, Path::Poll);
        batch.username = party.and_then(|p| p.username.clone());
        batch.name = party.and_then(|p| p.name.clone());
        if let Some(page) = &shown.messages {
            batch.add(account, page);
        }
        Some(batch)
    }

    /// A batch without messages yet.
    #[must_use]
    pub fn with(thread: Option<IgThreadId>, customer: IgsId, path: Path) -> Batch {
        Batch {
            path,
            thread,
            customer,
            username: None,
            name: None,
            messages: Vec::new(),
            unreadable: Vec::new(),
            complete_up_to: None,
            is_window: false,
            has_older: false,
            events: Vec::new(),
        }
    }

    /// Adds a page of messages.
    pub fn add(&mut self, account: &Account, page: &graph_api::Page<graph_api::Message>) {
        // Shown newest first, with times of whole seconds: the order shown tells more than the time.
        for shown in page.items.iter().rev() {
            match reading::incoming(account, shown, self.path) {
                Some(message) => self.messages.push(message),
                None => self
                    .unreadable
                    .push((shown.raw.get().to_owned(), "no time".to_owned())),
            }
        }
        for piece in &page.unreadable {
            self.unreadable
                .push((piece.raw.get().to_owned(), piece.reason.to_owned()));
        }
        self.is_window = page.unreadable.is_empty() && page.items.iter().all(|m| m.has_details());
        self.has_older = page.after.is_some();
        self.messages.sort_by_key(|m| m.sent_at);
        self.messages
            .dedup_by(|a, b| a.external_id == b.external_id);
    }
}

/// Whether a batch holds anything that is not stored yet. A poll that brings nothing must not write.
///
/// # Errors
/// When the file cannot be read.
pub fn is_news(db: &Connection, account: AccountId, batch: &Batch) -> Result<bool, StoreError> {
    if is_erased(db, &account::get(db, account)?, batch)? {
        return Ok(false);
    }
    let Some(thread) = &batch.thread else {
        return Ok(true);
    };
    let Some((id, read_up_to)) = conversation::of_thread(db, account, thread)? else {
        return Ok(true);
    };
    if batch.complete_up_to.is_some_and(|at| at != read_up_to) && batch.messages.is_empty() {
        return Ok(true);
    }
    if !batch.unreadable.is_empty() {
        return Ok(true);
    }
    for shown in &batch.messages {
        match message::known(db, account, &shown.external_id)? {
            None => return Ok(true),
            Some(known) if message::tells_more(&known, shown) => return Ok(true),
            Some(_) => {}
        }
    }
    Ok(!happened::missing(db, id, batch)?.is_empty())
}

/// Until when everything that the customer of a batch said was erased.
pub(crate) fn erased_up_to(
    db: &Connection,
    account: &Account,
    batch: &Batch,
) -> Result<Option<Timestamp>, StoreError> {
    erased::up_to(db, account.user_id.as_str(), batch.customer.as_str())
}

/// Whether all of a batch was said before its customer was erased.
pub(crate) fn is_erased(
    db: &Connection,
    account: &Account,
    batch: &Batch,
) -> Result<bool, StoreError> {
    let erased = erased_up_to(db, account, batch)?;
    Ok(erased.is_some_and(|at| batch.messages.iter().all(|m| m.sent_at <= at)))
}

/// Stores a batch, and carries out what follows from it: a newer message makes the waiting draft
/// stale and asks the AI to look again, a reply from elsewhere ends the AI's turn, an echo settles
/// an unconfirmed send.
///
/// # Errors
/// When the file cannot be written; then nothing of the batch was stored.
pub fn ingest(
    w: &mut Write<'_>,
    account: &Account,
    batch: &Batch,
    now: Timestamp,
) -> Result<ConversationId, StoreError> {
    let customer = Customer {
        id: &batch.customer,
        username: batch.username.as_deref(),
        name: batch.name.as_deref(),
    };
    let id = conversation::ensure(w, account.id, batch.thread.as_ref(), &customer, now)?;
    let source = source(batch.path);
    let compares = webhook::compares(w, account.id)?;
    let gap_after = happened::end_before(w, account.id, id, batch)?;
    let mut changed = false;
    let mut reworded = None;
    let mut newest_said = None;
    let mut heard = Heard::default();
    // What the owner erased is not brought back by Instagram still showing it.
    let erased = erased_up_to(w, account, batch)?;
    let wanted = |shown: &&Incoming| erased.is_none_or(|at| shown.sent_at > at);
    for shown in batch.messages.iter().filter(wanted) {
        let echo = Echo {
            text: &shown.text,
            kind: shown.kind,
            sent_at: shown.sent_at,
        };
        let known = message::known(w, account.id, &shown.external_id)?;
        if known.is_none()
            && shown.direction == Direction::Out
            && outbox::claim_echo(w, id, &shown.external_id, echo)?
        {
            changed = true;
            continue;
        }
        let upserted = message::upsert_over(w, account.id, id, shown, known)?;
        match upserted {
            Upserted::Known => {}
            Upserted::Changed(_) => changed = true,
            Upserted::Reworded(message) => {
                changed = true;
                reworded = Some((shown.direction, message, shown.sent_at));
            }
            Upserted::New(message) => {
                changed = true;
                if compares {
                    message::note_heard_at(w, message, now)?;
                }
                let live = account.synced_at.is_some() && shown.sent_at + LIVE >= now;
                match shown.direction {
                    Direction::In => {
                        heard.inbound(message, shown.sent_at, live);
                        newest_said = Some((Direction::In, message, shown.sent_at));
                    }
                    Direction::Out => {
                        heard.answer();
                        newest_said = Some((Direction::Out, message, shown.sent_at));
                    }
                }
            }
        }
        changed |= happened::reactions(w, id, shown, upserted, now)?;
    }
    conversation::note_heard(w, id, &heard)?;
    changed |= happened::carry_out(w, account, id, (batch, now), &mut reworded)?;
    if let Some(after) = gap_after {
        happened::mark_gap(w, account.id, id, (batch, after), now)?;
    }
    let newest_said = newest_said.or(reworded);
    for (raw, reason) in &batch.unreadable {
        changed |= unreadable::keep(w, account.id, raw, reason, now)?;
    }
    if let Some(at) = batch.complete_up_to {
        conversation::set_updated_time(w, id, at)?;
    }
    if let Some((direction, message, sent_at)) = newest_said {
        follow(w, id, (direction, message, sent_at), now, source)?;
    }
    if changed {
        message::note_changed(w, id, source);
        conversation::refresh_row(w, id, source)?;
    }
    Ok(id)
}

const fn source(path: Path) -> Source {
    match path {
        Path::Poll => Source::Poll,
        Path::Webhook => Source::Webhook,
    }
}

/// What follows when the newest thing said is new to us.
fn follow(
    w: &mut Write<'_>,
    id: ConversationId,
    (direction, message, sent_at): (Direction, desk_core::MessageId, Timestamp),
    now: Timestamp,
    source: Source,
) -> Result<(), StoreError> {
    // Something older that was only now shown changes nothing about whose turn it is.
    let is_newest = message::newest(w, id)?.is_some_and(|newest| newest.id == message);
    if !is_newest {
        return Ok(());
    }
    draft::make_stale(w, id, source)?;
    if direction == Direction::In && ReplyWindow::at(now, Some(sent_at)).is_open() {
        let quiet: Option<u32> = setting::get(w, QUIET_MILLIS)?;
        let quiet = Duration::from_millis(u64::from(quiet.unwrap_or(DEFAULT_QUIET_MILLIS)));
        conversation::schedule_turn(w, id, now + quiet, LONGEST_QUIET.max(quiet), now)?;
    }
    Ok(())
}

/// Notes that a check of the account went well.
///
/// # Errors
/// When the file cannot be written.
pub fn checked(w: &mut Write<'_>, account: AccountId, now: Timestamp) -> Result<(), StoreError> {
    account::set_receiving(w, account, Health::Good, None, Some(now))
}
