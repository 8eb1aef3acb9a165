//! What is to be seen outside the window, on systems other than Linux.

use crate::{notifications, tray};
use desk_app::Desk;
use std::sync::Arc;
use tauri::AppHandle;

/// Puts the icon in the tray.
pub(crate) fn appear(app: &AppHandle) {
    tray::create(app);
}

/// Shows what is so, and what is told, as long as there is a desk.
pub(crate) fn follow(app: &AppHandle, desk: &Arc<Desk>) {
    tray::follow(app, desk);
    notifications::follow(desk);
}

/// Whether the icon can be seen.
pub(crate) fn has_icon(app: &AppHandle) -> bool {
    tray::exists(app)
}
