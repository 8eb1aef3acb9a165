//! `cargo xtask package`: the `.deb`, and whether it installs, starts and goes away again.

use crate::metadata;
use crate::node;
use crate::process::{self, Failure, Outcome, Steps};
use crate::setup::{self, Goal};
use crate::window;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is done with the installed package, inside the private desktop.
const TRIAL: &str = include_str!("package.sh");
const PACKAGE: &str = "reply-desk";
/// As old as the `tauri` that it bundles for.
const BUNDLER: &str = "@tauri-apps/cli@2.12.5";

/// Makes the package. `--debug` takes the development build, which is there already after a test;
/// `--try` installs it on this machine, uses it and removes it.
///
/// # Errors
/// When a step fails; the failure names it.
pub fn package(arguments: &[String]) -> Outcome {
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    if let Some(unknown) = arguments
        .iter()
        .find(|argument| !["--debug", "--try"].contains(&argument.as_str()))
    {
        return Err(Failure::new(format!("package knows no {unknown}")));
    }
    let mut steps = Steps::of("cargo xtask package");
    let file = steps_of(&mut steps, has("--debug"))?;
    if has("--try") {
        trial(&mut steps, &file)?;
    }
    println!("\n{}\n{}", file.display(), steps.summary());
    Ok(())
}

fn steps_of(steps: &mut Steps, debug: bool) -> Outcome<PathBuf> {
    steps.step("set-up", || setup::ensure(Goal::Build))?;
    let profile = if debug { "debug" } else { "release" };
    let mut build = process::cargo(&["build", "--workspace", "--all-features", "--bins"]);
    if !debug {
        build = process::cargo(&["build", "--package", "replydesk", "--release"]);
    }
    steps.run("building", &mut build)?;
    let bundles = metadata::target_folder()?
        .join(profile)
        .join("bundle")
        .join("deb");
    // What lies there from another version must not be taken for ours.
    let _ = std::fs::remove_dir_all(&bundles);
    let program = ensure_bundler()?;
    steps.run("bundling", &mut bundle(&program, debug))?;
    only_deb(&bundles)
}

/// Sees to it that Tauri's bundler is there. It comes from npm as a finished program, where cargo
/// would compile it for longer than the product; not with the UI's packages, because npm then asks
/// for the programs of all other systems as well, which a mirror need not have.
fn ensure_bundler() -> Outcome<PathBuf> {
    let folder = metadata::target_folder()?.join("tools").join("bundler");
    let program = folder.join("node_modules/.bin/tauri");
    if !program.is_file() {
        println!("Fetching Tauri's bundler, once, into {}", folder.display());
        std::fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(format!("{} cannot be made: {error}", folder.display()))
        })?;
        let mut install = node::npm(&["install", "--no-audit", "--no-fund", "--loglevel=error"]);
        install.args(["--no-save", "--no-package-lock", BUNDLER]);
        install.arg("--prefix").arg(&folder).current_dir(&folder);
        process::run(&mut install)?;
    }
    Ok(program)
}

fn bundle(program: &Path, debug: bool) -> Command {
    let mut command = Command::new(program);
    command.args(["bundle", "--ci", "--bundles", "deb"]);
    if debug {
        command.arg("--debug");
    }
    command.current_dir(process::root());
    command
}

fn only_deb(folder: &Path) -> Outcome<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", folder.display())))?;
    let mut found = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"));
    match (found.next(), found.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(Failure::new(format!(
            "there should be one .deb in {}",
            folder.display()
        ))),
    }
}

/// Installs, uses, removes.
fn trial(steps: &mut Steps, file: &Path) -> Outcome {
    if is_installed() {
        return Err(Failure::new(format!(
            "{PACKAGE} is installed on this machine; a trial would remove it"
        )));
    }
    setup::system_packages(Goal::Test)?;
    window::ensure_driver()?;
    let mut install = apt("install");
    install.arg("--no-install-recommends").arg(file);
    let tried = steps
        .run("installing", &mut install)
        .and_then(|()| steps.step("using it", use_it));
    // Whatever came of it, the machine is left as it was.
    let removed = steps.run("removing", apt("remove").arg(PACKAGE));
    tried.and(removed)?;
    steps.step("nothing stays", || {
        let left: Vec<&str> = [
            "/usr/bin/replydesk",
            "/usr/share/applications/ReplyDesk.desktop",
        ]
        .into_iter()
        .filter(|path| Path::new(path).exists())
        .collect();
        if left.is_empty() && !is_installed() {
            Ok(())
        } else {
            Err(Failure::new(format!("this stayed: {left:?}")))
        }
    })
}

fn use_it() -> Outcome {
    let mut command = Command::new("sh");
    command.args(["-c", TRIAL, "package"]);
    window::limited(&command)
}

fn apt(what: &str) -> Command {
    let mut command = Command::new("apt-get");
    command
        .args([what, "--yes", "-qq"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_installed() -> bool {
    process::quiet(
        "dpkg-query",
        &["--show", "--showformat=${db:Status-Status}", PACKAGE],
    )
    .is_some_and(|status| status.trim() == "installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_option_is_refused_before_anything_is_built() {
        let failure = package(&["--everything".to_owned()]).unwrap_err();
        assert!(failure.to_string().contains("--everything"));
    }
}
