//! axe-core in the real window: every view of `ui/scripts/views.json`, in every language and theme.
//!
//! The same views are looked at in Chromium by `npm run look`, there also narrow, enlarged and in
//! forced colours.

use crate::app::App;
use crate::desktop::eventually;
use crate::stage::journey;
use serde::Deserialize;
use std::path::Path;

const AXE: &str = "ui/node_modules/axe-core/axe.min.js";
const RUN: &str = include_str!("../../ui/scripts/a11y/run.js");
const VIEWS: &str = include_str!("../../ui/scripts/views.json");

#[derive(Deserialize)]
struct Views {
    languages: Vec<String>,
    themes: Vec<String>,
    first: Vec<View>,
    views: Vec<View>,
}

/// A view, and how one comes to it.
#[derive(Deserialize)]
struct View {
    name: String,
    route: String,
    ready: String,
    #[serde(default)]
    click: Vec<String>,
    row: Option<usize>,
    #[serde(default)]
    press: Vec<char>,
    then: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Violation {
    id: String,
    help: String,
    nodes: Vec<serde_json::Value>,
}

/// Back to where every view can be reached from.
const LEAVE: &str = "document.querySelector('dialog[open]')?.close(); document.activeElement?.blur();\
    const search = document.querySelector('[data-testid=search]');\
    if (search?.value) { search.value = ''; search.dispatchEvent(new Event('input', { bubbles: true })); }\
    location.hash = '#/welcome'; return 1";

#[tokio::test(flavor = "multi_thread")]
async fn every_view_in_every_language_and_theme_passes_axe() {
    let all: Views = serde_json::from_str(VIEWS).expect("the list of views");
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE);
    let axe = std::fs::read_to_string(axe).expect("axe-core is installed with the UI");
    journey("accessibility", "shop", async |stage| {
        stage.start().await;
        let app = stage.app();
        app.hook("welcome").await;
        app.script(&axe).await;
        sees_a_fault(app).await;
        let mut found = look(app, &all, &all.first).await;
        app.connect_with_token(&stage.sim.token()).await;
        app.knows_the_shop().await;
        there(app, "[data-testid=conversation-row]").await;
        stage
            .sim
            .customer("ada")
            .writes("How much is the blue mug?");
        app.opens("ada").await;
        app.draft("proposed").await;
        found.extend(look(app, &all, &all.views).await);
        assert!(found.is_empty(), "{}", found.join("\n"));
    })
    .await;
}

/// That axe finds nothing says something only where it finds what is there.
async fn sees_a_fault(app: &App) {
    let add = "const bad = document.createElement('img'); bad.id = 'bad'; bad.src = 'data:,';\
        document.querySelector('main').append(bad); return 1";
    app.script(add).await;
    let found = axe(app).await;
    assert!(found.iter().any(|one| one.id == "image-alt"), "{found:?}");
    app.script("document.getElementById('bad').remove(); return 1")
        .await;
}

async fn look(app: &App, all: &Views, views: &[View]) -> Vec<String> {
    let mut found = Vec::new();
    for language in &all.languages {
        for theme in &all.themes {
            dress(app, language, theme).await;
            for view in views {
                enter(app, view).await;
                for Violation { id, help, nodes } in axe(app).await {
                    let (name, node) = (&view.name, nodes.first());
                    found.push(format!("{name} ({language} {theme}) {id}: {help} {node:?}"));
                }
            }
        }
    }
    found
}

/// As the owner chooses them in the settings.
async fn dress(app: &App, language: &str, theme: &str) {
    let choose = format!(
        "window.__TAURI_INTERNALS__.invoke('app_state').then(({{ preferences }}) => \
         window.__TAURI_INTERNALS__.invoke('preferences_set', {{ preferences: \
         {{ ...preferences, language: '{language}', theme: '{theme}' }} }}))"
    );
    assert_eq!(app.promise(&choose).await, "resolved");
    there(app, &format!("html[lang={language}][data-theme={theme}]")).await;
}

/// Waits in the page: rows are replaced while news comes in, and an element may be an old one.
async fn there(app: &App, css: &str) {
    let look = format!("return document.querySelector(\"{css}\") !== null");
    eventually(css, async || {
        (app.script(&look).await == true).then_some(())
    })
    .await;
}

async fn enter(app: &App, view: &View) {
    app.script(LEAVE).await;
    app.script(&format!("location.hash = '#{}'", view.route))
        .await;
    there(app, &view.ready).await;
    for hook in &view.click {
        app.press_button(hook).await;
    }
    if let Some(row) = view.row {
        let open =
            format!("document.querySelectorAll('[data-testid=conversation-row]')[{row}]?.click()");
        app.script(&open).await;
    }
    for key in &view.press {
        app.press(*key).await;
    }
    if let Some(then) = &view.then {
        there(app, then).await;
    }
}

async fn axe(app: &App) -> Vec<Violation> {
    let result = app.driver().execute_async(RUN, Vec::new()).await;
    let words = result.expect("axe runs").json().clone();
    serde_json::from_str(words.as_str().expect("JSON in words")).expect("a list of violations")
}
