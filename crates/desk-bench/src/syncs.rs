//! Counts how often a piece of work waits for the disk: what `strace` sees of this very process.

#![expect(
    clippy::disallowed_methods,
    reason = "a measurement waits for real time to pass; it is no test"
)]

use crate::{Fault, Outcome};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long the tracer may take to attach.
const PATIENCE: Duration = Duration::from_secs(5);

/// The calls of `fsync` and `fdatasync` during the work; `None` where nobody may watch (no strace,
/// or a system that forbids it). The work is done in any case.
///
/// # Errors
/// When the work fails, or what was seen cannot be read.
pub fn count(notes: &Path, work: impl FnOnce() -> Outcome) -> Result<Option<usize>, Fault> {
    let us = std::process::id().to_string();
    let tracer = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(notes)
        .args(["-p", &us])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut tracer) = tracer else {
        work()?;
        return Ok(None);
    };
    let end = Instant::now() + PATIENCE;
    let mut watched = is_watched();
    while !watched && Instant::now() < end && tracer.try_wait()?.is_none() {
        std::thread::sleep(Duration::from_millis(20));
        watched = is_watched();
    }
    let done = work();
    // A tracer that is asked to end writes down what it has seen.
    let id = tracer.id().to_string();
    Command::new("kill").args(["-INT", &id]).status()?;
    tracer.wait()?;
    done?;
    if !watched {
        return Ok(None);
    }
    let seen = std::fs::read_to_string(notes)?;
    // A call that was interrupted by another thread's comes in two lines, the second "resumed".
    let calls = seen.lines().filter(|line| line.contains("sync(")).count();
    Ok(Some(calls))
}

fn is_watched() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter_map(|line| line.strip_prefix("TracerPid:"))
        .any(|pid| pid.trim() != "0")
}
