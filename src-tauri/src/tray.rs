//! The icon in the tray: open, pause, quit, and a dot when something waits.
//!
//! Linux tells nobody of a click on the icon, so everything is in its menu. Many desktops have no
//! tray at all; then there is none, and closing the window ends the app (see [`crate::window`]).

use crate::{opened::Opened, window};
use desk_app::words::Language;
use desk_app::{Desk, InboxView};
use tauri::image::Image;
use tauri::menu::{CheckMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Wry};
use tokio::sync::broadcast::error::RecvError;

const CALM: Image<'_> = tauri::include_image!("icons/tray.png");
const WAITING: Image<'_> = tauri::include_image!("icons/tray-waiting.png");
const OPEN: &str = "open";
const PAUSE_AI: &str = "pause_ai";
const PAUSE_SYNC: &str = "pause_sync";
const QUIT: &str = "quit";

/// The icon and the entries of its menu.
pub(crate) struct Tray {
    icon: TrayIcon,
    open: MenuItem<Wry>,
    pause_ai: CheckMenuItem<Wry>,
    pause_sync: CheckMenuItem<Wry>,
    quit: MenuItem<Wry>,
}

/// Makes the tray where the desktop has a place for it.
pub(crate) fn create(app: &AppHandle) {
    if !is_possible() {
        tracing::info!("this desktop has no tray");
        return;
    }
    // The library behind it panics where its own library is not installed.
    let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| build(app)));
    match made {
        Ok(Ok(tray)) => {
            app.manage(tray);
            tauri::async_runtime::spawn(follow(app.clone()));
        }
        Ok(Err(e)) => tracing::warn!(error = %e, "the tray could not be made"),
        Err(_) => tracing::warn!("the tray could not be made: its library is not installed"),
    }
}

/// Whether there is a tray now.
pub(crate) fn exists(app: &AppHandle) -> bool {
    app.try_state::<Tray>().is_some()
}

#[cfg(target_os = "linux")]
fn is_possible() -> bool {
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    tauri::async_runtime::block_on(crate::bus::has_owner(WATCHER))
}

#[cfg(not(target_os = "linux"))]
fn is_possible() -> bool {
    true
}

fn build(app: &AppHandle) -> tauri::Result<Tray> {
    let language = Language::choose(None, &Language::of_system());
    let text = |key: &str| language.text(key, &[]);
    let open = MenuItem::with_id(app, OPEN, text("tray.open"), true, None::<&str>)?;
    let pause_ai = CheckMenuItem::with_id(
        app,
        PAUSE_AI,
        text("tray.pause_ai"),
        true,
        false,
        None::<&str>,
    )?;
    let pause_sync = CheckMenuItem::with_id(
        app,
        PAUSE_SYNC,
        text("tray.pause_sync"),
        true,
        false,
        None::<&str>,
    )?;
    let quit = MenuItem::with_id(app, QUIT, text("tray.quit"), true, None::<&str>)?;
    let line = PredefinedMenuItem::separator(app)?;
    let menu = Menu::with_items(app, &[&open, &line, &pause_ai, &pause_sync, &line, &quit])?;
    let icon = TrayIconBuilder::with_id("main")
        .icon(CALM)
        .tooltip("ReplyDesk")
        .menu(&menu)
        .on_menu_event(chosen)
        .build(app)?;
    Ok(Tray {
        icon,
        open,
        pause_ai,
        pause_sync,
        quit,
    })
}

fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN => window::show(app, None),
        QUIT => app.exit(0),
        id => {
            let (app, id) = (app.clone(), id.to_owned());
            tauri::async_runtime::spawn(async move {
                let Ok(desk) = app.state::<Opened>().desk().await else {
                    return;
                };
                let done = match id.as_str() {
                    PAUSE_AI => toggle_ai(&desk).await,
                    PAUSE_SYNC => toggle_sync(&desk).await,
                    _ => Ok(()),
                };
                if let Err(e) = done {
                    tracing::warn!(code = %e.code, message = %e.message, "the tray's wish was not carried out");
                }
                refresh(&app, &desk).await;
            });
        }
    }
}

async fn toggle_ai(desk: &Desk) -> Result<(), desk_app::IpcError> {
    let paused = desk.ai_settings_get().await?.paused;
    desk.ai_pause(!paused).await.map(drop)
}

async fn toggle_sync(desk: &Desk) -> Result<(), desk_app::IpcError> {
    const AN_HOUR: u32 = 60;
    let paused = desk.sync_paused_until().is_some();
    desk.sync_pause(if paused { 0 } else { AN_HOUR })
        .await
        .map(drop)
}

/// Keeps words, ticks and the dot true, as long as there is a desk.
async fn follow(app: AppHandle) {
    let Ok(desk) = app.state::<Opened>().desk().await else {
        return;
    };
    let mut changes = desk.changes();
    loop {
        refresh(&app, &desk).await;
        if let Err(RecvError::Closed) = changes.recv().await {
            return;
        }
    }
}

async fn refresh(app: &AppHandle, desk: &Desk) {
    let Some(tray) = app.try_state::<Tray>() else {
        return;
    };
    let language = desk.language().await;
    let ai_paused = desk.ai_settings_get().await.is_ok_and(|ai| ai.paused);
    let sync_paused = desk.sync_paused_until().is_some();
    let waiting = desk
        .inbox_list(InboxView::NeedsYou, None, None, 1, None)
        .await
        .is_ok_and(|page| page.total > 0);
    let show = || -> tauri::Result<()> {
        tray.open.set_text(language.text("tray.open", &[]))?;
        tray.pause_ai
            .set_text(language.text("tray.pause_ai", &[]))?;
        tray.pause_sync
            .set_text(language.text("tray.pause_sync", &[]))?;
        tray.quit.set_text(language.text("tray.quit", &[]))?;
        tray.pause_ai.set_checked(ai_paused)?;
        tray.pause_sync.set_checked(sync_paused)?;
        tray.icon
            .set_icon(Some(if waiting { WAITING } else { CALM }))
    };
    if let Err(e) = show() {
        tracing::warn!(error = %e, "the tray could not be brought up to date");
    }
}
