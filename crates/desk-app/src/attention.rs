//! Calling the owner: which news becomes a notification, in which words.
//!
//! What is worth one is decided in [`rule`]. This module looks at the store after each change and
//! passes on a [`Notice`] in the owner's language; how it is shown, and what a click does, is the
//! shell's. Nothing here is stored but the owner's wishes: a notification that was missed is no
//! message that was lost, the inbox still shows it.

mod rule;

use crate::dto::NotificationSettings;
use crate::words::Language;
use crate::{Desk, IpcError};
use chrono::{Local, TimeZone, Timelike};
use desk_core::message::RowState;
use desk_core::{
    Change, Clock, Code, ConversationId, DraftId, Entity, MessageId, MessageKind, Outcome, Source,
    Timestamp,
};
use desk_store::table::{conversation, draft, outbox, setting};
use desk_store::{Connection, Store, StoreError};
use rule::{Event, Look, Memory, Telling, Wishes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// The setting with when the owner wants to hear of things.
const NOTIFICATIONS: &str = "notifications";
/// How much of a message a notification shows.
const BODY_CHARS: usize = 160;

/// Something to tell the owner outside the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// A notice replaces an earlier one with the same key.
    pub key: String,
    /// The first line. It may hold what a customer chose to be called.
    pub title: String,
    /// The rest. It may hold what a customer wrote.
    pub body: String,
    /// The conversation that a click opens; `None` opens the inbox.
    pub conversation: Option<ConversationId>,
    /// A countdown that can be stopped from here: the draft and the words on the button.
    pub stop: Option<(DraftId, String)>,
    /// Whether it is worth staying on the screen.
    pub is_urgent: bool,
}

/// Who watches what, and who listens.
#[derive(Debug)]
pub(crate) struct Attention {
    store: Store,
    clock: Arc<dyn Clock>,
    watched: Mutex<Option<ConversationId>>,
    notices: broadcast::Sender<Arc<Notice>>,
}

impl Attention {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Arc<Attention> {
        let (notices, _) = broadcast::channel(64);
        Arc::new(Attention {
            store,
            clock,
            watched: Mutex::default(),
            notices,
        })
    }

    /// Passes a notice on. Nobody listening is fine: the shell shows none, or there is none.
    pub(crate) fn tell(&self, notice: Notice) {
        let _ = self.notices.send(Arc::new(notice));
    }

    fn watched(&self) -> Option<ConversationId> {
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of what is worth it until the end; of messages, those newer than `before`. A fault of one
    /// round is logged and the next goes on.
    pub(crate) async fn run(
        self: Arc<Self>,
        before: MessageId,
        mut changes: broadcast::Receiver<Arc<Vec<Change>>>,
        stop: CancellationToken,
    ) {
        let mut memory = Memory::after(before);
        loop {
            let due = memory.next_due();
            let wait = async {
                match due {
                    Some(at) => self.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let touched = tokio::select! {
                () = stop.cancelled() => return,
                () = wait => BTreeSet::new(),
                received = changes.recv() => match received {
                    Ok(batch) => conversations(&batch),
                    // What was missed is on the screen as soon as it is looked at.
                    Err(RecvError::Lagged(_)) => BTreeSet::new(),
                    Err(RecvError::Closed) => return,
                },
            };
            if let Err(e) = self.round(&mut memory, touched).await {
                tracing::warn!(error = %e, "a notification could not be prepared");
            }
        }
    }

    async fn round(
        &self,
        memory: &mut Memory,
        touched: BTreeSet<ConversationId>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut wanted = touched;
        wanted.extend(memory.waiting(now));
        if wanted.is_empty() {
            return Ok(());
        }
        let (wishes, looks) = self
            .store
            .read(move |db| {
                let wishes: Wishes = setting::get(db, NOTIFICATIONS)?;
                let mut looks = BTreeMap::new();
                for id in wanted {
                    match look_at(db, id) {
                        Ok(look) => {
                            looks.insert(id, look);
                        }
                        // Erased in the meantime.
                        Err(StoreError::NotFound(_)) => {}
                        Err(e) => return Err(e),
                    }
                }
                Ok((wishes, looks))
            })
            .await?;
        let watched = self.watched();
        for look in looks.values() {
            memory.look(look, &wishes, watched == Some(look.conversation), now);
        }
        let is_quiet = wishes.is_quiet(now, local_minute(now));
        for telling in memory.due(now, is_quiet, &looks) {
            let notice = match telling {
                Telling::One(id) => {
                    let look = looks.get(&id).cloned();
                    let hide = wishes.hide_content;
                    let Some(look) = look else { continue };
                    self.store.read(move |db| one(db, &look, hide, now)).await?
                }
                Telling::Many(count) => self.store.read(move |db| many(db, count)).await?,
            };
            self.tell(notice);
        }
        Ok(())
    }
}

/// The conversations in which something came or was decided, as long as the owner did not do it.
fn conversations(batch: &[Change]) -> BTreeSet<ConversationId> {
    batch
        .iter()
        .filter(|change| match change.entity {
            // What the owner read is looked at too: then there is nothing left to tell.
            Entity::Conversation | Entity::Message | Entity::Outbox => true,
            Entity::Draft => change.source != Source::Owner,
            _ => false,
        })
        .filter_map(|change| change.id.parse().ok().map(ConversationId))
        .collect()
}

fn look_at(db: &Connection, id: ConversationId) -> Result<Look, StoreError> {
    let row = conversation::get(db, id)?;
    let event = match row.row_state {
        RowState::Failed => outbox::open_of(db, id)?
            .iter()
            .filter(|item| item.due_at.is_none())
            .find_map(|item| match item.state {
                desk_core::SendState::Failed => Some(Event::Failed(item.message_id)),
                desk_core::SendState::Unconfirmed => Some(Event::Asked(item.message_id)),
                _ => None,
            }),
        _ => draft::current(db, id)?.and_then(|draft| match draft.outcome {
            Outcome::Held => Some(Event::NeedsYou(draft.id)),
            Outcome::Countdown => Some(Event::Countdown(draft.id)),
            _ => None,
        }),
    };
    Ok(Look {
        conversation: id,
        live_inbound: row.last_live_inbound_id,
        unread: row.unread,
        event: event.unwrap_or(Event::Messages),
    })
}

fn one(
    db: &Connection,
    look: &Look,
    hide_content: bool,
    now: Timestamp,
) -> Result<Notice, StoreError> {
    let language = language(db)?;
    let row = conversation::get(db, look.conversation)?;
    let title = if hide_content {
        "ReplyDesk".to_owned()
    } else {
        row.name.clone()
    };
    let words = |key: &str| language.text(key, &[]);
    let mut stop = None;
    let body = match look.event {
        Event::Messages if hide_content => language.count("notify.new_messages", look.unread, &[]),
        Event::Messages => match row.last_kind {
            _ if !row.snippet.is_empty() => desk_core::text::snippet(&row.snippet, BODY_CHARS),
            Some(kind) if kind != MessageKind::Text => words(&format!("kind.{kind}")),
            _ => language.count("notify.new_messages", look.unread, &[]),
        },
        Event::NeedsYou(_) => words("notify.needs_you"),
        Event::Countdown(draft) => {
            stop = Some((draft, words("notify.stop")));
            let seconds = row.auto_at.map_or(0, |at| at.since(now).as_secs());
            let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
            language.count("notify.countdown", seconds, &[])
        }
        Event::Failed(_) => words("notify.failed"),
        Event::Asked(_) => words("notify.unconfirmed"),
    };
    Ok(Notice {
        key: look.conversation.to_string(),
        title,
        body,
        conversation: Some(look.conversation),
        stop,
        is_urgent: matches!(look.event, Event::Failed(_) | Event::Asked(_)),
    })
}

fn many(db: &Connection, count: usize) -> Result<Notice, StoreError> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Notice {
        key: "many".to_owned(),
        title: "ReplyDesk".to_owned(),
        body: language(db)?.count("notify.conversations", count, &[]),
        conversation: None,
        stop: None,
        is_urgent: false,
    })
}

/// The language of the screen.
fn language(db: &Connection) -> Result<Language, StoreError> {
    let preferences: crate::dto::Preferences = setting::get(db, crate::desk::PREFERENCES)?;
    Ok(Language::choose(
        preferences.language.as_deref(),
        &Language::of_system(),
    ))
}

/// The minute of the owner's day.
fn local_minute(now: Timestamp) -> u16 {
    let local = Local.timestamp_millis_opt(now.0).single();
    local.map_or(0, |t| {
        u16::try_from(t.hour() * 60 + t.minute()).unwrap_or(0)
    })
}

/// `22:00` as minutes since midnight.
fn minute_of(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn shown(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

impl From<Wishes> for NotificationSettings {
    fn from(wishes: Wishes) -> Self {
        NotificationSettings {
            enabled: wishes.enabled,
            hide_content: wishes.hide_content,
            only_needs_you: wishes.only_needs_you,
            quiet_from: wishes.quiet_from.map(shown),
            quiet_to: wishes.quiet_to.map(shown),
            muted_until: wishes.muted_until,
        }
    }
}

impl Desk {
    /// Hears of what the owner should be told outside the window.
    #[must_use]
    pub fn notices(&self) -> broadcast::Receiver<Arc<Notice>> {
        self.attention.notices.subscribe()
    }

    /// The language of the screen, for words outside the window.
    pub async fn language(&self) -> Language {
        let found: Result<Language, StoreError> = self.store.read(language).await;
        found.unwrap_or_default()
    }

    /// Command `conversation_watch`: which conversation the owner is looking at, so that nothing is
    /// told twice; `None` when the window is closed or another has the focus.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unused_async, reason = "a command is called like every other")]
    pub async fn conversation_watch(
        &self,
        conversation_id: Option<ConversationId>,
    ) -> Result<(), IpcError> {
        let watched = &self.attention.watched;
        *watched.lock().unwrap_or_else(PoisonError::into_inner) = conversation_id;
        Ok(())
    }

    /// Command `notification_settings_get`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn notification_settings_get(&self) -> Result<NotificationSettings, IpcError> {
        let wishes: Result<Wishes, StoreError> =
            self.store.read(|db| setting::get(db, NOTIFICATIONS)).await;
        Ok(wishes?.into())
    }

    /// Command `notification_settings_set`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for a time of day that is none, or one end of the quiet hours alone.
    pub async fn notification_settings_set(
        &self,
        settings: NotificationSettings,
    ) -> Result<NotificationSettings, IpcError> {
        let time = |text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => minute_of(text)
                .map(Some)
                .ok_or_else(|| IpcError::new(Code::BadRequest, "no such time of day")),
        };
        let wishes = Wishes {
            enabled: settings.enabled,
            hide_content: settings.hide_content,
            only_needs_you: settings.only_needs_you,
            quiet_from: time(&settings.quiet_from)?,
            quiet_to: time(&settings.quiet_to)?,
            muted_until: settings.muted_until,
        };
        if wishes.quiet_from.is_some() != wishes.quiet_to.is_some() {
            return Err(IpcError::new(
                Code::BadRequest,
                "quiet hours need both ends",
            ));
        }
        let stored = wishes.clone();
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| setting::set(w, NOTIFICATIONS, &stored))
            .await;
        written?;
        Ok(wishes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_strictly() {
        assert_eq!(minute_of("22:30"), Some(22 * 60 + 30));
        for bad in ["24:00", "7", "7:60", "", "a:b", "-1:00"] {
            assert_eq!(minute_of(bad), None, "{bad}");
        }
        assert_eq!(shown(7 * 60 + 5), "07:05");
    }
}
