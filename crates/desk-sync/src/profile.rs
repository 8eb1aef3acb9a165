//! Who a customer is: name, handle and picture, looked up when somebody looks at the conversation.
//!
//! Lists tell the handles already, so nobody is looked up for nothing: a customer is when the screen
//! shows them, once, and again after two weeks when they wrote meanwhile. Such calls are the first
//! to stop when calls are short.

use crate::call::{CallError, is_about_fields, refused};
use crate::engine::{Engine, Inner};
use crate::lights::Side;
use crate::media::{MediaFault, Shown};
use desk_core::sync::{CallReason, Lane};
use desk_core::{ConversationId, Timestamp};
use desk_store::StoreError;
use desk_store::table::account::Account;
use desk_store::table::profile::{self, Profile, Told};
use graph_api::media::sniff;
use graph_api::{ProfileField, Reply, RetryKind};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// So many wait at the most; who is still looked at when there is room is asked for again.
const MOST_WAITING: usize = 60;
/// The wait after a fault that says nothing about the customer.
const AFTER_FAULT: Duration = Duration::from_secs(15 * 60);
/// Marks a field of profiles among the refused fields of an account.
const MARK: &str = "profile.";

/// Who is to be looked up.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    waiting: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    next: VecDeque<ConversationId>,
    /// Not before.
    not_before: BTreeMap<ConversationId, Timestamp>,
}

impl Wanted {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, id: ConversationId, now: Timestamp) {
        let mut waiting = self.lock();
        waiting.not_before.retain(|_, at| *at > now);
        let full = waiting.next.len() >= MOST_WAITING;
        if full || waiting.next.contains(&id) || waiting.not_before.contains_key(&id) {
            return;
        }
        waiting.next.push_back(id);
        drop(waiting);
        self.wake.notify_one();
    }

    fn put_off(&self, id: ConversationId, until: Timestamp) {
        self.lock().not_before.insert(id, until);
    }
}

impl Engine {
    /// The picture of a customer, when there is one; who was not looked up yet is, and the
    /// conversation changes when something was learned.
    ///
    /// # Errors
    /// When there is no such conversation, or the file cannot be read.
    pub async fn customer_picture(&self, id: ConversationId) -> Result<Option<Shown>, MediaFault> {
        let inner = self.inner();
        let known: Result<Profile, StoreError> =
            inner.store.read(move |db| profile::get(db, id)).await;
        let known = known?;
        let now = inner.clock.now();
        let mut bytes = None;
        if let Some(name) = &known.picture {
            bytes = inner.media.folder.read(name).await;
        }
        let lost = known.picture.is_some() && bytes.is_none();
        if lost || known.is_due_at(now) {
            inner.profiles.add(id, now);
        }
        Ok(bytes.and_then(|bytes| {
            let kind = sniff::kind(&bytes).filter(|kind| kind.is_image())?;
            Some(Shown {
                bytes,
                kind,
                size: None,
                name: None,
            })
        }))
    }
}

/// Looks customers up, one after the other, until told to stop.
pub(crate) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    loop {
        let next = inner.profiles.lock().next.front().copied();
        let Some(id) = next else {
            tokio::select! {
                () = stop.cancelled() => return,
                () = inner.profiles.wake.notified() => continue,
            }
        };
        let outcome = tokio::select! {
            () = stop.cancelled() => return,
            outcome = look_up(&inner, id) => outcome,
        };
        let now = inner.clock.now();
        if let Err(CallError::NotYet(not_yet)) = &outcome {
            let until = not_yet.until.max(now + Duration::from_secs(1));
            tokio::select! {
                () = stop.cancelled() => return,
                () = inner.clock.sleep_until(until) => continue,
            }
        }
        inner.profiles.lock().next.retain(|waiting| *waiting != id);
        if let Err(error) = outcome {
            tracing::info!(conversation.id = %id, code = %error.code(), error = %error, "a customer could not be looked up");
            inner.profiles.put_off(id, now + AFTER_FAULT);
        }
    }
}

async fn look_up(inner: &Arc<Inner>, id: ConversationId) -> Result<(), CallError> {
    let known: Result<Profile, StoreError> = inner.store.read(move |db| profile::get(db, id)).await;
    let known = known?;
    let caller = inner.caller(known.account_id, Lane::Backfill);
    let account = caller.account().await?;
    if !account.connected {
        return Ok(());
    }
    let (client, token) = (caller.client(&account)?, caller.token(&account).await?);
    let mut fields = fields(&account);
    let mut list = account.refused_fields.clone();
    let told = loop {
        caller.admit().await?;
        let answer = client
            .profile(&token, known.customer_id.as_str(), &fields)
            .await;
        caller.heed(&answer).await;
        inner.note_call(account.id, Side::Profile, &answer);
        let fault = answer.as_ref().err().map(crate::fault::code_of);
        caller.note(CallReason::Other, fault);
        match answer {
            Ok(Reply { value, .. }) => break Some(value),
            // The picture is the first to be doubted; the handle is known without a profile.
            Err(error) if is_about_fields(&error) && fields.len() > 1 => {
                let given_up = fields.pop().map_or("", ProfileField::as_str);
                list = format!("{list},{MARK}{given_up}");
                let list = list.trim_matches(',').to_owned();
                caller.set_refused(&account, list).await?;
            }
            // Whoever did not write, or blocked the account, tells nothing of themselves.
            Err(error) if matches!(error.retry_kind(), RetryKind::Refused(_)) => break None,
            Err(error) => return Err(error.into()),
        }
    };
    // Nothing is swept away between the file and its row.
    let _settled = inner.media.folder.settle().await;
    let told = match told {
        Some(told) => Told {
            picture: picture(inner, told.profile_pic.as_deref()).await,
            name: told.name,
            username: told.username,
        },
        None => Told::default(),
    };
    let now = inner.clock.now();
    let written: Result<(), StoreError> = inner
        .store
        .write(move |w| profile::asked(w, id, &told, now))
        .await;
    Ok(written?)
}

/// The fields that the account is given, the one to be given up first at the end.
fn fields(account: &Account) -> Vec<ProfileField> {
    let given = |field: &ProfileField| {
        let mut refused = refused(account).filter_map(|name| name.strip_prefix(MARK));
        !refused.any(|name| name == field.as_str())
    };
    let order = [
        ProfileField::Username,
        ProfileField::Name,
        ProfileField::Picture,
    ];
    order.into_iter().filter(given).collect()
}

/// Fetches a picture by the same guarded way as any media, and stores it. Without it the customer
/// has no face, and that is all.
async fn picture(inner: &Inner, url: Option<&str>) -> Option<String> {
    let url = url.filter(|url| !url.is_empty())?;
    match inner.media.client.fetch(url).await {
        Ok(fetched) if fetched.kind.is_image() => inner.media.folder.put(&fetched.bytes).await,
        Ok(_) => None,
        Err(error) => {
            tracing::info!(error = %error, "a customer's picture could not be had");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_twice_and_who_was_put_off_waits() {
        let (wanted, now) = (Wanted::default(), Timestamp(1_000_000));
        for id in [1, 1, 2] {
            wanted.add(ConversationId(id), now);
        }
        assert_eq!(wanted.lock().next.len(), 2);
        wanted.put_off(ConversationId(3), now + AFTER_FAULT);
        wanted.add(ConversationId(3), now);
        assert_eq!(wanted.lock().next.len(), 2);
        wanted.add(ConversationId(3), now + AFTER_FAULT);
        assert_eq!(wanted.lock().next.len(), 3);
        for id in 10..200 {
            wanted.add(ConversationId(id), now);
        }
        assert_eq!(wanted.lock().next.len(), MOST_WAITING);
    }
}
