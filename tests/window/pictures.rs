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
                app.hook("welcome").await;
                app.script("location.hash = '#/settings/language'").await;
                app.speaks(lang).await;
                app.click(&format!(
                    "[data-testid=settings-theme] [data-value={theme}]"
                ))
                .await;
                take(stage, lang, theme, "settings").await;
                app.script("location.hash = '#/welcome'").await;
                app.hook("welcome-begin").await;
                take(stage, lang, theme, "welcome").await;
                app.script("location.hash = '#/welcome/app_redirect'").await;
                app.hook("welcome-redirect").await;
                take(stage, lang, theme, "welcome-app").await;
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
                app.knows_the_shop().await;
                app.settings("knowledge").await;
                app.shown("[data-testid=knowledge-entry]").await;
                take(stage, lang, theme, "knowledge").await;
                app.back_to_inbox().await;
                let question = match lang {
                    "tr" => "Mavi kupa ne kadar?",
                    "ru" => "Сколько стоит синяя кружка?",
                    _ => "How much is the blue mug?",
                };
                let ada = stage.sim.customer("ada");
                ada.writes(question);
                app.opens("ada").await;
                app.draft("proposed").await;
                take(stage, lang, theme, "thread").await;
                app.press_button("mode-auto").await;
                ada.writes(question);
                app.hook("countdown").await;
                take(stage, lang, theme, "countdown").await;
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
