//! `cargo xtask`: everything that is done to this repository by a command.
//!
//! The decisions (which packages are missing, which steps run, what breaks a rule) are small pure
//! functions; running programs and reading files stays at the edges. It must stay tiny: it is the
//! first thing that a fresh machine compiles.

mod apt;
mod architecture;
mod bench;
mod chaos;
mod ci;
mod demo;
mod eval;
mod fuzz;
mod i18n;
mod metadata;
mod node;
mod package;
mod process;
mod repository;
mod setup;
mod system;
mod test;
mod window;

use process::{Failure, Outcome};
use std::process::ExitCode;

/// A subcommand: its name, its line in the help (none for those that others call), its work.
type Subcommand = (&'static str, Option<&'static str>, fn(&[String]) -> Outcome);

const SUBCOMMANDS: &[Subcommand] = &[
    (
        "demo",
        Some("sets this machine up and opens the demo: a fictional shop, no account needed"),
        demo::demo,
    ),
    (
        "test",
        Some("sets this machine up and runs every test: Rust, UI and the real window"),
        test::test,
    ),
    (
        "setup",
        Some("installs what the build and the tests need, and nothing else"),
        setup::everything,
    ),
    (
        "ci",
        Some("format, lints, documentation, UI types, rules of the house; no tests"),
        ci::ci,
    ),
    (
        "bench",
        Some(
            "measures speed and weight against baselines and goals; --quick, --strict, --only WHAT; `bench window` measures the real window",
        ),
        bench::bench,
    ),
    (
        "package",
        Some("makes the .deb; --try installs it here, uses it and removes it; --debug is quicker"),
        package::package,
    ),
    (
        "eval",
        Some("measures the AI against its goals; --data DIR for public sets, --strict"),
        eval::eval,
    ),
    (
        "fuzz",
        Some("feeds every parser of the network and of links with hostile input; --seconds N"),
        fuzz::fuzz,
    ),
    (
        "chaos",
        Some("kills replydesk-serve 1,000 times while it sends, and counts; --quick, --kills N"),
        chaos::chaos,
    ),
    (
        "bindings",
        Some("writes ui/src/lib/ipc/bindings.ts anew from the list of commands"),
        ci::write_bindings,
    ),
    (
        "window",
        Some("runs a command inside a private desktop: `cargo xtask window -- CMD ...`"),
        window::window,
    ),
    ("demo-address", None, demo::print_address),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", help());
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") {
        print!("{}", help());
        return Ok(());
    }
    match SUBCOMMANDS.iter().find(|(known, _, _)| known == name) {
        Some((_, _, work)) => work(rest),
        None => Err(Failure::new(format!(
            "there is no `cargo xtask {name}`\n\n{}",
            help()
        ))),
    }
}

fn help() -> String {
    let mut text = String::from("cargo xtask COMMAND\n\n");
    for (name, line, _) in SUBCOMMANDS {
        if let Some(line) = line {
            text.push_str(&format!("  {name:<10} {line}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_command_fails_and_shows_the_known_ones() {
        let failure = dispatch(&["nonsense".to_owned()]).unwrap_err().to_string();
        assert!(failure.contains("nonsense") && failure.contains("demo"));
    }

    #[test]
    fn the_help_hides_what_only_other_commands_call() {
        assert!(!help().contains("demo-address"));
    }
}
