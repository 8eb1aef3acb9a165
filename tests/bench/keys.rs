//! From a key to the paint of what it did.
//!
//! Measured in the page: from the time that the key's event bears, through the frame in which the
//! page has changed as expected, to the first task after that frame was painted. In WebKit that is a
//! timer: a message port's message comes later, and brings with it the work that the product itself
//! does after the paint. Pixels on the screen change earlier still (docs/KNOWN-ISSUES.md).

use crate::app::{App, View};
use crate::desktop::eventually;
use crate::place::{empty_window, log};
use crate::processes;
use crate::report::{Report, Row, both};
use crate::stats::Samples;
use std::time::Duration;
use thirtyfour::Key;

const GOAL: Duration = Duration::from_millis(50);

/// `changed` is asked in every frame, as late as it can be: lists draw their rows when they learn their
/// size, which is after the frame has begun. What it answers first is how it was before.
const RECORDER: &str = "window.keyTimes = [];\
    window.timeNextKey = (changed) => addEventListener('keydown', (event) => {\
      const now = performance.now();\
      const began = Math.abs(now - event.timeStamp) < 1000 ? event.timeStamp : now;\
      const before = changed();\
      const painted = () => setTimeout(() => window.keyTimes.push(performance.now() - began), 0);\
      const seen = () => changed() === before ? look() : painted();\
      const look = () => requestAnimationFrame(() => {\
        window.keySizes = new ResizeObserver((_, sizes) => { sizes.disconnect(); seen(); });\
        window.keySizes.observe(document.documentElement); });\
      look();\
    }, { capture: true, once: true }); return 1";

const SELECTED: &str = "document.querySelector('[role=option][aria-selected=true]')?.id";
const OPENED: &str = "document.querySelector('[role=log].ready [data-testid=message]') !== null";
const WRITTEN: &str = "document.querySelector('[data-testid=composer]').value";

/// A page with a number that each key counts on.
const COUNTER: &str = "document.body.innerHTML = '<p id=count>0</p>';\
    const count = document.querySelector('#count');\
    addEventListener('keydown', () => { count.textContent = Number(count.textContent) + 1; });\
    return 1";
const COUNTED: &str = "document.querySelector('#count').textContent";

/// The same in a window of the same engine where a key changes one number: the floor.
pub(crate) async fn floor(quick: bool) -> Samples {
    let program = empty_window();
    let view = View::of(&program, &[], &log()).await;
    view.script(RECORDER).await;
    view.script(COUNTER).await;
    let mut samples = Samples::default();
    for _ in 0..rounds(quick) {
        samples.push(time(&view, COUNTED, 'j').await);
    }
    view.close(|| processes::of_program(&program).is_empty())
        .await;
    samples
}

/// Measures in a window that shows the list, and in it conversations that can be answered.
pub(crate) async fn measure(report: &mut Report, app: &App, floor: &Samples, quick: bool) {
    let rounds = rounds(quick);
    let view = app.view();
    app.script(RECORDER).await;
    app.press(Key::Escape).await;
    let mut all = Vec::new();

    let mut next = Samples::default();
    // Selects the first row; from there, as many down as up.
    time(view, SELECTED, 'j').await;
    for round in 0..rounds {
        // Down and up again: the same rows, so that the end of the list is never met.
        let key = if (round / 20) % 2 == 0 { 'j' } else { 'k' };
        next.push(time(view, SELECTED, key).await);
    }
    all.push(("next conversation", next));

    let mut open = Samples::default();
    for _ in 0..rounds / 2 {
        app.press(Key::Escape).await;
        app.gone("[data-testid=thread]").await;
        open.push(time(view, OPENED, Key::Enter.value()).await);
        app.press(Key::Escape).await;
        app.gone("[data-testid=thread]").await;
        time(view, SELECTED, 'j').await;
    }
    all.push(("open", open));

    app.click("[data-testid=composer]").await;
    let mut typing = Samples::default();
    for letter in "kargo ücretsiz, yarın yola çıkar "
        .chars()
        .cycle()
        .take(rounds)
    {
        typing.push(time(view, WRITTEN, letter).await);
    }
    app.fill("composer", " ").await;
    app.press(Key::Escape).await;
    all.push(("typing", typing));

    report.keep("key → paint", "floor", floor);
    for (what, samples) in all {
        report.keep("key → paint", what, &samples);
        let ratio = samples.p95().as_secs_f64() / floor.p95().as_secs_f64();
        report.add(
            Row::new(format!("key → paint, {what}"), both(&samples))
                .against(both(floor), ratio)
                .goal("p95 ≤ 50 ms", samples.p95() <= GOAL),
        );
    }
}

fn rounds(quick: bool) -> usize {
    if quick { 10 } else { 60 }
}

async fn time(view: &View, changed: &str, key: char) -> Duration {
    let count = view
        .script(&format!(
            "window.timeNextKey(() => {changed}); return window.keyTimes.length"
        ))
        .await;
    let count = count.as_u64().expect("a number");
    view.press(key).await;
    let what = format!("{key:?} changes {changed}");
    let time = eventually(&what, async || {
        let time = view
            .script(&format!("return window.keyTimes[{count}] ?? null"))
            .await;
        time.as_f64()
    })
    .await;
    Duration::from_secs_f64(time / 1000.0)
}
