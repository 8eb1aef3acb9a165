//! The one window.

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};

const LABEL: &str = "main";

/// Must run before the web engine starts. WebKitGTK's DMA-BUF renderer shows blank windows on some
/// graphics drivers and costs about 60 MB more; whoever wants it sets the variable.
pub(crate) fn prepare_engine() {
    #[cfg(target_os = "linux")]
    if std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        engine_variable("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    }
}

#[cfg(target_os = "linux")]
fn engine_variable(name: &str, value: &str) {
    // Setting a variable is unsafe beside other threads, and unsafe code is forbidden here: glib
    // offers it as a safe call, and no thread has been started yet.
    let _ = glib::setenv(name, value, false);
}

/// Makes the window.
///
/// # Errors
/// When the web engine cannot be started.
pub(crate) fn create(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("ReplyDesk")
        .inner_size(1180.0, 760.0)
        .min_inner_size(380.0, 480.0)
        // What is shown is ours; an address from a message must never take its place.
        .on_navigation(|address| {
            matches!(address.scheme(), "tauri" | "about")
                || address.host_str() == Some("tauri.localhost")
        })
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    Ok(())
}

/// Shows the window, and makes it anew when it was closed.
pub(crate) fn show(app: &AppHandle) {
    match app.get_webview_window(LABEL) {
        Some(window) => {
            let shown = window
                .show()
                .and_then(|()| window.unminimize())
                .and_then(|()| window.set_focus());
            if let Err(e) = shown {
                tracing::warn!(error = %e, "the window could not be brought to the front");
            }
        }
        None => {
            if let Err(e) = create(app) {
                tracing::warn!(error = %e, "the window could not be made");
            }
        }
    }
}
