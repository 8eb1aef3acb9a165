//! From the beginning of the process to the first rows on the screen, and the memory of a window
//! that has come to rest.

use crate::app::View;
use crate::beside;
use crate::desktop::{APP, eventually};
use crate::place::{Place, empty_window, log};
use crate::processes;
use crate::report::{Report, Row, both, spoken};
use crate::stats::Samples;
use std::path::Path;
use std::time::Duration;

/// Our own part, beyond what the engine takes for nothing.
const START: Duration = Duration::from_millis(300);
const MEMORY_MB: f64 = 60.0;
/// Until a window has come to rest.
const REST: Duration = Duration::from_secs(5);

/// Times and memories of one program.
#[derive(Default)]
struct Seen {
    times: Samples,
    memory: Vec<f64>,
}

impl Seen {
    fn add(&mut self, (time, memory): (Duration, f64)) {
        self.times.push(time);
        self.memory.push(memory);
    }

    fn memory(&self) -> f64 {
        let mut sorted = self.memory.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Measures: the empty window, ours, and Chromium with the same screen take turns.
pub(crate) async fn measure(report: &mut Report, place: &Place) {
    let rounds = if place.quick { 2 } else { 10 };
    let (mut empty, mut ours, mut chromium) = (Seen::default(), Seen::default(), Seen::default());
    let data = place.copy();
    let sim = place.sim().await;
    let variables = place.variables(&sim, data.path());
    for round in 0..rounds {
        empty.add(start(&empty_window(), "painted", &[]).await);
        ours.add(start(Path::new(APP), "rows", &variables).await);
        // It is slower, and only stands beside.
        if round % 2 == 0 {
            chromium.add(beside::start(data.path(), REST).await);
        }
    }
    report.keep("start", "empty window", &empty.times);
    report.keep("start", "ReplyDesk", &ours.times);
    report.keep("start", "Chromium", &chromium.times);
    report.note(serde_json::json!({ "memoryMb": {
        "empty": empty.memory, "ours": ours.memory, "chromium": chromium.memory } }));
    let more = ours.times.median().saturating_sub(empty.times.median());
    let ratio = |a: &Seen, b: &Seen| crate::stats::ratio(a.times.median(), b.times.median());
    report.add(
        Row::new("start → rows, beyond an empty window", spoken(more))
            .goal("≤ 300 ms", more <= START),
    );
    report.add(
        Row::new(
            format!("  start → rows, {} messages", place.messages()),
            both(&ours.times),
        )
        .against(both(&empty.times), ratio(&ours, &empty)),
    );
    report.add(
        Row::new("  the same screen in Chromium", both(&chromium.times))
            .against(both(&ours.times), ratio(&chromium, &ours)),
    );
    let more = ours.memory() - empty.memory();
    report.add(
        Row::new("memory (PSS), beyond an empty window", mb(more))
            .goal("≤ 60 MB", more <= MEMORY_MB),
    );
    report.add(
        Row::new("  memory of all processes", mb(ours.memory()))
            .against(mb(empty.memory()), ours.memory() / empty.memory()),
    );
    report.add(
        Row::new(
            "  the same screen in Chromium, with its server",
            mb(chromium.memory()),
        )
        .against(mb(ours.memory()), chromium.memory() / ours.memory()),
    );
}

pub(crate) fn mb(value: f64) -> String {
    format!("{value:.1} MB")
}

/// One start: until `mark` was painted, and the memory after a rest.
async fn start(program: &Path, mark: &str, variables: &[(&str, String)]) -> (Duration, f64) {
    let view = View::of(program, variables, &log()).await;
    let ask = format!(
        "const mark = performance.getEntriesByName('{mark}')[0];\
         return mark ? performance.timeOrigin + mark.startTime : null"
    );
    let painted = eventually(&format!("{mark} is painted"), async || {
        let answer = view.driver.execute(ask.as_str(), Vec::new()).await;
        let answer = answer.expect("a script runs");
        answer.json().as_f64()
    })
    .await;
    let id = *processes::of_program(program).first().expect("it runs");
    let time = painted - processes::began_ms(id);
    tokio::time::sleep(REST).await;
    let memory = processes::memory_mb(id);
    view.close(|| processes::has_ended(id)).await;
    (Duration::from_secs_f64(time.max(0.0) / 1000.0), memory)
}
