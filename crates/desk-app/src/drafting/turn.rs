//! Taking a turn: what a draft is written from, and what the owner allows at this moment.

use super::standing::Standing;
use crate::hours;
use crate::settings::{self, StoredAi};
use desk_ai::{Business, Lang, Policy, RecentAuto, Utterance};
use desk_core::window::ReplyWindow;
use desk_core::{
    Author, ConversationId, Direction, DraftId, Outcome, ReplyMode, SendState, Timestamp,
};
use desk_store::table::conversation::{self, Conversation};
use desk_store::table::draft::{self, Draft};
use desk_store::table::message::{self, Message};
use desk_store::table::{entry, setting};
use desk_store::{Connection, StoreError, Write};
use desk_sync::ingest::LIVE;
use std::time::Duration;

/// How many messages back the AI may look.
pub(crate) const HISTORY: u32 = 40;
/// A silence this long begins another episode: what was said before it is not looked at.
const EPISODE_GAP: Duration = Duration::from_secs(24 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
pub(crate) use desk_ai::decision::MAX_A_DAY_ALL;

/// What a turn is drafted from.
pub(crate) struct Task {
    pub(crate) draft: Draft,
    pub(crate) history: Vec<Utterance>,
    pub(crate) burst: Vec<Utterance>,
    /// What was proposed before, when the owner asks for another reply.
    pub(crate) declined: Vec<String>,
    pub(crate) policy: Policy,
    pub(crate) ai: StoredAi,
    /// The conversation is set to automatic, but the trigger came while nobody watched.
    pub(crate) is_late: bool,
}

/// A draft that is still being written.
fn pending(id: ConversationId, trigger: desk_core::MessageId, now: Timestamp) -> Draft {
    Draft {
        id: DraftId(0),
        conversation_id: id,
        trigger_id: trigger,
        outcome: Outcome::Pending,
        reasons: Vec::new(),
        text: String::new(),
        lang: None,
        engine: None,
        model: None,
        fault: None,
        cites: "[]".into(),
        checks: "[]".into(),
        auto_at: None,
        created_at: now,
        would_send: false,
        tokens_in: 0,
        tokens_out: 0,
        cost_micros: 0,
        masked: "[]".into(),
        sent_text: None,
        edit: None,
        settled_at: None,
    }
}

/// Takes a turn: notes a pending draft and gathers what it is drafted from. `None` when there is
/// nothing to draft.
pub(crate) fn begin(
    w: &mut Write<'_>,
    id: ConversationId,
    now: Timestamp,
) -> Result<Option<Task>, StoreError> {
    conversation::turn_taken(w, id)?;
    let row = conversation::get(w, id)?;
    let mode = setting::effective_mode(w, row.mode)?;
    if mode == ReplyMode::Off {
        return Ok(None);
    }
    let messages = message::page(w, id, None, HISTORY)?;
    let (history, burst) = split(&messages);
    let Some(trigger) = burst.last() else {
        return Ok(None);
    };
    let pending = pending(id, trigger.id, now);
    let draft_id = draft::add(w, &pending)?;
    let ai = settings::stored_ai(w)?;
    let came_late = row.last_live_inbound_id != Some(trigger.id) || now.since(trigger.at) > LIVE;
    let is_late = mode == ReplyMode::Auto && came_late;
    let allowed = if is_late {
        mode.min(ReplyMode::Draft)
    } else {
        mode
    };
    let policy = policy(w, &row, allowed, &ai, &history, now)?;
    Ok(Some(Task {
        draft: Draft {
            id: draft_id,
            ..pending
        },
        history,
        burst,
        declined: Vec::new(),
        policy,
        ai,
        is_late,
    }))
}

/// Whether a person took the conversation over a short time ago.
pub(crate) fn is_taken_over(
    db: &Connection,
    id: ConversationId,
    ai: &StoredAi,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let pause = Duration::from_secs(u64::from(ai.takeover_hours) * 3600);
    let at = conversation::taken_over_at(db, id)?;
    Ok(at.is_some_and(|at| now.since(at) < pause))
}

/// How many replies went out by themselves lately.
pub(crate) fn recent_auto(
    db: &Connection,
    id: ConversationId,
    now: Timestamp,
) -> Result<RecentAuto, StoreError> {
    Ok(RecentAuto {
        last_10_min: draft::automatic_since(db, Some(id), now - Duration::from_secs(600))?,
        today_conversation: draft::automatic_since(db, Some(id), now - DAY)?,
        today_all: draft::automatic_since(db, None, now - DAY)?,
    })
}

pub(crate) fn policy(
    db: &Connection,
    row: &Conversation,
    mode: ReplyMode,
    ai: &StoredAi,
    history: &[Utterance],
    now: Timestamp,
) -> Result<Policy, StoreError> {
    let preferences: crate::dto::Preferences = setting::get(db, crate::desk::PREFERENCES)?;
    let countdown = Duration::from_secs(u64::from(ai.countdown_seconds));
    Ok(Policy {
        mode,
        paused: setting::get(db, setting::AI_PAUSED)?,
        window_open: ReplyWindow::at(now, row.last_inbound_at).is_open(),
        owner_active: is_taken_over(db, row.id, ai, now)?,
        quiet_hours: hours::are_quiet_at(ai, now) || hours::are_quiet_at(ai, now + countdown),
        countdown,
        default_lang: preferences
            .language
            .as_deref()
            .and_then(Lang::from_word)
            .unwrap_or_default(),
        recent_auto: recent_auto(db, row.id, now)?,
        disclosure: ai.disclosure,
        first_auto_of_episode: !history.iter().any(|u| u.author == Author::Ai),
        never_auto_words: ai.never_auto_words.clone(),
        mask: ai.masking,
        business: Business {
            name: ai.business_name.clone(),
            about: crate::style::told(db, &ai.business_about)?,
            ..Business::default()
        },
        grants: Standing::read(db)?.grants(&entry::all(db)?),
    })
}

/// Cuts the messages into the customer's turn and what was said before it in the same episode.
pub(crate) fn split(messages: &[Message]) -> (Vec<Utterance>, Vec<Utterance>) {
    let said: Vec<&Message> = messages
        .iter()
        .filter(|m| !matches!(m.state, Some(SendState::Cancelled | SendState::Failed)) && !m.unsent)
        .collect();
    let episode = said
        .windows(2)
        .rposition(|pair| matches!(pair, [a, b] if b.sent_at.since(a.sent_at) > EPISODE_GAP))
        .map_or(0, |gap| gap + 1);
    let said = said.get(episode..).unwrap_or_default();
    let burst = said
        .iter()
        .rposition(|m| m.direction == Direction::Out)
        .map_or(0, |last_out| last_out + 1);
    let utterance = |m: &&Message| Utterance {
        author: m.author,
        kind: m.kind,
        text: m.text.clone(),
        at: m.sent_at,
        id: m.id,
    };
    let (history, burst) = said.split_at_checked(burst).unwrap_or((said, &[]));
    (
        history.iter().map(utterance).collect(),
        burst.iter().map(utterance).collect(),
    )
}
