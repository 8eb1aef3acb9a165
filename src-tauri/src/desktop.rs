//! What the desktop does for us when the owner wishes it.

use crate::presence;
use tauri::AppHandle;
use tauri_plugin_autostart::ManagerExt;

/// This desktop, for desk-app.
pub(crate) struct ThisDesktop(pub(crate) AppHandle);

impl desk_app::Desktop for ThisDesktop {
    fn has_tray(&self) -> bool {
        presence::has_icon(&self.0)
    }

    fn starts_at_login(&self) -> Result<bool, String> {
        self.0.autolaunch().is_enabled().map_err(|e| e.to_string())
    }

    fn start_at_login(&self, on: bool) -> Result<(), String> {
        let launch = self.0.autolaunch();
        let done = if on {
            launch.enable()
        } else {
            launch.disable()
        };
        done.map_err(|e| e.to_string())
    }
}
