//! `replydesk-serve`: the inbox without a window.

use clap::Parser;
use desk_app::{Code, Config, IpcError};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The ReplyDesk inbox over loopback HTTP. Prints one JSON line with its address and token when
/// ready; everything else goes to standard error.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The folder with the data
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// The port on loopback; 0 takes any that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// A fictional shop on a built-in simulator
    #[arg(long)]
    demo: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    desk_app::logging::start();
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!(
                "{}",
                serde_json::json!({ "code": error.code, "message": error.message })
            );
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<(), IpcError> {
    let config = Config::from_environment(arguments.data_dir, arguments.demo)?;
    let end =
        end_requested().map_err(|e| IpcError::new(Code::Internal, format!("signals: {e}")))?;
    let running = desk_serve::start(config, arguments.port).await?;
    let ready = serde_json::json!({ "url": running.url, "token": running.token });
    let mut out = std::io::stdout();
    if writeln!(out, "{ready}").and_then(|()| out.flush()).is_err() {
        tracing::warn!("nobody reads the address");
    }
    end.await;
    tracing::info!("ending");
    running.stop().await;
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM. The handlers stand when this returns, before anything is printed.
fn end_requested() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate())?;
        let mut int = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            let _ = tokio::signal::ctrl_c().await;
        })
    }
}
