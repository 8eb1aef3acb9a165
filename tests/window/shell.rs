//! What the window itself promises: there is one, and what is shown in it stays harmless.

use crate::desktop::{APP, Process, instances, until};
use crate::stage::journey;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_shows_the_first_window() {
    journey("second-start", "empty", async |stage| {
        stage.start().await;
        let app = stage.app();
        app.hook("welcome").await;
        let first = instances();
        app.driver()
            .minimize_window()
            .await
            .expect("a window can be minimised");
        until("it is out of sight", || !is_window_visible()).await;

        let mut command = Command::new(APP);
        command.envs(stage.variables());
        let second = Process::start(&mut command, &stage.log);
        until("it is in sight again", is_window_visible).await;
        until("the second copy is gone", || instances() == first).await;
        drop(second);
        app.hook("welcome").await;
    })
    .await;
}

/// Whether the window manager shows our window.
fn is_window_visible() -> bool {
    let mut search = Command::new("xdotool");
    let found = search
        .args(["search", "--onlyvisible", "--name", "^ReplyDesk$"])
        .output();
    found.is_ok_and(|found| !found.stdout.is_empty())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_shown_can_act() {
    journey("harmless", "empty", async |stage| {
        stage.start().await;
        let app = stage.app();
        app.connect_with_token(&stage.sim.token()).await;
        let hostile = "<img src=x onerror=\"document.title='owned'\"><b>bold</b>";
        stage.sim.customer("mallory").writes(hostile);
        app.opens("mallory").await;
        app.reads("in", hostile).await;
        let made = app.script("return document.querySelectorAll('.text img, .text b').length").await;
        assert_eq!(made, 0, "a message is text");

        for (script, word) in [
            ("document.body.innerHTML = '<b>x</b>'", "TypeError"),
            ("document.write('<b>x</b>')", "TypeError"),
            ("window.eval('1 + 1')", "EvalError"),
            ("new Function('return 1')()", "EvalError"),
            ("Object.prototype.polluted = 1", "TypeError"),
        ] {
            let outcome = app
                .script(&format!(
                    "'use strict'; try {{ {script}; return 'allowed' }} catch (e) {{ return e.name }}"
                ))
                .await;
            assert_eq!(outcome, word, "{script}");
        }
        assert_eq!(app.script("return Object.isFrozen(Object.prototype)").await, true);

        app.script(
            "window.blocked = [];\
             document.addEventListener('securitypolicyviolation', (e) => window.blocked.push(e.effectiveDirective))",
        )
        .await;
        let beacon = format!("{}/beacon", stage.sim.url());
        for (attempt, directive) in [
            ("fetch('https://example.com')".to_owned(), "connect-src"),
            (format!("fetch('{beacon}')"), "connect-src"),
            (format!("new Promise((yes, no) => {{ const i = new Image(); i.onload = yes; i.onerror = () => no('error'); i.src = '{beacon}.png' }})"), "img-src"),
            (format!("import('{beacon}.js')"), "script-src"),
        ] {
            assert_ne!(app.promise(&attempt).await, "resolved", "{attempt}");
            let blocked = app.script("return window.blocked.pop() ?? ''").await;
            let blocked = blocked.as_str().unwrap_or_default().to_owned();
            assert!(blocked.starts_with(directive), "{attempt} was stopped by {blocked:?}");
        }

        app.script(&format!("location.href = '{beacon}'")).await;
        app.script("location.href = 'https://example.com/'").await;
        app.script(&format!("window.open('{beacon}')")).await;
        stage.after_polls(3).await;
        let address = app.driver().current_url().await.expect("an address");
        assert_eq!(address.scheme(), "tauri", "the window stays ours");
        app.hook("thread").await;
        let calls = stage.sim.calls();
        assert!(calls.iter().all(|call| !call.path.contains("beacon")), "nothing left the window");
        assert_eq!(app.script("return document.title").await.as_str().map(|t| t.contains("owned")), Some(false));
    })
    .await;
}
