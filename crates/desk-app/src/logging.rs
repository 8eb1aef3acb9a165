//! Where the log goes: standard error, filtered by `REPLYDESK_LOG`. What may be in it is said in
//! `docs/LOGGING.md`.

use tracing_subscriber::EnvFilter;

/// Starts logging; a second start changes nothing.
pub fn start() {
    let filter = EnvFilter::try_from_env("REPLYDESK_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,desk_app=info,desk_sync=info,desk_serve=info"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
}
