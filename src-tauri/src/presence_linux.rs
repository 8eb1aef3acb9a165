//! What is to be seen outside the window, on Linux: desk-tray shows it, here its wishes are carried
//! out.

use crate::window;
use desk_app::Desk;
use desk_tray::{Presence, Wish};
use std::sync::Arc;
use tauri::{AppHandle, Manager};

/// Puts the icon in the tray.
pub(crate) fn appear(app: &AppHandle) {
    let handle = app.clone();
    let carry_out = move |wish| carry_out(&handle, wish);
    app.manage(tauri::async_runtime::block_on(async {
        Presence::appear(carry_out)
    }));
}

/// Shows what is so, and what is told, as long as there is a desk.
pub(crate) fn follow(app: &AppHandle, desk: &Arc<Desk>) {
    app.state::<Presence>().follow(desk);
}

/// Whether the icon can be seen.
pub(crate) fn has_icon(app: &AppHandle) -> bool {
    app.try_state::<Presence>()
        .is_some_and(|one| one.has_icon())
}

/// Whether a notification stands whose click leads to a conversation.
pub(crate) fn awaits_click(app: &AppHandle) -> bool {
    app.state::<Presence>().awaits_click()
}

fn carry_out(app: &AppHandle, wish: Wish) {
    let handle = app.clone();
    let asked = app.run_on_main_thread(move || match wish {
        Wish::Open(conversation) => window::show(&handle, conversation),
        Wish::Quit => handle.exit(0),
    });
    if let Err(e) = asked {
        tracing::warn!(error = %e, "a wish was not carried out");
    }
}
