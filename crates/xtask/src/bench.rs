//! `cargo xtask bench`: builds `desk-bench` as a release nearly, and tells it the size of the UI.
//! `cargo xtask bench window`: the same for the real window, inside the private desktop.

use crate::metadata;
use crate::node;
use crate::process::{self, Outcome};
use crate::setup::{self, Goal};
use crate::test;
use crate::window;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A full measurement of the window takes some ten minutes.
const LIMIT_SECONDS: u32 = 3600;

/// Measures; the options go to `desk-bench`.
///
/// # Errors
/// When it cannot be built, breaks off, or misses a goal with `--strict`.
pub fn bench(arguments: &[String]) -> Outcome {
    if let Some((first, rest)) = arguments.split_first()
        && first == "window"
    {
        return bench_window(rest);
    }
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

/// The window: `--quick` and `--only` go to the measurement; `--debug` takes the development build,
/// whose times mean little, and is there already after a test.
fn bench_window(arguments: &[String]) -> Outcome {
    setup::system_packages(Goal::Test)?;
    window::ensure_driver()?;
    let is_debug = arguments.iter().any(|word| word == "--debug");
    let (profile, folder) = if is_debug {
        ("dev", "debug")
    } else {
        ("bench-run", "bench-run")
    };
    // As the tests build it: after them it is there already.
    let targets = [
        "--bins",
        "--bench",
        "window-bench",
        "--example",
        "empty-window",
    ];
    let mut build = process::cargo(&["build", "--profile", profile]);
    build.args(test::EVERYTHING).args(targets);
    let built = process::output(build.arg("--message-format=json-render-diagnostics"))?;
    let program = bench_of(&built)
        .ok_or_else(|| process::Failure::new("cargo does not say where the measurement lies"))?;
    let target = metadata::target_folder()?;
    let mut world = Command::new(target.join(folder).join("desk-bench"));
    world.arg("--world").arg("--dir").arg(target.join("bench"));
    if arguments.iter().any(|word| word == "--quick") {
        world.arg("--quick");
    }
    let world = process::output(&mut world)?;
    let mut command = Command::new(program);
    command
        .args(["--world", world.trim(), "--dir"])
        .arg(target.join("bench"))
        .args(arguments.iter().filter(|word| *word != "--debug"));
    if let Some(size) = first_load_kb()? {
        command.args(["--first-load-kb", &size]);
    }
    window::limited_to(LIMIT_SECONDS, &command)
}

/// The program of the measurement, as cargo's lines tell.
fn bench_of(lines: &str) -> Option<PathBuf> {
    let line = lines.lines().find(|line| {
        line.contains("\"name\":\"window-bench\"") && line.contains("\"executable\":\"")
    })?;
    let rest = line.split("\"executable\":\"").nth(1)?;
    Some(Path::new(rest.split('"').next()?).to_owned())
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
    fn the_program_is_found_among_what_was_built() {
        let lines = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"desk-serve"},"executable":"/t/a"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"window-bench"},"executable":"/t/b"}"#,
        );
        assert_eq!(bench_of(lines), Some(PathBuf::from("/t/b")));
        assert_eq!(bench_of("{}"), None);
    }

    #[test]
    fn the_size_is_read_from_what_the_script_says() {
        let shown = "first load 71.3 KB of 90.0 KB (code 65.0 KB, largest language 6.3 KB)\n";
        assert_eq!(first_load_of(shown).as_deref(), Some("71.3"));
        assert_eq!(first_load_of("no entry in index.html"), None);
    }
}
