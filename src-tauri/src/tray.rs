//! The icon in the tray: open, pause, quit, and a dot when something waits.
//!
//! For macOS and Windows; Linux has its own, in desk-tray.

use crate::{opened::Opened, window};
use desk_app::{Desk, TrayState};
use std::sync::Arc;
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

/// Makes the tray.
pub(crate) fn create(app: &AppHandle) {
    match build(app) {
        Ok(tray) => {
            app.manage(tray);
        }
        Err(e) => tracing::warn!(error = %e, "the tray could not be made"),
    }
}

/// Whether there is a tray now.
pub(crate) fn exists(app: &AppHandle) -> bool {
    app.try_state::<Tray>().is_some()
}

fn build(app: &AppHandle) -> tauri::Result<Tray> {
    let language = TrayState::unknown().language;
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
                    PAUSE_AI => desk.toggle_ai_pause().await,
                    PAUSE_SYNC => desk.toggle_sync_pause().await,
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

/// Keeps words, ticks and the dot true, as long as there is a desk.
pub(crate) fn follow(app: &AppHandle, desk: &Arc<Desk>) {
    let (app, desk) = (app.clone(), Arc::clone(desk));
    tauri::async_runtime::spawn(async move {
        let mut changes = desk.changes();
        loop {
            refresh(&app, &desk).await;
            if let Err(RecvError::Closed) = changes.recv().await {
                return;
            }
        }
    });
}

async fn refresh(app: &AppHandle, desk: &Desk) {
    let Some(tray) = app.try_state::<Tray>() else {
        return;
    };
    let state = desk.tray_state().await;
    let text = |key: &str| state.language.text(key, &[]);
    let show = || -> tauri::Result<()> {
        tray.open.set_text(text("tray.open"))?;
        tray.pause_ai.set_text(text("tray.pause_ai"))?;
        tray.pause_sync.set_text(text("tray.pause_sync"))?;
        tray.quit.set_text(text("tray.quit"))?;
        tray.pause_ai.set_checked(state.is_ai_paused)?;
        tray.pause_sync.set_checked(state.is_sync_paused)?;
        tray.icon
            .set_icon(Some(if state.is_waiting { WAITING } else { CALM }))
    };
    if let Err(e) = show() {
        tracing::warn!(error = %e, "the tray could not be brought up to date");
    }
}
