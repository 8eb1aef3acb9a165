//! Stores a page of the list of conversations: what is known is passed over, what more came than
//! the list shows is read from its thread, and the whole page is one transaction.

use crate::call::{CallError, Caller};
use crate::engine::Inner;
use crate::ingest::{self, Batch};
use desk_core::{AccountId, Direction, IgThreadId, IgsId, Timestamp};
use desk_store::table::account::{self, Account};
use desk_store::table::conversation;
use desk_store::table::message::{self, Incoming};
use desk_store::table::unreadable;
use desk_store::{Connection, StoreError, Write};
use graph_api::{Conversation, Message, Page, RetryKind};
use std::sync::Arc;
use std::time::Duration;

/// Instagram shows details of the 20 newest messages of a thread only (Meta, "Conversations API").
pub(crate) const WINDOW: u32 = 20;
/// A thread that changed this recently may change again without its time showing it. Generous,
/// because our clock and Instagram's differ.
const SAME_SECOND: Duration = Duration::from_secs(30);
/// How often a thread that is refused is asked for.
const REFUSALS: u32 = 3;

/// What a page brought.
#[derive(Debug, Default, Clone)]
pub(crate) struct Brought {
    /// Whether all of its conversations were news.
    pub(crate) all: bool,
    /// The times of customers' messages that were new, oldest first.
    pub(crate) inbound: Vec<Timestamp>,
    /// How many messages were new, ours from elsewhere among them.
    pub(crate) found: u32,
    /// The oldest and the newest change on the page, by Instagram's time.
    pub(crate) span: Option<(Timestamp, Timestamp)>,
}

/// What is to be done about a conversation of the list.
enum Verdict {
    /// Nothing new.
    Known,
    /// The list shows all that is new.
    Listed(Batch),
    /// More came than the list shows.
    Thread(Option<IgsId>),
}

/// Where the first synchronisation goes on after a page.
pub(crate) type Backfill = Option<(Option<String>, Timestamp)>;

/// Stores a page. What was read before a fault is stored all the same.
pub(crate) async fn store_page(
    inner: &Arc<Inner>,
    caller: &Caller,
    account: &Account,
    page: &Page<Conversation>,
    backfill: Backfill,
) -> Result<Brought, CallError> {
    let (sorting, shown) = (account.clone(), page.items.clone());
    let verdicts: Result<Vec<Verdict>, StoreError> = inner
        .store
        .read(move |db| {
            shown
                .iter()
                .map(|shown| verdict(db, &sorting, shown))
                .collect()
        })
        .await;
    let verdicts = verdicts?;
    let news = |v: &Verdict| !matches!(v, Verdict::Known);
    let all = !verdicts.is_empty() && verdicts.iter().all(news);
    let mut batches = Vec::new();
    let mut broken = None;
    for (shown, verdict) in page.items.iter().zip(verdicts) {
        let batch = match verdict {
            Verdict::Known => continue,
            Verdict::Listed(batch) => Some(batch),
            Verdict::Thread(customer) => {
                match read_thread(caller, account, shown, customer.as_ref()).await {
                    Ok(batch) => batch,
                    Err(error) if is_poison(&error) => {
                        tracing::warn!(account.id = %account.id, code = %error.code(), "one conversation cannot be read; the others go on");
                        match give_up(inner, account, shown) {
                            true => Batch::of(account, shown, customer.as_ref()),
                            false => continue,
                        }
                    }
                    Err(error) => {
                        broken = Some(error);
                        break;
                    }
                }
            }
        };
        match batch {
            Some(mut batch) => {
                // Instagram's times have whole seconds: another message may yet come within this one.
                let now = inner.clock.now();
                let updated = shown.updated_time.map(Timestamp::from);
                batch.complete_up_to = updated.filter(|at| now.since(*at) > SAME_SECOND);
                batches.push(batch);
            }
            None => {
                tracing::warn!(account.id = %account.id, "a conversation names no customer");
            }
        }
    }
    let complete = broken.is_none();
    let rest = Rest {
        unreadable: page
            .unreadable
            .iter()
            .map(|piece| (piece.raw.get().to_owned(), piece.reason))
            .collect(),
        shown: !page.items.is_empty(),
        backfill: backfill.filter(|_| complete),
    };
    let mut brought = write_page(inner, account, batches, rest).await?;
    if let Some(error) = broken {
        return Err(error);
    }
    brought.all = all;
    let times = page.items.iter().filter_map(|c| c.updated_time);
    let times: Vec<Timestamp> = times.map(Timestamp::from).collect();
    brought.span = times
        .iter()
        .min()
        .zip(times.iter().max())
        .map(|(a, b)| (*a, *b));
    Ok(brought)
}

/// Whether a fault concerns this one conversation: it must not stop the rest.
fn is_poison(error: &CallError) -> bool {
    matches!(error, CallError::Graph(e) if matches!(e.retry_kind(), RetryKind::Refused(_)))
}

/// Whether a conversation was refused so often that what the list shows of it has to do; what lies
/// before that is then marked as a gap.
fn give_up(inner: &Inner, account: &Account, shown: &Conversation) -> bool {
    inner.watched(account.id, |watched| {
        let refusals = watched.refusals.entry(shown.id.clone()).or_insert(0);
        *refusals += 1;
        let enough = *refusals >= REFUSALS;
        if enough {
            watched.refusals.remove(&shown.id);
        }
        enough
    })
}

fn verdict(
    db: &Connection,
    account: &Account,
    shown: &Conversation,
) -> Result<Verdict, StoreError> {
    let updated = shown.updated_time.map(Timestamp::from);
    let thread = IgThreadId(shown.id.clone());
    let known = match conversation::of_thread(db, account.id, &thread)? {
        Some((id, read_up_to)) => Some((conversation::get(db, id)?.customer_id, read_up_to)),
        None => None,
    };
    let was_read = updated.is_some() && known.as_ref().map(|(_, at)| *at) == updated;
    let details = shown
        .messages
        .as_ref()
        .is_some_and(|page| page.items.iter().all(Message::has_details));
    if was_read && !details {
        return Ok(Verdict::Known);
    }
    let customer = known.map(|(customer, _)| customer);
    let Some(mut batch) = Batch::of(account, shown, customer.as_ref()) else {
        return Ok(Verdict::Thread(customer));
    };
    // What a thread holds beside the newest messages is older: nothing of an erased customer's is
    // read for it.
    let newest = batch.messages.last().map(|m| m.sent_at).or(updated);
    let erased = ingest::erased_up_to(db, account, &batch)?;
    if erased.is_some_and(|at| newest.is_some_and(|newest| newest <= at)) {
        return Ok(Verdict::Known);
    }
    if !shows_all(db, account.id, shown, &batch)? {
        return Ok(Verdict::Thread(customer));
    }
    batch.complete_up_to = updated;
    Ok(if ingest::is_news(db, account.id, &batch)? {
        Verdict::Listed(batch)
    } else {
        Verdict::Known
    })
}

/// Whether the list shows all that is new in a conversation.
fn shows_all(
    db: &Connection,
    account: AccountId,
    shown: &Conversation,
    batch: &Batch,
) -> Result<bool, StoreError> {
    let Some(page) = &shown.messages else {
        return Ok(false);
    };
    if page.items.iter().any(|m| !m.has_details()) {
        return Ok(false);
    }
    if page.after.is_none() || is_window(batch) {
        return Ok(true);
    }
    // The oldest one shown is stored already, so that none lies between.
    let Some(oldest) = batch.messages.first() else {
        return Ok(false);
    };
    Ok(message::known(db, account, &oldest.external_id)?.is_some())
}

fn is_window(batch: &Batch) -> bool {
    batch.messages.len() + batch.unreadable.len() >= usize::try_from(WINDOW).unwrap_or(usize::MAX)
}

async fn read_thread(
    caller: &Caller,
    account: &Account,
    shown: &Conversation,
    customer: Option<&IgsId>,
) -> Result<Option<Batch>, CallError> {
    let page = caller.thread(&shown.id, WINDOW).await?;
    let full = Conversation {
        messages: Some(page),
        ..shown.clone()
    };
    Ok(Batch::of(account, &full, customer))
}

/// What is written beside the conversations.
#[derive(Clone)]
struct Rest {
    unreadable: Vec<(String, &'static str)>,
    /// Whether the page shows any conversation.
    shown: bool,
    backfill: Backfill,
}

/// Writes the page in one transaction; when that fails, one for each conversation, so that one that
/// cannot be stored does not cost the others.
async fn write_page(
    inner: &Arc<Inner>,
    account: &Account,
    batches: Vec<Batch>,
    rest: Rest,
) -> Result<Brought, CallError> {
    let now = inner.clock.now();
    let news = !rest.unreadable.is_empty()
        || rest.backfill.is_some()
        || (rest.shown && !account.conversations_seen);
    if batches.is_empty() && !news {
        return Ok(Brought::default());
    }
    let (of, all, with) = (account.clone(), batches.clone(), rest.clone());
    let written: Result<Brought, StoreError> = inner
        .store
        .write(move |w| {
            let mut brought = Brought::default();
            for batch in &all {
                store_batch(w, &of, batch, now, &mut brought)?;
            }
            write_rest(w, &of, &with, now)?;
            Ok(brought)
        })
        .await;
    match written {
        Ok(brought) => Ok(brought),
        Err(error) if batches.len() > 1 => {
            tracing::error!(account.id = %account.id, error = %error, "a page could not be stored; its conversations are stored one by one");
            write_singly(inner, account, batches, rest, now).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn write_singly(
    inner: &Arc<Inner>,
    account: &Account,
    batches: Vec<Batch>,
    rest: Rest,
    now: Timestamp,
) -> Result<Brought, CallError> {
    let mut brought = Brought::default();
    let mut first_fault = None;
    for batch in batches {
        let of = account.clone();
        let written: Result<Brought, StoreError> = inner
            .store
            .write(move |w| {
                let mut brought = Brought::default();
                store_batch(w, &of, &batch, now, &mut brought)?;
                Ok(brought)
            })
            .await;
        match written {
            Ok(one) => {
                brought.found = brought.found.saturating_add(one.found);
                brought.inbound.extend(one.inbound);
            }
            Err(error) => first_fault = first_fault.or(Some(error)),
        }
    }
    // The page is not done: what failed is tried again with the next check.
    if let Some(fault) = first_fault {
        return Err(fault.into());
    }
    let of = account.clone();
    let written: Result<(), StoreError> = inner
        .store
        .write(move |w| write_rest(w, &of, &rest, now))
        .await;
    written?;
    Ok(brought)
}

/// Stores one conversation, and counts what was new.
fn store_batch(
    w: &mut Write<'_>,
    account: &Account,
    batch: &Batch,
    now: Timestamp,
    brought: &mut Brought,
) -> Result<(), StoreError> {
    if ingest::is_erased(w, account, batch)? {
        return Ok(());
    }
    let erased = ingest::erased_up_to(w, account, batch)?;
    let wanted = |shown: &&Incoming| erased.is_none_or(|at| shown.sent_at > at);
    for shown in batch.messages.iter().filter(wanted) {
        if message::known(w, account.id, &shown.external_id)?.is_some() {
            continue;
        }
        brought.found = brought.found.saturating_add(1);
        if shown.direction == Direction::In && account.synced_at.is_some() {
            brought.inbound.push(shown.sent_at);
        }
    }
    ingest::ingest(w, account, batch, now)?;
    Ok(())
}

fn write_rest(
    w: &mut Write<'_>,
    account: &Account,
    rest: &Rest,
    now: Timestamp,
) -> Result<(), StoreError> {
    if rest.shown && !account.conversations_seen {
        account::set_conversations_seen(w, account.id)?;
    }
    for (raw, reason) in &rest.unreadable {
        if unreadable::keep(w, account.id, raw, reason, now)? {
            tracing::warn!(account.id = %account.id, reason, "a conversation could not be read; its text is kept");
        }
    }
    if let Some((cursor, at)) = &rest.backfill {
        account::set_backfill(w, account.id, cursor.as_deref(), *at)?;
    }
    Ok(())
}
