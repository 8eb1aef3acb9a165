//! Reading a thread: what comes meanwhile neither moves it nor is missed.

use crate::app::App;
use crate::desktop::eventually;
use crate::inbox::row_of;
use crate::stage::journey;

const WHEEL: &str = "document.querySelector('[role=log]').dispatchEvent(new WheelEvent('wheel'))";
const TOP: &str = "document.querySelector('[role=log]').scrollTop";

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_one_reads_further_up_moves_nothing_and_is_counted() {
    journey("reading", "empty", async |stage| {
        stage.start().await;
        let app = stage.app();
        let (ada, tom) = (stage.sim.customer("ada"), stage.sim.customer("tom"));
        app.connect_with_token(&stage.sim.token()).await;
        tom.writes("Do you sell lamps?");
        for n in 0..30 {
            ada.writes(&format!(
                "Line {n}, and a few more words so that it takes its place."
            ));
        }
        eventually("the last line is there", async || {
            // The driver leaves out words that are cut short on the screen.
            let row = row_of("ada");
            let words = format!("return document.querySelector(\"{row}\")?.textContent");
            let words = app.script(&words).await;
            words.as_str()?.contains("Line 29").then_some(())
        })
        .await;
        app.opens("tom").await;
        app.opens("ada").await;
        // It opens at what is new; from here on only the owner moves it.
        app.shown("[role=log].ready").await;
        // It may still be on its way to what is new.
        eventually("it stands further up", async || {
            if place(app).await == 200 {
                return Some(());
            }
            // As by the wheel: what the owner moves is not put back.
            app.script(&format!("{WHEEL}; {TOP} = 200")).await;
            None
        })
        .await;

        let (first, offset) = at_the_top(app).await;
        // What is unread would come before the place.
        app.gone(&format!("{} .count", row_of("ada"))).await;
        app.opens("tom").await;
        app.reads("in", "lamps").await;
        app.opens("ada").await;
        app.shown("[data-testid=to-end]").await;
        // Heights above are guessed until they are seen: the place is a message and an offset.
        eventually("the place of last time", async || {
            let (now, stands) = at_the_top(app).await;
            (now == first && (stands - offset).abs() <= 4.0).then_some(())
        })
        .await;

        let before = at_the_top(app).await;
        ada.writes("One more thing");
        eventually("it is counted", async || {
            let pill = app.text("[data-testid=to-end]").await;
            pill.contains("1 new").then_some(())
        })
        .await;
        let now = at_the_top(app).await;
        assert!(
            now.0 == before.0 && (now.1 - before.1).abs() <= 1.0,
            "it moved from {before:?} to {now:?}"
        );

        app.press_button("to-end").await;
        app.reads("in", "One more thing").await;
        app.gone("[data-testid=to-end]").await;
    })
    .await;
}

/// The first message in sight, and how far it stands below the edge.
async fn at_the_top(app: &App) -> (String, f64) {
    let look = "const edge = document.querySelector('[role=log]').getBoundingClientRect().top;\
        const first = [...document.querySelectorAll('[data-testid=message]')]\
          .find((one) => one.getBoundingClientRect().bottom > edge + 1);\
        return first ? [first.textContent, first.getBoundingClientRect().top - edge] : ['', 0]";
    let seen = app.script(look).await;
    let text = seen[0].as_str().unwrap_or_default().to_owned();
    (text, seen[1].as_f64().unwrap_or_default())
}

async fn place(app: &App) -> u64 {
    let top = app.script(&format!("return Math.round({TOP})")).await;
    top.as_u64().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_in_the_title_goes_when_nothing_waits() {
    journey("badge", "empty", async |stage| {
        stage.start().await;
        let app = stage.app();
        app.connect_with_token(&stage.sim.token()).await;
        stage.sim.customer("ada").writes("Are you open on Sundays?");
        waits(app, "(1)").await;
        stage.sim.customer("tom").writes("Do you sell lamps?");
        waits(app, "(2)").await;
        for (name, left) in [("ada", "(1)"), ("tom", "ReplyDesk")] {
            app.opens(name).await;
            app.press_button("done").await;
            waits(app, left).await;
        }
    })
    .await;
}

async fn waits(app: &App, begin: &str) {
    eventually(&format!("the title begins with {begin}"), async || {
        let title = app.script("return document.title").await;
        title.as_str()?.starts_with(begin).then_some(())
    })
    .await;
}
