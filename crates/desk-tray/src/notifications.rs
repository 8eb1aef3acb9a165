//! Notices as the desktop shows them; a click opens the conversation.
//!
//! Which news is worth one, and in which words, is desk-app's to say.

use crate::bus::NotificationsProxy;
use crate::presence::{Carrier, Wish};
use desk_app::{Desk, Notice};
use futures::StreamExt;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use zbus::zvariant::Value;

const DEFAULT_ACTION: &str = "default";
const STOP_ACTION: &str = "stop";
/// More notices than this are not remembered: the oldest is long gone from the screen.
const REMEMBERED: usize = 64;

/// The notices on the screen, by the desktop's number.
#[derive(Clone, Default)]
pub(crate) struct Standing(Arc<Mutex<BTreeMap<u32, Arc<Notice>>>>);

impl Standing {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<Notice>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a click on one of them leads to a conversation.
    pub(crate) fn awaits_click(&self) -> bool {
        self.lock().values().any(|one| one.conversation.is_some())
    }

    fn id_of(&self, key: &str) -> Option<u32> {
        let all = self.lock();
        let same = all.iter().find(|(_, one)| one.key == key);
        same.map(|(id, _)| *id)
    }

    fn add(&self, id: u32, notice: Arc<Notice>) {
        let mut all = self.lock();
        all.insert(id, notice);
        while all.len() > REMEMBERED {
            all.pop_first();
        }
    }

    fn take(&self, id: u32) -> Option<Arc<Notice>> {
        self.lock().remove(&id)
    }

    /// Takes all of them away: a click would lead nowhere any more.
    pub(crate) async fn withdraw(&self) -> zbus::Result<()> {
        let ids: Vec<u32> = std::mem::take(&mut *self.lock()).into_keys().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let bus = zbus::Connection::session().await?;
        let desktop = NotificationsProxy::new(&bus).await?;
        for id in ids {
            desktop.close_notification(id).await?;
        }
        Ok(())
    }
}

/// Shows every notice, as long as there is a desk.
pub(crate) fn follow(carrier: &Carrier, standing: &Standing, desk: &Arc<Desk>) {
    let shower = Shower {
        carrier: Arc::clone(carrier),
        standing: standing.clone(),
        desk: Arc::clone(desk),
    };
    // Listened to from here on: what is told while the bus is still being reached waits.
    let notices = desk.notices();
    tokio::spawn(async move {
        if let Err(e) = shower.run(notices).await {
            tracing::warn!(error = %e, "this desktop shows no notifications");
        }
    });
}

struct Shower {
    carrier: Carrier,
    standing: Standing,
    desk: Arc<Desk>,
}

impl Shower {
    async fn run(self, mut notices: Receiver<Arc<Notice>>) -> zbus::Result<()> {
        let bus = zbus::Connection::session().await?;
        let desktop = NotificationsProxy::new(&bus).await?;
        let mut clicks = desktop.receive_action_invoked().await?;
        let mut closed = desktop.receive_notification_closed().await?;
        loop {
            tokio::select! {
                notice = notices.recv() => match notice {
                    Ok(notice) => self.tell(&desktop, notice).await,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Ok(()),
                },
                Some(click) = clicks.next() => {
                    if let Ok(click) = click.args()
                        && let Some(notice) = self.standing.take(click.id)
                    {
                        self.clicked(&notice, &click.key).await;
                    }
                }
                Some(gone) = closed.next() => {
                    if let Ok(gone) = gone.args() {
                        self.standing.take(gone.id);
                    }
                }
            }
        }
    }

    async fn tell(&self, desktop: &NotificationsProxy<'_>, notice: Arc<Notice>) {
        let replaces = self.standing.id_of(&notice.key).unwrap_or(0);
        match show(desktop, &notice, replaces).await {
            Ok(id) => self.standing.add(id, notice),
            Err(e) => tracing::warn!(error = %e, "a notification was not shown"),
        }
    }

    async fn clicked(&self, notice: &Notice, key: &str) {
        match (key, &notice.stop) {
            (STOP_ACTION, Some((draft, _))) => {
                // It may have gone out, or been stopped elsewhere, a moment ago.
                if let Err(e) = self.desk.draft_stop(*draft).await {
                    tracing::info!(code = %e.code, "there was nothing left to stop");
                }
            }
            _ => (self.carrier)(Wish::Open(notice.conversation)),
        }
    }
}

async fn show(
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
