//! The one window.

use crate::{opened::Opened, presence};
use desk_app::ConversationId;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

const LABEL: &str = "main";

/// Must run before the web engine starts.
pub(crate) fn prepare_engine() {
    #[cfg(target_os = "linux")]
    for (name, value) in ENGINE {
        // Setting a variable is unsafe beside other threads, and unsafe code is forbidden here: glib
        // offers it as a safe call, and no thread has been started yet.
        let _ = glib::setenv(name, value, false);
    }
}

/// What the web engine is asked for; a variable that is set stays as it is.
#[cfg(target_os = "linux")]
const ENGINE: [(&str, &str); 4] = [
    // Shows blank windows on some graphics drivers, and costs about 60 MB more.
    ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
    // What the page keeps is 6 MB. As the engine comes, 15 to 30 MB of garbage are waited for, and
    // what outlived one collection is left alone by the next: a busy hour took 40 MB more. These
    // collect all of it after 4 to 8 MB; so small a heap holds the page up for some 10 ms.
    ("JSC_useGenerationalGC", "0"),
    ("JSC_largeHeapSize", "4194304"),
    ("JSC_heapGrowthMaxIncrease", "1"),
];

/// Makes the window, at a conversation or at the list.
///
/// # Errors
/// When the web engine cannot be started.
pub(crate) fn create(app: &AppHandle, conversation: Option<ConversationId>) -> tauri::Result<()> {
    let page = format!("index.html{}", place(conversation));
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App(page.into()))
        .title("ReplyDesk")
        .inner_size(1180.0, 760.0)
        .min_inner_size(380.0, 480.0)
        // What is shown is ours; an address from a message must never take its place.
        .on_navigation(|address| {
            matches!(address.scheme(), "tauri" | "about")
                || address.host_str() == Some("tauri.localhost")
        })
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    let app = app.clone();
    window.on_window_event(move |event| match event {
        // Whoever looks elsewhere wants to hear of a message, even in the open conversation.
        WindowEvent::Focused(false) | WindowEvent::Destroyed => looked_away(&app),
        _ => {}
    });
    Ok(())
}

/// The part of the address that names what is shown.
fn place(conversation: Option<ConversationId>) -> String {
    conversation.map_or_else(String::new, |id| format!("#/inbox/{id}"))
}

fn looked_away(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Some(Ok(desk)) = app.state::<Opened>().now() {
            let _ = desk.conversation_watch(None).await;
        }
    });
}

/// Whether there is a window, in sight or not.
pub(crate) fn exists(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some()
}

/// Shows the window, and makes it anew when it was closed; at a conversation, if one is given.
pub(crate) fn show(app: &AppHandle, conversation: Option<ConversationId>) {
    let shown = match app.get_webview_window(LABEL) {
        Some(window) => bring_to_front(&window, conversation),
        None => create(app, conversation),
    };
    if let Err(e) = shown {
        tracing::warn!(error = %e, "the window could not be shown");
    }
}

fn bring_to_front(
    window: &WebviewWindow,
    conversation: Option<ConversationId>,
) -> tauri::Result<()> {
    window.show()?;
    window.unminimize()?;
    window.set_focus()?;
    if conversation.is_some() {
        let mut address = window.url()?;
        // Only the part behind the `#` changes: the page stays, and goes there by itself.
        address.set_fragment(Some(place(conversation).trim_start_matches('#')));
        window.navigate(address)?;
    }
    Ok(())
}

/// Called when the last window was closed: whether the app goes on in the tray. Where there is one,
/// the owner's wish decides; it stands in the data, and these may still be opening.
pub(crate) fn goes_on(app: &AppHandle) -> bool {
    let has_tray = presence::has_icon(app);
    if has_tray {
        tauri::async_runtime::spawn(go_on_or_end(app.clone()));
    }
    has_tray
}

async fn go_on_or_end(app: AppHandle) {
    match app.state::<Opened>().desk().await {
        Ok(desk) if desk.keeps_running().await => {
            desk.tell_of_tray().await;
            #[cfg(target_os = "linux")]
            crate::successor::when_quiet(app).await;
        }
        // Opened again meanwhile.
        _ if exists(&app) => {}
        _ => app.exit(0),
    }
}
