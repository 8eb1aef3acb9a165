//! Gathers the changes of many transactions into few events: a burst of a hundred messages must not
//! make the screen read a hundred times.

use desk_core::Change;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// How long changes are gathered: too short to be seen, long enough for a page of a poll.
const GATHER: Duration = Duration::from_millis(40);

/// Passes batches on until the store is closed or the end is near.
pub(crate) async fn run(
    mut from: broadcast::Receiver<Arc<Vec<Change>>>,
    to: broadcast::Sender<Arc<Vec<Change>>>,
    stop: CancellationToken,
) {
    loop {
        let mut batch = Vec::new();
        let first = tokio::select! {
            () = stop.cancelled() => return,
            received = from.recv() => received,
        };
        match first {
            Ok(changes) => batch.extend(changes.iter().cloned()),
            Err(RecvError::Lagged(_)) => batch.push(everything()),
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep(GATHER).await;
        loop {
            match from.try_recv() {
                Ok(changes) => batch.extend(changes.iter().cloned()),
                Err(broadcast::error::TryRecvError::Lagged(_)) => batch.push(everything()),
                Err(_) => break,
            }
        }
        batch.sort();
        batch.dedup();
        // Nobody listening is fine: no window is open.
        let _ = to.send(Arc::new(batch));
    }
}

/// Says that anything may have changed.
pub(crate) fn everything() -> Change {
    Change::upserted(desk_core::Entity::Sync, "", desk_core::Source::Poll)
}
