//! One ReplyDesk at a time, by a name on the session bus. It is the name that the window's program
//! takes too (`tauri-plugin-single-instance`), and its way of telling the first what the second was
//! started with.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::connection::Builder;
use zbus::{Connection, interface};

const NAME: &str = "app.replydesk.desktop.SingleInstance";
const PATH: &str = "/app/replydesk/desktop/SingleInstance";

/// What came of asking for the name.
pub enum Claim {
    /// It is ours.
    First(SingleInstance),
    /// Another ReplyDesk runs.
    Taken,
    /// There is no bus to ask; the data are guarded by a lock of their own.
    Unknown,
}

/// The name, as long as this lives.
pub struct SingleInstance {
    bus: Connection,
    started: UnboundedReceiver<Vec<String>>,
}

impl SingleInstance {
    /// Asks for the name.
    pub async fn claim() -> Claim {
        let (tell, started) = unbounded_channel();
        let claimed = async {
            Builder::session()?
                .name(NAME)?
                .replace_existing_names(false)
                .allow_name_replacements(false)
                .serve_at(PATH, Second(tell))?
                .build()
                .await
        };
        match claimed.await {
            Ok(bus) => Claim::First(SingleInstance { bus, started }),
            Err(zbus::Error::NameTaken) => Claim::Taken,
            Err(e) => {
                tracing::warn!(error = %e, "nobody can say whether another ReplyDesk runs");
                Claim::Unknown
            }
        }
    }

    /// The command line of whoever is started next, the program's name first.
    pub async fn next_start(&mut self) -> Vec<String> {
        match self.started.recv().await {
            Some(words) => words,
            None => std::future::pending().await,
        }
    }

    /// Gives the name up: the next to be started is the first.
    pub async fn release(self) {
        if let Err(e) = self.bus.release_name(NAME).await {
            tracing::warn!(error = %e, "the name on the bus could not be given up");
        }
    }
}

/// Hears of a second start.
struct Second(UnboundedSender<Vec<String>>);

#[interface(name = "org.SingleInstance.DBus")]
impl Second {
    fn execute_callback(&self, argv: Vec<String>, _cwd: String) {
        // Nobody listens when this process is about to end.
        let _ = self.0.send(argv);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_windows() {
        let text = include_str!("../../../tauri.conf.json");
        let config: serde_json::Value = serde_json::from_str(text).unwrap();
        let id = config["identifier"].as_str().unwrap();
        assert_eq!(NAME, format!("{id}.SingleInstance"));
        assert_eq!(PATH, format!("/{}", NAME.replace('.', "/")));
    }
}
