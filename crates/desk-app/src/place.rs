//! Where the owner puts conversations: done, snoozed until a moment, unread again.
//!
//! When a snooze ends is on disk. The loop here waits for the nearest one by the wall clock, in
//! short steps, so that a machine that slept through the moment brings the conversation back as
//! soon as it wakes, and one that was off as soon as it starts.

use crate::dto::InboxCounts;
use crate::{Desk, IpcError};
use desk_core::message::InboxView;
use desk_core::{Clock, Code, ConversationId, Entity, Source, Timestamp};
use desk_store::table::{conversation, listing, place};
use desk_store::{Store, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// More conversations at once are no act of an owner's.
const MAX_AT_ONCE: usize = 1000;
/// How long to wait after the file could not be read or written.
const AFTER_A_FAULT: Duration = Duration::from_secs(10);

impl Desk {
    /// Command `inbox_counts`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn inbox_counts(&self) -> Result<InboxCounts, IpcError> {
        let counts: Result<InboxCounts, StoreError> = self
            .store
            .read(|db| {
                let (unread, unread_messages) = listing::count_unread(db)?;
                Ok(InboxCounts {
                    needs_you: conversation::count(db, InboxView::NeedsYou)?,
                    ai_ready: conversation::count(db, InboxView::AiReady)?,
                    all: conversation::count(db, InboxView::All)?,
                    done: conversation::count(db, InboxView::Done)?,
                    snoozed: conversation::count(db, InboxView::Snoozed)?,
                    unread,
                    unread_messages,
                })
            })
            .await;
        Ok(counts?)
    }

    /// Command `conversation_done`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when one of them does not exist; none is changed then.
    pub async fn conversation_done(
        &self,
        ids: Vec<ConversationId>,
        done: bool,
    ) -> Result<(), IpcError> {
        check_number(&ids)?;
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| place::set_done(w, &ids, done))
            .await;
        Ok(written?)
    }

    /// Command `conversation_snooze`; without a moment they come back at once.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for a moment that has passed; [`Code::NotFound`] when one of them does
    /// not exist. None is changed then.
    pub async fn conversation_snooze(
        &self,
        ids: Vec<ConversationId>,
        until: Option<Timestamp>,
    ) -> Result<(), IpcError> {
        check_number(&ids)?;
        if until.is_some_and(|until| until <= self.clock.now()) {
            return Err(IpcError::new(Code::BadRequest, "that moment has passed"));
        }
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| place::snooze(w, &ids, until))
            .await;
        Ok(written?)
    }

    /// Command `conversation_unread`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when one of them does not exist; none is changed then.
    pub async fn conversation_unread(&self, ids: Vec<ConversationId>) -> Result<(), IpcError> {
        check_number(&ids)?;
        let written: Result<(), StoreError> =
            self.store.write(move |w| place::mark_unread(w, &ids)).await;
        Ok(written?)
    }
}

fn check_number(ids: &[ConversationId]) -> Result<(), IpcError> {
    if ids.is_empty() || ids.len() > MAX_AT_ONCE {
        return Err(IpcError::new(
            Code::BadRequest,
            "between 1 and 1000 conversations at once",
        ));
    }
    Ok(())
}

/// Brings conversations back when their snooze ends, until told to stop.
pub(crate) async fn wake_snoozed(store: Store, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut changes = store.changes();
    loop {
        let now = clock.now();
        let next = match wake_due(&store, now).await {
            Ok(next) => next,
            Err(e) => {
                tracing::error!(error = %e, "the end of a snooze could not be read or written");
                Some(now + AFTER_A_FAULT)
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = until(clock.as_ref(), next) => {}
            () = owner_acted(&mut changes) => {}
        }
    }
}

async fn until(clock: &dyn Clock, next: Option<Timestamp>) {
    match next {
        Some(next) => clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

/// Waits until the owner did something to a conversation: the nearest end may be another one.
async fn owner_acted(changes: &mut tokio::sync::broadcast::Receiver<Arc<Vec<desk_core::Change>>>) {
    loop {
        match changes.recv().await {
            Ok(batch) => {
                let is_owners = |c: &desk_core::Change| {
                    c.entity == Entity::Conversation && c.source == Source::Owner
                };
                if batch.iter().any(is_owners) {
                    return;
                }
            }
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn wake_due(store: &Store, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let next: Option<Timestamp> = store.read(place::next_wake).await?;
    if next.is_none_or(|next| next > now) {
        return Ok(next);
    }
    store
        .write(move |w| {
            let woken = place::wake(w, now)?;
            tracing::debug!(conversations = woken.len(), "snoozes ended");
            place::next_wake(w)
        })
        .await
}
