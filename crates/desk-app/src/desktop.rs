//! The desktop around the window: what the owner wishes of it. The shell carries it out.

use crate::dto::DesktopSettings;
use crate::words::Language;
use crate::{Desk, IpcError, Notice};
use desk_core::Code;
use desk_core::message::InboxView;
use desk_store::StoreError;
use desk_store::table::setting;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The setting with what the owner wishes.
const DESKTOP: &str = "desktop";

/// What only a shell with a desktop can do.
pub trait Desktop: Send + Sync {
    /// Whether there is a tray to go on in.
    fn has_tray(&self) -> bool;
    /// Whether ReplyDesk starts at login.
    ///
    /// # Errors
    /// What the system said.
    fn starts_at_login(&self) -> Result<bool, String>;
    /// Starts at login from now on, or no more.
    ///
    /// # Errors
    /// What the system said.
    fn start_at_login(&self, on: bool) -> Result<(), String>;
}

/// What the icon in the tray shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrayState {
    /// The language of its menu.
    pub language: Language,
    /// No drafts are written.
    pub is_ai_paused: bool,
    /// Instagram is not asked.
    pub is_sync_paused: bool,
    /// Something waits for the owner.
    pub is_waiting: bool,
}

impl TrayState {
    /// Before the data are open: the system's language, and nothing else.
    #[must_use]
    pub fn unknown() -> TrayState {
        TrayState {
            language: Language::choose(None, &Language::of_system()),
            is_ai_paused: false,
            is_sync_paused: false,
            is_waiting: false,
        }
    }
}

/// What is stored. Whether it starts at login is the system's to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    keep_running: bool,
    told_of_tray: bool,
}

impl Default for Stored {
    fn default() -> Self {
        Stored {
            // An inbox that stops looking when its window is closed would lose what it is for.
            keep_running: true,
            told_of_tray: false,
        }
    }
}

impl Desk {
    /// Gives the desk its desktop, once.
    pub fn set_desktop(&self, desktop: Arc<dyn Desktop>) {
        let _ = self.desktop.set(desktop);
    }

    /// Whether ReplyDesk goes on when its window is closed.
    pub async fn keeps_running(&self) -> bool {
        let has_tray = self.desktop.get().is_some_and(|desktop| desktop.has_tray());
        let stored: Result<Stored, StoreError> =
            self.store.read(|db| setting::get(db, DESKTOP)).await;
        has_tray && stored.is_ok_and(|stored| stored.keep_running)
    }

    /// Whether nothing is under way that is in memory alone, so that a new start would go on where
    /// this one ends: no demo, no pause, no question to the owner, no words that are just coming.
    #[must_use]
    pub fn could_start_anew(&self) -> bool {
        let has_memory_only = self.config.demo
            || self.visit.is_on()
            || self.sync_paused_until().is_some()
            || self.question_shown().is_some()
            || self.drafting.writing.is_any();
        !has_memory_only
    }

    /// What the icon in the tray shows.
    pub async fn tray_state(&self) -> TrayState {
        let waiting = self.inbox_list(InboxView::NeedsYou, None, None, 1, None);
        TrayState {
            language: self.language().await,
            is_ai_paused: self.ai_settings_get().await.is_ok_and(|ai| ai.paused),
            is_sync_paused: self.sync_paused_until().is_some(),
            is_waiting: waiting.await.is_ok_and(|page| page.total > 0),
        }
    }

    /// "Pause AI" in the tray: pauses it, or lets it go on.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub async fn toggle_ai_pause(&self) -> Result<(), IpcError> {
        let paused = self.ai_settings_get().await?.paused;
        self.ai_pause(!paused).await.map(drop)
    }

    /// "Pause checking for 1 hour" in the tray: pauses it, or lets it go on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn toggle_sync_pause(&self) -> Result<(), IpcError> {
        const AN_HOUR: u32 = 60;
        let paused = self.sync_paused_until().is_some();
        self.sync_pause(if paused { 0 } else { AN_HOUR }).await
    }

    /// Tells that ReplyDesk goes on in the tray: once, the first time it does.
    pub async fn tell_of_tray(&self) {
        let told: Result<bool, StoreError> = self
            .store
            .write(|w| {
                let mut stored: Stored = setting::get(w, DESKTOP)?;
                let told = std::mem::replace(&mut stored.told_of_tray, true);
                if !told {
                    setting::set(w, DESKTOP, &stored)?;
                }
                Ok(told)
            })
            .await;
        if let Ok(false) = told {
            let words = self.language().await.text("desktop.still_running", &[]);
            self.attention.tell(Notice {
                key: "tray".to_owned(),
                title: "ReplyDesk".to_owned(),
                body: words,
                conversation: None,
                stop: None,
                is_urgent: false,
            });
        }
    }

    /// Command `desktop_settings_get`.
    ///
    /// # Errors
    /// When the file cannot be read, or the system does not tell.
    pub async fn desktop_settings_get(&self) -> Result<DesktopSettings, IpcError> {
        let stored: Result<Stored, StoreError> =
            self.store.read(|db| setting::get(db, DESKTOP)).await;
        let stored = stored?;
        let Some(desktop) = self.desktop.get() else {
            return Ok(DesktopSettings {
                supported: false,
                keep_running: stored.keep_running,
                tray: false,
                start_at_login: false,
            });
        };
        Ok(DesktopSettings {
            supported: true,
            keep_running: stored.keep_running,
            tray: desktop.has_tray(),
            start_at_login: desktop.starts_at_login().map_err(system)?,
        })
    }

    /// Command `desktop_settings_set`.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] without a desktop; [`Code::Internal`] when the system refuses.
    pub async fn desktop_settings_set(
        &self,
        keep_running: bool,
        start_at_login: bool,
    ) -> Result<DesktopSettings, IpcError> {
        let Some(desktop) = self.desktop.get() else {
            return Err(IpcError::new(
                Code::NotAllowed,
                "this ReplyDesk has no desktop",
            ));
        };
        if desktop.starts_at_login().map_err(system)? != start_at_login {
            desktop.start_at_login(start_at_login).map_err(system)?;
        }
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| {
                let stored: Stored = setting::get(w, DESKTOP)?;
                let stored = Stored {
                    keep_running,
                    ..stored
                };
                setting::set(w, DESKTOP, &stored)
            })
            .await;
        written?;
        self.desktop_settings_get().await
    }
}

fn system(why: String) -> IpcError {
    IpcError::new(Code::Internal, why)
}
