//! `cargo xtask test`: every test there is, the quick ones first.

use crate::metadata::{self, Package};
use crate::node;
use crate::process::{self, Outcome, Steps};
use crate::setup::{self, Goal};
use crate::system::System;
use crate::window;
use std::process::Command;

/// The packages and features of every cargo step.
///
/// Always the same: another selection unifies features differently and compiles half of the tree
/// a second time. A feature here adds tools for developers and never changes behaviour.
pub const EVERYTHING: &[&str] = &["--workspace", "--all-features"];

/// The integration test that needs the private desktop.
const WINDOW_TEST: &str = "window";
/// The test with which cargo builds the program that the window hands over to.
const TRAY_TEST: &str = "tray";
/// Those that are asked for by a command of their own: they take minutes.
const LONG_TESTS: &[&str] = &["chaos"];

/// Sets up and runs all tests.
///
/// # Errors
/// When a step fails; the failure names it.
pub fn test(_: &[String]) -> Outcome {
    let mut steps = Steps::of("cargo xtask test");
    // Builds the UI as well, when it has changed.
    steps.step("set-up", || setup::ensure(Goal::Test))?;
    steps.run("UI types", &mut node::script("check"))?;
    steps.run("UI tests", &mut node::script("test"))?;
    steps.run("UI size", &mut node::script("size"))?;
    steps.run("connect page", &mut connect_page())?;
    let names = test_names(&metadata::packages()?);
    steps.run("Rust tests", &mut cargo_test(&selection(&names)))?;
    steps.run("examples in the documentation", &mut cargo_test(&["--doc"]))?;
    if !names.iter().any(|name| name == WINDOW_TEST) {
        println!("\nThere is no test of the real window in this tree.");
    } else if matches!(System::here(), System::MacOs | System::Windows) {
        println!("\nThe test of the real window runs on Linux only.");
    } else {
        steps.run("building the window's test", &mut build_window())?;
        steps.step("the real window", || {
            window::ensure_driver()?;
            window::limited(&cargo_test(&["--test", WINDOW_TEST]))
        })?;
    }
    println!("\n{}", steps.summary());
    Ok(())
}

/// Builds the programs with and without a window, and their tests.
pub fn build_window() -> Command {
    let mut command = cargo_test(&["--test", WINDOW_TEST, "--test", TRAY_TEST]);
    command.arg("--no-run");
    command
}

fn cargo_test(selection: &[&str]) -> Command {
    let mut command = process::cargo(&["test"]);
    command.args(EVERYTHING).args(selection);
    command
}

/// The forwarding page is tested by Node's own runner: it is a file for browsers.
fn connect_page() -> Command {
    let mut command = Command::new("node");
    command
        .args([
            "--test",
            "--test-reporter=spec",
            "tests/connect/page.test.mjs",
        ])
        .current_dir(process::root());
    command
}

/// The names of all integration tests, each once.
fn test_names(packages: &[Package]) -> Vec<String> {
    let mut names: Vec<String> = packages.iter().flat_map(|p| p.tests.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Units, programs and every integration test but the one that needs a desktop.
fn selection(names: &[String]) -> Vec<&str> {
    let mut words = vec!["--lib", "--bins"];
    let is_quick = |name: &&String| *name != WINDOW_TEST && !LONG_TESTS.contains(&name.as_str());
    for name in names.iter().filter(is_quick) {
        words.extend(["--test", name]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_waits_for_its_desktop_and_nothing_else_is_left_out() {
        let package = |tests: &[&str]| Package {
            name: "p".into(),
            dependencies: Vec::new(),
            tests: tests.iter().map(|name| (*name).to_owned()).collect(),
        };
        let names = test_names(&[
            package(&["it", "window", "chaos"]),
            package(&["journeys", "it"]),
        ]);
        assert_eq!(
            selection(&names),
            ["--lib", "--bins", "--test", "it", "--test", "journeys"]
        );
    }
}
