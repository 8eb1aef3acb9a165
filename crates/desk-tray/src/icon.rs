//! The icon in the tray: open, pause, quit, and a dot when something waits.
//!
//! A StatusNotifierItem, <https://specifications.freedesktop.org/status-notifier-item-spec/latest/>.
//! Many desktops have no tray at all, and some get theirs after us: the icon waits for it.

use crate::presence::{Carrier, Wish};
use desk_app::{Desk, IpcError, TrayState};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use ksni::menu::{CheckmarkItem, StandardItem};
use ksni::{Category, Handle, MenuItem, OfflineReason, ToolTip, Tray, TrayMethods};
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::broadcast::error::RecvError;

const CALM: &[u8] = include_bytes!("../../../icons/tray.png");
const WAITING: &[u8] = include_bytes!("../../../icons/tray-waiting.png");

/// The icon, seen or not. The desktop is asked for a place in the background.
#[derive(Clone)]
pub(crate) struct Icon {
    handle: Shared<BoxFuture<'static, Option<Handle<Item>>>>,
    shown: Arc<AtomicBool>,
}

impl Icon {
    pub(crate) fn create(carrier: Carrier) -> Icon {
        // Until it is known that there is no tray.
        let shown = Arc::new(AtomicBool::new(true));
        let item = Item {
            carrier,
            shown: Arc::clone(&shown),
            desk: None,
            state: TrayState::unknown(),
            calm: pixels(CALM),
            waiting: pixels(WAITING),
        };
        let handle = placed(item).boxed().shared();
        tokio::spawn(handle.clone());
        Icon { handle, shown }
    }

    pub(crate) fn is_shown(&self) -> bool {
        self.shown.load(Ordering::Relaxed)
    }
}

async fn placed(item: Item) -> Option<Handle<Item>> {
    let shown = Arc::clone(&item.shown);
    match item.assume_sni_available(true).spawn().await {
        Ok(handle) => Some(handle),
        Err(e) => {
            tracing::info!(error = %e, "this desktop has no tray");
            shown.store(false, Ordering::Relaxed);
            None
        }
    }
}

/// Keeps words, ticks and the dot true, as long as there is a desk.
pub(crate) async fn follow(icon: Icon, desk: Arc<Desk>) {
    let Some(handle) = icon.handle.await else {
        return;
    };
    let mut changes = desk.changes();
    loop {
        let state = desk.tray_state().await;
        let known = Arc::clone(&desk);
        let told = handle.update(|item| {
            item.desk = Some(known);
            item.state = state;
        });
        if told.await.is_none() {
            return;
        }
        if let Err(RecvError::Closed) = changes.recv().await {
            return;
        }
    }
}

/// What the tray is told of us.
struct Item {
    carrier: Carrier,
    shown: Arc<AtomicBool>,
    /// There is none as long as the data are being opened.
    desk: Option<Arc<Desk>>,
    state: TrayState,
    calm: Vec<ksni::Icon>,
    waiting: Vec<ksni::Icon>,
}

impl Item {
    fn words(&self, key: &str) -> String {
        // An underscore would mark the letter that opens an entry.
        self.state.language.text(key, &[]).replace('_', "__")
    }

    fn entry(&self, key: &str, wish: Wish) -> MenuItem<Item> {
        StandardItem {
            label: self.words(key),
            activate: Box::new(move |item: &mut Item| (item.carrier)(wish.clone())),
            ..StandardItem::default()
        }
        .into()
    }

    fn tick<F>(&self, key: &str, checked: bool, toggle: fn(Arc<Desk>) -> F) -> MenuItem<Item>
    where
        F: Future<Output = Result<(), IpcError>> + Send + 'static,
    {
        CheckmarkItem {
            label: self.words(key),
            enabled: self.desk.is_some(),
            checked,
            activate: Box::new(move |item: &mut Item| {
                if let Some(desk) = &item.desk {
                    tokio::spawn(carried_out(toggle(Arc::clone(desk))));
                }
            }),
            ..CheckmarkItem::default()
        }
        .into()
    }
}

/// The change that follows brings the tick up to date.
async fn carried_out(work: impl Future<Output = Result<(), IpcError>>) {
    if let Err(e) = work.await {
        tracing::warn!(code = %e.code, message = %e.message, "the tray's wish was not carried out");
    }
}

impl Tray for Item {
    fn id(&self) -> String {
        "replydesk".into()
    }

    fn title(&self) -> String {
        "ReplyDesk".into()
    }

    fn category(&self) -> Category {
        Category::Communications
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        if self.state.is_waiting {
            self.waiting.clone()
        } else {
            self.calm.clone()
        }
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: self.title(),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _: i32, _: i32) {
        (self.carrier)(Wish::Open(None));
    }

    fn menu(&self) -> Vec<MenuItem<Item>> {
        vec![
            self.entry("tray.open", Wish::Open(None)),
            MenuItem::Separator,
            self.tick(
                "tray.pause_ai",
                self.state.is_ai_paused,
                |desk| async move { desk.toggle_ai_pause().await },
            ),
            self.tick(
                "tray.pause_sync",
                self.state.is_sync_paused,
                |desk| async move { desk.toggle_sync_pause().await },
            ),
            MenuItem::Separator,
            self.entry("tray.quit", Wish::Quit),
        ]
    }

    fn watcher_online(&self) {
        self.shown.store(true, Ordering::Relaxed);
    }

    fn watcher_offline(&self, _: OfflineReason) -> bool {
        tracing::info!("this desktop has no tray now");
        self.shown.store(false, Ordering::Relaxed);
        // It may come: at login we may be faster than the panel.
        true
    }
}

/// A picture as the tray wants it: alpha, red, green, blue. What cannot be read is no picture; a test
/// reads both.
fn pixels(file: &[u8]) -> Vec<ksni::Icon> {
    let read = || -> Option<ksni::Icon> {
        let mut reader = png::Decoder::new(Cursor::new(file)).read_info().ok()?;
        let mut data = vec![0; reader.output_buffer_size()?];
        let frame = reader.next_frame(&mut data).ok()?;
        if (frame.color_type, frame.bit_depth) != (png::ColorType::Rgba, png::BitDepth::Eight) {
            return None;
        }
        for pixel in data.chunks_exact_mut(4) {
            pixel.rotate_right(1);
        }
        Some(ksni::Icon {
            width: frame.width.try_into().ok()?,
            height: frame.height.try_into().ok()?,
            data,
        })
    };
    read().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_pictures_can_be_read_and_differ() {
        let (calm, waiting) = (pixels(CALM), pixels(WAITING));
        for icons in [&calm, &waiting] {
            assert!(icons.iter().all(|icon| {
                let size = usize::try_from(icon.width * icon.height * 4).unwrap();
                icon.width >= 22 && icon.data.len() == size
            }));
            assert_eq!(icons.len(), 1);
        }
        assert_ne!(calm[0].data, waiting[0].data);
        assert!(pixels(b"no picture").is_empty());
    }
}
