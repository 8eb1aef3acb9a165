//! Making a machine ready, and saying what a person has to do where we do not.

use crate::apt::{self, PackageSet};
use crate::node;
use crate::process::{self, Failure, Outcome};
use crate::system::System;

/// What the machine is made ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Building the program without a window.
    Headless,
    /// Building everything.
    Build,
    /// Building everything and testing the real window.
    Test,
}

impl Goal {
    fn packages(self) -> &'static [PackageSet] {
        match self {
            Self::Headless => &[apt::COMPILER],
            Self::Build => &[apt::COMPILER, apt::WINDOW],
            Self::Test => &[apt::COMPILER, apt::WINDOW, apt::DESKTOP],
        }
    }
}

/// The subcommand: ready for everything.
///
/// # Errors
/// When something is missing that cannot be installed from here.
pub fn everything(_: &[String]) -> Outcome {
    ensure(Goal::Test)?;
    println!("This machine is ready.");
    Ok(())
}

/// Makes the machine ready. That Rust is new enough was seen by cargo before it compiled us.
///
/// # Errors
/// When something is missing that cannot be installed from here.
pub fn ensure(goal: Goal) -> Outcome {
    system_packages(goal)?;
    node::ensure()
}

/// The part of it that the operating system gives; the UI is left as it is.
///
/// # Errors
/// When something is missing that cannot be installed from here.
pub fn system_packages(goal: Goal) -> Outcome {
    let system = System::here();
    match &system {
        System::Apt { .. } => apt::ensure(goal.packages())?,
        System::OtherLinux { name, .. } => {
            if !tools_found(goal, process::succeeds) {
                return Err(Failure::new(format!(
                    "{name} is not set up by this command. Please install {} and run it again.",
                    system.by_hand().unwrap_or_default()
                )));
            }
        }
        System::MacOs | System::Windows | System::Unknown => {
            if let Some(words) = system.by_hand() {
                println!("If the build stops for a missing tool, it needs {words}.");
            }
        }
    }
    Ok(())
}

/// Whether a Linux that we do not install on has what the goal needs.
fn tools_found(goal: Goal, succeeds: impl Fn(&str, &[&str]) -> bool) -> bool {
    let compiler = succeeds("cc", &["--version"]);
    let window = || {
        succeeds(
            "pkg-config",
            &[
                "--exists",
                "webkit2gtk-4.1",
                "javascriptcoregtk-4.1",
                "dbus-1",
            ],
        )
    };
    // Xvfb has no option that does nothing; `which` is the cheapest question.
    let desktop = || {
        [
            "WebKitWebDriver",
            "Xvfb",
            "xvfb-run",
            "openbox",
            "dbus-run-session",
            "gnome-keyring-daemon",
        ]
        .iter()
        .all(|program| succeeds("which", &[program]))
    };
    match goal {
        Goal::Headless => compiler,
        Goal::Build => compiler && window(),
        Goal::Test => compiler && window() && desktop(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_window_needs_no_webkit() {
        let names: Vec<&str> = Goal::Headless
            .packages()
            .iter()
            .flat_map(|set| set.packages)
            .copied()
            .collect();
        assert!(names.iter().all(|name| !name.contains("webkit")));
    }

    #[test]
    fn each_goal_asks_for_the_tools_of_the_one_before() {
        let no_driver = |program: &str, arguments: &[&str]| {
            program != "which" || !arguments.contains(&"WebKitWebDriver")
        };
        assert!(tools_found(Goal::Build, no_driver));
        assert!(!tools_found(Goal::Test, no_driver));
        assert!(!tools_found(Goal::Headless, |program, _| program != "cc"));
    }
}
