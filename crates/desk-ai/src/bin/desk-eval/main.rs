//! Measures the shipped pipeline on evaluation sets: one JSON object of figures on stdout.
//!
//! It calls what the product calls and counts; it must not hold a rule of its own. With
//! `DESK_EVAL_ROWS` set, every row that went wrong is written to stderr.

mod adaptive;
mod attacks;
mod checks;
mod golden;
mod honest;
mod obeying;
mod parallel;
mod retrieval;

use std::path::Path;
use std::process::ExitCode;

/// Rounds of breeding of an attacker that learns.
const ROUNDS: usize = 50;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let figures = match words.as_slice() {
        ["retrieval", file] => read(file).and_then(|text| retrieval::measure(&text)),
        ["verify", file] => read(file).and_then(|text| checks::measure(&text)),
        ["attacks", file] => read(file).and_then(|text| attacks::measure(&text)),
        ["near-misses", file] => read(file).and_then(|text| retrieval::near_misses(&text)),
        ["adaptive", population] => population
            .parse()
            .map(|n| adaptive::measure(n, ROUNDS))
            .map_err(|_| "how many mutants a goal?".to_owned()),
        ["golden", folder] => golden::measure(Path::new(folder)),
        _ => Err(
            "usage: desk-eval retrieval|verify|attacks|near-misses FILE | golden FOLDER | adaptive NUMBER".to_owned(),
        ),
    };
    match figures {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("desk-eval: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn read(file: &str) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))
}
