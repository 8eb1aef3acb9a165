//! The desktop shell: a window around the use cases of desk-app.
//!
//! Nothing else in the product knows Tauri. This crate owns the window, the deep link, the single
//! instance and the bridge from changes to events; it must not know what a command means.

mod arguments;
mod commands;
mod deep_link;
mod desktop;
mod ending;
mod events;
#[cfg(not(target_os = "linux"))]
mod notifications;
mod opened;
#[cfg_attr(target_os = "linux", path = "presence_linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "presence_elsewhere.rs")]
mod presence;
#[cfg(target_os = "linux")]
mod successor;
#[cfg(not(target_os = "linux"))]
mod tray;
mod window;

use arguments::Arguments;
use clap::Parser;
use desk_app::{Code, Config, ConversationId, Desk, IpcError, LinkOpener};
use desktop::ThisDesktop;
use opened::Opened;
use std::process::ExitCode;
use std::sync::Arc;
use tauri::{AppHandle, Manager, RunEvent};
use tauri_plugin_autostart::MacosLauncher;

/// Starts the app, and ends with it.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    desk_app::logging::start();
    #[cfg(target_os = "linux")]
    successor::become_tray_or_wait(&arguments);
    window::prepare_engine();
    let app = tauri::Builder::default()
        // First of all: a second start must not get as far as the data.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            window::show(app, None);
        }))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_window_state::Builder::new().build())
        .plugin(tauri_plugin_autostart::init(
            MacosLauncher::LaunchAgent,
            Some(vec!["--hidden"]),
        ))
        .invoke_handler(commands::handler())
        .setup(move |app| {
            app.manage(Opened::default());
            #[cfg(target_os = "linux")]
            successor::prepare(app, &arguments);
            app.manage(deep_link::Waiting::default());
            let handle = app.handle().clone();
            // A wish to end may come as soon as there is a window.
            ending::listen(&handle);
            presence::appear(&handle);
            tauri::async_runtime::spawn(open_desk(handle.clone(), arguments.clone()));
            // First of what can be seen: the engine's own processes start meanwhile.
            if !arguments.hidden {
                window::create(&handle, arguments.conversation.map(ConversationId))?;
            }
            deep_link::listen(&handle, arguments.link.as_deref());
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|app, event| match event {
                // The last window was closed; a wish to end that was said in words has a code.
                RunEvent::ExitRequested {
                    code: None, api, ..
                } if window::goes_on(app) => api.prevent_exit(),
                RunEvent::Exit => close_desk(app),
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(e) => {
            tracing::error!(error = %e, "the window could not be made");
            ExitCode::FAILURE
        }
    }
}

/// Opens the data beside the window, so that the window need not wait for it. Why it cannot be
/// opened is what every command then answers.
async fn open_desk(app: AppHandle, arguments: Arguments) {
    let links: LinkOpener = Arc::new(|address| {
        tauri_plugin_opener::open_url(address, None::<&str>).map_err(|e| e.to_string())
    });
    let result: Result<Arc<Desk>, IpcError> = async {
        #[cfg(target_os = "linux")]
        successor::wait_for_data(&arguments).await;
        let config = Config::from_environment(arguments.data_dir.clone(), arguments.demo)?;
        Desk::open(config, Some(links)).await
    }
    .await;
    match &result {
        Ok(desk) => {
            desk.set_desktop(Arc::new(ThisDesktop(app.clone())));
            events::forward(app.clone(), desk);
            presence::follow(&app, desk);
            pause_still(desk, arguments.pause_minutes).await;
        }
        Err(e) => tracing::error!(code = %e.code, message = %e.message, "ReplyDesk cannot work"),
    }
    app.state::<Opened>().set(result);
    deep_link::deliver_waiting(&app).await;
}

/// Goes on with a pause that another process began.
async fn pause_still(desk: &Desk, minutes: u32) {
    if minutes == 0 {
        return;
    }
    if let Err(e) = desk.sync_pause(minutes).await {
        tracing::warn!(code = %e.code, message = %e.message, "the pause did not go on");
    }
}

fn close_desk(app: &AppHandle) {
    if let Some(Ok(desk)) = app.state::<Opened>().now() {
        tauri::async_runtime::block_on(desk.shutdown());
    }
}

/// The fault of a command that was called after the end.
fn is_ending() -> IpcError {
    IpcError::new(Code::Internal, "ReplyDesk is ending")
}
