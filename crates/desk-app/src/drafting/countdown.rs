//! The end of a countdown: everything is read anew, and the reply goes into the outbox or back to
//! the owner. The outbox reads once more, before the call, what can change while a row waits.

use super::standing::Standing;
use super::turn::{HISTORY, is_taken_over, recent_auto, split};
use crate::dto::Citation;
use crate::hours;
use crate::settings::stored_ai;
use desk_ai::restraint::robot_sign;
use desk_core::outbox::{Approval, SURPRISE};
use desk_core::window::ReplyWindow;
use desk_core::{Author, ConversationId, Engine, Outcome, Reason, ReplyMode, Source, Timestamp};
use desk_store::table::draft::{self, Draft};
use desk_store::table::outbox::{self, Approved};
use desk_store::table::{conversation, entry, message, setting};
use desk_store::{Connection, StoreError, Write};

/// Why an automatic reply must not go out at this moment, read anew; `None` when nothing speaks
/// against it.
pub(crate) fn refusal(
    db: &Connection,
    found: &Draft,
    due: Timestamp,
    now: Timestamp,
) -> Result<Option<Reason>, StoreError> {
    let row = conversation::get(db, found.conversation_id)?;
    let ai = stored_ai(db)?;
    let recent = recent_auto(db, row.id, now)?;
    let conditions = [
        (now.since(due) > SURPRISE, Reason::TooLate),
        (setting::get(db, setting::AI_PAUSED)?, Reason::Paused),
        (
            setting::effective_mode(db, row.mode)? != ReplyMode::Auto,
            Reason::Stopped,
        ),
        (
            !ReplyWindow::at(now, row.last_inbound_at).is_open(),
            Reason::WindowClosed,
        ),
        (is_taken_over(db, row.id, &ai, now)?, Reason::OwnerAnswered),
        (hours::are_quiet_at(&ai, now), Reason::QuietHours),
        (recent.is_full(), Reason::TooMany),
    ];
    if let Some((_, reason)) = conditions.into_iter().find(|(holds, _)| *holds) {
        return Ok(Some(reason));
    }
    let (mut thread, burst) = split(&message::page(db, row.id, None, HISTORY)?);
    thread.extend(burst);
    if robot_sign(&thread).is_some() {
        return Ok(Some(Reason::PossibleRobot));
    }
    entries_refuse(db, found, now)
}

/// Takes a conversation back from the AI, because a program seems to be at the other end: only the
/// owner gives it again.
pub(crate) fn take_back(w: &mut Write<'_>, id: ConversationId) -> Result<(), StoreError> {
    let row = conversation::get(w, id)?;
    if setting::effective_mode(w, row.mode)? == ReplyMode::Auto {
        conversation::set_mode(w, id, ReplyMode::Draft)?;
        conversation::refresh_row(w, id, Source::Ai)?;
    }
    Ok(())
}

/// Whether the entries behind a draft still say what they said, and may still go out.
fn entries_refuse(
    db: &Connection,
    found: &Draft,
    now: Timestamp,
) -> Result<Option<Reason>, StoreError> {
    let cites: Vec<Citation> = serde_json::from_str(&found.cites)?;
    let standing = Standing::read(db)?;
    for cited in cites {
        let Some(entry) = entry::find(db, cited.entry_id)? else {
            return Ok(Some(Reason::EntryChanged));
        };
        if entry.revision != cited.revision || !entry.is_valid_at(now) || entry.internal {
            return Ok(Some(Reason::EntryChanged));
        }
        let engine = found.engine.unwrap_or(Engine::Endpoint);
        if let Err(reason) = standing.grant(&entry).allows(entry.auto_ok, engine) {
            return Ok(Some(reason));
        }
    }
    Ok(None)
}

/// Ends a countdown.
pub(crate) fn end(w: &mut Write<'_>, ended: &Draft, now: Timestamp) -> Result<(), StoreError> {
    let found = draft::get(w, ended.id)?;
    let (Outcome::Countdown, Some(auto_at)) = (found.outcome, found.auto_at) else {
        return Ok(());
    };
    if let Some(reason) = refusal(w, &found, auto_at, now)? {
        if reason == Reason::PossibleRobot {
            take_back(w, found.conversation_id)?;
        }
        return draft::back_to_proposal(w, &found, reason, Source::Ai);
    }
    let row = conversation::get(w, found.conversation_id)?;
    if row.last_message_id != Some(found.trigger_id) {
        draft::set_outcome(w, &found, Outcome::Stale, Source::Ai)?;
        return Ok(());
    }
    let approved = Approved {
        conversation_id: found.conversation_id,
        client_id: format!("auto-{}", found.trigger_id),
        approval: Approval::Policy,
        author: Author::Ai,
        draft_id: Some(found.id),
        trigger_id: Some(found.trigger_id),
        text: found.text.clone(),
    };
    outbox::enqueue(w, &approved, now)?;
    draft::set_outcome(w, &found, Outcome::Approved, Source::Ai)
}
