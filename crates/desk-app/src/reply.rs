//! Replying: what the owner writes or approves goes into the outbox, and nowhere else.

use crate::drafting::observe;
use crate::dto::{Draft, DraftWhy, Message, OutboxItem, TraceStage};
use crate::{Desk, IpcError, convert};
use desk_core::outbox::Approval;
use desk_core::text::{self, TextFault};
use desk_core::window::ReplyWindow;
use desk_core::{
    Author, Code, ConversationId, DraftId, LockReason, OutboxId, Outcome, Reason, Source, Timestamp,
};
use desk_store::table::outbox::Approved;
use desk_store::table::{composer, conversation, draft, message, outbox, trace};
use desk_store::{Connection, StoreError, Write};

/// A client id is made by the screen; this bounds what it may make.
const MAX_CLIENT_ID: usize = 100;

const fn code_of(fault: TextFault) -> Code {
    match fault {
        TextFault::Empty => Code::ReplyEmpty,
        TextFault::TooLong { .. } => Code::ReplyTooLong,
    }
}

fn check_text(reply: &str) -> Result<(), IpcError> {
    text::check_sendable(reply).map_err(|fault| match fault {
        TextFault::Empty => IpcError::new(code_of(fault), "there is nothing to send"),
        TextFault::TooLong { bytes } => IpcError::new(
            code_of(fault),
            format!("{bytes} bytes, {} allowed", text::MAX_TEXT_BYTES),
        ),
    })
}

/// A message as the screen sees it, with its row of the outbox.
fn shown(db: &Connection, row: &outbox::OutboxRow) -> Result<Message, StoreError> {
    let message = message::get(db, row.message_id)?;
    Ok(convert::message(message, std::slice::from_ref(row)))
}

/// Refuses at once what Instagram would refuse later; the check is made again before the call.
fn check_window(db: &Connection, id: ConversationId, now: Timestamp) -> Result<(), StoreError> {
    let last_inbound = conversation::get(db, id)?.last_inbound_at;
    if ReplyWindow::at(now, last_inbound).is_open() {
        Ok(())
    } else {
        Err(StoreError::Refused(Code::WindowClosed))
    }
}

/// What the owner sends answers the customer: a waiting draft has no purpose any more.
fn enqueue(w: &mut Write<'_>, approved: &Approved, now: Timestamp) -> Result<Message, StoreError> {
    draft::make_stale(w, approved.conversation_id, Source::Owner)?;
    let row = outbox::enqueue(w, approved, now)?;
    shown(w, &row)
}

impl Desk {
    /// Command `message_send`.
    ///
    /// # Errors
    /// [`Code::ReplyEmpty`], [`Code::ReplyTooLong`] or [`Code::WindowClosed`]; nothing is sent then.
    pub async fn message_send(
        &self,
        conversation_id: ConversationId,
        text: String,
        client_id: String,
    ) -> Result<Message, IpcError> {
        check_text(&text)?;
        if client_id.is_empty() || client_id.len() > MAX_CLIENT_ID {
            return Err(IpcError::new(
                Code::BadRequest,
                "a client id has 1 to 100 characters",
            ));
        }
        let now = self.clock.now();
        let approved = Approved {
            conversation_id,
            client_id,
            approval: Approval::Person,
            author: Author::Owner,
            draft_id: None,
            trigger_id: None,
            text,
        };
        let sent: Result<Message, StoreError> = self
            .store
            .write(move |w| {
                check_window(w, conversation_id, now)?;
                // In the same transaction: what is sent is not kept as unsent.
                composer::clear(w, conversation_id)?;
                enqueue(w, &approved, now)
            })
            .await;
        Ok(sent?)
    }

    /// Command `outbox_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn outbox_list(&self) -> Result<Vec<OutboxItem>, IpcError> {
        let items: Result<Vec<OutboxItem>, StoreError> = self
            .store
            .read(|db| {
                outbox::open(db)?
                    .into_iter()
                    .map(|row| item(db, row))
                    .collect()
            })
            .await;
        Ok(items?)
    }

    /// Command `outbox_retry`.
    ///
    /// # Errors
    /// [`Code::TooLate`] when it is under way or settled.
    pub async fn outbox_retry(&self, id: OutboxId) -> Result<OutboxItem, IpcError> {
        let now = self.clock.now();
        let tried: Result<OutboxItem, StoreError> = self
            .store
            .write(move |w| {
                let row = outbox::get(w, id)?;
                check_window(w, row.conversation_id, now)?;
                let row = outbox::retry(w, id, now)?;
                item(w, row)
            })
            .await;
        Ok(tried?)
    }

    /// Command `outbox_discard`.
    ///
    /// # Errors
    /// [`Code::TooLate`] when it is under way or was sent.
    pub async fn outbox_discard(&self, id: OutboxId) -> Result<(), IpcError> {
        let now = self.clock.now();
        let discarded: Result<(), StoreError> = self
            .store
            .write(move |w| {
                let row = outbox::get(w, id)?;
                outbox::discard(w, id)?;
                // To take an automatic reply back is to say that it was wrong.
                match (row.approval, row.draft_id) {
                    (Approval::Policy, Some(draft)) => {
                        let found = draft::get(w, draft)?;
                        observe::lost(w, &found, LockReason::Undone, now)
                    }
                    _ => Ok(()),
                }
            })
            .await;
        Ok(discarded?)
    }

    /// Command `draft_get`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn draft_get(
        &self,
        conversation_id: ConversationId,
    ) -> Result<Option<Draft>, IpcError> {
        let found: Result<Option<Draft>, StoreError> = self
            .store
            .read(move |db| {
                conversation::get(db, conversation_id)?;
                draft::current(db, conversation_id)?
                    .map(convert::draft)
                    .transpose()
            })
            .await;
        Ok(found?)
    }

    /// Command `draft_approve`. The same draft approved twice is sent once.
    ///
    /// # Errors
    /// [`Code::DraftStale`] when the customer wrote again, [`Code::DraftSettled`] when it was
    /// rejected or replaced, [`Code::DraftUnconfirmed`] when a check failed and the owner did not
    /// confirm it.
    pub async fn draft_approve(
        &self,
        draft_id: DraftId,
        text: Option<String>,
        confirmed: Option<bool>,
    ) -> Result<Message, IpcError> {
        if let Some(text) = &text {
            check_text(text)?;
        }
        let confirmed = confirmed == Some(true);
        let now = self.clock.now();
        let sent: Result<Message, StoreError> = self
            .store
            .write(move |w| {
                let found = draft::get(w, draft_id)?;
                match found.outcome {
                    Outcome::Proposed | Outcome::Held | Outcome::Countdown | Outcome::Approved => {}
                    Outcome::Stale => return Err(StoreError::Refused(Code::DraftStale)),
                    _ => return Err(StoreError::Refused(Code::DraftSettled)),
                }
                if found.outcome != Outcome::Approved {
                    check_window(w, found.conversation_id, now)?;
                }
                let reply = text.unwrap_or_else(|| found.text.clone());
                // What failed a check needs a second look; what the owner wrote is the owner's.
                let is_as_drafted =
                    found.outcome != Outcome::Approved && reply.trim() == found.text.trim();
                if is_as_drafted && !confirmed && convert::has_failed_check(&found)? {
                    return Err(StoreError::Refused(Code::DraftUnconfirmed));
                }
                text::check_sendable(&reply)
                    .map_err(|fault| StoreError::Refused(code_of(fault)))?;
                let approved = Approved {
                    conversation_id: found.conversation_id,
                    client_id: format!("draft-{draft_id}"),
                    approval: Approval::Person,
                    author: Author::Owner,
                    draft_id: Some(draft_id),
                    trigger_id: None,
                    text: reply,
                };
                let row = outbox::enqueue(w, &approved, now)?;
                if found.outcome != Outcome::Approved {
                    observe::approved(w, &found, &row.text, now)?;
                    draft::set_outcome(w, &found, Outcome::Approved, Source::Owner)?;
                }
                shown(w, &row)
            })
            .await;
        Ok(sent?)
    }

    /// Command `draft_reject`.
    ///
    /// # Errors
    /// [`Code::DraftSettled`] when it was approved.
    pub async fn draft_reject(
        &self,
        draft_id: DraftId,
        reason: Option<String>,
    ) -> Result<(), IpcError> {
        let now = self.clock.now();
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| {
                let found = draft::get(w, draft_id)?;
                if found.outcome == Outcome::Approved {
                    return Err(StoreError::Refused(Code::DraftSettled));
                }
                if let Some(reason) = reason {
                    draft::set_note(w, draft_id, &desk_core::text::snippet(&reason, 500))?;
                }
                if found.outcome != Outcome::Rejected {
                    observe::rejected(w, &found, now)?;
                }
                draft::set_outcome(w, &found, Outcome::Rejected, Source::Owner)
            })
            .await;
        Ok(written?)
    }

    /// Command `draft_stop`.
    ///
    /// # Errors
    /// [`Code::TooLate`] when it counts down no more.
    pub async fn draft_stop(&self, draft_id: DraftId) -> Result<Draft, IpcError> {
        let now = self.clock.now();
        let stopped: Result<Draft, StoreError> = self
            .store
            .write(move |w| {
                let found = draft::get(w, draft_id)?;
                match found.outcome {
                    Outcome::Countdown => {
                        observe::lost(w, &found, LockReason::Undone, now)?;
                        draft::back_to_proposal(w, &found, Reason::Stopped, Source::Owner)?;
                    }
                    Outcome::Proposed => {}
                    _ => return Err(StoreError::Refused(Code::TooLate)),
                }
                convert::draft(draft::get(w, draft_id)?)
            })
            .await;
        Ok(stopped?)
    }

    /// Command `draft_why`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such draft.
    pub async fn draft_why(&self, draft_id: DraftId) -> Result<DraftWhy, IpcError> {
        let why: Result<DraftWhy, StoreError> = self
            .store
            .read(move |db| {
                let draft = convert::draft(draft::get(db, draft_id)?)?;
                let stages = trace::of(db, draft_id)?
                    .into_iter()
                    .map(|s| TraceStage {
                        stage: s.stage,
                        detail: s.detail,
                        micros: s.micros,
                        at: s.at,
                    })
                    .collect();
                Ok(DraftWhy { draft, stages })
            })
            .await;
        Ok(why?)
    }
}

fn item(db: &Connection, row: outbox::OutboxRow) -> Result<OutboxItem, StoreError> {
    let name = conversation::get(db, row.conversation_id)?.name;
    let author = message::get(db, row.message_id)?.author;
    Ok(convert::outbox(row, name, author))
}
