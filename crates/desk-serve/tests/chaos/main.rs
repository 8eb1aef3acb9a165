//! Kills the real `replydesk-serve` again and again while it sends, and counts what was lost and what
//! was sent twice. The judge is the simulator's ledger: it knows what was delivered. `cargo xtask
//! chaos` runs it.

mod naive;
mod program;
mod story;

use clap::Parser;
use desk_testkit::bound;
use std::path::PathBuf;
use std::process::ExitCode;

/// Whatever ends a run early.
pub(crate) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Kills replydesk-serve while it sends, and counts what was lost and what was sent twice.
#[derive(Debug, Parser)]
#[command(name = "chaos")]
struct Options {
    /// How often it is killed at a random moment.
    #[arg(long, default_value_t = 1000)]
    kills: u32,
    /// How often it is killed at each named point of the send path.
    #[arg(long, default_value_t = 20)]
    points: u32,
    /// 60 kills and 3 at each point: a few minutes.
    #[arg(long)]
    quick: bool,
    /// Another seed is another run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Another build of replydesk-serve than the one beside this test.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_replydesk-serve"))]
    program: PathBuf,
}

/// What a client came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How often it was killed.
    pub(crate) kills: u64,
    /// Messages that it said it has.
    pub(crate) accepted: u64,
    /// Of those, never delivered.
    pub(crate) lost: u64,
    /// Delivered more than once.
    pub(crate) doubled: u64,
    /// Delivered in another order than approved.
    pub(crate) disordered: u64,
    /// How often the owner was asked.
    pub(crate) asked: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    // An error says that one is installed already, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("the run broke off: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<bool, Fault> {
    let (kills, points) = if options.quick {
        (60, 3)
    } else {
        (options.kills, options.points)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let (ours, naive) = runtime.block_on(async {
        let ours = story::run(&options.program, kills, points, options.seed).await?;
        let naive = naive::run(ours.kills, ours.accepted, options.seed).await?;
        Ok::<_, Fault>((ours, naive))
    })?;
    print(&ours, &naive);
    Ok(ours.lost == 0 && ours.doubled == 0 && ours.disordered == 0)
}

fn print(ours: &Tally, naive: &Tally) {
    println!();
    println!(
        "| client | kill -9 | accepted | lost | doubled | out of order | owner asked | lost or doubled, 95 % bound |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for (name, tally) in [
        ("ReplyDesk", ours),
        ("retries until it is acknowledged", naive),
    ] {
        let bound = bound::upper(tally.lost + tally.doubled, tally.accepted, 0.95);
        println!(
            "| {name} | {} | {} | {} | {} | {} | {} | < {:.3} % of messages |",
            tally.kills,
            tally.accepted,
            tally.lost,
            tally.doubled,
            tally.disordered,
            tally.asked,
            bound * 100.0
        );
    }
    let by_kill = bound::upper(ours.lost + ours.doubled, ours.kills, 0.95);
    println!();
    println!(
        "Exact (Clopper-Pearson), one-sided. Counted by kill: < {:.3} % of kills lose or double a message.",
        by_kill * 100.0
    );
    println!(
        "\"Owner asked\": a message that was not found in two and a half minutes; this owner always sends it again."
    );
}
