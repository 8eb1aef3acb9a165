//! Instagram, as little of it as the property needs: threads, what of them is visible when, and
//! what it tells by webhook. It alone knows which message was delivered how often.

use crate::ingest::{Batch, Event, What};
use desk_core::{Direction, IgMessageId, IgThreadId, IgsId, MessageKind, Path, Timestamp};
use desk_store::table::message::{Extras, Incoming};
use std::time::Duration;

/// The newest messages of a thread that Instagram shows.
pub(super) const WINDOW: usize = 20;

/// A message as it lies on the platform.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) mid: String,
    pub(super) direction: Direction,
    pub(super) text: String,
    pub(super) at: Timestamp,
    /// When the conversation shows it: later than it is there.
    pub(super) visible_at: Timestamp,
    pub(super) unsent: bool,
    /// Which press it came from; none for what was not written in ReplyDesk.
    pub(super) press: Option<usize>,
}

/// What is delivered by webhook, any number of times and in any order.
#[derive(Debug, Clone)]
pub(super) enum Hook {
    Said(usize, usize),
    Unsent(usize, usize, Timestamp),
}

/// The platform.
#[derive(Debug)]
pub(super) struct Platform {
    /// True time: nobody's clock.
    pub(super) now: Timestamp,
    pub(super) threads: [Vec<Said>; 2],
    pub(super) hooks: Vec<Hook>,
}

impl Platform {
    pub(super) fn at(now: Timestamp) -> Platform {
        Platform {
            now,
            threads: [Vec::new(), Vec::new()],
            hooks: Vec::new(),
        }
    }

    /// What its answers tell: whole seconds.
    pub(super) fn told(&self) -> Timestamp {
        Timestamp(self.now.0 - self.now.0.rem_euclid(1000))
    }

    pub(super) fn says(
        &mut self,
        thread: usize,
        direction: Direction,
        text: &str,
        press: Option<usize>,
        lag: Duration,
    ) -> String {
        let (at, now) = (self.told(), self.now);
        let all = &mut self.threads[thread];
        let mid = format!("t{thread}-{}", all.len());
        all.push(Said {
            mid: mid.clone(),
            direction,
            text: text.to_owned(),
            at,
            visible_at: now + lag,
            unsent: false,
            press,
        });
        self.hooks.push(Hook::Said(thread, all.len() - 1));
        mid
    }

    pub(super) fn unsends(&mut self, thread: usize, which: usize) {
        let now = self.now;
        let Some(said) = self.threads[thread].get_mut(which) else {
            return;
        };
        if !said.unsent {
            said.unsent = true;
            self.hooks.push(Hook::Unsent(thread, which, now));
        }
    }

    /// Whether the reply window is open, by the platform's own reckoning.
    pub(super) fn is_open(&self, thread: usize) -> bool {
        let last = self.threads[thread]
            .iter()
            .rev()
            .find(|said| said.direction == Direction::In);
        last.is_some_and(|said| self.now.since(said.at) < Duration::from_secs(24 * 3600))
    }

    pub(super) fn deliveries(&self, press: usize) -> usize {
        let all = self.threads.iter().flatten();
        all.filter(|said| said.press == Some(press)).count()
    }

    /// What a thread shows now: its newest messages, oldest first.
    pub(super) fn shown(&self, thread: usize, most: usize) -> (Vec<&Said>, bool) {
        let mut visible: Vec<&Said> = self.threads[thread]
            .iter()
            .filter(|said| !said.unsent && said.visible_at <= self.now)
            .collect();
        visible.sort_by_key(|said| said.at);
        let older = visible.len().saturating_sub(most);
        (visible.split_off(older), older > 0)
    }

    /// The same, as a poll hands it on.
    pub(super) fn poll(&self, thread: usize, most: usize) -> Batch {
        let (shown, has_older) = self.shown(thread, most);
        let id = Some(IgThreadId(format!("thread-{thread}")));
        let mut batch = Batch::with(id, customer(thread), Path::Poll);
        batch.messages = shown
            .iter()
            .map(|said| incoming(said, Path::Poll))
            .collect();
        batch.is_window = true;
        batch.has_older = has_older;
        batch
    }

    /// One webhook, as the drain hands it on.
    pub(super) fn webhook(&self, hook: &Hook) -> Batch {
        let (thread, which) = match hook {
            Hook::Said(thread, which) | Hook::Unsent(thread, which, _) => (*thread, *which),
        };
        let said = &self.threads[thread][which];
        let mut batch = Batch::with(None, customer(thread), Path::Webhook);
        match hook {
            Hook::Said(..) => batch.messages.push(incoming(said, Path::Webhook)),
            Hook::Unsent(_, _, at) => batch.events.push(Event {
                at: *at,
                what: What::Unsent {
                    message: IgMessageId(said.mid.clone()),
                    by: said.direction,
                },
            }),
        }
        batch
    }
}

pub(super) fn customer(thread: usize) -> IgsId {
    IgsId(format!("customer-{thread}"))
}

fn incoming(said: &Said, path: Path) -> Incoming {
    Incoming {
        external_id: IgMessageId(said.mid.clone()),
        direction: said.direction,
        kind: MessageKind::Text,
        text: said.text.clone(),
        sent_at: said.at,
        raw: "{}".to_owned(),
        path,
        extras: Extras::default(),
    }
}
