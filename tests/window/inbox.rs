//! What an owner does in the window, in the owner's words.

use crate::app::App;
use crate::desktop::eventually;
use graph_sim::SHOP_KNOWLEDGE;
use thirtyfour::prelude::*;

impl App {
    /// Passes the first run's steps by and goes to where an account is connected.
    pub(crate) async fn goes_to_connect(&self) {
        self.script("location.hash = '#/connect'").await;
        self.hook("connect").await;
    }

    /// Connects by the way that needs no browser.
    pub(crate) async fn connect_with_token(&self, token: &str) {
        self.goes_to_connect().await;
        self.press_button("connect-way-token").await;
        self.fill("connect-token", token).await;
        self.press_button("connect-token-save").await;
        self.hook("view-all").await;
    }

    /// The user names down the list.
    pub(crate) async fn listed(&self) -> Vec<String> {
        let found = self.driver().find_all(By::Testid("conversation-row")).await;
        let mut names = Vec::new();
        for row in found.unwrap_or_default() {
            // A row may vanish between two questions.
            if let Ok(Some(name)) = row.attr("data-username").await {
                names.push(name);
            }
        }
        names
    }

    /// Opens a conversation with the mouse.
    pub(crate) async fn opens(&self, username: &str) {
        self.click(&row_of(username)).await;
        self.shown(&format!("{}[aria-selected=true]", row_of(username)))
            .await;
        self.hook("composer").await;
    }

    /// The words of the draft, once it has come to `outcome`.
    pub(crate) async fn draft(&self, outcome: &str) -> String {
        self.text(&format!(
            "[data-testid=draft-card][data-outcome={outcome}] [data-testid=draft-text]"
        ))
        .await
    }

    /// Waits for a message with this text.
    pub(crate) async fn reads(&self, direction: &str, text: &str) {
        let what = format!("a message that goes {direction} says {text:?}");
        let css = format!("[data-testid=message][data-direction={direction}] .text");
        eventually(&what, async || {
            for message in self.driver().find_all(By::Css(css.as_str())).await.ok()? {
                if message.text().await.ok()?.contains(text) {
                    return Some(());
                }
            }
            None
        })
        .await;
    }

    /// Goes to the settings.
    pub(crate) async fn settings(&self, section: &str) {
        self.press_button("rail-settings").await;
        self.press_button(&format!("settings-nav-{section}")).await;
        self.hook(&format!("settings-{section}")).await;
    }

    pub(crate) async fn back_to_inbox(&self) {
        self.press_button("rail-inbox").await;
        self.hook("view-all").await;
    }

    /// Adds to the knowledge, by the form.
    pub(crate) async fn learns(&self, question: &str, answer: &str, lang: &str, auto_ok: bool) {
        self.settings("knowledge").await;
        self.press_button("knowledge-add").await;
        self.fill("knowledge-questions", question).await;
        self.fill("knowledge-answer", answer).await;
        self.click(&format!(
            "[data-testid=knowledge-lang] option[value={lang}]"
        ))
        .await;
        let is_ticked = self.hook("knowledge-auto-ok").await.is_selected().await;
        if is_ticked.expect("a box") != auto_ok {
            self.press_button("knowledge-auto-ok").await;
        }
        self.press_button("knowledge-save").await;
        self.gone("[data-testid=knowledge-form]").await;
    }

    /// Adds all that the shop of the demo knows; that the form works is seen elsewhere.
    pub(crate) async fn knows_the_shop(&self) {
        let add = format!(
            "Promise.all({SHOP_KNOWLEDGE}.map((entry) => \
             window.__TAURI_INTERNALS__.invoke('knowledge_add', entry)))"
        );
        assert_eq!(self.promise(&add).await, "resolved");
    }

    /// Chooses the language of the screen.
    pub(crate) async fn speaks(&self, lang: &str) {
        self.click(&format!(
            "[data-testid=settings-language] [data-value={lang}]"
        ))
        .await;
        // Asked in the page: everything is written anew, and an element may be an old one.
        let chosen = format!(
            "return document.querySelector('[data-testid=settings-language] \
             [data-value={lang}][aria-pressed=true]') !== null"
        );
        eventually("the language is chosen", async || {
            (self.script(&chosen).await == true).then_some(())
        })
        .await;
    }
}

/// Where a conversation is in the list.
pub(crate) fn row_of(username: &str) -> String {
    format!("[data-testid=conversation-row][data-username='{username}']")
}
