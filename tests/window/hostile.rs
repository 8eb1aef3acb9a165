//! What is written to hurt: shown as words, bounded, and without any way out of the window.

use crate::desktop::eventually;
use crate::inbox::row_of;
use crate::stage::journey;

const PICTURE: &str = "<img src=x onerror=\"document.title='owned'\">";

#[tokio::test(flavor = "multi_thread")]
async fn a_name_a_title_and_a_quote_are_words() {
    journey("words", "empty", async |stage| {
        stage.start().await;
        let app = stage.app();
        let mallory = stage.sim.customer("mallory");
        mallory.is_named(Some(PICTURE));
        let first = mallory.writes_from_ad(PICTURE, PICTURE);
        mallory.replies_to(&first, PICTURE);
        mallory.replies_to_story(PICTURE);
        app.connect_with_token(&stage.sim.token()).await;
        app.opens("mallory").await;
        app.reads("in", "onerror").await;
        eventually("the name comes, and stands as it is", async || {
            let row = app.text(&row_of("mallory")).await;
            row.contains("<img src=x").then_some(())
        })
        .await;
        app.press_button("context-open").await;
        stage.after_polls(2).await;
        let made = "return document.querySelectorAll('img[src=\"x\"], [onerror]').length";
        assert_eq!(app.script(made).await, 0, "nothing became an element");
        let title = app.script("return document.title").await;
        assert!(title.as_str().is_some_and(|title| !title.contains("owned")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_and_a_tower_of_accents_leave_the_window_quick() {
    journey("megabyte", "empty", async |stage| {
        stage.start().await;
        let app = stage.app();
        let (ada, tom) = (stage.sim.customer("ada"), stage.sim.customer("tom"));
        tom.writes("Do you sell lamps?");
        ada.writes(&"a".repeat(1 << 20));
        ada.writes(&format!("z{}", "\u{0300}".repeat(100_000)));
        ada.writes("the end");
        app.connect_with_token(&stage.sim.token()).await;
        app.opens("ada").await;
        app.reads("in", "the end").await;
        let longest = "return Math.max(...[...document.querySelectorAll('[data-testid=message]')]\
            .map((one) => one.textContent.length))";
        let longest = app.script(longest).await;
        assert!(longest.as_u64().is_some_and(|n| n < 10_000), "clipped: {longest}");

        let frames = "const done = arguments[arguments.length - 1]; const all = []; let last = performance.now();\
            const tick = () => { const now = performance.now(); all.push(now - last); last = now;\
              if (all.length < 40) requestAnimationFrame(tick);\
              else done(all.sort((a, b) => a - b)[20]); };\
            requestAnimationFrame(tick)";
        let answer = app.driver().execute_async(frames, Vec::new()).await;
        let middle = answer.expect("frames go by").json().as_f64();
        assert!(middle.is_some_and(|ms| ms < 100.0), "a frame takes {middle:?} ms");
        app.opens("tom").await;
        app.reads("in", "lamps").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_the_window_has_only_the_owners_commands() {
    journey("commands", "empty", async |stage| {
        stage.start().await;
        let app = stage.app();
        app.connect_with_token(&stage.sim.token()).await;
        for (command, with) in [
            ("plugin:fs|read_text_file", "{ path: '/etc/passwd' }"),
            ("plugin:shell|execute", "{ program: 'sh', args: [] }"),
            ("plugin:http|fetch", "{}"),
            ("plugin:opener|open_url", "{ url: 'https://evil.example/' }"),
            ("plugin:opener|open_path", "{ path: '/etc/passwd' }"),
            ("plugin:autostart|enable", "{}"),
            ("plugin:deep-link|register", "{ protocol: 'https' }"),
            ("plugin:window-state|filename", "{}"),
            (
                "plugin:webview|create_webview_window",
                "{ options: { label: 'x', url: 'https://evil.example/' } }",
            ),
            ("plugin:window|close", "{ label: 'main' }"),
            ("plugin:event|emit", "{ event: 'changes', payload: [] }"),
            ("plugin:app|app_hide", "{}"),
            ("no_such_command", "{}"),
        ] {
            let answer = app
                .promise(&format!(
                    "window.__TAURI_INTERNALS__.invoke('{command}', {with})"
                ))
                .await;
            assert_ne!(answer, "resolved", "{command}");
        }
        for link in [
            "javascript:alert(1)",
            "data:text/html,<b>x</b>",
            "file:///etc/passwd",
            "smb://evil.example/share",
            "replydesk://oauth/instagram?code=a&state=b",
            "http://evil.example/",
            "https://instagram.com@evil.example/",
        ] {
            let answer = app
                .promise(&format!(
                    "window.__TAURI_INTERNALS__.invoke('link_open', {{ url: '{link}' }})"
                ))
                .await;
            assert_ne!(answer, "resolved", "{link}");
        }
        for file in [
            "asset://localhost/etc/passwd",
            "asset://localhost/..%2f..%2fetc%2fpasswd",
            "tauri://localhost/../../etc/passwd",
            "file:///etc/passwd",
        ] {
            let answer = app.promise(&format!("fetch('{file}')")).await;
            assert_ne!(answer, "resolved", "{file}");
        }
        app.hook("view-all").await;
    })
    .await;
}
