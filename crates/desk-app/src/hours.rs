//! The owner's hours as they are stored: text that the owner typed. What they mean is decided by
//! [`desk_ai::schedule`].

use crate::dto::{AiSettingsChange, AnswersWhen};
use crate::settings::StoredAi;
use crate::{IpcError, local_time};
use desk_ai::schedule::{Hours, LocalMinute, Span, When};
use desk_core::{Code, Timestamp};

/// Refuses hours that cannot be read.
pub(crate) fn check(change: &AiSettingsChange) -> Result<(), IpcError> {
    let quiet = change.quiet_hours.iter().map(String::as_str);
    let open = change.business_hours.iter().flatten().map(String::as_str);
    let days = change.business_hours.as_ref().map_or(7, Vec::len);
    if days == 7 && quiet.chain(open).all(|text| spans(text).is_some()) {
        Ok(())
    } else {
        Err(IpcError::new(
            Code::HoursUnreadable,
            "hours look like 10:00-19:00",
        ))
    }
}

/// Reads `10:00-13:00, 14:00-19:00`; nothing is no span.
fn spans(text: &str) -> Option<Vec<Span>> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(Span::parse)
        .collect()
}

/// The owner's hours.
pub(crate) fn of(ai: &StoredAi) -> Hours {
    let mut open: [Vec<Span>; 7] = std::array::from_fn(|_| Vec::new());
    for (day, text) in open.iter_mut().zip(&ai.business_hours) {
        *day = spans(text).unwrap_or_default();
    }
    Hours {
        quiet: Span::parse(&ai.quiet_hours),
        open,
        when: match ai.answers_when {
            AnswersWhen::Always => When::Always,
            AnswersWhen::Open => When::Open,
            AnswersWhen::Closed => When::Closed,
        },
    }
}

/// Whether automatic replies are silent at a moment.
pub(crate) fn are_quiet_at(ai: &StoredAi, at: Timestamp) -> bool {
    !of(ai).allow(LocalMinute::of(at, local_time::offset_seconds(at)))
}
