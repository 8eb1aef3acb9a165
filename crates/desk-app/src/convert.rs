//! Rows of the store as the screen sees them.

use crate::dto;
use desk_core::window::ReplyWindow;
use desk_core::{CheckResult, ReplyMode, SendState, Timestamp};
use desk_store::table::account::Account;
use desk_store::table::conversation::Conversation;
use desk_store::table::draft::Draft;
use desk_store::table::message::Message;
use desk_store::table::outbox::OutboxRow;
use desk_store::{Connection, StoreError};

pub(crate) fn account(row: &Account, lights: &desk_sync::Lights, now: Timestamp) -> dto::Account {
    dto::Account {
        id: row.id,
        username: row.username.clone(),
        name: row.name.clone(),
        receiving: row.receiving,
        sending: row.sending,
        fault: row.fault,
        token_expires_at: row.token_expires_at,
        token_at_most_until: crate::health::at_most_until(row),
        token_warning: crate::health::token_warning(row.token_expires_at, now),
        login: match row.page_id {
            Some(_) => dto::LoginKind::Facebook,
            None => dto::LoginKind::Instagram,
        },
        page_name: row.page_name.clone(),
        health: crate::health::lights(row, lights),
        synced: row.synced_at.is_some(),
        maybe_unpublished: row.synced_at.is_some() && !row.conversations_seen,
    }
}

pub(crate) fn conversation(
    row: Conversation,
    default_mode: ReplyMode,
    now: Timestamp,
) -> dto::ConversationRow {
    dto::ConversationRow {
        id: row.id,
        account_id: row.account_id,
        username: row.username.as_deref().map(desk_core::text::display_name),
        name: row.name,
        snippet: row.snippet,
        last_author: row.last_author,
        last_kind: row.last_kind,
        last_at: row.last_at,
        unread: row.unread,
        state: row.row_state,
        mode: row.mode.unwrap_or(default_mode),
        window_closes_at: ReplyWindow::at(now, row.last_inbound_at).edge(),
        window: window(row.last_inbound_at, row.human_agent, now),
        picture: row.picture,
        auto_at: row.auto_at,
        place: row.place,
        snoozed_until: row.snoozed_until,
        returned_at: row.returned_at,
        labels: row.labels,
        composing: row.composing,
    }
}

/// A message, with what its outbox row says while it is not settled.
pub(crate) fn message(row: Message, open: &[OutboxRow]) -> dto::Message {
    let outbox = open.iter().find(|o| o.message_id == row.id);
    dto::Message {
        id: row.id,
        conversation_id: row.conversation_id,
        external_id: row.external_id,
        direction: row.direction,
        author: row.author,
        kind: row.kind,
        text: row.text,
        sent_at: row.sent_at,
        state: row
            .state
            .map_or(dto::MessageState::Received, dto::MessageState::Outgoing),
        outbox_id: outbox.filter(|o| o.state != SendState::Sent).map(|o| o.id),
        fault: outbox.and_then(|o| o.fault),
        next_try_at: outbox.and_then(|o| o.due_at),
        draft_id: row.draft_id,
        unsent: row.unsent,
        edited: row.edits > 0,
        seen: false,
        attachments: Vec::new(),
        reactions: Vec::new(),
        reply_to: None,
        story: None,
        tap: row.tap.map(crate::thread::tap),
        referral: row.referral.map(crate::thread::referral),
        open_in_instagram: None,
        sending: outbox.map(sending),
    }
}

/// The reply window at `now`.
pub(crate) fn window(
    last_inbound: Option<Timestamp>,
    human_agent: bool,
    now: Timestamp,
) -> dto::Window {
    let window = ReplyWindow::for_person(now, last_inbound, human_agent);
    dto::Window {
        state: window.state(),
        closes_at: window.edge(),
        human_until: last_inbound
            .filter(|_| human_agent)
            .map(desk_core::window::human_until),
    }
}

/// How the sending of an outbox row stands.
pub(crate) fn sending(row: &OutboxRow) -> dto::Sending {
    let small = |code: Option<i64>| code.and_then(|c| i32::try_from(c).ok());
    let said = &row.graph;
    let meta = dto::MetaFault {
        code: small(said.code),
        subcode: small(said.subcode),
        trace_id: said.trace_id.clone(),
    };
    dto::Sending {
        content: row.content,
        not_before: row.not_before,
        scheduled: row.scheduled,
        held: row.held,
        waits: row.waits_for.is_some(),
        asked: row.is_asked(),
        looks: row.looks,
        part: row.part,
        parts: row.parts,
        maybe_twice: row.maybe_twice,
        meta: (meta.code.is_some() || meta.trace_id.is_some()).then_some(meta),
    }
}

pub(crate) fn outbox(row: OutboxRow, name: String, author: desk_core::Author) -> dto::OutboxItem {
    dto::OutboxItem {
        sending: sending(&row),
        id: row.id,
        message_id: row.message_id,
        conversation_id: row.conversation_id,
        name,
        client_id: row.client_id,
        text: row.text,
        author,
        state: row.state,
        fault: row.fault,
        attempts: row.attempts,
        next_try_at: row.due_at,
        created_at: row.created_at,
    }
}

/// Whether a check of a draft failed: approving it as it is needs a second look.
pub(crate) fn has_failed_check(row: &Draft) -> Result<bool, StoreError> {
    let checks: Vec<dto::DraftCheck> = serde_json::from_str(&row.checks)?;
    Ok(checks.iter().any(|c| c.result == CheckResult::Failed))
}

pub(crate) fn draft(row: Draft) -> Result<dto::Draft, StoreError> {
    let needs_confirmation = has_failed_check(&row)?;
    Ok(dto::Draft {
        id: row.id,
        conversation_id: row.conversation_id,
        trigger_id: row.trigger_id,
        outcome: row.outcome,
        reasons: row.reasons,
        text: row.text,
        lang: row.lang,
        engine: row.engine,
        model: row.model,
        fault: row.fault,
        cites: serde_json::from_str(&row.cites)?,
        checks: serde_json::from_str(&row.checks)?,
        auto_at: row.auto_at,
        created_at: row.created_at,
        partial: None,
        needs_confirmation,
        tokens_in: row.tokens_in,
        tokens_out: row.tokens_out,
        cost_micros: u32::try_from(row.cost_micros).unwrap_or(u32::MAX),
        masked: serde_json::from_str(&row.masked)?,
        edit: row.edit,
    })
}

/// Whether a message is still to be shown: what the owner put away is not.
pub(crate) fn is_shown(row: &Message) -> bool {
    row.state != Some(SendState::Cancelled)
}

/// The default mode, for rows whose owner chose none.
pub(crate) fn default_mode(db: &Connection) -> Result<ReplyMode, StoreError> {
    desk_store::table::setting::effective_mode(db, None)
}
