//! How an approved message comes into the outbox.

use super::{COLUMNS, OutboxRow, from_row, get, select, touched};
use crate::table::{conversation, message};
use crate::{StoreError, Write};
use desk_core::outbox::{Approval, Content};
use desk_core::text::MAX_TEXT_BYTES;
use desk_core::wording::HumanAgent;
use desk_core::{
    Author, Code, ConversationId, DraftId, IgMessageId, MessageId, MessageKind, OutboxId, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

/// A message that was approved.
#[derive(Debug, Clone)]
pub struct Approved {
    /// To whom.
    pub conversation_id: ConversationId,
    /// The press of the button, or another name that is the same for the same wish.
    pub client_id: String,
    /// What entitles it.
    pub approval: Approval,
    /// Who wrote it.
    pub author: Author,
    /// The draft it comes from.
    pub draft_id: Option<DraftId>,
    /// The message that an automatic reply answers.
    pub trigger_id: Option<MessageId>,
    /// The words.
    pub text: String,
}

/// How it is to be sent. The default: as words, as soon as possible, without a tag.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// What it consists of.
    pub content: Content,
    /// The end of the hold, or the moment it is scheduled for.
    pub not_before: Option<Timestamp>,
    /// Whether the owner chose the moment.
    pub scheduled: bool,
    /// The leave to use the tag `HUMAN_AGENT`, which only a person's words give.
    pub human_agent: Option<HumanAgent>,
}

impl Default for Terms {
    fn default() -> Self {
        Terms {
            content: Content::Text,
            not_before: None,
            scheduled: false,
            human_agent: None,
        }
    }
}

/// A part of a long text.
#[derive(Debug, Clone, Copy)]
struct Part {
    number: u32,
    of: u32,
    first: Option<OutboxId>,
    after: Option<OutboxId>,
}

const ALONE: Part = Part {
    number: 1,
    of: 1,
    first: None,
    after: None,
};

/// A digest of what was approved. Eight bytes of it: against mistakes, not against an enemy, who
/// could change it in the same file.
pub(super) fn body_hash(content: Content, text: &str) -> i64 {
    let mut hash = Sha256::new();
    hash.update(content.as_str());
    hash.update([0]);
    hash.update(text);
    let digest: [u8; 32] = hash.finalize().into();
    digest
        .first_chunk()
        .map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

/// Puts an approved message into the outbox. The same `client_id` again gives the row that is there.
///
/// # Errors
/// [`Code::BadRequest`] when the `client_id` was used for other words.
pub fn enqueue(
    w: &mut Write<'_>,
    approved: &Approved,
    now: Timestamp,
) -> Result<OutboxRow, StoreError> {
    enqueue_with(w, approved, Terms::default(), now)
}

/// The same, with terms.
///
/// # Errors
/// As [`enqueue`].
pub fn enqueue_with(
    w: &mut Write<'_>,
    approved: &Approved,
    terms: Terms,
    now: Timestamp,
) -> Result<OutboxRow, StoreError> {
    if let Some(row) = known(w, approved, terms.content)? {
        return Ok(row);
    }
    insert(w, approved, terms, ALONE, now)
}

/// Puts the parts of a long text into the outbox, to be sent in order. The same `client_id` again
/// gives the rows that are there.
///
/// # Errors
/// [`Code::ReplyTooLong`] when the AI would send more than one, else as [`enqueue`].
pub fn enqueue_parts(
    w: &mut Write<'_>,
    approved: &Approved,
    texts: &[String],
    terms: Terms,
    now: Timestamp,
) -> Result<Vec<OutboxRow>, StoreError> {
    if approved.approval == Approval::Policy && texts.len() > 1 {
        return Err(StoreError::Refused(Code::ReplyTooLong));
    }
    let of = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    let mut rows: Vec<OutboxRow> = Vec::new();
    for (number, text) in (1..).zip(texts) {
        let part = Approved {
            client_id: match number {
                1 => approved.client_id.clone(),
                n => format!("{}#{n}", approved.client_id),
            },
            text: text.clone(),
            ..approved.clone()
        };
        if let Some(row) = known(w, &part, terms.content)? {
            // The press was heard before, with all its parts.
            return siblings(w, &row);
        }
        let place = Part {
            number,
            of,
            first: rows.first().map(|row| row.id),
            after: rows.last().map(|row| row.id),
        };
        rows.push(insert(w, &part, terms, place, now)?);
    }
    Ok(rows)
}

/// All parts of the text that a row belongs to, in order.
pub(super) fn siblings(db: &Connection, row: &OutboxRow) -> Result<Vec<OutboxRow>, StoreError> {
    let first = row.part_of.unwrap_or(row.id);
    select(
        db,
        "o.conversation_id = ?1 AND (o.id = ?2 OR o.part_of = ?2)",
        [row.conversation_id.0, first.0],
    )
}

/// The row that this press made already.
fn known(
    db: &Connection,
    approved: &Approved,
    content: Content,
) -> Result<Option<OutboxRow>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM outbox o WHERE o.conversation_id = ?1 AND o.client_id = ?2");
    let found = db
        .prepare_cached(&sql)?
        .query_row(
            params![approved.conversation_id.0, approved.client_id],
            from_row,
        )
        .optional()?;
    // A draft is approved once, whatever the second press would change in it.
    if let Some(row) = &found
        && row.draft_id.is_none()
        && (row.content, &row.text) != (content, &approved.text)
        && row.parts == 1
    {
        return Err(StoreError::Refused(Code::BadRequest));
    }
    Ok(found)
}

fn insert(
    w: &mut Write<'_>,
    approved: &Approved,
    terms: Terms,
    part: Part,
    now: Timestamp,
) -> Result<OutboxRow, StoreError> {
    if approved.text.len() > MAX_TEXT_BYTES {
        return Err(StoreError::Refused(Code::ReplyTooLong));
    }
    let conversation = conversation::get(w, approved.conversation_id)?;
    // Instagram's clock may be ahead of ours: what is said now comes after all that was said.
    let said_at = now.max(conversation.last_at + std::time::Duration::from_millis(1));
    let message_id = message::add_outgoing(
        w,
        &message::Outgoing {
            account_id: conversation.account_id,
            conversation_id: conversation.id,
            author: approved.author,
            kind: match terms.content {
                Content::Text => MessageKind::Text,
                Content::Heart => MessageKind::Sticker,
            },
            text: &approved.text,
            at: said_at,
            draft_id: approved.draft_id,
        },
    )?;
    let high_water = message::newest_told(w, conversation.id)?;
    let due = terms.not_before.map_or(now, |at| at.max(now));
    w.prepare_cached(
        "INSERT INTO outbox (account_id, conversation_id, message_id, client_id, approval, draft_id, trigger_id,
                             text, state, due_at, created_at, content, human_agent, not_before, scheduled,
                             waiting_since, body_hash, high_water_at, high_water_id, part, parts, part_of, waits_for)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'queued', ?9, ?10, ?11, ?12, ?13, ?14, ?10, ?15, ?16, ?17, ?18, ?19,
                 ?20, ?21)",
    )?
    .execute(params![
        conversation.account_id.0,
        conversation.id.0,
        message_id.0,
        approved.client_id,
        approved.approval.as_str(),
        approved.draft_id.map(|d| d.0),
        approved.trigger_id.map(|t| t.0),
        approved.text,
        due.0,
        now.0,
        terms.content.as_str(),
        terms.human_agent.is_some(),
        terms.not_before.map(|t| t.0),
        terms.scheduled,
        body_hash(terms.content, &approved.text),
        high_water.as_ref().map(|(at, _)| at.0),
        high_water.as_ref().map(|(_, id)| IgMessageId::as_str(id)),
        part.number,
        part.of,
        part.first.map(|id| id.0),
        part.after.map(|id| id.0)
    ])?;
    let id = OutboxId(w.last_insert_rowid());
    conversation::note_answered(w, conversation.id)?;
    touched(w, conversation.id)?;
    get(w, id)
}
