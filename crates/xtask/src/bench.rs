//! `cargo xtask bench`: builds `desk-bench` as a release nearly, and tells it the size of the UI.

use crate::node;
use crate::process::{self, Outcome};
use std::process::Stdio;

/// Measures; the options go to `desk-bench`.
///
/// # Errors
/// When it cannot be built, breaks off, or misses a goal with `--strict`.
pub fn bench(arguments: &[String]) -> Outcome {
    // Measured while it idles; it lies beside the program that measures.
    process::run(&mut process::cargo(&[
        "build",
        "--quiet",
        "--profile",
        "bench-run",
        "--package",
        "desk-serve",
    ]))?;
    let mut command = process::cargo(&["run", "--quiet", "--profile", "bench-run"]);
    command.args(["--package", "desk-bench", "--"]);
    match first_load_kb() {
        Ok(Some(size)) => {
            command.args(["--first-load-kb", &size]);
        }
        Ok(None) => eprintln!("The size of the UI is not measured: `npm run size` names none."),
        // Without Node, all the rest can still be measured.
        Err(failure) => eprintln!("The size of the UI is not measured: {failure}"),
    }
    process::run(command.args(arguments))
}

/// What the first screen loads. A UI over its budget is measured like any other.
fn first_load_kb() -> Outcome<Option<String>> {
    node::ensure()?;
    let shown = node::script("size")
        .stderr(Stdio::null())
        .output()
        .map(|done| String::from_utf8_lossy(&done.stdout).into_owned());
    Ok(first_load_of(&shown.unwrap_or_default()))
}

fn first_load_of(shown: &str) -> Option<String> {
    let figure = shown.split("first load ").nth(1)?.split(' ').next()?;
    figure.parse::<f64>().is_ok().then(|| figure.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_read_from_what_the_script_says() {
        let shown = "first load 71.3 KB of 90.0 KB (code 65.0 KB, largest language 6.3 KB)\n";
        assert_eq!(first_load_of(shown).as_deref(), Some("71.3"));
        assert_eq!(first_load_of("no entry in index.html"), None);
    }
}
