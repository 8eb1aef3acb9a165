//! How sending is set, and what the owner decides about a message that is on its way.

use crate::dto::{
    MessagePart, MessageSplit, OutboxItem, SendingAccount, SendingSettings, SendingSettingsChange,
};
use crate::{Desk, IpcError, convert};
use desk_core::outbox::MAX_HOLD;
use desk_core::{Code, ConversationId, IgMessageId, MessageId, OutboxId, Timestamp, split, text};
use desk_store::table::{account, conversation, message, outbox, setting};
use desk_store::{Connection, StoreError, Write};
use serde::{Deserialize, Serialize};

/// The setting with how sending is set.
const SENDING: &str = "sending";
/// The longest name of a reaction: an emoji of several signs has some thirty bytes.
const MAX_REACTION: usize = 40;

/// What is stored of the settings of sending. Nothing of it is on by default: a message goes when
/// *Send* is pressed, and the customer learns nothing that the owner did not say.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredSending {
    pub(crate) undo_seconds: u32,
    pub(crate) typing: bool,
    pub(crate) seen: bool,
}

/// Reads how sending is set.
pub(crate) fn stored(db: &Connection) -> Result<StoredSending, StoreError> {
    setting::get(db, SENDING)
}

/// The end of the hold of what is sent at `now`.
pub(crate) fn hold(db: &Connection, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let seconds = u64::from(stored(db)?.undo_seconds);
    let hold = std::time::Duration::from_secs(seconds).min(MAX_HOLD);
    Ok((!hold.is_zero()).then(|| now + hold))
}

fn read(db: &Connection) -> Result<SendingSettings, StoreError> {
    let stored = stored(db)?;
    let accounts = account::connected(db)?
        .into_iter()
        .map(|row| {
            Ok(SendingAccount {
                account_id: row.id,
                human_agent: account::human_agent(db, row.id)?,
                username: row.username,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(SendingSettings {
        undo_seconds: stored.undo_seconds,
        typing: stored.typing,
        seen: stored.seen,
        accounts,
    })
}

fn bytes(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

impl Desk {
    /// Command `message_split`.
    ///
    /// # Errors
    /// None; a text that cannot be sent has no parts.
    #[expect(clippy::unused_async, reason = "every command is asynchronous")]
    pub async fn message_split(&self, text: String) -> Result<MessageSplit, IpcError> {
        let parts = match text::check_sendable(&text) {
            Err(text::TextFault::Empty) => Vec::new(),
            _ => split::split(&text).unwrap_or_default(),
        };
        Ok(MessageSplit {
            bytes: bytes(&text),
            limit: u32::try_from(text::MAX_TEXT_BYTES).unwrap_or(u32::MAX),
            parts: parts
                .into_iter()
                .map(|text| MessagePart {
                    bytes: bytes(&text),
                    text,
                })
                .collect(),
        })
    }

    /// Command `sending_settings_get`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn sending_settings_get(&self) -> Result<SendingSettings, IpcError> {
        let settings: Result<_, StoreError> = self.store.read(read).await;
        Ok(settings?)
    }

    /// Command `sending_settings_set`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for a hold of more than 30 seconds, [`Code::NotFound`] for an account
    /// that does not exist.
    pub async fn sending_settings_set(
        &self,
        settings: SendingSettingsChange,
    ) -> Result<SendingSettings, IpcError> {
        if settings
            .undo_seconds
            .is_some_and(|seconds| u64::from(seconds) > MAX_HOLD.as_secs())
        {
            return Err(IpcError::new(
                Code::BadRequest,
                "a hold has 0 to 30 seconds",
            ));
        }
        let written: Result<SendingSettings, StoreError> = self
            .store
            .write(move |w| {
                let before = stored(w)?;
                let after = StoredSending {
                    undo_seconds: settings.undo_seconds.unwrap_or(before.undo_seconds),
                    typing: settings.typing.unwrap_or(before.typing),
                    seen: settings.seen.unwrap_or(before.seen),
                };
                setting::set(w, SENDING, &after)?;
                for change in settings.accounts.into_iter().flatten() {
                    account::set_human_agent(w, change.account_id, change.human_agent)?;
                }
                read(w)
            })
            .await;
        Ok(written?)
    }

    /// Command `outbox_check`.
    ///
    /// # Errors
    /// [`Code::TooLate`] when it is not unconfirmed (any more).
    pub async fn outbox_check(&self, id: OutboxId) -> Result<OutboxItem, IpcError> {
        let now = self.clock.now();
        self.decide(move |w| outbox::check(w, id, now)).await
    }

    /// Command `outbox_send_now`.
    ///
    /// # Errors
    /// [`Code::TooLate`] when it waits for no call.
    pub async fn outbox_send_now(&self, id: OutboxId) -> Result<OutboxItem, IpcError> {
        let now = self.clock.now();
        self.decide(move |w| outbox::send_now(w, id, now)).await
    }

    async fn decide(
        &self,
        what: impl FnOnce(&mut Write<'_>) -> Result<outbox::OutboxRow, StoreError> + Send + 'static,
    ) -> Result<OutboxItem, IpcError> {
        let decided: Result<OutboxItem, StoreError> = self
            .store
            .write(move |w| {
                let row = what(w)?;
                item(w, row)
            })
            .await;
        Ok(decided?)
    }

    /// Command `reaction_set`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for something that is no reaction, or a message that Instagram has no id
    /// for; else what Instagram said. It may be tried again.
    pub async fn reaction_set(
        &self,
        message_id: MessageId,
        reaction: Option<String>,
    ) -> Result<(), IpcError> {
        let reaction = reaction.filter(|r| !r.is_empty());
        if reaction
            .as_deref()
            .is_some_and(|r| r.len() > MAX_REACTION || r.chars().any(char::is_control))
        {
            return Err(IpcError::new(Code::BadRequest, "this is no reaction"));
        }
        let found: Result<message::Message, StoreError> = self
            .store
            .read(move |db| message::get(db, message_id))
            .await;
        let found = found?;
        let Some(external): Option<IgMessageId> = found.external_id else {
            return Err(IpcError::new(
                Code::BadRequest,
                "Instagram has no id for this message yet",
            ));
        };
        self.engine
            .react(found.conversation_id, &external, reaction.as_deref())
            .await
            .map_err(|code| IpcError::new(code, "the reaction was not accepted"))
    }

    /// Command `typing_note`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such conversation.
    pub async fn typing_note(&self, conversation_id: ConversationId) -> Result<(), IpcError> {
        let shown: Result<bool, StoreError> = self
            .store
            .read(move |db| {
                conversation::get(db, conversation_id)?;
                Ok(stored(db)?.typing)
            })
            .await;
        if shown? {
            self.engine.typing(conversation_id);
        }
        Ok(())
    }
}

/// A row as the screen sees it.
pub(crate) fn item(db: &Connection, row: outbox::OutboxRow) -> Result<OutboxItem, StoreError> {
    let name = conversation::get(db, row.conversation_id)?.name;
    let author = message::get(db, row.message_id)?.author;
    Ok(convert::outbox(row, name, author))
}
