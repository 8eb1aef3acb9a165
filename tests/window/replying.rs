//! Drafts that are approved, replies that go out by themselves, and the pause.

use crate::desktop::until;
use crate::stage::journey;
use thirtyfour::Key;

const COUNTDOWN_SECONDS: usize = 5;
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
            app.shown(&crate::inbox::row_of(name)).await;
        }

        // The newest is on top: three steps down, one too far up and down again.
        app.press(Key::Escape).await;
        for key in ['j', 'j', 'j', 'k', 'j'] {
            app.press(key).await;
        }
        app.shown(&format!(
            "{}[aria-selected=true]",
            crate::inbox::row_of("nora")
        ))
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
        let (app, ayse) = (stage.app(), stage.sim.customer("ayse.k"));
        app.connect_with_token(&stage.sim.token()).await;
        app.learns(
            "How much is the blue mug?",
            "The blue mug is 480 TL.",
            "en",
            true,
        )
        .await;
        app.learns(
            "Do you ship to Germany?",
            "We ship to Germany for 550 TL.",
            "en",
            true,
        )
        .await;
        app.settings("ai").await;
        app.fill("ai-countdown", &COUNTDOWN_SECONDS.to_string())
            .await;
        app.press(Key::Tab).await;
        app.shown("[data-testid=settings-ai] .saved:not(:empty)")
            .await;
        app.back_to_inbox().await;
        ayse.writes("Good morning! How much is the blue mug?");
        app.opens("ayse.k").await;
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

        ayse.writes("Do you ship to Germany?");
        app.hook("countdown").await;
        let words = app.draft("countdown").await;
        assert!(words.contains("550 TL"), "{words}");
        assert_eq!(
            stage.delivered().len(),
            1,
            "nothing goes out before the end of the countdown"
        );
        until("the second is delivered", || stage.delivered().len() == 2).await;
        assert!(
            stage.delivered()[1].contains("550 TL"),
            "{:?}",
            stage.delivered()
        );
        app.shown("[data-testid=message][data-author=ai][data-state=sent]")
            .await;

        ayse.writes("And how much is the blue mug?");
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

#[tokio::test(flavor = "multi_thread")]
async fn the_same_in_turkish() {
    journey("turkish", "empty", async |stage| {
        stage.start().await;
        let app = stage.app();
        app.press_button("connect-way-token").await;
        app.script("location.hash = '#/settings/language'").await;
        app.speaks("tr").await;
        app.script("location.hash = '#/connect'").await;
        let title = app.text("[data-testid=connect] h1").await;
        assert_eq!(title, "Instagram hesabınızı bağlayın");
        app.connect_with_token(&stage.sim.token()).await;
        app.learns(
            "Kargo ücreti ne kadar?",
            "Kargo ücreti 60 TL, üç günde gelir.",
            "tr",
            true,
        )
        .await;
        assert_eq!(app.text("[data-testid=rail-settings]").await, "Ayarlar");
        app.settings("ai").await;
        app.fill("ai-countdown", &COUNTDOWN_SECONDS.to_string())
            .await;
        app.press(Key::Tab).await;
        app.back_to_inbox().await;
        let ayse = stage.sim.customer("ayse.k");
        ayse.writes("Merhaba, kargo ücreti ne kadar?");
        app.shown(&crate::inbox::row_of("ayse.k")).await;

        app.press('j').await;
        let draft = app.draft("proposed").await;
        assert!(draft.contains("60 TL"), "{draft}");
        let card = app.text("[data-testid=draft-card]").await;
        assert!(
            card.contains("Önerilen yanıt") && card.contains("Onayla ve gönder"),
            "{card}"
        );
        app.press_with_control(Key::Enter).await;
        app.reads("out", "60 TL").await;
        until("it is delivered", || !stage.delivered().is_empty()).await;
        stage.after_polls(4).await;
        assert_eq!(stage.delivered(), [draft], "exactly that text, once");

        app.press_button("mode-auto").await;
        app.shown("[data-testid=mode-auto][aria-pressed=true]")
            .await;
        ayse.writes("Peki kargo ücreti ne kadar?");
        app.hook("countdown").await;
        until("the second is delivered", || stage.delivered().len() == 2).await;
        assert!(
            stage.delivered()[1].contains("60 TL"),
            "{:?}",
            stage.delivered()
        );
        ayse.writes("Kargo ücreti ne kadardı?");
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
