//! Measures the shipped pipeline on evaluation sets: one JSON object of figures on stdout.
//!
//! It calls what the product calls and counts; it must not hold a rule of its own. With
//! `DESK_EVAL_ROWS` set, every row that went wrong is written to stderr.

mod attacks;
mod checks;
mod obeying;
mod parallel;
mod retrieval;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let figures = match words.as_slice() {
        ["retrieval", file] => read(file).and_then(|text| retrieval::measure(&text)),
        ["verify", file] => read(file).and_then(|text| checks::measure(&text)),
        ["attacks", file] => read(file).and_then(|text| attacks::measure(&text)),
        _ => Err("usage: desk-eval retrieval|verify|attacks FILE".to_owned()),
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
