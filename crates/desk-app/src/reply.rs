//! Replying: what the owner writes or approves goes into the outbox, and nowhere else.

use crate::drafting::observe;
use crate::dto::{Draft, DraftWhy, Message, OutboxItem, TraceStage};
use crate::sending::{self, item};
use crate::{Desk, IpcError, convert};
use desk_core::outbox::{Approval, Content};
use desk_core::text::{self, TextFault};
use desk_core::window::ReplyWindow;
use desk_core::wording::{Machine, Person, Words};
use desk_core::{
    Author, Code, ConversationId, DraftId, LockReason, OutboxId, Outcome, Reason, Source,
    Timestamp, split,
};
use desk_store::table::outbox::{Approved, Terms};
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

/// The messages as which a text is sent.
fn parts_of(reply: &str) -> Result<Vec<String>, Code> {
    match text::check_sendable(reply) {
        Ok(()) => Ok(vec![reply.to_owned()]),
        Err(TextFault::TooLong { .. }) => split::split(reply).ok_or(Code::ReplyTooLong),
        Err(fault) => Err(code_of(fault)),
    }
}

fn check_text(reply: &str) -> Result<Vec<String>, IpcError> {
    parts_of(reply).map_err(|code| {
        let bytes = reply.len();
        IpcError::new(code, format!("{bytes} bytes cannot be sent as messages"))
    })
}

fn check_client_id(client_id: &str) -> Result<(), IpcError> {
    if client_id.is_empty() || client_id.len() > MAX_CLIENT_ID {
        return Err(IpcError::new(
            Code::BadRequest,
            "a client id has 1 to 100 characters",
        ));
    }
    Ok(())
}

/// A message as the screen sees it, with its row of the outbox.
fn shown(db: &Connection, row: &outbox::OutboxRow) -> Result<Message, StoreError> {
    let message = message::get(db, row.message_id)?;
    Ok(convert::message(message, std::slice::from_ref(row)))
}

/// Refuses at once what Instagram would refuse later; the check is made again before the call.
/// `typed` is whether a person typed the words.
fn check_window(
    db: &Connection,
    id: ConversationId,
    typed: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = conversation::get(db, id)?;
    let window = ReplyWindow::for_person(at, row.last_inbound_at, typed && row.human_agent);
    if window.is_open_for_person() {
        Ok(())
    } else {
        Err(StoreError::Refused(Code::WindowClosed))
    }
}

/// What the owner sends answers the customer: a waiting draft has no purpose any more.
fn enqueue(
    w: &mut Write<'_>,
    approved: &Approved,
    texts: &[String],
    terms: Terms,
    now: Timestamp,
) -> Result<Message, StoreError> {
    draft::make_stale(w, approved.conversation_id, Source::Owner)?;
    let rows = outbox::enqueue_parts(w, approved, texts, terms, now)?;
    let first = rows.first().ok_or(StoreError::Refused(Code::ReplyEmpty))?;
    shown(w, first)
}

/// What the owner approves by a press, before it has words.
fn pressed(conversation_id: ConversationId, client_id: String) -> Approved {
    Approved {
        conversation_id,
        client_id,
        approval: Approval::Person,
        author: Author::Owner,
        draft_id: None,
        trigger_id: None,
        text: String::new(),
    }
}

impl Desk {
    /// Command `message_send`. A text that is too long for one message is sent as several, in order.
    ///
    /// # Errors
    /// [`Code::ReplyEmpty`], [`Code::ReplyTooLong`] or [`Code::WindowClosed`]; nothing is sent then.
    pub async fn message_send(
        &self,
        conversation_id: ConversationId,
        text: String,
        client_id: String,
    ) -> Result<Message, IpcError> {
        let texts = check_text(&text)?;
        check_client_id(&client_id)?;
        let now = self.clock.now();
        let words = Words::<Person>::typed(text);
        let sent: Result<Message, StoreError> = self
            .store
            .write(move |w| {
                check_window(w, conversation_id, true, now)?;
                // In the same transaction: what is sent is not kept as unsent.
                composer::clear(w, conversation_id)?;
                let terms = Terms {
                    not_before: sending::hold(w, now)?,
                    human_agent: Some(words.human_agent()),
                    ..Terms::default()
                };
                enqueue(w, &pressed(conversation_id, client_id), &texts, terms, now)
            })
            .await;
        Ok(sent?)
    }

    /// Command `message_schedule`. A moment that has passed means now.
    ///
    /// # Errors
    /// [`Code::ScheduleOutsideWindow`] when Instagram would not accept it then, else as
    /// [`Desk::message_send`].
    pub async fn message_schedule(
        &self,
        conversation_id: ConversationId,
        text: String,
        client_id: String,
        at: Timestamp,
    ) -> Result<Message, IpcError> {
        let texts = check_text(&text)?;
        check_client_id(&client_id)?;
        let now = self.clock.now();
        let words = Words::<Person>::typed(text);
        let sent: Result<Message, StoreError> = self
            .store
            .write(move |w| {
                check_window(w, conversation_id, true, now)?;
                check_window(w, conversation_id, true, at)
                    .map_err(|_| StoreError::Refused(Code::ScheduleOutsideWindow))?;
                composer::clear(w, conversation_id)?;
                let terms = Terms {
                    not_before: Some(at),
                    scheduled: at > now,
                    human_agent: Some(words.human_agent()),
                    ..Terms::default()
                };
                enqueue(w, &pressed(conversation_id, client_id), &texts, terms, now)
            })
            .await;
        Ok(sent?)
    }

    /// Command `heart_send`.
    ///
    /// # Errors
    /// [`Code::WindowClosed`]; nothing is sent then.
    pub async fn heart_send(
        &self,
        conversation_id: ConversationId,
        client_id: String,
    ) -> Result<Message, IpcError> {
        check_client_id(&client_id)?;
        let now = self.clock.now();
        let sent: Result<Message, StoreError> = self
            .store
            .write(move |w| {
                check_window(w, conversation_id, false, now)?;
                let terms = Terms {
                    content: Content::Heart,
                    not_before: sending::hold(w, now)?,
                    ..Terms::default()
                };
                enqueue(
                    w,
                    &pressed(conversation_id, client_id),
                    &[String::new()],
                    terms,
                    now,
                )
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
                check_window(w, row.conversation_id, row.human_agent, now)?;
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
        Ok(found?.map(|draft| self.with_partial(draft)))
    }

    /// A draft with what is written of it so far.
    pub(crate) fn with_partial(&self, draft: Draft) -> Draft {
        let is_pending = draft.outcome == Outcome::Pending;
        let writing = &self.drafting.writing;
        let partial = is_pending.then(|| writing.of(draft.conversation_id, draft.id));
        Draft {
            partial: partial.flatten(),
            ..draft
        }
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
                    check_window(w, found.conversation_id, false, now)?;
                }
                let reply = text.unwrap_or_else(|| found.text.clone());
                // What failed a check needs a second look; what the owner wrote is the owner's.
                let is_as_drafted =
                    found.outcome != Outcome::Approved && reply.trim() == found.text.trim();
                if is_as_drafted && !confirmed && convert::has_failed_check(&found)? {
                    return Err(StoreError::Refused(Code::DraftUnconfirmed));
                }
                // Also when the owner changed it: the AI began it, so it carries no tag.
                let reply = Words::<Machine>::written(reply);
                let texts = parts_of(reply.as_str()).map_err(StoreError::Refused)?;
                let approved = Approved {
                    conversation_id: found.conversation_id,
                    client_id: format!("draft-{draft_id}"),
                    approval: Approval::Person,
                    author: Author::Owner,
                    draft_id: Some(draft_id),
                    trigger_id: None,
                    text: reply.into_string(),
                };
                let terms = Terms {
                    not_before: sending::hold(w, now)?,
                    ..Terms::default()
                };
                let rows = outbox::enqueue_parts(w, &approved, &texts, terms, now)?;
                let row = rows.first().ok_or(StoreError::Refused(Code::ReplyEmpty))?;
                if found.outcome != Outcome::Approved {
                    observe::approved(w, &found, &approved.text, now)?;
                    draft::set_outcome(w, &found, Outcome::Approved, Source::Owner)?;
                }
                shown(w, row)
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
