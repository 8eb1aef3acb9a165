//! Drafts that are approved, replies that go out by themselves, and the pause.

use crate::app::App;
use crate::desktop::until;
use crate::inbox::row_of;
use crate::stage::{Stage, journey};
use thirtyfour::Key;

const COUNTDOWN_SECONDS: usize = 5;
const COURSES: &str = "We offer pottery courses on Saturdays.";
const KURSLAR: &str = "Cumartesi günleri seramik kursumuz var.";
/// At two looks a second, longer than a countdown.
const LONGER_THAN_COUNTDOWN: usize = 2 * COUNTDOWN_SECONDS + 4;

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_approved_with_the_keyboard() {
    journey("approve", "empty", async |stage| {
        stage.start().await;
        let app = stage.app();
        app.connect_with_token(&stage.sim.token()).await;
        app.learns(
            "How much is the blue mug?",
            "The blue mug is 480 TL.",
            "en",
            false,
        )
        .await;
        app.back_to_inbox().await;
        for (name, text) in [
            ("nora", "Hi! How much is the blue mug?"),
            ("tom", "Do you sell lamps?"),
            ("june", "Are you open on Sundays?"),
        ] {
            stage.sim.customer(name).writes(text);
            app.shown(&row_of(name)).await;
        }

        // The newest is on top: three steps down, one too far up and down again.
        app.press(Key::Escape).await;
        for key in ['j', 'j', 'j', 'k', 'j'] {
            app.press(key).await;
        }
        app.shown(&format!("{}[aria-selected=true]", row_of("nora")))
            .await;
        app.press(Key::Escape).await;
        app.gone("[data-testid=thread]").await;
        app.press(Key::Enter).await;
        let draft = app.draft("proposed").await;
        assert!(draft.contains("480 TL"), "{draft}");
        app.press_with_control(Key::Enter).await;

        app.gone("[data-testid=draft-card]").await;
        until("it is delivered", || !stage.delivered().is_empty()).await;
        app.shown("[data-testid=message][data-direction=out][data-state=sent]")
            .await;
        stage.after_polls(4).await;
        assert_eq!(stage.delivered(), [draft], "exactly that text, once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_goes_out_by_itself_and_the_pause_stops_the_next() {
    journey("auto", "empty", async |stage| {
        stage.start().await;
        let (app, nora) = (stage.app(), stage.sim.customer("nora"));
        app.connect_with_token(&stage.sim.token()).await;
        app.knows_the_shop().await;
        app.learns("Do you offer pottery courses?", COURSES, "en", true)
            .await;
        counts_down_shortly(app).await;
        nora.writes("Hello! Do your plates go into the dishwasher?");
        app.opens("nora").await;
        app.draft("proposed").await;
        app.press_button("mode-auto").await;
        app.shown("[data-testid=mode-auto][aria-pressed=true]")
            .await;
        stage.after_polls(LONGER_THAN_COUNTDOWN).await;
        assert!(
            stage.delivered().is_empty(),
            "what was proposed before still waits for the owner"
        );
        app.press_button("draft-approve").await;
        until("the first is delivered", || stage.delivered().len() == 1).await;

        nora.writes("Do you offer pottery courses?");
        sends_itself(stage, COURSES).await;

        nora.writes("How much is the blue mug?");
        app.hook("countdown").await;
        app.press_button("pause-ai").await;
        app.shown("[data-testid=pause-ai][aria-pressed=true]").await;
        let card = app
            .text("[data-testid=draft-card][data-outcome=proposed]")
            .await;
        assert!(card.contains("The AI is paused"), "{card}");
        stage.after_polls(LONGER_THAN_COUNTDOWN).await;
        assert_eq!(stage.delivered().len(), 2, "a pause stops what counts down");
    })
    .await;
}

/// Sets the shortest countdown, in the settings.
async fn counts_down_shortly(app: &App) {
    app.settings("auto").await;
    app.fill("ai-countdown", &COUNTDOWN_SECONDS.to_string())
        .await;
    app.press(Key::Tab).await;
    app.shown("[data-testid=settings-auto] .saved:not(:empty)")
        .await;
    app.back_to_inbox().await;
}

/// The reply counts down, and goes out once, not before the countdown has ended.
async fn sends_itself(stage: &Stage, words: &str) {
    let before = stage.delivered().len();
    stage.app().hook("countdown").await;
    let draft = stage.app().draft("countdown").await;
    assert!(draft.contains(words), "{draft}");
    assert_eq!(stage.delivered().len(), before, "the countdown still runs");
    until("it is delivered", || stage.delivered().len() > before).await;
    stage
        .app()
        .shown("[data-testid=message][data-author=ai][data-state=sent]")
        .await;
    stage.after_polls(4).await;
    assert_eq!(
        &stage.delivered()[before..],
        [draft],
        "exactly that text, once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_in_turkish() {
    journey("turkish", "empty", async |stage| {
        stage.start().await;
        let (app, ayse) = (stage.app(), stage.sim.customer("ayse.k"));
        app.hook("welcome").await;
        app.script("location.hash = '#/settings/language'").await;
        app.speaks("tr").await;
        app.goes_to_connect().await;
        let title = app.text("[data-testid=connect] h1").await;
        assert_eq!(title, "Instagram hesabınızı bağlayın");
        app.connect_with_token(&stage.sim.token()).await;
        app.knows_the_shop().await;
        app.learns("Seramik kursunuz var mı?", KURSLAR, "tr", true)
            .await;
        assert_eq!(app.text("[data-testid=rail-settings]").await, "Ayarlar");
        counts_down_shortly(app).await;

        ayse.writes("Merhaba, mavi kupa ne kadar?");
        app.shown(&row_of("ayse.k")).await;
        app.press(Key::Escape).await;
        app.press('j').await;
        let draft = app.draft("proposed").await;
        assert!(draft.contains("480 TL"), "{draft}");
        let card = app.text("[data-testid=draft-card]").await;
        assert!(card.contains("Önerilen yanıt"), "{card}");
        assert!(card.contains("Onayla ve gönder"), "{card}");
        app.press_with_control(Key::Enter).await;
        app.reads("out", "480 TL").await;
        until("it is delivered", || !stage.delivered().is_empty()).await;
        stage.after_polls(4).await;
        assert_eq!(stage.delivered(), [draft], "exactly that text, once");

        app.press_button("mode-auto").await;
        app.shown("[data-testid=mode-auto][aria-pressed=true]")
            .await;
        ayse.writes("Seramik kursunuz var mı?");
        sends_itself(stage, KURSLAR).await;
        ayse.writes("Büyük kase ne kadar?");
        app.hook("countdown").await;
        app.press_button("pause-ai").await;
        let card = app
            .text("[data-testid=draft-card][data-outcome=proposed]")
            .await;
        assert!(card.contains("Yapay zekâ duraklatıldı."), "{card}");
        stage.after_polls(LONGER_THAN_COUNTDOWN).await;
        assert_eq!(stage.delivered().len(), 2, "a pause stops what counts down");
    })
    .await;
}
