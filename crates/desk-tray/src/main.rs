//! `replydesk-tray`: ReplyDesk without its window, on Linux. `replydesk --hidden` becomes it, and it
//! hands over to `replydesk` when the window is wished for.

#[cfg(target_os = "linux")]
mod program;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    program::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("on this system the window's own program stays in the tray");
}
