//! A Linux desktop's notifications, on its session bus.
//!
//! Spoken directly rather than by notify-rust: that waits for each click in a thread of its own,
//! and a notification that grows with each message would leave one thread behind for each.

use std::collections::HashMap;
use zbus::proxy;
use zbus::zvariant::Value;

/// The desktop's notifications, <https://specifications.freedesktop.org/notification-spec/latest/>.
#[proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
pub(crate) trait Notifications {
    /// Shows one, in the place of another when `replaces` is its id.
    #[expect(clippy::too_many_arguments, reason = "the interface has so many")]
    fn notify(
        &self,
        app_name: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        timeout: i32,
    ) -> zbus::Result<u32>;

    /// What the desktop can do.
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    /// Takes one away.
    fn close_notification(&self, id: u32) -> zbus::Result<()>;

    /// The owner clicked.
    #[zbus(signal)]
    fn action_invoked(&self, id: u32, key: String) -> zbus::Result<()>;

    /// One is gone.
    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
}
