//! `cargo xtask ci`: everything that a reviewer should not have to look for. No tests.

use crate::process::{self, Failure, Outcome, Steps};
use crate::setup::{self, Goal};
use crate::test::EVERYTHING;
use crate::{architecture, i18n, metadata, node, repository};
use std::process::Command;

/// Runs every check.
///
/// # Errors
/// When one fails; the failure names it.
pub fn ci(_: &[String]) -> Outcome {
    let mut steps = Steps::of("cargo xtask ci");
    steps.step("set-up", || {
        components()?;
        setup::ensure(Goal::Build)
    })?;
    steps.step("rules of the house", || {
        let problems = house_rules()?;
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Failure::new(format!("\n  {}", problems.join("\n  "))))
        }
    })?;
    steps.run("format", &mut process::cargo(&["fmt", "--all", "--check"]))?;
    steps.run("UI types", &mut node::script("check"))?;
    steps.run(
        "clippy",
        process::cargo(&["clippy", "--all-targets"])
            .args(EVERYTHING)
            .args(["--", "-D", "warnings"]),
    )?;
    steps.run(
        "documentation",
        process::cargo(&["doc", "--no-deps", "--document-private-items"])
            .args(EVERYTHING)
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    // With the selection of `cargo xtask test`, which then finds it built.
    steps.run(
        "bindings up to date",
        &mut bindings_test(EVERYTHING, "--quiet"),
    )?;
    println!("\n{}", steps.summary());
    Ok(())
}

/// Writes the bindings anew.
///
/// # Errors
/// When `desk-app` does not compile.
pub fn write_bindings(_: &[String]) -> Outcome {
    let alone = ["--package", "desk-app", "--features", "bindings"];
    let mut command = bindings_test(&alone, "--");
    process::run(command.env("REPLYDESK_WRITE_BINDINGS", "1"))?;
    println!("ui/src/lib/ipc/bindings.ts is up to date.");
    Ok(())
}

fn bindings_test(selection: &[&str], option: &str) -> Command {
    let mut command = process::cargo(&["test", "--lib"]);
    command
        .args(selection)
        .arg(option)
        .arg("the_committed_bindings_are_current");
    command
}

/// rustup leaves these out of its minimal profile.
fn components() -> Outcome {
    for component in ["fmt", "clippy"] {
        let mut probe = process::cargo(&[component, "--version"]);
        if process::output(&mut probe).is_err() {
            return Err(Failure::new(
                "rustfmt or clippy is missing: `rustup component add rustfmt clippy`",
            ));
        }
    }
    Ok(())
}

/// Every problem of dependency direction, versions, documents, paths and languages.
fn house_rules() -> Outcome<Vec<String>> {
    let root = process::root();
    let packages = metadata::packages()?;
    let mut problems = architecture::wrong_edges(&packages);
    problems.extend(architecture::wrong_versions(&process::read(
        &root.join("Cargo.lock"),
    )?));
    problems.extend(architecture::undocumented(
        &packages,
        &repository::npm_packages()?,
        &process::read(&root.join("docs/DEPENDENCIES.md"))?,
    ));
    problems.extend(repository::problems()?);
    problems.extend(i18n::problems()?);
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_keeps_the_rules_of_the_house() {
        let problems = house_rules().unwrap();
        assert!(problems.is_empty(), "\n  {}\n", problems.join("\n  "));
    }
}
