//! Times that are told for the wrong day: "on Sunday from 5:00" where the owner wrote 5:00 for
//! weekdays only. Each figure is founded, the pair is not.

use crate::facts::{self, Fact, Found};

/// The times of a text that belong to other days in the sources.
pub(super) fn misplaced(text: &str, cited: &[&str]) -> Vec<String> {
    let known: Vec<Clause> = cited.iter().flat_map(|t| clauses(t)).collect();
    let mut out = Vec::new();
    for told in clauses(text) {
        let about: Vec<&Clause> = known.iter().filter(|k| k.shares_a_day(&told)).collect();
        if about.is_empty() {
            continue;
        }
        for time in &told.times {
            let fits = about
                .iter()
                .any(|k| facts::is_founded(&time.fact, &k.times));
            if !fits {
                out.push(time.words.clone());
            }
        }
    }
    out
}

/// A part of a sentence that names days and times.
struct Clause {
    days: [bool; 7],
    times: Vec<Found>,
}

impl Clause {
    fn shares_a_day(&self, other: &Clause) -> bool {
        self.days.iter().zip(other.days).any(|(a, b)| *a && b)
    }
}

fn clauses(text: &str) -> Vec<Clause> {
    let mut parts = vec![String::new()];
    let words: Vec<&str> = text.split_whitespace().collect();
    for (n, word) in words.iter().copied().enumerate() {
        // "between 6 and 7" is one thing.
        let figure = words
            .get(n + 1)
            .is_some_and(|w| w.starts_with(|c: char| c.is_ascii_digit()));
        let starts = !figure && matches!(word, "and" | "ve" | "и" | "but" | "while" | "ama" | "а");
        if let Some(last) = parts.last_mut() {
            if starts && !last.is_empty() {
                parts.push(String::new());
            } else {
                last.push_str(word);
                last.push(' ');
            }
        }
        if word.ends_with([',', ';', '.', '!', '?']) {
            parts.push(String::new());
        }
    }
    parts.iter().filter_map(|p| clause(p)).collect()
}

fn clause(text: &str) -> Option<Clause> {
    let mut days = [false; 7];
    let mut times = Vec::new();
    for found in facts::extract(text) {
        match &found.fact {
            Fact::Weekdays(named) => {
                for (day, named) in days.iter_mut().zip(named) {
                    *day |= named;
                }
            }
            Fact::Time(..) => times.push(found),
            _ => {}
        }
    }
    (days.contains(&true) && !times.is_empty()).then_some(Clause { days, times })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_belongs_to_its_days() {
        let cited = ["Open Monday-Saturday 05:00 - 23:00, and on Sundays 07:00 - 22:55."];
        for (text, wrong) in [
            ("On Tuesday from 05:00 to 23:00.", 0),
            (
                "At 5 AM from Monday through Saturday, and at 7 AM on Sunday.",
                0,
            ),
            (
                "At 5 AM from Monday through Saturday, and at 5 AM on Sunday.",
                1,
            ),
            ("It opens at 05:00.", 0),
        ] {
            assert_eq!(misplaced(text, &cited).len(), wrong, "{text}");
        }
    }
}
