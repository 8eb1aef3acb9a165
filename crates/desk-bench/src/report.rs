//! What was measured, as a table for people and as JSON lines for programs.

use crate::Outcome;
use crate::machine::Machine;
use crate::stats::Samples;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    what: String,
    baseline: String,
    ours: String,
    ratio: String,
    goal: String,
    /// Whether the goal is met; `None` where there is none or it was not measured.
    met: Option<bool>,
}

impl Row {
    /// A line without a baseline and without a goal.
    pub fn new(what: impl Into<String>, ours: impl Into<String>) -> Self {
        Row {
            what: what.into(),
            baseline: String::new(),
            ours: ours.into(),
            ratio: String::new(),
            goal: String::new(),
            met: None,
        }
    }

    /// With what it is compared to.
    pub fn against(mut self, baseline: impl Into<String>, ratio: f64) -> Self {
        self.baseline = baseline.into();
        self.ratio = if ratio >= 100.0 {
            format!("{ratio:.0}")
        } else {
            format!("{ratio:.2}")
        };
        self
    }

    /// With a goal, and whether it is met.
    pub fn goal(mut self, goal: impl Into<String>, met: bool) -> Self {
        self.goal = goal.into();
        self.met = Some(met);
        self
    }

    /// With a goal that could not be measured.
    pub fn unmeasured(mut self, goal: impl Into<String>) -> Self {
        self.goal = goal.into();
        self
    }

    const fn verdict(&self) -> &'static str {
        match self.met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "",
        }
    }

    fn cells(&self) -> [&str; 6] {
        [
            &self.what,
            &self.baseline,
            &self.ours,
            &self.ratio,
            &self.goal,
            self.verdict(),
        ]
    }
}

/// Everything of one run.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
    lines: Vec<Value>,
}

impl Report {
    /// Adds a line of the table, and prints it so that one sees how far it is.
    pub fn add(&mut self, row: Row) {
        eprintln!("  {}: {} {}", row.what, row.ours, row.verdict());
        self.lines.push(json!({
            "row": row.what, "baseline": row.baseline, "ours": row.ours, "ratio": row.ratio,
            "goal": row.goal, "met": row.met,
        }));
        self.rows.push(row);
    }

    /// Keeps the raw times of something.
    pub fn keep(&mut self, what: &str, series: &str, samples: &Samples) {
        self.lines.push(json!({
            "samples": what, "series": series, "unit": "µs",
            "median": micros(samples.median()), "p95": micros(samples.p95()),
            "values": samples.micros(),
        }));
    }

    /// Keeps any other fact.
    pub fn note(&mut self, fact: Value) {
        self.lines.push(fact);
    }

    /// The goals that were missed.
    pub fn missed(&self) -> Vec<&str> {
        let missed = self.rows.iter().filter(|row| row.met == Some(false));
        missed.map(|row| row.what.as_str()).collect()
    }

    /// The table.
    pub fn table(&self, machine: &Machine) -> String {
        const HEAD: [&str; 6] = ["what", "baseline", "ours", "ratio", "goal", "verdict"];
        let rows: Vec<[&str; 6]> = std::iter::once(HEAD)
            .chain(self.rows.iter().map(Row::cells))
            .collect();
        let mut widths = [0; 6];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = format!("\n{machine}\n\n");
        for (number, row) in rows.iter().enumerate() {
            for (cell, width) in row.iter().zip(widths) {
                let _ = write!(text, "{cell}{}  ", " ".repeat(width - cell.chars().count()));
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
            if number == 0 {
                text.push_str(&"─".repeat(widths.iter().sum::<usize>() + 10));
                text.push('\n');
            }
        }
        text
    }

    /// Writes the raw numbers.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, machine: &Machine, path: &Path) -> Outcome {
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        writeln!(file, "{}", machine.as_json())?;
        for line in &self.lines {
            writeln!(file, "{line}")?;
        }
        Ok(file.flush()?)
    }
}

fn micros(d: Duration) -> u64 {
    u64::try_from(d.as_micros()).unwrap_or(u64::MAX)
}

/// A time as one reads it.
pub fn spoken(d: Duration) -> String {
    let us = d.as_secs_f64() * 1e6;
    if us < 1000.0 {
        format!("{us:.0} µs")
    } else if us < 1e6 {
        format!("{:.2} ms", us / 1e3)
    } else {
        format!("{:.2} s", us / 1e6)
    }
}

/// Median and p95 in one cell.
pub fn both(samples: &Samples) -> String {
    format!(
        "{} / p95 {}",
        spoken(samples.median()),
        spoken(samples.p95())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_what_was_missed() {
        let mut report = Report::default();
        report.add(Row::new("fast", "1 ms").goal("≤ 2 ms", true));
        report.add(
            Row::new("slow", "9 ms")
                .against("3 ms", 3.0)
                .goal("≤ 2", false),
        );
        let table = report.table(&Machine::here());
        assert!(
            table.contains("MISSED") && table.contains("3.00"),
            "{table}"
        );
        assert_eq!(report.missed(), ["slow"]);
    }

    #[test]
    fn times_read_well() {
        assert_eq!(spoken(Duration::from_micros(12)), "12 µs");
        assert_eq!(spoken(Duration::from_micros(1234)), "1.23 ms");
        assert_eq!(spoken(Duration::from_millis(2500)), "2.50 s");
    }
}
