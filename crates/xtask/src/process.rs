//! Running other programs, and saying how it went.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Why a command of ours stopped, in words for the person at the terminal.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure with these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What every command of ours comes to.
pub type Outcome<T = ()> = Result<T, Failure>;

/// The folder of the workspace.
///
/// Taken from the environment first: the same executable may serve several clones that share a
/// target folder.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    match package.ancestors().nth(2) {
        Some(root) => root.to_path_buf(),
        None => package,
    }
}

/// The cargo that started us, in the workspace's folder.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    forget_ourselves(&mut command);
    command
}

/// Takes away what `cargo run` says of our own package.
///
/// Some build scripts (ring's) watch these variables: a cargo started by us would otherwise build
/// again what a cargo started by hand has built, and the other way round.
pub fn forget_ourselves(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_ourselves) {
            command.env_remove(name);
        }
    }
}

fn is_of_ourselves(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_")
        || matches!(
            variable,
            "CARGO_MANIFEST_DIR" | "CARGO_MANIFEST_PATH" | "CARGO_CRATE_NAME" | "CARGO_BIN_NAME"
        )
}

/// Runs to the end with this terminal's input and output.
pub fn run(command: &mut Command) -> Outcome {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`{}`: {status}", shown(command))))
    }
}

/// Runs to the end and gives its standard output; its errors go to the terminal.
pub fn output(command: &mut Command) -> Outcome<String> {
    let done = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        Err(Failure::new(format!(
            "`{}`: {}",
            shown(command),
            done.status
        )))
    }
}

/// Its standard output whatever its exit code, or nothing when it cannot be started.
pub fn quiet(program: &str, arguments: &[&str]) -> Option<String> {
    let done = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Whether it can be started and ends well.
pub fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Becomes the program where the system can do that, so that signals reach it and not us.
pub fn become_it(command: &mut Command) -> Outcome {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        let error = command.exec();
        Err(not_started(command, &error))
    }
    #[cfg(not(unix))]
    run(command)
}

/// A file's text, with its name in the failure.
pub fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", path.display())))
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be started: {error}", shown(command)))
}

/// The command as one would type it, without the folder of the program.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let mut words = vec![name.to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// The steps of a longer command: says each one, times it, and sums them up in one line.
pub struct Steps {
    whole: &'static str,
    began: Instant,
    done: Vec<(String, Duration)>,
}

impl Steps {
    /// No step yet of `whole`, the command that is shown in the summary.
    pub fn of(whole: &'static str) -> Self {
        Self {
            whole,
            began: Instant::now(),
            done: Vec::new(),
        }
    }

    /// Does one step; a failure is told in the summary line.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Outcome) -> Outcome {
        println!("\n── {name}");
        let began = Instant::now();
        match work() {
            Ok(()) => {
                self.done.push((name.to_owned(), began.elapsed()));
                Ok(())
            }
            Err(failure) => Err(Failure::new(format!(
                "FAILED: {} after {}, at \"{name}\": {failure}",
                self.whole,
                spoken(self.began.elapsed())
            ))),
        }
    }

    /// Does one step that is a single program.
    pub fn run(&mut self, name: &str, command: &mut Command) -> Outcome {
        self.step(name, || run(command))
    }

    /// The summary of a command that went well.
    pub fn summary(&self) -> String {
        let parts: Vec<String> = self
            .done
            .iter()
            .map(|(name, took)| format!("{name} {}", spoken(*took)))
            .collect();
        format!(
            "PASSED: {} in {} ({})",
            self.whole,
            spoken(self.began.elapsed()),
            parts.join(", ")
        )
    }
}

fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_where_the_workspace_is() {
        assert!(root().join("Cargo.lock").is_file());
    }

    #[test]
    fn the_summary_names_the_whole_and_its_steps() {
        let mut steps = Steps::of("cargo xtask nothing");
        steps.step("first", || Ok(())).unwrap();
        let line = steps.summary();
        assert!(line.starts_with("PASSED: cargo xtask nothing in 0 s (first 0 s"));
        let failure = steps.step("second", || Err(Failure::new("it broke")));
        let line = failure.unwrap_err().to_string();
        assert!(line.starts_with("FAILED: cargo xtask nothing") && line.ends_with("it broke"));
    }

    #[test]
    fn settings_of_cargo_are_passed_on_and_our_own_package_is_not() {
        for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"] {
            assert!(is_of_ourselves(name), "{name}");
        }
        for name in [
            "CARGO",
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_INCREMENTAL",
            "PATH",
        ] {
            assert!(!is_of_ourselves(name), "{name}");
        }
    }

    #[test]
    fn times_read_as_spoken() {
        assert_eq!(spoken(Duration::from_secs(59)), "59 s");
        assert_eq!(spoken(Duration::from_secs(125)), "2 min 5 s");
    }
}
