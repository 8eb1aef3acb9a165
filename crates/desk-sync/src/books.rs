//! The books: what each check did, what left this computer, and the signs of life from which an
//! absence is told. They are gathered in memory and written with what is written anyway, so that
//! a call does not cost a write.

use crate::engine::Inner;
use desk_core::egress::Egress;
use desk_core::sync::AbsenceKind;
use desk_core::{Clock, Timestamp};
use desk_store::table::call_log::{self, CallEntry};
use desk_store::table::{absence, egress};
use desk_store::{Store, StoreError, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the books are written when nobody else writes.
const WRITTEN_EVERY: Duration = Duration::from_secs(60);
/// A sign of life is left this often at least.
const ALIVE_EVERY: Duration = Duration::from_secs(300);
/// A shorter absence is none: it is about the longest wait between two checks.
pub(crate) const ABSENT_FROM: Duration = Duration::from_secs(20 * 60);
/// A longer one is a clock that was set.
pub(crate) const ABSENT_TO: Duration = Duration::from_secs(400 * 24 * 3600);

/// What is to be written down.
#[derive(Debug)]
pub(crate) struct Books {
    egress: Arc<Egress>,
    entries: Mutex<Vec<CallEntry>>,
}

/// What was taken out to be written.
type Taken = (
    Vec<CallEntry>,
    Vec<(
        String,
        desk_core::egress::Purpose,
        desk_core::egress::Traffic,
    )>,
);

impl Books {
    pub(crate) fn new(egress: Arc<Egress>) -> Self {
        Books {
            egress,
            entries: Mutex::default(),
        }
    }

    /// Notes what calls were for.
    pub(crate) fn note(&self, entry: CallEntry) {
        self.lock().push(entry);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<CallEntry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn take(&self) -> Taken {
        (std::mem::take(&mut *self.lock()), self.egress.take())
    }

    /// Gives back what could not be written.
    pub(crate) fn give_back(&self, taken: Taken) {
        self.lock().extend(taken.0);
        self.egress.give_back(taken.1);
    }
}

/// Writes what was taken, and a sign of life.
pub(crate) fn write(w: &mut Write<'_>, taken: &Taken, now: Timestamp) -> Result<(), StoreError> {
    for entry in &taken.0 {
        call_log::add(w, entry)?;
    }
    if !taken.1.is_empty() {
        egress::add(w, &taken.1, now)?;
    }
    absence::set_alive_at(w, now)
}

/// Writes the books while no check does: there may be no account, or one that waits for long.
pub(crate) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    let mut alive = inner.clock.now();
    loop {
        let now = inner.clock.now();
        tokio::select! {
            () = stop.cancelled() => return,
            () = inner.clock.sleep_until(now + WRITTEN_EVERY) => {}
        }
        let now = inner.clock.now();
        let taken = inner.books.take();
        let idle = taken.0.is_empty() && taken.1.is_empty();
        if idle && now.since(alive) < ALIVE_EVERY && now >= alive {
            continue;
        }
        alive = now;
        write_or_give_back(&inner, taken, now).await;
    }
}

async fn write_or_give_back(inner: &Inner, taken: Taken, now: Timestamp) {
    let kept = taken.clone();
    let written: Result<(), StoreError> = inner.store.write(move |w| write(w, &kept, now)).await;
    if let Err(e) = written {
        tracing::error!(error = %e, "the books could not be written");
        inner.books.give_back(taken);
    }
}

/// Writes what is left at the end.
pub(crate) async fn settle(inner: &Inner) {
    let (taken, now) = (inner.books.take(), inner.clock.now());
    write_or_give_back(inner, taken, now).await;
}

/// Notes the start, and the absence before it.
pub(crate) async fn note_start(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    store
        .write(move |w| {
            if let Some(alive) = absence::alive_at(w)?
                && (ABSENT_FROM..ABSENT_TO).contains(&now.since(alive))
            {
                absence::add(w, AbsenceKind::Off, alive, now)?;
            }
            absence::set_alive_at(w, now)
        })
        .await
}

/// How long the machine slept between two moments; zero when it did not.
pub(crate) fn slept(clock: &dyn Clock, wall: Timestamp, steady: Duration) -> Duration {
    let passed = clock.uptime().saturating_sub(steady);
    clock.now().since(wall).saturating_sub(passed)
}
