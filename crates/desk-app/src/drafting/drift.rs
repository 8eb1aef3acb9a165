//! Watches whether customers still ask what they asked when the topics were earned. What was proven
//! on one traffic proves nothing on another, so on a drift every earned topic is locked, and earns
//! its leave anew.

use super::standing::Standing;
use desk_ai::learning::drift::{Drift, Mix, has_drifted};
use desk_core::{LockReason, Timestamp};
use desk_store::table::{ai_account, setting, topic};
use desk_store::{Connection, StoreError, Write};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The setting with the traffic on which the topics were earned.
const EARNED_ON: &str = "ai_earned_on";
/// What is looked at.
const SPAN: Duration = Duration::from_secs(28 * 24 * 3600);

/// The traffic at a moment.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct EarnedOn {
    at: Timestamp,
    turns: u32,
    unknown: u32,
    held: u32,
    skipped: u32,
}

fn mix(db: &Connection, from: Timestamp, to: Timestamp) -> Result<Mix, StoreError> {
    let counted = ai_account::mix(db, from, to)?;
    Ok(Mix {
        turns: counted.turns,
        unknown: counted.unknown,
        held: counted.held,
        skipped: counted.skipped,
    })
}

/// Compares the traffic of late with that on which the topics were earned, and locks them when it
/// is another one.
pub(crate) fn look(w: &mut Write<'_>, now: Timestamp) -> Result<Option<Drift>, StoreError> {
    let earned = Standing::read(w)?.earned();
    let then: Option<EarnedOn> = setting::get(w, EARNED_ON)?;
    let Some(then) = then.filter(|_| !earned.is_empty()) else {
        return note(w, &earned, now).map(|()| None);
    };
    let before = Mix {
        turns: then.turns,
        unknown: then.unknown,
        held: then.held,
        skipped: then.skipped,
    };
    let since = then.at.max(now - SPAN);
    let Some(drift) = has_drifted(before, mix(w, since, now)?) else {
        return Ok(None);
    };
    tracing::warn!(
        more = drift.as_str(),
        "customers ask other things than before; topics are locked"
    );
    for key in earned {
        topic::lock(w, &key, LockReason::Drift, now)?;
    }
    setting::set(w, EARNED_ON, &None::<EarnedOn>)?;
    Ok(Some(drift))
}

/// Notes the traffic of the time in which the first topic was earned.
fn note(w: &mut Write<'_>, earned: &[String], now: Timestamp) -> Result<(), StoreError> {
    let known: Option<EarnedOn> = setting::get(w, EARNED_ON)?;
    let wanted = if earned.is_empty() {
        None
    } else {
        let mix = mix(w, now - SPAN, now)?;
        Some(EarnedOn {
            at: now,
            turns: mix.turns,
            unknown: mix.unknown,
            held: mix.held,
            skipped: mix.skipped,
        })
    };
    if known.is_none() && wanted.is_none() {
        return Ok(());
    }
    setting::set(w, EARNED_ON, &wanted)
}
