//! The rest of a desktop, played by the test: it shows notifications and has a tray.

use crate::desktop::eventually;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, connection, interface, proxy};

const NOTIFICATIONS: &str = "/org/freedesktop/Notifications";
const WATCHER: &str = "/StatusNotifierWatcher";

/// A notification as the desktop was asked to show it.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) actions: Vec<String>,
}

type Log<T> = Arc<Mutex<Vec<T>>>;

struct Notifications {
    shown: Log<Shown>,
    next: u32,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the interface has so many")]
    fn notify(
        &mut self,
        _app_name: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let id = if replaces > 0 {
            replaces
        } else {
            self.next += 1;
            self.next
        };
        self.shown.lock().expect("no panic").push(Shown {
            id,
            title,
            body,
            actions,
        });
        id
    }

    fn get_capabilities(&self) -> Vec<String> {
        ["body", "body-markup", "actions"]
            .map(str::to_owned)
            .to_vec()
    }

    fn close_notification(&self, _id: u32) {}

    fn get_server_information(&self) -> (String, String, String, String) {
        let words = ["the test", "the test", "1", "1.2"].map(str::to_owned);
        words.into()
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, key: &str) -> zbus::Result<()>;
}

struct Watcher {
    items: Log<String>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(
        &mut self,
        #[zbus(header)] header: zbus::message::Header<'_>,
        service: String,
    ) {
        let sender = header.sender().expect("a bus names the sender").to_string();
        // An item may give its name on the bus, or a path.
        let name = if service.starts_with('/') {
            sender
        } else {
            service
        };
        self.items.lock().expect("no panic").push(name);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Width, height, and four bytes for each pixel.
type Picture = (i32, i32, Vec<u8>);

#[proxy(
    interface = "org.kde.StatusNotifierItem",
    default_path = "/StatusNotifierItem",
    assume_defaults = false
)]
trait Item {
    #[zbus(property)]
    fn menu(&self) -> zbus::Result<OwnedObjectPath>;
    #[zbus(property)]
    fn icon_pixmap(&self) -> zbus::Result<Vec<Picture>>;
}

type Entry = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

#[proxy(interface = "com.canonical.dbusmenu", assume_defaults = false)]
trait Menu {
    fn get_layout(&self, parent: i32, depth: i32, names: &[&str]) -> zbus::Result<(u32, Entry)>;
    fn event(&self, id: i32, kind: &str, data: &Value<'_>, time: u32) -> zbus::Result<()>;
}

/// The desktop, as long as it lives.
pub(crate) struct Session {
    bus: Connection,
    shown: Log<Shown>,
    items: Log<String>,
}

impl Session {
    /// A desktop that shows notifications and has a tray.
    pub(crate) async fn start() -> Session {
        let (shown, items) = (Log::default(), Log::default());
        let bus = connection::Builder::session()
            .and_then(|b| {
                b.serve_at(
                    NOTIFICATIONS,
                    Notifications {
                        shown: Arc::clone(&shown),
                        next: 0,
                    },
                )
            })
            .and_then(|b| {
                b.serve_at(
                    WATCHER,
                    Watcher {
                        items: Arc::clone(&items),
                    },
                )
            })
            .and_then(|b| b.name("org.freedesktop.Notifications"))
            .and_then(|b| b.name("org.kde.StatusNotifierWatcher"))
            .expect("the names are free")
            .build()
            .await
            .expect("there is a session bus");
        Session { bus, shown, items }
    }

    /// What was shown so far.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        self.shown.lock().expect("no panic").clone()
    }

    /// The owner clicks on a notification, or on one of its buttons.
    pub(crate) async fn click(&self, id: u32, key: &str) {
        let server = self.bus.object_server();
        let notifications = server
            .interface::<_, Notifications>(NOTIFICATIONS)
            .await
            .expect("it is served");
        Notifications::action_invoked(notifications.signal_emitter(), id, key)
            .await
            .expect("a signal goes out");
    }

    async fn item(&self) -> Option<(String, ItemProxy<'static>)> {
        let sender = self.items.lock().expect("no panic").last().cloned()?;
        let item = ItemProxy::builder(&self.bus)
            .destination(sender.clone())
            .ok()?
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .await
            .ok()?;
        Some((sender, item))
    }

    /// The picture in the tray.
    pub(crate) async fn tray_icon(&self) -> Option<Picture> {
        self.item().await?.1.icon_pixmap().await.ok()?.pop()
    }

    async fn menu(&self) -> Option<(MenuProxy<'static>, Vec<Entry>)> {
        let (sender, item) = self.item().await?;
        let path = item.menu().await.ok()?;
        let menu = MenuProxy::builder(&self.bus)
            .destination(sender)
            .ok()?
            .path(path)
            .ok()?
            .build()
            .await
            .ok()?;
        let (_, (_, _, children)) = menu.get_layout(0, -1, &[]).await.ok()?;
        let entries = children
            .into_iter()
            .filter_map(|child| Entry::try_from(child).ok())
            .collect();
        Some((menu, entries))
    }

    /// The words of the tray's menu, a line for each entry; a tick is shown as `✓`.
    pub(crate) async fn tray_menu(&self) -> Option<Vec<String>> {
        let (_, entries) = self.menu().await?;
        let words = entries.iter().filter_map(|(_, properties, _)| {
            let label = text(properties, "label")?;
            let ticked = properties
                .get("toggle-state")
                .and_then(|state| i32::try_from(state).ok())
                == Some(1);
            Some(if ticked {
                format!("{label} ✓")
            } else {
                label
            })
        });
        Some(words.collect())
    }

    /// The owner chooses an entry of the tray's menu, once it can be chosen.
    pub(crate) async fn choose(&self, label: &str) {
        let (menu, id) = eventually(&format!("{label} can be chosen"), async || {
            let (menu, entries) = self.menu().await?;
            let found = entries.into_iter().find(|(_, properties, _)| {
                text(properties, "label").as_deref() == Some(label) && is_enabled(properties)
            });
            Some((menu, found?.0))
        })
        .await;
        menu.event(id, "clicked", &Value::from(0_i32), 0)
            .await
            .expect("the menu hears of it");
    }
}

/// What is not said is so.
fn is_enabled(properties: &HashMap<String, OwnedValue>) -> bool {
    properties
        .get("enabled")
        .is_none_or(|enabled| bool::try_from(enabled) != Ok(false))
}

fn text(properties: &HashMap<String, OwnedValue>, name: &str) -> Option<String> {
    let value = properties.get(name)?.try_clone().ok()?;
    // An underscore marks the letter that opens an entry.
    String::try_from(value)
        .ok()
        .map(|text| text.replace('_', ""))
}
