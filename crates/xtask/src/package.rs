//! `cargo xtask package`: what is handed to the owner, and whether it installs, starts and goes away
//! again. Here that is a `.deb`; the installers of macOS and Windows are configured, and untested.

use crate::apt;
use crate::metadata;
use crate::node;
use crate::process::{self, Failure, Outcome, Steps};
use crate::setup::{self, Goal};
use crate::system::System;
use crate::test;
use crate::window;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is done with the installed package, inside the private desktop.
const TRIAL: &str = include_str!("package.sh");
const PACKAGE: &str = "reply-desk";
/// Linux alone has it.
const TRAY: &str = "replydesk-tray";
/// As old as the `tauri` that it bundles for.
const BUNDLER: &str = "@tauri-apps/cli@2.12.5";

/// What Tauri's bundler makes on a system: its name there, and how the file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Format {
    name: &'static str,
    ending: &'static str,
}

impl Format {
    fn of(system: &System) -> Self {
        let (name, ending) = match system {
            System::MacOs => ("dmg", "dmg"),
            System::Windows => ("nsis", "exe"),
            System::Apt { .. } | System::OtherLinux { .. } | System::Unknown => ("deb", "deb"),
        };
        Self { name, ending }
    }
}

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
    let system = System::here();
    if has("--try") && !matches!(system, System::Apt { .. }) {
        return Err(Failure::new(
            "only a .deb can be tried, on Debian or Ubuntu",
        ));
    }
    let mut steps = Steps::of("cargo xtask package");
    let file = make(&mut steps, Format::of(&system), has("--debug"))?;
    if has("--try") {
        trial(&mut steps, &file)?;
    }
    println!("\n{}\n{}", file.display(), steps.summary());
    Ok(())
}

fn make(steps: &mut Steps, format: Format, debug: bool) -> Outcome<PathBuf> {
    steps.step("set-up", || setup::ensure(Goal::Build))?;
    let (profile, mut build) = if debug {
        // As the tests build it: after them it is there already.
        ("debug", test::build_window())
    } else {
        let packages = ["--package", "replydesk", "--package", "desk-tray"];
        let mut release = process::cargo(&["build", "--release"]);
        release.args(packages);
        ("release", release)
    };
    steps.run("building", &mut build)?;
    let programs = metadata::target_folder()?.join(profile);
    let folder = programs.join("bundle").join(format.name);
    // What lies there from another version must not be taken for ours.
    let _ = std::fs::remove_dir_all(&folder);
    let program = ensure_bundler()?;
    let mut bundler = bundle(&program, format, debug);
    bundler.args(["--config", &with_tray(&programs)]);
    steps.run("bundling", &mut bundler)?;
    only_file(&folder, format.ending)
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

fn bundle(program: &Path, format: Format, debug: bool) -> Command {
    let mut command = Command::new(program);
    command.args(["bundle", "--ci", "--bundles", format.name]);
    if debug {
        command.arg("--debug");
    }
    command.current_dir(process::root());
    command
}

/// The program without a window lies beside the one with it. Where it was built is known here alone.
fn with_tray(programs: &Path) -> String {
    let mut files = serde_json::Map::new();
    files.insert(format!("/usr/bin/{TRAY}"), json!(programs.join(TRAY)));
    json!({ "bundle": { "linux": { "deb": { "files": files } } } }).to_string()
}

fn only_file(folder: &Path, ending: &str) -> Outcome<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", folder.display())))?;
    let mut found = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == ending));
    match (found.next(), found.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(Failure::new(format!(
            "there should be one .{ending} in {}",
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
    let name = file.display().to_string();
    let tried = steps
        .run("installing", &mut apt::get("install", &name))
        .and_then(|()| steps.step("using it", use_it));
    // Whatever came of it, the machine is left as it was.
    let removed = steps.run("removing", &mut apt::get("remove", PACKAGE));
    tried.and(removed)?;
    steps.step("nothing stays", || {
        let left: Vec<&str> = [
            "/usr/bin/replydesk",
            "/usr/bin/replydesk-tray",
            "/usr/share/applications/ReplyDesk.desktop",
            "/usr/share/icons/hicolor/128x128/apps/replydesk.png",
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
