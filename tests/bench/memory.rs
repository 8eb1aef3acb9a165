//! The memory of what goes on in the tray, without a window.

use crate::desktop::{APP, Process, close_for_a_successor, eventually, instances, until, windows};
use crate::place::{Place, log};
use crate::processes;
use crate::report::{Report, Row};
use crate::session::Session;
use crate::starts::mb;
use std::process::Command;
use std::time::Duration;

const GOAL_MB: f64 = 60.0;
const REST: Duration = Duration::from_secs(10);

/// Measures: started without a window, as at login; and after the window was closed.
pub(crate) async fn measure(report: &mut Report, place: &Place) {
    let data = place.copy();
    let sim = place.sim().await;
    let variables = place.variables(&sim, data.path());
    let session = Session::start().await;
    for hidden in [true, false] {
        let mut command = Command::new(APP);
        command
            .envs(variables.iter().cloned())
            .env("LANGUAGE", "en");
        if hidden {
            command.arg("--hidden");
        }
        let app = Process::start(&mut command, &log());
        eventually("the tray has a menu", async || {
            session.tray_menu().await.filter(|menu| menu.len() == 4)
        })
        .await;
        if !hidden {
            until("the window is there", || !windows().is_empty()).await;
            tokio::time::sleep(REST).await;
            close_for_a_successor().await;
        }
        tokio::time::sleep(REST).await;
        let id = *instances().first().expect("it goes on");
        let memory = processes::memory_mb(id);
        session.choose("Quit").await;
        until("the app has ended", || instances().is_empty()).await;
        drop(app);
        let how = if hidden {
            "started at login"
        } else {
            "after the window was closed"
        };
        report.add(
            Row::new(format!("memory in the tray, {how}"), mb(memory))
                .goal("≤ 60 MB", memory <= GOAL_MB),
        );
    }
}
