//! The machine that measures, as far as it tells.

use serde_json::{Value, json};
use std::fmt;

/// What to know about a machine before reading its numbers.
#[derive(Debug, Clone)]
pub struct Machine {
    system: String,
    kernel: String,
    processor: String,
    cores: usize,
    memory_mb: u64,
    load: Option<f64>,
    debug: bool,
}

impl Machine {
    /// This one, now. What it does not tell stays unknown.
    pub fn here() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let after = |text: &str, key: &str| {
            let line = text.lines().find(|line| line.starts_with(key))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let memory_kb = after(&read("/proc/meminfo"), "MemTotal")
            .and_then(|value| value.split(' ').next()?.parse::<u64>().ok());
        Machine {
            system: std::env::consts::OS.to_owned(),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            processor: after(&read("/proc/cpuinfo"), "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_mb: memory_kb.unwrap_or(0) / 1024,
            load: read("/proc/loadavg")
                .split(' ')
                .next()
                .and_then(|v| v.parse().ok()),
            debug: cfg!(debug_assertions),
        }
    }

    /// Whether others were at work when it began: times are then upper bounds.
    pub fn is_busy(&self) -> bool {
        self.load.is_some_and(|load| load > 0.5)
    }

    /// For programs.
    pub fn as_json(&self) -> Value {
        json!({
            "machine": { "system": self.system, "kernel": self.kernel, "processor": self.processor,
                "cores": self.cores, "memoryMb": self.memory_mb, "loadAtStart": self.load,
                "debugBuild": self.debug }
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}, {} cores", self.system, self.kernel, self.cores)?;
        if !self.processor.is_empty() {
            write!(f, " ({})", self.processor)?;
        }
        write!(f, ", {:.1} GB memory", self.memory_mb as f64 / 1024.0)?;
        if let Some(load) = self.load {
            write!(f, ", load at start {load:.2}")?;
        }
        if self.is_busy() {
            f.write_str(
                "\nOthers were at work: read times as upper bounds, and rather the ratios.",
            )?;
        }
        if self.debug {
            f.write_str("\nA debug build: the times mean nothing.")?;
        }
        Ok(())
    }
}
