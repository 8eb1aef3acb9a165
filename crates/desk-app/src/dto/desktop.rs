//! What the owner wishes of the desktop around the window.

use desk_core::Timestamp;
use serde::{Deserialize, Serialize};

dto! {
    /// When the owner wants to be called.
    pub struct NotificationSettings {
        /// Whether at all.
        pub enabled: bool,
        /// Whether names and words are kept out of notifications.
        pub hide_content: bool,
        /// Whether only of what needs the owner: not of every message.
        pub only_needs_you: bool,
        /// From when on nothing is shown, local time, such as `22:00`; with `quietTo`.
        pub quiet_from: Option<String>,
        /// Until when, local time; may be the next morning.
        pub quiet_to: Option<String>,
        /// Until when nothing is shown at all, such as "until tomorrow".
        pub muted_until: Option<Timestamp>,
    }

    /// How ReplyDesk lives on this computer.
    pub struct DesktopSettings {
        /// Whether there is a desktop to live on: not so in `replydesk-serve`.
        pub supported: bool,
        /// Whether it goes on in the tray when the window is closed.
        pub keep_running: bool,
        /// Whether there is a tray; without one closing the window ends ReplyDesk.
        pub tray: bool,
        /// Whether it starts, without a window, when the owner logs in.
        pub start_at_login: bool,
    }
}
