//! One account's calls: its token, its pace, and which fields Instagram gives it.

use crate::engine::Inner;
use crate::lights::Side;
use crate::pace::{NotYet, Pace};
use crate::reach::client_for;
use desk_core::sync::{CallReason, Lane};
use desk_core::{AccountId, Code, IgMessageId, Timestamp};
use desk_secrets::SecretName;
use desk_store::StoreError;
use desk_store::table::account::{self, Account};
use desk_store::table::call_log::CallEntry;
use desk_store::table::{message, sync_state};
use graph_api::{
    Client, Conversation, ConversationFields, ConversationsQuery, Error, Message, MessageField,
    MessageFields, MessagesPart, Page, Refusal, Reply, RetryKind, SecretString,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Why a call could not be made or did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// Instagram, or the way to it.
    #[error(transparent)]
    Graph(#[from] Error),
    /// Our own file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no token, or the place for secrets does not give it.
    #[error("no token: {0}")]
    NoToken(Code),
    /// The budget, or Instagram, wants no call now. Nothing was called.
    #[error("no call before {}", .0.until)]
    NotYet(NotYet),
}

impl CallError {
    /// The fault as the owner meets it.
    pub(crate) fn code(&self) -> Code {
        match self {
            CallError::Graph(e) => crate::fault::code_of(e),
            CallError::Store(e) => e.code(),
            CallError::NoToken(code) => *code,
            CallError::NotYet(_) => Code::InstagramThrottled,
        }
    }
}

/// How much of each conversation a list shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListSize {
    /// Conversations in a page.
    pub conversations: u32,
    /// Messages in each.
    pub messages: u32,
}

/// Makes the calls of one account.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    inner: Arc<Inner>,
    account: AccountId,
    pace: Arc<Pace>,
    lane: Lane,
    /// How many calls were made.
    calls: Arc<AtomicU32>,
}

/// After so long a refused field is asked for again.
const ASKED_AGAIN: Duration = Duration::from_secs(7 * 24 * 3600);
/// Stands in the list of refused fields when Instagram shows no messages inside conversations.
const NESTED: &str = "messages";

impl Caller {
    pub(crate) fn new(inner: Arc<Inner>, account: AccountId, pace: Arc<Pace>, lane: Lane) -> Self {
        Caller {
            inner,
            account,
            pace,
            lane,
            calls: Arc::default(),
        }
    }

    /// The same caller in another lane; both count together.
    pub(crate) fn in_lane(&self, lane: Lane) -> Self {
        Caller {
            lane,
            ..self.clone()
        }
    }

    /// How many calls were made since this was asked last.
    pub(crate) fn take_count(&self) -> u32 {
        self.calls.swap(0, Ordering::Relaxed)
    }

    /// Writes into the books what the calls since the last note were for.
    pub(crate) fn note(&self, reason: CallReason, fault: Option<Code>) {
        let calls = self.take_count();
        if calls > 0 {
            self.inner.books.note(CallEntry {
                account_id: self.account,
                at: self.inner.clock.now(),
                reason,
                calls,
                found: 0,
                fault,
                took: Duration::ZERO,
            });
        }
    }

    /// Waits until a call may be made, and counts it.
    pub(crate) async fn admit(&self) -> Result<(), CallError> {
        let clock = self.inner.clock.as_ref();
        let admitted = self.pace.take(clock, self.lane).await;
        admitted.map_err(CallError::NotYet)?;
        self.calls.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Learns from the answer what Instagram thinks of the number of our calls. A time that it
    /// names is on the disk before anything else is done.
    pub(crate) async fn heed<T>(&self, answer: &Result<Reply<T>, Error>) {
        let now = self.inner.clock.now();
        let named = match answer {
            Ok(reply) => {
                self.pace
                    .budget(now, |budget| budget.corrected_at(now, &reply.usage));
                reply.usage.regain()
            }
            Err(error) => match error.retry_kind() {
                RetryKind::Throttled { retry_after } => {
                    self.pace
                        .budget(now, |budget| budget.throttled_at(now, retry_after));
                    Some(retry_after.unwrap_or_default())
                }
                _ => {
                    let usage = error.usage();
                    self.pace
                        .budget(now, |budget| budget.corrected_at(now, &usage));
                    usage.regain()
                }
            },
        };
        if named.is_some() {
            self.remember(now).await;
        }
    }

    async fn remember(&self, now: Timestamp) {
        let (id, pace) = (self.account, Arc::clone(&self.pace));
        let written: Result<(), StoreError> = self
            .inner
            .store
            .write(move |w| {
                let mut state = sync_state::get(w, id)?;
                pace.budget(now, |budget| budget.remember(&mut state));
                sync_state::save(w, id, &state)
            })
            .await;
        if let Err(e) = written {
            tracing::error!(account.id = %id, error = %e, "a wait that Instagram named could not be stored");
        }
    }

    /// The token, read anew for every call, so that a reconnected account uses the new one at once.
    pub(crate) async fn token(&self, account: &Account) -> Result<SecretString, CallError> {
        let fault = |e| CallError::NoToken(crate::fault::secret_code(&e));
        let name = SecretName::account_token(account.user_id.as_str()).map_err(fault)?;
        let token = self.inner.secrets.get(&name).await.map_err(fault)?;
        token.ok_or(CallError::NoToken(Code::TokenInvalid))
    }

    /// The client that acts for the account, by its login.
    pub(crate) fn client(&self, account: &Account) -> Result<Client, CallError> {
        client_for(&self.inner.client, account).map_err(CallError::NoToken)
    }

    pub(crate) async fn account(&self) -> Result<Account, StoreError> {
        let id = self.account;
        self.inner.store.read(move |db| account::get(db, id)).await
    }

    /// A page of conversations with their newest messages. Fields that Instagram refuses are left
    /// out one by one and not asked for again.
    pub(crate) async fn conversations(
        &self,
        size: ListSize,
        after: Option<String>,
        customer: Option<String>,
    ) -> Result<Page<Conversation>, CallError> {
        loop {
            let account = self.account().await?;
            let token = self.token(&account).await?;
            let messages = (!refused(&account).any(|f| f == NESTED)).then(|| MessagesPart {
                limit: size.messages,
                fields: fields(&account),
            });
            let query = ConversationsQuery {
                limit: Some(size.conversations),
                after: after.clone(),
                user_id: customer.clone(),
                fields: ConversationFields {
                    participants: true,
                    messages,
                },
            };
            self.admit().await?;
            let client = self.client(&account)?;
            let outcome = client.conversations(&token, &query).await;
            self.heed(&outcome).await;
            self.inner
                .note_call(self.account, Side::Receiving, &outcome);
            match outcome {
                Ok(reply) => {
                    self.inner.heard_time(reply.date.map(Timestamp::from));
                    return Ok(reply.value);
                }
                // The page before was given these fields: here it is the cursor that is refused.
                Err(error) if after.is_some() => return Err(error.into()),
                Err(error) => self.give_up_a_field(&account, error).await?,
            }
        }
    }

    /// The newest messages of one thread.
    pub(crate) async fn thread(
        &self,
        thread: &str,
        limit: u32,
    ) -> Result<Page<Message>, CallError> {
        loop {
            let account = self.account().await?;
            let token = self.token(&account).await?;
            self.admit().await?;
            let fields = fields(&account);
            let client = self.client(&account)?;
            let outcome = client
                .conversation_messages(&token, thread, limit, None, &fields)
                .await;
            self.heed(&outcome).await;
            self.inner
                .note_call(self.account, Side::Receiving, &outcome);
            match outcome {
                Ok(Reply { value, .. }) => return self.with_details(&account, &token, value).await,
                Err(error) => self.give_up_a_field(&account, error).await?,
            }
        }
    }

    /// One message anew, for a link in it that ran out. `None` when it cannot be had any more.
    pub(crate) async fn message_anew(&self, id: &str) -> Result<Option<Message>, CallError> {
        let account = self.account().await?;
        let token = self.token(&account).await?;
        let mut asked = fields(&account);
        let client = self.client(&account)?;
        self.one_message(&client, &token, id, &mut asked).await
    }

    /// Some servers list the messages of a thread by id and time alone: those that are not stored
    /// yet are read one by one.
    async fn with_details(
        &self,
        account: &Account,
        token: &SecretString,
        mut page: Page<Message>,
    ) -> Result<Page<Message>, CallError> {
        let mut asked = fields(account);
        let client = self.client(account)?;
        for shown in &mut page.items {
            if shown.has_details() || self.is_stored(account, &shown.id).await? {
                continue;
            }
            match self
                .one_message(&client, token, &shown.id, &mut asked)
                .await
            {
                Ok(Some(message)) => *shown = message,
                Ok(None) => {}
                Err(error) => return Err(error),
            }
        }
        if asked != fields(account) {
            self.set_refused(
                account,
                MessageField::OPTIONAL.map(MessageField::as_str).join(","),
            )
            .await?;
        }
        Ok(page)
    }

    /// Reads one message, with the documented fields alone when the others are refused. `None` when
    /// it cannot be had: one such message must not keep the others from being stored.
    async fn one_message(
        &self,
        client: &Client,
        token: &SecretString,
        id: &str,
        asked: &mut MessageFields,
    ) -> Result<Option<Message>, CallError> {
        loop {
            self.admit().await?;
            let answer = client.message(token, id, asked).await;
            self.heed(&answer).await;
            match answer {
                Ok(reply) => return Ok(Some(reply.value).filter(|m| m.created_time.is_some())),
                Err(error) if is_about_fields(&error) && *asked != MessageFields::documented() => {
                    *asked = MessageFields::documented();
                }
                Err(error) if matches!(error.retry_kind(), RetryKind::Refused(_)) => {
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn is_stored(&self, account: &Account, id: &str) -> Result<bool, StoreError> {
        let (account, id) = (account.id, IgMessageId(id.to_owned()));
        self.inner
            .store
            .read(move |db| Ok(message::known(db, account, &id)?.is_some()))
            .await
    }

    pub(crate) async fn set_refused(
        &self,
        account: &Account,
        list: String,
    ) -> Result<(), StoreError> {
        let (id, now) = (account.id, self.inner.clock.now());
        self.inner
            .store
            .write(move |w| account::set_refused_fields(w, id, &list, now))
            .await
    }

    /// The account as it is to be checked: fields that were refused a week ago are asked for again,
    /// since Meta may have begun to give them.
    pub(crate) async fn account_to_check(&self) -> Result<Account, StoreError> {
        let account = self.account().await?;
        if account.refused_fields.is_empty() {
            return Ok(account);
        }
        let (id, now) = (account.id, self.inner.clock.now());
        let forgotten: Result<bool, StoreError> = self
            .inner
            .store
            .write(move |w| account::forget_refused_fields(w, id, ASKED_AGAIN, now))
            .await;
        if !forgotten? {
            return Ok(account);
        }
        tracing::info!(account.id = %id, "fields that were refused a week ago are asked for again");
        self.account().await
    }

    /// Notes that a field is refused, when that is what the fault may mean.
    async fn give_up_a_field(&self, account: &Account, error: Error) -> Result<(), CallError> {
        let asked = fields(account);
        let named = error
            .graph()
            .map(|g| g.message.as_str())
            .unwrap_or_default();
        let candidate = MessageField::OPTIONAL
            .into_iter()
            .filter(|f| asked.contains(*f))
            .max_by_key(|f| (named.contains(f.as_str()), *f))
            .map(MessageField::as_str)
            .or_else(|| (!refused(account).any(|f| f == NESTED)).then_some(NESTED));
        let Some(field) = candidate.filter(|_| is_about_fields(&error)) else {
            return Err(error.into());
        };
        tracing::info!(account.id = %account.id, field, "Instagram does not give this field");
        let list = format!("{},{field}", account.refused_fields);
        Ok(self
            .set_refused(account, list.trim_matches(',').to_owned())
            .await?)
    }
}

/// Whether a fault may mean that a field is not given.
pub(crate) fn is_about_fields(error: &Error) -> bool {
    matches!(
        error.retry_kind(),
        RetryKind::Refused(Refusal::BadParameter | Refusal::Other | Refusal::UnknownPath)
    )
}

pub(crate) fn refused(account: &Account) -> impl Iterator<Item = &str> {
    account.refused_fields.split(',').filter(|f| !f.is_empty())
}

fn fields(account: &Account) -> MessageFields {
    let mut fields = MessageFields::all();
    for field in refused(account).filter_map(MessageField::from_name) {
        fields.remove(field);
    }
    fields
}
