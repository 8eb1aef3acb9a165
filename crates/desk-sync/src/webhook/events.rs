//! What a delivery says, in our words and sorted by conversation. Pure: no store, no network.

use crate::ingest::{Batch, Event, What};
use crate::reading::{self, parts, whole_second};
use desk_core::{AccountId, Direction, IgMessageId, IgsId, MessageKind, Path, TapKind, Timestamp};
use desk_store::table::account::Account;
use desk_store::table::message::{Incoming, Referral, Tap};
use graph_api::webhook::{self, Item, Told};
use std::collections::BTreeMap;

/// A delivery, sorted.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// What goes into conversations, by account.
    pub(super) batches: BTreeMap<AccountId, Vec<Batch>>,
    /// What is kept for later.
    pub(super) kept: Vec<KeptItem>,
    /// What could not be read, and why.
    pub(super) unreadable: Vec<(String, String)>,
    /// How many real events each account got.
    pub(super) events: BTreeMap<AccountId, u32>,
    /// What kind of delivery it is.
    pub(super) outcome: Outcome,
}

/// What kind of delivery it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A real one, or nothing of note.
    #[default]
    Real,
    /// A test from Meta's dashboard.
    Test,
}

/// An item without a place in the product yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeptItem {
    pub(super) account: Option<AccountId>,
    pub(super) kind: String,
    pub(super) external_id: Option<String>,
    pub(super) raw: String,
}

/// What one item becomes.
enum Place {
    Conversation(IgsId, Box<Content>),
    Later(String, Option<String>),
}

enum Content {
    Said(Box<Incoming>),
    Happened(Event),
}

/// Reads and sorts a delivery.
pub(super) fn sort(accounts: &[Account], body: &[u8]) -> Sorted {
    let mut sorted = Sorted::default();
    let Some(delivery) = webhook::read(body) else {
        let text = String::from_utf8_lossy(body).into_owned();
        sorted.unreadable.push((text, "no JSON".to_owned()));
        return sorted;
    };
    for lost in delivery.unreadable {
        sorted
            .unreadable
            .push((lost.raw.get().to_owned(), lost.reason.to_owned()));
    }
    let mut items = delivery.items;
    // Deliveries come in any order, and within one second in that of the text.
    items.sort_by_key(|item| item.at);
    let mut threads: BTreeMap<(AccountId, IgsId), Batch> = BTreeMap::new();
    for item in items {
        match account_of(accounts, &item) {
            Some(account) => {
                *sorted.events.entry(account.id).or_default() += 1;
                put(account, &item, &mut threads, &mut sorted);
            }
            None if is_test(&item) => sorted.outcome = Outcome::Test,
            None => sorted.kept.push(kept(None, "unknown_account", None, &item)),
        }
    }
    for ((account, _), batch) in threads {
        sorted.batches.entry(account).or_default().push(batch);
    }
    sorted
}

/// The account of an item: the entry's id is a placeholder in some of Meta's samples, so both sides
/// are looked at too.
fn account_of<'a>(accounts: &'a [Account], item: &Item) -> Option<&'a Account> {
    let ids = [&item.entry_id, &item.recipient, &item.sender];
    ids.into_iter().flatten().find_map(|id| {
        accounts
            .iter()
            .find(|a| a.user_id.as_str() == id || (!a.scoped_id.is_empty() && a.scoped_id == *id))
    })
}

/// Meta's dashboard tests with an entry of id 0, or with two fixed numbers.
fn is_test(item: &Item) -> bool {
    item.entry_id.as_deref() == Some("0")
        || (item.sender.as_deref() == Some("12334") && item.recipient.as_deref() == Some("23245"))
}

fn put(
    account: &Account,
    item: &Item,
    threads: &mut BTreeMap<(AccountId, IgsId), Batch>,
    sorted: &mut Sorted,
) {
    match place(account, item) {
        Some(Place::Conversation(customer, content)) => {
            let batch = threads
                .entry((account.id, customer.clone()))
                .or_insert_with(|| Batch::with(None, customer, Path::Webhook));
            match *content {
                Content::Said(message) => batch.messages.push(*message),
                Content::Happened(event) => batch.events.push(event),
            }
        }
        Some(Place::Later(kind, id)) => {
            sorted.kept.push(kept(Some(account.id), &kind, id, item));
        }
        None => sorted.unreadable.push((
            item.raw.get().to_owned(),
            "no time or no customer".to_owned(),
        )),
    }
}

fn kept(account: Option<AccountId>, kind: &str, id: Option<String>, item: &Item) -> KeptItem {
    KeptItem {
        account,
        kind: kind.to_owned(),
        external_id: id,
        raw: item.raw.get().to_owned(),
    }
}

fn is_ours(account: &Account, id: &str) -> bool {
    id == account.user_id.as_str() || (!account.scoped_id.is_empty() && id == account.scoped_id)
}

/// The customer of an item, and which way it went: the sender's id alone decides.
fn sides(account: &Account, item: &Item) -> Option<(IgsId, Direction)> {
    let sender = item.sender.as_deref()?;
    if is_ours(account, sender) {
        let to = item.recipient.clone().filter(|id| !is_ours(account, id))?;
        return Some((IgsId(to), Direction::Out));
    }
    Some((IgsId(sender.to_owned()), Direction::In))
}

fn place(account: &Account, item: &Item) -> Option<Place> {
    match &item.event {
        webhook::Event::Comment { field, id } => {
            return Some(Place::Later(field.clone(), id.clone()));
        }
        webhook::Event::Other(name) => return Some(Place::Later(name.clone(), None)),
        webhook::Event::Message(told) if told.is_self => {
            return Some(Place::Later(
                "self".to_owned(),
                Some(told.message.id.clone()),
            ));
        }
        _ => {}
    }
    let (customer, by) = sides(account, item)?;
    let at = Timestamp::from(item.at?);
    let content = match &item.event {
        webhook::Event::Message(told) => Content::Said(Box::new(said(account, told)?)),
        event => Content::Happened(Event {
            at,
            what: happened(event, by)?,
        }),
    };
    Some(Place::Conversation(customer, Box::new(content)))
}

fn happened(event: &webhook::Event, by: Direction) -> Option<What> {
    let message = |mid: &str| IgMessageId(mid.to_owned());
    Some(match event {
        webhook::Event::Unsent { mid } => What::Unsent {
            message: message(mid),
            by,
        },
        webhook::Event::Reaction { mid, set } => {
            let (word, sign) = set.clone().unwrap_or_default();
            What::Reacted {
                message: message(mid),
                by,
                reaction: parts::word(&word),
                emoji: parts::word(&sign.unwrap_or_default()),
            }
        }
        webhook::Event::Edited { mid, text, number } => What::Edited {
            message: message(mid),
            by,
            text: text.clone(),
            number: *number,
        },
        // Only what the customer saw is of interest; our own reading is known.
        webhook::Event::Seen { mid, up_to } => What::Seen {
            message: mid.as_deref().map(message).filter(|_| by == Direction::In),
            up_to: up_to
                .map(|at| whole_second(Timestamp::from(at)))
                .filter(|_| by == Direction::In),
        },
        webhook::Event::Referral(shown) => What::Referred(referral(shown)),
        _ => return None,
    })
}

fn said(account: &Account, told: &Told) -> Option<Incoming> {
    let mut message = reading::incoming(account, &told.message, Path::Webhook)?;
    message.extras.tap = told.tap.as_ref().map(|tap| Tap {
        kind: if tap.is_postback {
            TapKind::Postback
        } else {
            TapKind::QuickReply
        },
        title: reading::readable(&tap.title),
        payload: tap.payload.clone(),
    });
    // A button without words is still something that the customer said.
    if told.tap.is_some() && message.kind != MessageKind::Text && message.text.is_empty() {
        message.kind = MessageKind::Text;
    }
    message.extras.referral = told.referral.as_ref().map(referral);
    Some(message)
}

fn referral(shown: &webhook::Referral) -> Referral {
    Referral {
        source: shown.source.clone(),
        reference: shown.reference.clone(),
        ad_id: shown.ad_id.clone(),
        ad_title: shown.ad_title.clone(),
    }
}
