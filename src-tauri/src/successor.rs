//! Linux: the program without a window takes this one's place, and this one that one's.
//!
//! WebKitGTK's network process and the memory of a closed window stay for as long as the program
//! runs: some 100 MB, for an icon in the tray. So `replydesk-tray` is started once nothing is
//! under way that is in memory alone. It waits for the end of this process, and takes its place.

use crate::arguments::Arguments;
use crate::opened::Opened;
use crate::{presence, window};
use desk_tray::handover::{self, Successor};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;
use tauri::{App, AppHandle, Manager};

/// Whoever closes a window by mistake opens it again in less.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What is known of giving the place over.
struct Handover {
    data_dir: Option<PathBuf>,
    /// Never dropped: its pipe must end with this process, and not before.
    successor: OnceLock<Successor>,
}

/// Must come before anything that could be asked for a handover.
pub(crate) fn prepare(app: &App, arguments: &Arguments) {
    app.manage(Handover {
        data_dir: arguments.data_dir.clone(),
        successor: OnceLock::new(),
    });
}

/// First of all: becomes the program in the tray when no window is wanted, and as a successor waits
/// until it may show itself.
pub(crate) fn become_tray_or_wait(arguments: &Arguments) {
    // The demo ends with its window.
    if arguments.hidden && !arguments.demo {
        let why_not = handover::become_tray(arguments.data_dir.as_deref());
        tracing::warn!(error = %why_not, "the program with the window stays in the tray");
    }
    if arguments.after_stdin {
        handover::wait_to_appear();
    }
}

/// As a successor: waits until the data are free.
pub(crate) async fn wait_for_data(arguments: &Arguments) {
    if arguments.after_stdin
        && let Err(e) = tokio::task::spawn_blocking(handover::wait_for_data).await
    {
        tracing::warn!(error = %e, "nobody waited for the data");
    }
}

/// Gives the place over as soon as that changes nothing for anyone, unless the window is opened again.
pub(crate) async fn when_quiet(app: AppHandle) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if window::exists(&app) {
            return;
        }
        let Some(Ok(desk)) = app.state::<Opened>().now() else {
            return;
        };
        // A new process would not know what a click on a notification means.
        if desk.could_start_anew() && !presence::awaits_click(&app) {
            break;
        }
    }
    let handle = app.clone();
    // Windows are made on that thread too: none can come in between.
    let asked = app.run_on_main_thread(move || {
        if !window::exists(&handle) {
            give_over(&handle);
        }
    });
    if let Err(e) = asked {
        tracing::warn!(error = %e, "the program could not be asked to start anew");
    }
}

fn give_over(app: &AppHandle) {
    let handover = app.state::<Handover>();
    // A window that was closed twice within a moment asks twice.
    if handover.successor.get().is_some() {
        return;
    }
    match Successor::in_tray(handover.data_dir.as_deref()) {
        Ok(successor) => {
            handover.successor.get_or_init(|| successor);
            app.exit(0);
        }
        Err(e) => tracing::warn!(error = %e, "the program goes on with the memory of its window"),
    }
}
