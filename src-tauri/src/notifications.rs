//! Notices as the desktop shows them; a click opens the conversation.
//!
//! Which news is worth one, and in which words, is desk-app's to say.

use crate::window;
use desk_app::{Desk, Notice};
use std::sync::Arc;
use tauri::AppHandle;
use tokio::sync::broadcast::Receiver;

/// Shows every notice, as long as there is a desk.
pub(crate) fn show(app: &AppHandle, desk: &Arc<Desk>) {
    let (app, desk) = (app.clone(), Arc::clone(desk));
    // Listened to from here on: what is told while the bus is still being reached waits.
    let notices = desk.notices();
    tauri::async_runtime::spawn(async move {
        if let Err(e) = desktop::run(app, desk, notices).await {
            tracing::warn!(error = %e, "this desktop shows no notifications");
        }
    });
}

#[cfg(target_os = "linux")]
mod desktop {
    use super::{AppHandle, Arc, Desk, Notice, Receiver, window};
    use crate::bus::NotificationsProxy;
    use crate::successor;
    use futures::StreamExt;
    use std::collections::{BTreeMap, HashMap};
    use tokio::sync::broadcast::error::RecvError;
    use zbus::zvariant::Value;

    const DEFAULT_ACTION: &str = "default";
    const STOP_ACTION: &str = "stop";
    /// More notices than this are not remembered: the oldest is long gone from the screen.
    const REMEMBERED: usize = 64;

    #[derive(Default)]
    struct Shown {
        by_id: BTreeMap<u32, Arc<Notice>>,
    }

    impl Shown {
        fn id_of(&self, key: &str) -> u32 {
            let found = self.by_id.iter().find(|(_, notice)| notice.key == key);
            found.map_or(0, |(id, _)| *id)
        }

        /// Whether a click on any leads to a conversation.
        fn awaits_click(&self) -> bool {
            let mut all = self.by_id.values();
            all.any(|notice| notice.conversation.is_some())
        }

        fn remember(&mut self, id: u32, notice: Arc<Notice>) {
            self.by_id.insert(id, notice);
            while self.by_id.len() > REMEMBERED {
                self.by_id.pop_first();
            }
        }
    }

    pub(super) async fn run(
        app: AppHandle,
        desk: Arc<Desk>,
        mut notices: Receiver<Arc<Notice>>,
    ) -> zbus::Result<()> {
        let bus = zbus::Connection::session().await?;
        let desktop = NotificationsProxy::new(&bus).await?;
        let mut clicks = desktop.receive_action_invoked().await?;
        let mut closed = desktop.receive_notification_closed().await?;
        let mut shown = Shown::default();
        loop {
            successor::note_awaits_click(&app, shown.awaits_click());
            tokio::select! {
                notice = notices.recv() => match notice {
                    Ok(notice) => match tell(&desktop, &notice, shown.id_of(&notice.key)).await {
                        Ok(id) => shown.remember(id, notice),
                        Err(e) => tracing::warn!(error = %e, "a notification was not shown"),
                    },
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Ok(()),
                },
                Some(click) = clicks.next() => {
                    if let Ok(click) = click.args()
                        && let Some(notice) = shown.by_id.remove(&click.id)
                    {
                        clicked(&app, &desk, &notice, &click.key).await;
                    }
                }
                Some(gone) = closed.next() => {
                    if let Ok(gone) = gone.args() {
                        shown.by_id.remove(&gone.id);
                    }
                }
            }
        }
    }

    async fn tell(
        desktop: &NotificationsProxy<'_>,
        notice: &Notice,
        replaces: u32,
    ) -> zbus::Result<u32> {
        // A desktop that reads markup would let a customer write in bold, or link to anywhere.
        let reads_markup = desktop
            .get_capabilities()
            .await
            .is_ok_and(|all| all.iter().any(|one| one == "body-markup"));
        let body = if reads_markup {
            without_markup(&notice.body)
        } else {
            notice.body.clone()
        };
        let mut actions = vec![DEFAULT_ACTION, ""];
        if let Some((_, words)) = &notice.stop {
            actions.extend([STOP_ACTION, words]);
        }
        let urgency: u8 = if notice.is_urgent { 2 } else { 1 };
        let hints = HashMap::from([
            ("urgency", Value::from(urgency)),
            ("category", Value::from("im.received")),
            ("desktop-entry", Value::from("replydesk")),
        ]);
        desktop
            .notify(
                "ReplyDesk",
                replaces,
                "replydesk",
                &notice.title,
                &body,
                &actions,
                hints,
                -1,
            )
            .await
    }

    async fn clicked(app: &AppHandle, desk: &Desk, notice: &Notice, key: &str) {
        match (key, &notice.stop) {
            (STOP_ACTION, Some((draft, _))) => {
                // It may have gone out, or been stopped elsewhere, a moment ago.
                if let Err(e) = desk.draft_stop(*draft).await {
                    tracing::info!(code = %e.code, "there was nothing left to stop");
                }
            }
            _ => window::show(app, notice.conversation),
        }
    }

    fn without_markup(text: &str) -> String {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_customer_cannot_write_in_bold() {
            assert_eq!(
                without_markup("<b>1 < 2 & 3</b>"),
                "&lt;b&gt;1 &lt; 2 &amp; 3&lt;/b&gt;"
            );
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod desktop {
    use super::{AppHandle, Arc, Desk, Notice, Receiver};
    use tokio::sync::broadcast::error::RecvError;

    /// Shows them without a click: not tried on these systems yet (see docs/KNOWN-ISSUES.md).
    pub(super) async fn run(
        _: AppHandle,
        _: Arc<Desk>,
        mut notices: Receiver<Arc<Notice>>,
    ) -> Result<(), notify_rust::error::Error> {
        loop {
            match notices.recv().await {
                Ok(notice) => {
                    notify_rust::Notification::new()
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
}
