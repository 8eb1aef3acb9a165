//! Links of ours: `replydesk://oauth/instagram?code=…&state=…`.
//!
//! Any page can open such a link, so it is read as hostile: one form only, bounded in length, and
//! what it says counts only when a login is under way (desk-app decides). A link that comes before
//! the data is open, as on a cold start, waits.

use crate::opened::Opened;
use crate::window;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Manager};
use tauri_plugin_deep_link::DeepLinkExt;

/// No link of Instagram's is longer.
const MAX_BYTES: usize = 8 * 1024;
/// More links than this do not wait: nobody logs in that often at once.
const MAX_WAITING: usize = 4;

/// Links that came before the data was open.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<Vec<String>>);

impl Waiting {
    /// Puts a link to the others; one too many, or one that waits already, is dropped.
    fn add(&self, link: &str) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MAX_WAITING && !waiting.iter().any(|w| w == link) {
            waiting.push(link.to_owned());
        }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Hears of links from now on, the one that started the app included: it was told to us, or on
/// macOS to the plugin.
pub(crate) fn listen(app: &AppHandle, started_with: Option<&str>) {
    #[cfg(any(target_os = "linux", windows))]
    register(app.clone());
    if let Some(link) = started_with {
        receive(app, link);
    } else if let Ok(Some(links)) = app.deep_link().get_current() {
        links.iter().for_each(|link| receive(app, link.as_str()));
    }
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| {
        window::show(&handle, None);
        event
            .urls()
            .iter()
            .for_each(|link| receive(&handle, link.as_str()));
    });
}

/// Tells the system that these links are ours. On Linux programs are run for it: nothing waits.
#[cfg(any(target_os = "linux", windows))]
fn register(app: AppHandle) {
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(e) = app.deep_link().register_all() {
            tracing::warn!(error = %e, "the link scheme could not be registered with the system");
        }
    });
}

/// Whether a link has the one form that we know.
fn is_login(link: &str) -> bool {
    link.len() <= MAX_BYTES && link.starts_with("replydesk://oauth/instagram?")
}

fn receive(app: &AppHandle, link: &str) {
    if !is_login(link) {
        tracing::warn!(bytes = link.len(), "a link of an unknown form was ignored");
        return;
    }
    app.state::<Waiting>().add(link);
    let app = app.clone();
    tauri::async_runtime::spawn(async move { deliver_waiting(&app).await });
}

/// Hands over the links that wait, once the data is open.
pub(crate) async fn deliver_waiting(app: &AppHandle) {
    let Ok(desk) = app.state::<Opened>().desk().await else {
        return;
    };
    let links = app.state::<Waiting>().take();
    for link in links {
        desk.finish_login_by_link(link).await;
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_WAITING, Waiting, is_login};

    #[test]
    fn a_flood_of_links_is_dropped_but_for_a_few() {
        let waiting = Waiting::default();
        for n in 0..1000 {
            waiting.add(&format!(
                "replydesk://oauth/instagram?code={}&state=s",
                n / 2
            ));
        }
        let kept = waiting.take();
        assert_eq!(kept.len(), MAX_WAITING);
        assert!(
            kept.iter()
                .all(|link| kept.iter().filter(|k| *k == link).count() == 1)
        );
        assert!(waiting.take().is_empty(), "each is handed over once");
    }

    #[test]
    fn only_a_login_link_is_read() {
        assert!(is_login("replydesk://oauth/instagram?code=a&state=b"));
        for bad in [
            "replydesk://",
            "replydesk://oauth/instagram",
            "replydesk://oauth/../etc?x",
            "https://x",
            "--help",
            "",
        ] {
            assert!(!is_login(bad), "{bad}");
        }
        assert!(!is_login(&format!(
            "replydesk://oauth/instagram?code={}",
            "a".repeat(1 << 20)
        )));
    }
}
