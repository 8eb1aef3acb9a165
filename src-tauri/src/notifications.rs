//! Notices as macOS and Windows show them, without a click: not tried there yet (see
//! docs/KNOWN-ISSUES.md). Linux has its own, in desk-tray.
//!
//! Which news is worth one, and in which words, is desk-app's to say.

use desk_app::{Desk, Notice};
use notify_rust::Notification;
use std::sync::Arc;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// Shows every notice, as long as there is a desk.
pub(crate) fn follow(desk: &Arc<Desk>) {
    let notices = desk.notices();
    tauri::async_runtime::spawn(async move {
        if let Err(e) = show(notices).await {
            tracing::warn!(error = %e, "this desktop shows no notifications");
        }
    });
}

async fn show(mut notices: Receiver<Arc<Notice>>) -> Result<(), notify_rust::error::Error> {
    loop {
        match notices.recv().await {
            Ok(notice) => {
                Notification::new()
                    .appname("ReplyDesk")
                    .summary(&notice.title)
                    .body(&notice.body)
                    .show()?;
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}
