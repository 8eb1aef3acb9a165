//! One account's calls: its token, its pace, and which fields Instagram gives it.

use crate::engine::Inner;
use crate::lights::Side;
use crate::pace::Pace;
use desk_core::{AccountId, Code, IgMessageId, Timestamp};
use desk_secrets::SecretName;
use desk_store::StoreError;
use desk_store::table::account::{self, Account};
use desk_store::table::message;
use graph_api::{
    Conversation, ConversationFields, ConversationsQuery, Error, Message, MessageField,
    MessageFields, MessagesPart, Page, Refusal, Reply, RetryKind, SecretString,
};
use std::sync::Arc;

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
}

impl CallError {
    /// The fault as the owner meets it.
    pub(crate) fn code(&self) -> Code {
        match self {
            CallError::Graph(e) => crate::fault::code_of(e),
            CallError::Store(e) => e.code(),
            CallError::NoToken(code) => *code,
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
}

/// Stands in the list of refused fields when Instagram shows no messages inside conversations.
const NESTED: &str = "messages";

impl Caller {
    pub(crate) fn new(inner: Arc<Inner>, account: AccountId, pace: Arc<Pace>) -> Self {
        Caller {
            inner,
            account,
            pace,
        }
    }

    /// The token, read anew for every call, so that a reconnected account uses the new one at once.
    pub(crate) async fn token(&self, account: &Account) -> Result<SecretString, CallError> {
        let fault = |e| CallError::NoToken(crate::fault::secret_code(&e));
        let name = SecretName::account_token(account.user_id.as_str()).map_err(fault)?;
        let token = self.inner.secrets.get(&name).await.map_err(fault)?;
        token.ok_or(CallError::NoToken(Code::TokenInvalid))
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
            self.pace.take().await;
            let outcome = self.inner.client.conversations(&token, &query).await;
            self.inner
                .note_call(self.account, Side::Receiving, &outcome);
            match outcome {
                Ok(reply) => {
                    self.inner.heard_time(reply.date.map(Timestamp::from));
                    return Ok(reply.value);
                }
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
            self.pace.take().await;
            let fields = fields(&account);
            let outcome = self
                .inner
                .client
                .conversation_messages(&token, thread, limit, None, &fields)
                .await;
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
        Ok(self.one_message(&token, id, &mut asked).await?)
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
        for shown in &mut page.items {
            if shown.has_details() || self.is_stored(account, &shown.id).await? {
                continue;
            }
            match self.one_message(token, &shown.id, &mut asked).await {
                Ok(Some(message)) => *shown = message,
                Ok(None) => {}
                Err(error) => return Err(error.into()),
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
        token: &SecretString,
        id: &str,
        asked: &mut MessageFields,
    ) -> Result<Option<Message>, Error> {
        loop {
            self.pace.take().await;
            match self.inner.client.message(token, id, asked).await {
                Ok(reply) => return Ok(Some(reply.value).filter(|m| m.created_time.is_some())),
                Err(error) if is_about_fields(&error) && *asked != MessageFields::documented() => {
                    *asked = MessageFields::documented();
                }
                Err(error) if matches!(error.retry_kind(), RetryKind::Refused(_)) => {
                    return Ok(None);
                }
                Err(error) => return Err(error),
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

    async fn set_refused(&self, account: &Account, list: String) -> Result<(), StoreError> {
        let id = account.id;
        self.inner
            .store
            .write(move |w| account::set_refused_fields(w, id, &list))
            .await
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
fn is_about_fields(error: &Error) -> bool {
    matches!(
        error.retry_kind(),
        RetryKind::Refused(Refusal::BadParameter | Refusal::Other | Refusal::UnknownPath)
    )
}

fn refused(account: &Account) -> impl Iterator<Item = &str> {
    account.refused_fields.split(',').filter(|f| !f.is_empty())
}

fn fields(account: &Account) -> MessageFields {
    let mut fields = MessageFields::all();
    for field in refused(account).filter_map(MessageField::from_name) {
        fields.remove(field);
    }
    fields
}
