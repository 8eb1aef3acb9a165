//! Tells the owner before a reply window closes on a customer who waits.

use crate::engine::Inner;
use desk_core::Timestamp;
use desk_store::StoreError;
use desk_store::table::window;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How many are told of in one transaction.
const AT_ONCE: u32 = 100;
/// A conversation can begin to wait for the owner within the last hour of its window.
const LONGEST_NAP: Duration = Duration::from_secs(5 * 60);

/// Works until told to stop.
pub(crate) async fn run(inner: Arc<Inner>, stop: CancellationToken) {
    loop {
        let now = inner.clock.now();
        let next = match ring(&inner, now).await {
            Ok(next) => next.unwrap_or(now + LONGEST_NAP),
            Err(e) => {
                tracing::error!(error = %e, "closing reply windows could not be told of");
                now + LONGEST_NAP
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = inner.clock.sleep_until(next.min(now + LONGEST_NAP)) => {}
        }
    }
}

async fn ring(inner: &Inner, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let server = inner.server_clock.at(now);
    let found: Result<_, StoreError> = inner
        .store
        .read(move |db| {
            let due = window::alarms_due(db, server, AT_ONCE)?;
            Ok((due, window::next_alarm(db, server)?))
        })
        .await;
    let (due, next) = found?;
    if !due.is_empty() {
        let written: Result<(), StoreError> = inner
            .store
            .write(move |w| due.into_iter().try_for_each(|id| window::alarm(w, id)))
            .await;
        written?;
    }
    // Told in Instagram's time, waited for in ours.
    Ok(next.map(|at| now + at.since(server)))
}
