//! The owner's browser: WebKit's own small one.

use crate::app::View;
use crate::desktop::free_port;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use thirtyfour::Capabilities;
use thirtyfour::prelude::*;

/// A browser that is open.
pub(crate) struct Browser(View);

impl Browser {
    pub(crate) async fn open(log: &Path) -> Browser {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--port={port}"));
        let mut capabilities = Capabilities::new();
        let options = json!({ "binary": mini_browser(), "args": ["--automation"] });
        capabilities
            .set("webkitgtk:browserOptions", options)
            .expect("a capability");
        Browser(View::open(&mut command, &[port], capabilities, log).await)
    }

    /// Clicks `button` on the page of consent; the link that the page after it leads on to.
    pub(crate) async fn decides(&self, authorize_url: &str, button: &str) -> String {
        let driver = &self.0.driver;
        driver
            .goto(authorize_url)
            .await
            .expect("the page of consent opens");
        let button = driver
            .query(By::Id(button))
            .first()
            .await
            .expect("the page has two buttons");
        button.click().await.expect("a button can be clicked");
        let onward = driver
            .query(By::Id("open"))
            .first()
            .await
            .expect("the page leads on");
        onward
            .attr("href")
            .await
            .expect("a link")
            .expect("an address")
    }

    pub(crate) async fn close(self) {
        self.0.close(|| true).await;
    }
}

/// It comes with the engine, in a folder named after the machine's architecture.
fn mini_browser() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib")
        .expect("libraries are in /usr/lib")
        .flatten();
    folders
        .map(|folder| folder.path().join("webkit2gtk-4.1/MiniBrowser"))
        .chain(["/usr/libexec/webkit2gtk-4.1/MiniBrowser".into()])
        .find(|program| program.is_file())
        .expect("WebKitGTK brings a small browser")
}
