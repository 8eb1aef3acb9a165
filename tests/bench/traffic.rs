//! Many messages: what the window does meanwhile, and what it keeps of them.

use crate::app::{App, View};
use crate::desktop::{APP, eventually};
use crate::keys;
use crate::place::{Place, empty_window, log};
use crate::processes;
use crate::report::{Report, Row};
use crate::starts::mb;
use graph_sim::Sim;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

const A_SECOND: u32 = 20;
/// Those who write.
const CUSTOMERS: usize = 40;
/// An hour in which somebody writes every three seconds, pressed into a minute.
const AN_HOUR: usize = 1200;
const FRAME_MS: f64 = 100.0;
const GROWTH_MB: f64 = 10.0;
const REST: Duration = Duration::from_secs(10);

const FRAMES: &str = "window.frames = []; let last = performance.now();\
    const tick = () => { const now = performance.now(); window.frames.push(now - last); last = now;\
      requestAnimationFrame(tick); };\
    requestAnimationFrame(tick); return 1";
const TAKE_FRAMES: &str = "return window.frames.splice(0)";

/// Measures in one window: keys while it is quiet, then frames and memory while messages come.
pub(crate) async fn measure(report: &mut Report, place: &Place, keys: bool, traffic: bool) {
    let data = place.copy();
    let sim = place.sim().await;
    // Alone on the screen, as the app is afterwards.
    let floor = match keys {
        true => Some(keys::floor(place.quick).await),
        false => None,
    };
    let app = App::start(&place.variables(&sim, data.path()), &log()).await;
    app.connect_with_token(&sim.token()).await;
    app.press_button("view-all").await;
    arrives(&app, &sim, CUSTOMERS).await;
    if let Some(floor) = floor {
        keys::measure(report, &app, &floor, place.quick).await;
    }
    if traffic {
        let quiet = empty_frames(place).await;
        hour(report, &app, &sim, place.quick, quiet).await;
    }
    app.quit().await;
}

/// The longest frame of a window with nothing in it, over some seconds: what this machine alone does.
async fn empty_frames(place: &Place) -> f64 {
    let program = empty_window();
    let view = View::of(&program, &[], &log()).await;
    let run = async |script: &str| {
        let done = view.driver.execute(script, Vec::new()).await;
        done.expect("a script runs").json().clone()
    };
    run(FRAMES).await;
    tokio::time::sleep(Duration::from_secs(if place.quick { 5 } else { 20 })).await;
    let longest = longest(&run(TAKE_FRAMES).await);
    view.close(|| processes::of_program(&program).is_empty())
        .await;
    longest
}

fn longest(frames: &serde_json::Value) -> f64 {
    let frames = frames.as_array().expect("a list");
    assert!(frames.len() > 10, "a window that is in sight has frames");
    // The first ends when the question begins.
    let all = frames.iter().skip(2).filter_map(serde_json::Value::as_f64);
    all.fold(0.0, f64::max)
}

/// So many messages at the pace of the goal; ends when the last is in the list.
async fn arrives(app: &App, sim: &Sim, count: usize) {
    let began = Instant::now();
    for n in 0..count {
        let due = Duration::from_secs(1) * u32::try_from(n).expect("few") / A_SECOND;
        tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        let customer = sim.customer(&format!("musteri.{}", n % CUSTOMERS));
        customer.writes(&format!("Merhaba, kargo ne kadar? {n}"));
        // Only the simulator's own memory.
        sim.forget_calls();
    }
    // Instagram tells the second alone: a later one stands above all the others.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let last = format!("Sonuncu {:?}", began.elapsed());
    sim.customer("son").writes(&last);
    // Only the rows in sight are in the page, and the newest are at the top.
    let is_there = format!(
        "document.querySelector('[data-testid=conversation-list]').scrollTop = 0;\
         return [...document.querySelectorAll('[data-testid=conversation-row]')]\
         .some((row) => row.textContent.includes({}))",
        json!(last)
    );
    eventually("the last message is in the list", async || {
        (app.script(&is_there).await == true).then_some(())
    })
    .await;
}

async fn hour(report: &mut Report, app: &App, sim: &Sim, quick: bool, quiet: f64) {
    let quarter = if quick { 60 } else { AN_HOUR / 4 };
    let id = *processes::of_program(Path::new(APP))
        .first()
        .expect("it runs");
    app.script(FRAMES).await;
    let (mut worst, mut count, mut memory) = (0.0_f64, 0, Vec::new());
    for _ in 0..4 {
        app.script(TAKE_FRAMES).await;
        arrives(app, sim, quarter).await;
        let frames = app.script(TAKE_FRAMES).await;
        count += frames.as_array().map_or(0, Vec::len);
        worst = worst.max(longest(&frames));
        tokio::time::sleep(REST).await;
        memory.push(processes::memory_mb(id));
    }
    report.note(json!({ "traffic": { "frames": count, "worstMs": worst, "quarterMb": memory } }));
    report.add(
        Row::new(
            format!("longest frame while {A_SECOND} messages a second arrive"),
            format!("{worst:.0} ms"),
        )
        .against(format!("{quiet:.0} ms"), worst / quiet.max(1.0))
        .goal("≤ 100 ms", worst <= FRAME_MS),
    );
    let grown = memory[3] - memory[0];
    report.add(
        Row::new(
            format!("memory after {} messages", 4 * quarter),
            mb(memory[3]),
        )
        .against(mb(memory[0]), memory[3] / memory[0])
        .goal("grows ≤ 10 MB in 3 quarters", grown <= GROWTH_MB),
    );
}
