//! The bridge from changes to the one event `changes`.

use desk_app::Desk;
use std::sync::Arc;
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::error::RecvError;

const CHANGES: &str = "changes";

/// Passes every batch on to the window, as long as there is a desk.
pub(crate) fn forward(app: AppHandle, desk: &Arc<Desk>) {
    let mut changes = desk.changes();
    tauri::async_runtime::spawn(async move {
        loop {
            let sent = match changes.recv().await {
                Ok(batch) => app.emit(CHANGES, batch.as_ref()),
                Err(RecvError::Lagged(_)) => app.emit(CHANGES, [Desk::everything_changed()]),
                Err(RecvError::Closed) => return,
            };
            if let Err(e) = sent {
                tracing::warn!(error = %e, "the window did not hear of a change");
            }
        }
    });
}
