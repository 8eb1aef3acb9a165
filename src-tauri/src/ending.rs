//! The end that the system asks for: SIGTERM ends the app as closing its window does.

use tauri::AppHandle;

/// Listens from now on.
pub(crate) fn listen(app: &AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            match signal(SignalKind::terminate()) {
                Ok(mut asked) => {
                    asked.recv().await;
                    app.exit(0);
                }
                Err(e) => tracing::warn!(error = %e, "SIGTERM will end the app without a goodbye"),
            }
        });
    }
    #[cfg(not(unix))]
    let _ = app;
}
