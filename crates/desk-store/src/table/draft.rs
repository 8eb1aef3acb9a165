//! Drafts: the reply proposed for each turn, or what was decided instead.

use crate::table::conversation;
use crate::word::{opt_word, word};
use crate::{StoreError, Write};
use desk_core::outbox::SURPRISE;
use desk_core::{
    Change, Code, ConversationId, DraftId, Edit, Engine, Entity, MessageId, Outcome, Reason,
    Source, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A row of `draft`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Ours.
    pub id: DraftId,
    /// For whom.
    pub conversation_id: ConversationId,
    /// The newest message of the turn.
    pub trigger_id: MessageId,
    /// What was decided.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The proposed reply.
    pub text: String,
    /// Its language.
    pub lang: Option<String>,
    /// Who wrote it.
    pub engine: Option<Engine>,
    /// The endpoint's model.
    pub model: Option<String>,
    /// The endpoint's fault.
    pub fault: Option<Code>,
    /// Entries used, JSON.
    pub cites: String,
    /// Checks made, JSON.
    pub checks: String,
    /// When it goes out by itself.
    pub auto_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
    /// Nothing but a missing leave kept it from going out by itself.
    pub would_send: bool,
    /// Tokens that the endpoint read.
    pub tokens_in: u32,
    /// Tokens that the endpoint wrote.
    pub tokens_out: u32,
    /// What that cost, in millionths.
    pub cost_micros: i64,
    /// Kinds of private data hidden from the endpoint, JSON.
    pub masked: String,
    /// What was sent in the end.
    pub sent_text: Option<String>,
    /// How that differs.
    pub edit: Option<Edit>,
    /// When the owner approved or rejected it, or it went out.
    pub settled_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, conversation_id, trigger_id, outcome, reasons, text, lang, engine, model, fault, \
     cites, checks, auto_at, created_at, would_send, tokens_in, tokens_out, cost_micros, masked, \
     sent_text, edit, settled_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Draft> {
    let reasons: String = row.get(4)?;
    Ok(Draft {
        id: DraftId(row.get(0)?),
        conversation_id: ConversationId(row.get(1)?),
        trigger_id: MessageId(row.get(2)?),
        outcome: word!(row, 3, Outcome),
        reasons: serde_json::from_str(&reasons).map_err(|_| crate::word::unknown(4, &reasons))?,
        text: row.get(5)?,
        lang: row.get(6)?,
        engine: opt_word!(row, 7, Engine),
        model: row.get(8)?,
        fault: opt_word!(row, 9, Code),
        cites: row.get(10)?,
        checks: row.get(11)?,
        auto_at: row.get::<_, Option<i64>>(12)?.map(Timestamp),
        created_at: Timestamp(row.get(13)?),
        would_send: row.get(14)?,
        tokens_in: row.get(15)?,
        tokens_out: row.get(16)?,
        cost_micros: row.get(17)?,
        masked: row.get(18)?,
        sent_text: row.get(19)?,
        edit: opt_word!(row, 20, Edit),
        settled_at: row.get::<_, Option<i64>>(21)?.map(Timestamp),
    })
}

/// One draft.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn get(db: &Connection, id: DraftId) -> Result<Draft, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM draft WHERE id = ?1");
    let found = db
        .prepare_cached(&sql)?
        .query_row([id.0], from_row)
        .optional()?;
    found.ok_or(StoreError::NotFound("draft"))
}

/// The newest draft of a conversation.
///
/// # Errors
/// When the file cannot be read.
pub fn current(db: &Connection, conversation: ConversationId) -> Result<Option<Draft>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM draft WHERE conversation_id = ?1 ORDER BY id DESC LIMIT 1");
    Ok(db
        .prepare_cached(&sql)?
        .query_row([conversation.0], from_row)
        .optional()?)
}

/// The texts of the drafts that were written for a message, oldest first.
///
/// # Errors
/// When the file cannot be read.
pub fn texts_for(
    db: &Connection,
    conversation: ConversationId,
    trigger: MessageId,
) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT text FROM draft WHERE conversation_id = ?1 AND trigger_id = ?2 AND text <> ''
         ORDER BY id",
    )?;
    let rows = statement.query_map((conversation.0, trigger.0), |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a draft; its `id` is ignored and the new one returned. What waited before it is stale.
///
/// # Errors
/// When the file cannot be written.
pub fn add(w: &mut Write<'_>, draft: &Draft) -> Result<DraftId, StoreError> {
    make_stale(w, draft.conversation_id, Source::Ai)?;
    w.prepare_cached(
        "INSERT INTO draft (conversation_id, trigger_id, outcome, reasons, text, lang, engine, model, fault,
                            cites, checks, auto_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        draft.conversation_id.0,
        draft.trigger_id.0,
        draft.outcome.as_str(),
        serde_json::to_string(&draft.reasons)?,
        draft.text,
        draft.lang,
        draft.engine.map(Engine::as_str),
        draft.model,
        draft.fault.map(Code::as_str),
        draft.cites,
        draft.checks,
        draft.auto_at.map(|t| t.0),
        draft.created_at.0
    ])?;
    let id = DraftId(w.last_insert_rowid());
    touched(w, draft.conversation_id, Source::Ai)?;
    Ok(id)
}

/// Replaces a pending draft by what came of it. Nothing happens when it is pending no more: the
/// customer or the owner was faster.
///
/// # Errors
/// When the file cannot be written.
pub fn complete(w: &mut Write<'_>, id: DraftId, draft: &Draft) -> Result<bool, StoreError> {
    let n = w
        .prepare_cached(
            "UPDATE draft SET outcome = ?2, reasons = ?3, text = ?4, lang = ?5, engine = ?6, model = ?7, fault = ?8,
                          cites = ?9, checks = ?10, auto_at = ?11, would_send = ?12, tokens_in = ?13,
                          tokens_out = ?14, cost_micros = ?15, masked = ?16
         WHERE id = ?1 AND outcome = 'pending'",
        )?
        .execute(params![
            id.0,
            draft.outcome.as_str(),
            serde_json::to_string(&draft.reasons)?,
            draft.text,
            draft.lang,
            draft.engine.map(Engine::as_str),
            draft.model,
            draft.fault.map(Code::as_str),
            draft.cites,
            draft.checks,
            draft.auto_at.map(|t| t.0),
            draft.would_send,
            draft.tokens_in,
            draft.tokens_out,
            draft.cost_micros,
            draft.masked
        ])?;
    touched(w, draft.conversation_id, Source::Ai)?;
    Ok(n > 0)
}

fn touched(
    w: &mut Write<'_>,
    conversation: ConversationId,
    source: Source,
) -> Result<(), StoreError> {
    w.note(Change::upserted(Entity::Draft, conversation, source));
    conversation::refresh_row(w, conversation, source)
}

/// Makes what waits in a conversation stale: the customer wrote again, or was answered.
///
/// # Errors
/// When the file cannot be written.
pub fn make_stale(
    w: &mut Write<'_>,
    conversation: ConversationId,
    source: Source,
) -> Result<(), StoreError> {
    let n = w
        .prepare_cached(
            "UPDATE draft SET outcome = 'stale', auto_at = NULL
             WHERE conversation_id = ?1 AND outcome IN ('pending', 'proposed', 'countdown', 'held')",
        )?
        .execute([conversation.0])?;
    if n > 0 {
        w.note(Change::upserted(Entity::Draft, conversation, source));
    }
    Ok(())
}

/// Sets what became of a draft.
///
/// # Errors
/// When the file cannot be written.
pub fn set_outcome(
    w: &mut Write<'_>,
    draft: &Draft,
    outcome: Outcome,
    source: Source,
) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE draft SET outcome = ?2, auto_at = NULL WHERE id = ?1")?
        .execute(params![draft.id.0, outcome.as_str()])?;
    touched(w, draft.conversation_id, source)
}

/// Turns an automatic reply back into a proposal.
///
/// # Errors
/// When the file cannot be written.
pub fn back_to_proposal(
    w: &mut Write<'_>,
    draft: &Draft,
    reason: Reason,
    source: Source,
) -> Result<(), StoreError> {
    let mut reasons = draft.reasons.clone();
    reasons.insert(0, reason);
    w.prepare_cached(
        "UPDATE draft SET outcome = 'proposed', auto_at = NULL, reasons = ?2 WHERE id = ?1",
    )?
    .execute(params![draft.id.0, serde_json::to_string(&reasons)?])?;
    touched(w, draft.conversation_id, source)
}

/// Notes what was sent of a draft, if anything, and how that differs from it.
///
/// # Errors
/// When the file cannot be written.
pub fn settle(
    w: &mut Write<'_>,
    id: DraftId,
    sent: Option<&str>,
    edit: Edit,
    now: Timestamp,
) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE draft SET sent_text = ?2, edit = ?3, settled_at = ?4 WHERE id = ?1")?
        .execute(params![id.0, sent, edit.as_str(), now.0])?;
    Ok(())
}

/// The newest drafts that the owner sent with changes, newest first: what there is to learn from.
///
/// # Errors
/// When the file cannot be read.
pub fn edited(db: &Connection, limit: u32) -> Result<Vec<Draft>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM draft WHERE id > (SELECT coalesce(max(id), 0) FROM draft) - 5000
             AND sent_text IS NOT NULL AND edit IN ('cosmetic', 'tone') ORDER BY id DESC LIMIT ?1"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes why the owner rejected a draft.
///
/// # Errors
/// When the file cannot be written.
pub fn set_note(w: &mut Write<'_>, id: DraftId, note: &str) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE draft SET note = ?2 WHERE id = ?1")?
        .execute(params![id.0, note])?;
    Ok(())
}

/// The drafts whose countdown has ended.
///
/// # Errors
/// When the file cannot be read.
pub fn countdowns_due(db: &Connection, now: Timestamp) -> Result<Vec<Draft>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM draft WHERE outcome = 'countdown' AND auto_at <= ?1 ORDER BY auto_at"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([now.0], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next countdown ends.
///
/// # Errors
/// When the file cannot be read.
pub fn next_countdown(db: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let mut query =
        db.prepare_cached("SELECT min(auto_at) FROM draft WHERE outcome = 'countdown'")?;
    Ok(query
        .query_row([], |r| r.get::<_, Option<i64>>(0))?
        .map(Timestamp))
}

/// Every running countdown.
///
/// # Errors
/// When the file cannot be read.
pub fn countdowns(db: &Connection) -> Result<Vec<Draft>, StoreError> {
    countdowns_due(db, Timestamp(i64::MAX))
}

/// After a start: what was being written when the program ended is written anew.
///
/// # Errors
/// When the file cannot be written.
pub fn recover(w: &mut Write<'_>, now: Timestamp) -> Result<(), StoreError> {
    let pending: Vec<i64> = {
        let mut query =
            w.prepare("SELECT DISTINCT conversation_id FROM draft WHERE outcome = 'pending'")?;
        let rows = query.query_map([], |r| r.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    for id in pending {
        let conversation = ConversationId(id);
        make_stale(w, conversation, Source::Ai)?;
        conversation::schedule_turn(w, conversation, now, std::time::Duration::ZERO, now)?;
        conversation::refresh_row(w, conversation, Source::Ai)?;
    }
    Ok(())
}

/// How many replies went out by themselves since a moment: in one conversation, or in all. One that
/// waited counts from when it went out. None waits for two days: the reply window is shorter, and
/// with that bound an index finds the few that matter.
///
/// # Errors
/// When the file cannot be read.
pub fn automatic_since(
    db: &Connection,
    conversation: Option<ConversationId>,
    since: Timestamp,
) -> Result<u32, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT count(*) FROM outbox WHERE approval = 'policy' AND state <> 'cancelled' AND created_at >= ?3
         AND coalesce(started_at, created_at) >= ?2 AND (?1 IS NULL OR conversation_id = ?1)",
    )?;
    // None waits longer than that.
    let approved = since - SURPRISE;
    Ok(query.query_row(
        params![conversation.map(|c| c.0), since.0, approved.0],
        |r| r.get(0),
    )?)
}
