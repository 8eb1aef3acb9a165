//! The simulated platform on its own: `graph-sim --port 0 --scenario shop`.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser;
use graph_sim::{RateLimit, Sim};
use tracing_subscriber::EnvFilter;

/// Simulator of Meta's platform for Instagram Direct, on a loopback port.
#[derive(Debug, Parser)]
#[command(name = "graph-sim", about)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes any.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// `empty`, `shop`, `crowd`, `crowd:500`, or the path of a scenario file.
    #[arg(long, default_value = "shop")]
    scenario: String,
    /// Seed of ids and stories.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Multiplier of the story's intervals: 0.1 is ten times faster.
    #[arg(long, default_value_t = 1.0)]
    pace: f64,
    /// Lifts the limit of two conversation calls a second.
    #[arg(long)]
    no_rate_limit: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let started = Sim::builder()
        .delivers()
        .port(arguments.port)
        .seed(arguments.seed)
        .scenario(&arguments.scenario)
        .start()
        .await;
    let sim = match started {
        Ok(sim) => sim,
        Err(error) => {
            tracing::error!(%error, "the simulator did not start");
            return ExitCode::FAILURE;
        }
    };
    sim.change(|settings| {
        settings.pace = arguments.pace;
        if settings.rate_limit.is_none() && !arguments.no_rate_limit {
            settings.rate_limit = Some(RateLimit {
                per_second: 2.0,
                burst: 10.0,
            });
        }
        if arguments.no_rate_limit {
            settings.rate_limit = None;
        }
    });
    // Whoever reads the address may end the program at once: its wish must be heard by then.
    let end = end_requested();
    println!("{}", serde_json::json!({ "url": sim.url() }));
    end.await;
    drop(sim);
    ExitCode::SUCCESS
}

/// Waits for ctrl-c or, where there is such a thing, SIGTERM. They are listened to from the call
/// on, not only from the first wait.
fn end_requested() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let listeners = {
        use tokio::signal::unix::{SignalKind, signal};
        (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
        )
    };
    async move {
        #[cfg(unix)]
        if let (Ok(mut term), Ok(mut int)) = listeners {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
            return;
        }
        // Without a handler there is nothing to wait for: the process then ends as the system says.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
