//! Pictures of the real window, to be looked at: `cargo xtask window -- cargo test --all-features
//! --test window -- --ignored pictures`.

use crate::desktop::{evidence, picture};
use crate::stage::{Stage, journey};

async fn take(stage: &Stage, lang: &str, theme: &str, name: &str) {
    // Two frames: what was asked for last is then painted.
    stage
        .app()
        .promise("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        .await;
    picture(&evidence("shots").join(format!("{lang}-{theme}-{name}.png")));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures, asserts nothing"]
async fn pictures() {
    std::fs::create_dir_all(evidence("shots")).expect("a folder for pictures");
    for lang in ["en", "tr", "ru"] {
        for theme in ["light", "dark"] {
            journey(&format!("pictures-{lang}-{theme}"), "shop", async |stage| {
                stage.start().await;
                let app = stage.app();
                app.hook("connect").await;
                app.script("location.hash = '#/settings/language'").await;
                app.speaks(lang).await;
                app.click(&format!(
                    "[data-testid=settings-theme] [data-value={theme}]"
                ))
                .await;
                take(stage, lang, theme, "settings").await;
                app.script("location.hash = '#/connect'").await;
                app.hook("connect").await;
                take(stage, lang, theme, "connect").await;
                app.press_button("connect-way-token").await;
                app.fill("connect-token", "IGgarbage").await;
                app.press_button("connect-token-save").await;
                app.hook("error").await;
                take(stage, lang, theme, "connect-error").await;
                app.connect_with_token(&stage.sim.token()).await;
                app.shown("[data-testid=conversation-row]").await;
                take(stage, lang, theme, "inbox-none-open").await;
                let question = match lang {
                    "tr" => ("Kargo ücreti ne kadar?", "Kargo ücreti 60 TL."),
                    "ru" => ("Сколько стоит синяя кружка?", "Кружка стоит 480 лир."),
                    _ => ("How much is the blue mug?", "The blue mug is 480 TL."),
                };
                app.learns(question.0, question.1, lang, true).await;
                take(stage, lang, theme, "knowledge").await;
                app.back_to_inbox().await;
                stage.sim.customer("nora.lindqv").writes(question.0);
                app.opens("nora.lindqv").await;
                app.hook("draft-text").await;
                take(stage, lang, theme, "thread").await;
                app.press_button("draft-why").await;
                app.hook("why-panel").await;
                take(stage, lang, theme, "why").await;
                stage.sim.revoke_tokens(460);
                app.shown(".banner.bad").await;
                take(stage, lang, theme, "token-dead").await;
            })
            .await;
        }
    }
}
