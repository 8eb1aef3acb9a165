//! Connecting an account by the owner's browser.

use crate::browser::Browser;
use crate::desktop::{BrowserStandIn, eventually, instances, terminate, until};
use crate::stage::{Stage, journey};
use graph_sim::Endpoint;

/// Fills in the form and goes on; the address for the browser.
async fn begin_login(stage: &Stage) -> String {
    let app = stage.app();
    app.goes_to_connect().await;
    let redirect = app.hook("connect-redirect-uri").await.prop("value").await;
    assert_eq!(redirect.expect("a field"), Some(stage.sim.redirect_uri()));
    app.fill("connect-app-id", &stage.sim.app_id()).await;
    app.fill("connect-app-secret", &stage.sim.app_secret())
        .await;
    app.press_button("connect-start").await;
    app.text("[data-testid=connect-authorize-url]").await
}

/// The owner clicks a button on Instagram's page; the link that the page after it shows.
async fn decide(stage: &Stage, authorize_url: &str, button: &str) -> String {
    let browser = Browser::open(&stage.log).await;
    let link = browser.decides(authorize_url, button).await;
    browser.close().await;
    link
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_connects_and_the_inbox_fills() {
    journey("connect", "shop", async |stage| {
        let system = BrowserStandIn::register();
        stage.start().await;
        let address = begin_login(stage).await;
        until("the system's browser opens", || !system.opened().is_empty()).await;
        assert_eq!(system.opened(), std::slice::from_ref(&address));

        let link = decide(stage, &address, "allow").await;
        assert!(
            link.starts_with("replydesk://oauth/instagram?code="),
            "{link}"
        );
        stage.open_link(&link);

        stage.app().hook("conversation-list").await;
        eventually("customers of three languages are listed", async || {
            let listed = stage.app().listed().await;
            let all = ["nora.lindqv", "ayse.korkut", "irina.sokolnik"];
            all.iter()
                .all(|name| listed.iter().any(|l| l == name))
                .then_some(())
        })
        .await;
        until("the copy that brought the link is gone", || {
            instances().len() == 1
        })
        .await;
        let token = stage.token().await.expect("the token is in the keyring");
        assert!(token.starts_with("IGAA"), "it is Instagram's own");

        stage.quit().await;
        stage.sim.forget_calls();
        stage.start().await;
        stage.app().hook("conversation-list").await;
        stage.after_polls(2).await;
        stage.app().settings("account").await;
        stage
            .app()
            .shown("[data-testid=settings-account] .chip.good")
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_starts_the_app_and_ends_the_login() {
    journey("cold-start", "shop", async |stage| {
        stage.start().await;
        let address = begin_login(stage).await;
        stage.quit().await;
        let link = decide(stage, &address, "allow").await;

        stage.open_link(&link);
        until("the app has started", || !instances().is_empty()).await;
        stage.after_polls(2).await;
        let copies = instances();
        assert_eq!(copies.len(), 1, "one copy runs");
        terminate(copies[0]);
        until("it ended", || instances().is_empty()).await;

        stage.start().await;
        stage.app().hook("conversation-list").await;
        assert!(stage.token().await.is_some(), "the token is in the keyring");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_answer_no_login_change_nothing() {
    journey("forged-link", "shop", async |stage| {
        stage.start().await;
        let address = begin_login(stage).await;
        let app = stage.app();

        stage.open_link("replydesk://oauth/instagram?code=AQDforged&state=forged");
        let words = app
            .text("[data-testid=error][data-code=login_unknown]")
            .await;
        assert!(words.contains("does not belong to a login"), "{words}");
        assert_eq!(
            stage.sim.calls_at(Endpoint::Any),
            0,
            "Instagram was not asked"
        );
        assert_eq!(stage.token().await, None);
        let log = std::fs::read_to_string(&stage.log).expect("a log");
        assert!(!log.contains("AQDforged"), "a code is in the log");

        // The login that is under way is not disturbed, and its answer is good once.
        let link = decide(stage, &address, "allow").await;
        stage.open_link(&link);
        app.hook("conversation-list").await;
        let (token, asked) = (
            stage.token().await,
            stage.sim.calls_at(Endpoint::TokenExchange),
        );
        stage.open_link(&link);
        app.shown("[data-testid=error][data-code=login_used]").await;
        assert_eq!(stage.sim.calls_at(Endpoint::TokenExchange), asked);
        assert_eq!(stage.token().await, token);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_denies_is_told_so_and_may_start_again() {
    journey("denied", "shop", async |stage| {
        stage.start().await;
        let address = begin_login(stage).await;
        let link = decide(stage, &address, "deny").await;
        stage.open_link(&link);
        stage
            .app()
            .shown("[data-testid=error][data-code=consent_denied]")
            .await;
        assert_eq!(
            stage.sim.calls_at(Endpoint::TokenExchange),
            0,
            "Instagram was not asked"
        );
        assert_eq!(stage.token().await, None);
    })
    .await;
}
