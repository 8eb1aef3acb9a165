//! What is to be seen of ReplyDesk without its window.

use crate::icon::Icon;
use crate::notifications::Standing;
use crate::{icon, notifications};
use desk_app::{ConversationId, Desk};
use std::sync::Arc;

/// What the owner asks for, by the icon's menu or by a click on a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// The window, at a conversation if one is given.
    Open(Option<ConversationId>),
    /// The end.
    Quit,
}

/// Whoever carries out what is wished. It is called where nothing may wait.
pub(crate) type Carrier = Arc<dyn Fn(Wish) + Send + Sync>;

/// The icon and the notifications. Needs a runtime of tokio.
#[derive(Clone)]
pub struct Presence {
    icon: Icon,
    standing: Standing,
    carrier: Carrier,
}

impl Presence {
    /// Puts the icon in the tray; where there is none yet, as soon as there is one.
    pub fn appear(carry_out: impl Fn(Wish) + Send + Sync + 'static) -> Presence {
        let carrier: Carrier = Arc::new(carry_out);
        Presence {
            icon: Icon::create(Arc::clone(&carrier)),
            standing: Standing::default(),
            carrier,
        }
    }

    /// Shows what is so, and what is told, as long as there is a desk.
    pub fn follow(&self, desk: &Arc<Desk>) {
        tokio::spawn(icon::follow(self.icon.clone(), Arc::clone(desk)));
        notifications::follow(&self.carrier, &self.standing, desk);
    }

    /// Whether the icon can be seen.
    #[must_use]
    pub fn has_icon(&self) -> bool {
        self.icon.is_shown()
    }

    /// Whether a notification stands whose click leads to a conversation.
    #[must_use]
    pub fn awaits_click(&self) -> bool {
        self.standing.awaits_click()
    }

    /// Takes away the notifications that stand.
    pub async fn withdraw_notifications(&self) {
        if let Err(e) = self.standing.withdraw().await {
            tracing::info!(error = %e, "notifications were not taken away");
        }
    }
}
