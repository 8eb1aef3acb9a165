//! Sends what the outbox holds, at most once, and looks up what is not certain.

#[cfg(test)]
mod interleavings;
mod looking;
mod rest;
mod sending;

use crate::engine::Inner;
use desk_core::{OutboxId, SendState, Timestamp};
use desk_store::table::outbox::{self, OutboxRow};
use desk_store::{StoreError, Write};
use rest::Rest;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How many calls may be under way at once: a slow one must not hold the other conversations.
const AT_ONCE: usize = 8;
/// The wait after a look that could not be taken.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// A clock that differs this much from the time that has passed was set, or the machine slept.
const SET: Duration = Duration::from_secs(2);

/// Works until told to stop; what is under way then is brought to its end.
pub(crate) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    let mut changes = inner.store.changes();
    let mut under_way: BTreeSet<OutboxId> = BTreeSet::new();
    let mut tasks: JoinSet<(OutboxId, bool)> = JoinSet::new();
    let mut watch = Watch::start(&inner);
    let mut rest = Rest::default();
    loop {
        // The very time that was looked at: a clock that is set in between would end a hold.
        let now = watch.look(&inner).await;
        let next = match due_rows(&inner, now).await {
            Ok((rows, next)) => {
                for row in rows {
                    let rests = rest.holds(row.id, now);
                    if rests || tasks.len() >= AT_ONCE || !under_way.insert(row.id) {
                        continue;
                    }
                    let (inner, stop) = (Arc::clone(&inner), stop.clone());
                    tasks.spawn(async move {
                        let id = row.id;
                        let done = handle(&inner, row, &stop).await;
                        if let Err(e) = &done {
                            tracing::error!(outbox.id = %id, error = %e, "the outbox could not be stored");
                        }
                        (id, done.is_ok())
                    });
                }
                next.into_iter().chain(rest.next(now)).min()
            }
            Err(e) => {
                tracing::error!(error = %e, "the outbox could not be read");
                Some(now + LOOK_AGAIN)
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(done) = tasks.join_next(), if !tasks.is_empty() => {
                if let Ok((id, stored)) = done {
                    under_way.remove(&id);
                    rest.note(id, stored, inner.clock.now());
                }
            }
            change = changes.recv() => {
                if matches!(change, Err(RecvError::Closed)) { break; }
            }
            () = sleep_until(&inner, next) => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

async fn sleep_until(inner: &Inner, at: Option<Timestamp>) {
    match at {
        Some(at) => inner.clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}

async fn due_rows(
    inner: &Inner,
    now: Timestamp,
) -> Result<(Vec<OutboxRow>, Option<Timestamp>), StoreError> {
    inner
        .store
        .read(move |db| Ok((outbox::due(db, now, 64)?, outbox::next_due(db, now)?)))
        .await
}

async fn handle(
    inner: &Arc<Inner>,
    row: OutboxRow,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    match row.state {
        SendState::Queued | SendState::Retrying => sending::send(inner, row, stop).await,
        SendState::Unconfirmed => looking::look(inner, row).await,
        _ => Ok(()),
    }
}

/// Watches the clock itself: a hold must last as long as it was promised to, also when somebody sets
/// the clock while it runs.
struct Watch {
    shown: Timestamp,
    uptime: Duration,
}

impl Watch {
    fn start(inner: &Inner) -> Watch {
        Watch {
            shown: inner.clock.now(),
            uptime: inner.clock.uptime(),
        }
    }

    /// Mends the waits when the clock was set; what it shows now.
    async fn look(&mut self, inner: &Inner) -> Timestamp {
        let (shown, uptime) = (inner.clock.now(), inner.clock.uptime());
        let expected = self.shown + uptime.saturating_sub(self.uptime);
        *self = Watch { shown, uptime };
        let (ahead, behind) = (shown.since(expected), expected.since(shown));
        if ahead.max(behind) <= SET {
            return shown;
        }
        tracing::info!(?ahead, ?behind, "the clock was set, or the machine slept");
        inner.server_clock.forget();
        let written: Result<(), StoreError> =
            inner.store.write(move |w| mend(w, shown, expected)).await;
        if let Err(e) = written {
            tracing::error!(error = %e, "the waits of the outbox could not be mended");
        }
        shown
    }
}

/// Mends the waits after the clock was set, or the machine slept: it shows one time where another
/// was expected.
fn mend(w: &mut Write<'_>, shown: Timestamp, expected: Timestamp) -> Result<(), StoreError> {
    if shown > expected {
        outbox::hold_through(w, shown, shown.since(expected))
    } else {
        outbox::reconcile(w, shown)
    }
}
