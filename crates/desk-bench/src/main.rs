//! Measures ReplyDesk against raw baselines and its goals, in one run.
//!
//! `cargo xtask bench` runs it with the right profile and tells it the size of the UI. Where there
//! is a baseline, both take turns, so that whatever else the machine does meets both alike. It must
//! not be part of the product: it alone beside desk-store speaks SQL, for the baselines.

mod chance;
mod clock;
mod corpus;
mod day;
mod delivery;
mod drafting;
mod durable;
mod idle;
mod ingest;
mod machine;
mod polling;
mod reading;
mod report;
mod search;
mod stats;
mod syncs;
mod world;

use clap::Parser;
use corpus::Corpus;
use desk_app::Desk;
use machine::Machine;
use report::{Report, Row};
use std::path::PathBuf;
use std::process::ExitCode;
use tempfile::TempDir;
use world::{Size, World};

/// Whatever can go wrong while measuring: there is nobody who could do anything but read it.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;
/// What every measurement comes to.
pub type Outcome<T = ()> = Result<T, Fault>;

/// The budget of the first screen, in KB of gzip.
const FIRST_LOAD: f64 = 90.0;

/// Measures ReplyDesk.
#[derive(Debug, Parser)]
struct Options {
    /// A twentieth of the data and fewer rounds: to see that everything runs.
    #[arg(long)]
    quick: bool,
    /// Fails when a goal is missed.
    #[arg(long)]
    strict: bool,
    /// Measures only these: ingest, search, reading, drafting, polling, delivery, day, idle, durable,
    /// ui.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Where the data and the results go.
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// What the first screen loads, in KB of gzip, as `cargo xtask bench` found it.
    #[arg(long)]
    first_load_kb: Option<f64>,
    /// Measures nothing: builds the store of the goals, and prints its folder.
    #[arg(long)]
    world: bool,
    /// The `replydesk-serve` whose memory and processor time are measured while it idles.
    #[arg(long)]
    serve: Option<PathBuf>,
}

/// Where to work, and how long.
#[derive(Debug)]
pub struct Place {
    dir: PathBuf,
    quick: bool,
}

impl Place {
    /// A folder that goes away, on the disk of all the others.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn scratch(&self) -> Outcome<TempDir> {
        Ok(tempfile::Builder::new()
            .prefix("scratch-")
            .tempdir_in(&self.dir)?)
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    if options.world {
        return print_world(&options);
    }
    match measure(&options) {
        Ok(missed) if options.strict && !missed.is_empty() => {
            eprintln!("MISSED: {}", missed.join("; "));
            ExitCode::FAILURE
        }
        Ok(_) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("The measurement broke off: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// For `cargo xtask bench window`, which measures the window over it.
fn print_world(options: &Options) -> ExitCode {
    let built = std::fs::create_dir_all(&options.dir)
        .map_err(Fault::from)
        .and_then(|()| World::of(size(options), &options.dir, &Corpus::new()));
    match built {
        Ok(world) => {
            println!("{}", world.dir.display());
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("The data could not be made: {fault}");
            ExitCode::FAILURE
        }
    }
}

const fn size(options: &Options) -> Size {
    if options.quick {
        Size::QUICK
    } else {
        Size::FULL
    }
}

/// Measures what is asked for, prints the table, and gives the goals that were missed.
fn measure(options: &Options) -> Outcome<Vec<String>> {
    let machine = Machine::here();
    std::fs::create_dir_all(&options.dir)?;
    let place = Place {
        dir: options.dir.clone(),
        quick: options.quick,
    };
    let wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|o| o == name);
    let rt = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let corpus = Corpus::new();
    let mut report = Report::default();
    if wanted("ingest") {
        ingest::measure(&mut report, &place, &corpus, &rt)?;
    }
    if wanted("durable") {
        durable::measure(&mut report, &place, &corpus, &rt)?;
    }
    if wanted("drafting") {
        drafting::measure(&mut report, &place, &corpus, &rt)?;
    }
    if wanted("search") || wanted("reading") {
        let world = World::of(size(options), &options.dir, &corpus)?;
        if wanted("search") {
            search::measure(&mut report, &place, &world, &corpus, &rt)?;
        }
        // Its only account is disconnected: nothing polls, and nothing answers at this address.
        let config = polling::config(&world.dir, "http://127.0.0.1:9")?;
        let desk = rt.block_on(Desk::open(config, None))?;
        if wanted("search") {
            search::measure_command(&mut report, &place, &desk, &corpus, &rt)?;
        }
        if wanted("reading") {
            reading::measure(&mut report, &place, &world, &desk, &rt)?;
        }
        rt.block_on(desk.shutdown());
    }
    if wanted("polling") {
        polling::measure(&mut report, &place, &rt)?;
    }
    if wanted("delivery") {
        delivery::measure(&mut report, &place)?;
    }
    if wanted("day") {
        day::measure(&mut report, &place, &rt)?;
    }
    if wanted("idle") {
        idle::measure(&mut report, &place, &rt, options.serve.as_deref())?;
    }
    if wanted("ui") {
        report.add(first_load(options.first_load_kb));
    }
    println!("{}", report.table(&machine));
    let name = if options.quick {
        "results-quick.jsonl"
    } else {
        "results.jsonl"
    };
    let results = options.dir.join(name);
    report.write(&machine, &results)?;
    println!("Raw numbers: {}", results.display());
    Ok(report.missed().into_iter().map(str::to_owned).collect())
}

fn first_load(kb: Option<f64>) -> Row {
    const GOAL: &str = "≤ 90 KB";
    match kb {
        Some(kb) => Row::new("first-load JavaScript, gzip", format!("{kb:.1} KB"))
            .goal(GOAL, kb <= FIRST_LOAD),
        None => Row::new("first-load JavaScript, gzip", "not measured").unmeasured(GOAL),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let mut report = Report::default();
        report.add(first_load(None));
        assert!(report.missed().is_empty());
        report.add(first_load(Some(FIRST_LOAD + 1.0)));
        assert_eq!(report.missed().len(), 1);
    }
}
