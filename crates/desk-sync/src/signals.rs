//! What is said without a message: reactions, "is typing", "seen". None of it is worth a retry.

use crate::call::{CallError, Caller};
use crate::engine::{Engine, Inner};
use desk_core::sync::{CallReason, Lane};
use desk_core::{AccountId, Code, ConversationId, IgMessageId, IgsId, Timestamp};
use desk_store::StoreError;
use desk_store::table::account::Account;
use desk_store::table::conversation;
use graph_api::{Error, Reply, RetryKind, SecretString, Signal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// "Is typing" is shown for some twenty seconds; saying it more often than this says nothing new.
const TYPING_LASTS: Duration = Duration::from_secs(10);
/// Conversations of which the last "is typing" is remembered.
const REMEMBERED: usize = 200;

/// What was said lately, and to whose accounts it may not be said.
#[derive(Debug, Default)]
pub(crate) struct Signals(Mutex<Said>);

#[derive(Debug, Default)]
struct Said {
    typing: BTreeMap<ConversationId, Timestamp>,
    refused: BTreeSet<AccountId>,
}

impl Signals {
    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether "is typing" is news now; then it counts as said.
    fn typing_is_news(&self, conversation: ConversationId, now: Timestamp) -> bool {
        let mut said = self.said();
        let fresh = |at: &Timestamp| now.since(*at).max(at.since(now)) < TYPING_LASTS;
        if said.typing.get(&conversation).is_some_and(fresh) {
            return false;
        }
        if said.typing.len() >= REMEMBERED {
            said.typing.retain(|_, at| fresh(at));
        }
        said.typing.insert(conversation, now);
        true
    }
}

impl Engine {
    /// Sets the account's reaction to a message of a customer's, or takes it away.
    ///
    /// # Errors
    /// The fault as the owner meets it. It may be tried again: a reaction replaces the one before.
    pub async fn react(
        &self,
        conversation: ConversationId,
        message: &IgMessageId,
        reaction: Option<&str>,
    ) -> Result<(), Code> {
        let done = react(&self.inner, conversation, message, reaction).await;
        done.map_err(|error| {
            tracing::warn!(conversation.id = %conversation, code = %error.code(), error = %error, "a reaction did not succeed");
            error.code()
        })
    }

    /// Shows the customer that somebody types, at most every few seconds. A fault is of no interest
    /// to anybody; an account for which it is refused is not asked again.
    pub fn typing(&self, conversation: ConversationId) {
        let now = self.inner.clock.now();
        if self.inner.signals.typing_is_news(conversation, now) {
            self.signal(conversation, Signal::TypingOn);
        }
    }

    /// Shows the customer that the messages were seen.
    pub fn seen(&self, conversation: ConversationId) {
        self.signal(conversation, Signal::MarkSeen);
    }

    fn signal(&self, conversation: ConversationId, signal: Signal) {
        let inner = Arc::clone(&self.inner);
        self.tasks.spawn(async move {
            if let Err(error) = show(&inner, conversation, signal).await {
                tracing::debug!(conversation.id = %conversation, ?signal, error = %error, "a signal did not succeed");
            }
        });
    }
}

async fn react(
    inner: &Arc<Inner>,
    conversation: ConversationId,
    message: &IgMessageId,
    reaction: Option<&str>,
) -> Result<(), CallError> {
    let to = Reached::of(inner, conversation, Lane::OwnerSend).await?;
    to.caller.admit().await?;
    let (from, customer) = (to.account.user_id.as_str(), to.customer.as_str());
    let done = to
        .client
        .react(&to.token, from, customer, message.as_str(), reaction)
        .await;
    to.heed(&done).await;
    done?;
    Ok(())
}

async fn show(
    inner: &Arc<Inner>,
    conversation: ConversationId,
    signal: Signal,
) -> Result<(), CallError> {
    let to = Reached::of(inner, conversation, Lane::FollowUp).await?;
    if inner.signals.said().refused.contains(&to.account.id) {
        return Ok(());
    }
    let (from, customer) = (to.account.user_id.as_str(), to.customer.as_str());
    to.caller.admit().await?;
    let shown = to.client.signal(&to.token, from, customer, signal).await;
    to.heed(&shown).await;
    if let Err(error) = &shown
        && matches!(error.retry_kind(), RetryKind::Refused(_))
    {
        inner.signals.said().refused.insert(to.account.id);
    }
    shown?;
    Ok(())
}

/// All that a call about a conversation needs.
struct Reached {
    caller: Caller,
    account: Account,
    customer: IgsId,
    client: graph_api::Client,
    token: SecretString,
}

impl Reached {
    async fn of(inner: &Arc<Inner>, id: ConversationId, lane: Lane) -> Result<Reached, CallError> {
        let row: Result<_, StoreError> =
            inner.store.read(move |db| conversation::get(db, id)).await;
        let row = row?;
        let caller = inner.caller(row.account_id, lane);
        let account = caller.account().await?;
        if !account.connected {
            return Err(CallError::NoToken(Code::TokenInvalid));
        }
        let token = caller.token(&account).await?;
        let client = caller.client(&account)?;
        Ok(Reached {
            client,
            caller,
            account,
            customer: row.customer_id,
            token,
        })
    }

    /// Learns from the answer, and writes the call into the books.
    async fn heed<T>(&self, answer: &Result<Reply<T>, Error>) {
        self.caller.heed(answer).await;
        let fault = answer.as_ref().err().map(crate::fault::code_of);
        self.caller.note(CallReason::Other, fault);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_said_once_in_a_while() {
        let (signals, id, t) = (Signals::default(), ConversationId(1), Timestamp(1_000_000));
        assert!(signals.typing_is_news(id, t));
        assert!(!signals.typing_is_news(id, t + Duration::from_secs(3)));
        assert!(signals.typing_is_news(ConversationId(2), t));
        assert!(signals.typing_is_news(id, t + TYPING_LASTS));
    }
}
