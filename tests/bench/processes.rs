//! What the system knows of a program and of the processes that it started.

use std::collections::HashMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Linux counts a process's beginning in hundredths of a second.
const TICKS: f64 = 100.0;

/// The processes of a program, by its file.
pub(crate) fn of_program(program: &Path) -> Vec<u32> {
    let program = program.canonicalize().expect("the program is built");
    all()
        .filter(|id| {
            let file = std::fs::read_link(format!("/proc/{id}/exe"));
            file.is_ok_and(|file| file == program)
        })
        .collect()
}

/// Whether nothing of a process is left: its files are closed, a lock of it is free. It may still be
/// in the list, for its parent to read how it ended.
pub(crate) fn has_ended(id: u32) -> bool {
    let is_dead = field(id, 0).is_none_or(|state| state == "Z");
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).map_or(0, Iterator::count);
    is_dead && threads <= 1
}

/// Memory of a process and of all that it started, in MB; what several share is divided (PSS).
pub(crate) fn memory_mb(root: u32) -> f64 {
    tree(root).into_iter().map(pss_kb).sum::<u64>() as f64 / 1024.0
}

/// A process and all that it started, they theirs too.
fn tree(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for id in all() {
        if let Some(parent) = field(id, 1).and_then(|text| text.parse().ok()) {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = vec![root];
    let mut at = 0;
    while let Some(id) = found.get(at) {
        let below = children.remove(id).unwrap_or_default();
        found.extend(below);
        at += 1;
    }
    found
}

/// When a process began, in milliseconds since 1970.
pub(crate) fn began_ms(id: u32) -> f64 {
    let after_boot: f64 = field(id, 19)
        .and_then(|text| text.parse().ok())
        .expect("a process has a beginning");
    let uptime = std::fs::read_to_string("/proc/uptime").expect("a running system");
    let uptime: f64 = uptime
        .split(' ')
        .next()
        .and_then(|text| text.parse().ok())
        .expect("seconds");
    now_ms() - (uptime - after_boot / TICKS) * 1000.0
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("a clock that is set").as_secs_f64() * 1000.0
}

fn all() -> impl Iterator<Item = u32> {
    let processes = std::fs::read_dir("/proc").expect("there are processes");
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// A field of the process's line, counted from the one after its name.
fn field(id: u32, number: usize) -> Option<String> {
    let line = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // A name may hold anything, brackets and spaces too.
    let (_, rest) = line.rsplit_once(") ")?;
    rest.split(' ').nth(number).map(str::to_owned)
}

fn pss_kb(id: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
