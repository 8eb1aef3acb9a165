//! Outside the window: notifications, the tray, and going on without a window.

use crate::desktop::{
    APP, Process, close_for_a_successor, close_window, eventually, instances, until, windows,
};
use crate::session::Session;
use crate::stage::journey;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_notification_opens_its_conversation() {
    journey("notification", "empty", async |stage| {
        let session = Session::start().await;
        stage.start().await;
        let app = stage.app();
        app.connect_with_token(&stage.sim.token()).await;
        stage
            .sim
            .customer("ayse")
            .writes("<b>Merhaba</b> & iyi günler");
        let shown = eventually("the desktop shows it", async || session.shown().pop()).await;
        assert_eq!(
            shown.body, "&lt;b&gt;Merhaba&lt;/b&gt; &amp; iyi günler",
            "what a customer writes is no markup"
        );
        assert!(shown.title.contains("ayse"), "{}", shown.title);
        assert_eq!(shown.actions.first().map(String::as_str), Some("default"));
        session.click(shown.id, "default").await;
        app.hook("composer").await;
        app.reads("in", "Merhaba").await;

        // Now it is on the screen: what comes next is not told, but what another writes is.
        let before = session.shown().len();
        stage.sim.customer("ayse").writes("hâlâ orada mısınız?");
        app.reads("in", "hâlâ orada").await;
        stage.sim.customer("tom.h").writes("hello");
        let told = eventually("the other is told of", async || {
            session.shown().into_iter().nth(before)
        })
        .await;
        assert!(told.body.contains("hello"), "{told:?}");
        drop(session);
        // Without a tray the end of the window is the end of the app, as the next lines expect.
        stage.app().script("return 1").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_window_leaves_the_app_in_the_tray() {
    journey("tray", "empty", async |stage| {
        let session = Session::start().await;
        let mut command = Command::new(APP);
        command
            .arg("--demo")
            .envs(stage.variables())
            .env("LANGUAGE", "en");
        let app = Process::start(&mut command, &stage.log);
        until("the window is there", || !windows().is_empty()).await;
        let menu = eventually("the tray has a menu", async || {
            session.tray_menu().await.filter(|menu| menu.len() == 4)
        })
        .await;
        assert_eq!(
            menu,
            [
                "Open ReplyDesk",
                "Pause AI",
                "Pause checking for 1 hour",
                "Quit"
            ]
        );
        let (width, height, pixels) = session.tray_icon().await.expect("there is an icon");
        assert_eq!(usize::try_from(width * height * 4), Ok(pixels.len()));
        assert!(pixels.iter().any(|byte| *byte > 0), "it can be seen");

        close_window();
        until("the window is gone", || windows().is_empty()).await;
        eventually("it is said that the app goes on", async || {
            session
                .shown()
                .into_iter()
                .find(|shown| shown.body.contains("keeps working"))
        })
        .await;
        assert_eq!(instances().len(), 1, "the app goes on");
        until("the web view is gone, not hidden", || {
            !has_process("WebKitWebProces")
        })
        .await;

        session.choose("Pause AI").await;
        eventually("the menu shows it", async || {
            let menu = session.tray_menu().await?;
            menu.contains(&"Pause AI ✓".to_owned()).then_some(())
        })
        .await;
        session.choose("Open ReplyDesk").await;
        until("the window is there again", || !windows().is_empty()).await;
        session.choose("Quit").await;
        until("the app has ended", || instances().is_empty()).await;
        drop(app);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_window_leaves_no_web_engine_behind_and_messages_still_come() {
    journey("successor", "empty", async |stage| {
        let session = Session::start().await;
        stage.start().await;
        stage.app().connect_with_token(&stage.sim.token()).await;
        stage.quit().await;

        let mut command = Command::new(APP);
        command.envs(stage.variables()).env("LANGUAGE", "en");
        let app = Process::start(&mut command, &stage.log);
        until("the window is there", || !windows().is_empty()).await;
        eventually("the tray has a menu", async || {
            session.tray_menu().await.filter(|menu| menu.len() == 4)
        })
        .await;
        close_for_a_successor().await;
        until("nothing of the web engine is left", || {
            !has_process("WebKit")
        })
        .await;

        stage.sim.customer("ayse").writes("hâlâ orada mısınız?");
        let told = eventually("the message is told of", async || {
            let all = session.shown();
            all.into_iter().find(|shown| shown.title.contains("ayse"))
        })
        .await;
        session.click(told.id, "default").await;
        until("the window is there again", || !windows().is_empty()).await;

        // Without its window again: what was paused there stays so, and a second start is the window.
        close_for_a_successor().await;
        session.choose(PAUSE).await;
        until_paused(&session).await;
        let mut second = Command::new(APP);
        second.envs(stage.variables()).env("LANGUAGE", "en");
        let second = Process::start(&mut second, &stage.log);
        until("the window is there a third time", || !windows().is_empty()).await;
        until("only the window's program is left", || {
            instances().len() == 1
        })
        .await;
        until_paused(&session).await;
        session.choose("Quit").await;
        until("the app has ended", || instances().is_empty()).await;
        drop((app, second));
    })
    .await;
}

const PAUSE: &str = "Pause checking for 1 hour";

async fn until_paused(session: &Session) {
    eventually("the menu shows the pause", async || {
        let menu = session.tray_menu().await?;
        menu.contains(&format!("{PAUSE} ✓")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tray_closing_the_window_is_the_end() {
    journey("no-tray", "empty", async |stage| {
        let mut command = Command::new(APP);
        command.arg("--demo").envs(stage.variables());
        let app = Process::start(&mut command, &stage.log);
        until("the window is there", || !windows().is_empty()).await;
        close_window();
        until("the app has ended", || instances().is_empty()).await;
        drop(app);
    })
    .await;
}

/// Whether there is a process whose name begins so.
fn has_process(start: &str) -> bool {
    let processes = std::fs::read_dir("/proc").expect("there are processes");
    processes.flatten().any(|entry| {
        let name = std::fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
        name.starts_with(start)
    })
}
