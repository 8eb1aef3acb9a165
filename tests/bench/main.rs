//! How fast the real window is, and what it weighs: `cargo xtask bench window`.
//!
//! Everything is compared with a window of the same engine that has nothing in it, and with the
//! same screen in Chromium, in one run and in turn; the machine may be busy, and is then busy for
//! all of them. It runs inside the private desktop, on a copy of a store with a million messages.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on says so by ending"
)]

#[expect(
    dead_code,
    reason = "the measurement needs a part of what the test has"
)]
#[path = "../window/app.rs"]
mod app;
mod beside;
#[path = "../../crates/desk-bench/src/chance.rs"]
#[expect(dead_code, unused_imports, reason = "its tests run in desk-bench")]
mod chance;
#[path = "../window/desktop.rs"]
#[expect(
    dead_code,
    reason = "the measurement needs a part of what the test has"
)]
mod desktop;
#[path = "../window/inbox.rs"]
#[expect(
    dead_code,
    reason = "the measurement needs a part of what the test has"
)]
mod inbox;
mod keys;
#[path = "../../crates/desk-bench/src/machine.rs"]
mod machine;
mod memory;
mod place;
mod processes;
#[path = "../../crates/desk-bench/src/report.rs"]
#[expect(dead_code, unused_imports, reason = "its tests run in desk-bench")]
mod report;
#[path = "../window/session.rs"]
#[expect(
    dead_code,
    reason = "the measurement needs a part of what the test has"
)]
mod session;
#[path = "../window/stage.rs"]
#[expect(
    dead_code,
    reason = "the measurement needs a part of what the test has"
)]
mod stage;
mod starts;
#[path = "../../crates/desk-bench/src/stats.rs"]
#[expect(dead_code, reason = "the figures need a part of it")]
mod stats;
mod traffic;

use clap::Parser;
use machine::Machine;
use place::Place;
use report::{Report, Row};
use std::path::PathBuf;
use std::process::ExitCode;

/// Whatever can go wrong while writing the results.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The budget of the first screen, in KB of gzip.
const FIRST_LOAD: f64 = 90.0;

/// Measures the real window.
#[derive(Debug, Parser)]
struct Options {
    /// The store with the million messages; it is copied, not changed
    #[arg(long)]
    world: PathBuf,
    /// Where the copy and the results go
    #[arg(long)]
    dir: PathBuf,
    /// Few rounds and little traffic: to see that everything runs
    #[arg(long)]
    quick: bool,
    /// Measures only these: start, keys, traffic, tray
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// What the first screen loads, in KB of gzip
    #[arg(long)]
    first_load_kb: Option<f64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let _turn = desktop::turn().await;
    let machine = Machine::here();
    let mut report = Report::default();
    let place = Place::new(&options.world, &options.dir, options.quick);
    let wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|o| o == name);
    if wanted("start") {
        starts::measure(&mut report, &place).await;
    }
    if wanted("keys") || wanted("traffic") {
        traffic::measure(&mut report, &place, wanted("keys"), wanted("traffic")).await;
    }
    if wanted("tray") {
        memory::measure(&mut report, &place).await;
    }
    if let Some(kb) = options.first_load_kb {
        report.add(
            Row::new("first-load JavaScript, gzip", format!("{kb:.1} KB"))
                .goal("≤ 90 KB", kb <= FIRST_LOAD),
        );
    }
    println!("{}", report.table(&machine));
    let results = options.dir.join("window.jsonl");
    if let Err(fault) = report.write(&machine, &results) {
        eprintln!("The results cannot be written: {fault}");
        return ExitCode::FAILURE;
    }
    println!("Raw numbers: {}", results.display());
    let missed = report.missed();
    if missed.is_empty() {
        ExitCode::SUCCESS
    } else {
        eprintln!("MISSED: {}", missed.join("; "));
        ExitCode::FAILURE
    }
}
