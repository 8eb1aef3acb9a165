//! A private desktop for the real window: its own X server, session bus, keyring and home.
//!
//! Nothing that runs inside can touch the person's own keyring, settings or link handlers, and a
//! machine without a screen can run it too. X11 and no compositor: what is tested must not depend
//! on a graphics card.

use crate::metadata;
use crate::process::{self, Failure, Outcome};
use crate::setup::{self, Goal};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

const INSIDE: &str = include_str!("window.sh");
/// The WebDriver of Tauri windows; it starts WebKitWebDriver for each session.
const DRIVER: (&str, &str) = ("tauri-driver", "2.1.0");
/// A hung window must not hold a CI machine for hours.
const LIMIT: u32 = 1200;

/// The subcommand: any command inside the private desktop.
///
/// # Errors
/// When there is no command, the set-up fails, or the command does.
pub fn window(arguments: &[String]) -> Outcome {
    let words = match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    };
    if words.is_empty() {
        return Err(Failure::new(
            "which command? `cargo xtask window -- CMD ...`",
        ));
    }
    setup::system_packages(Goal::Test)?;
    ensure_driver()?;
    inside(words)
}

/// The command inside the private desktop, ended after [`LIMIT`] seconds.
///
/// # Errors
/// When it fails.
pub fn limited(command: &Command) -> Outcome {
    limited_to(LIMIT, command)
}

/// The same, ended after so many seconds.
///
/// # Errors
/// When it fails.
pub fn limited_to(seconds: u32, command: &Command) -> Outcome {
    let mut words: Vec<String> = ["timeout", "--kill-after=20", &seconds.to_string()]
        .map(str::to_owned)
        .to_vec();
    words.push(command.get_program().to_string_lossy().into_owned());
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    inside(&words)
}

/// Sees to it that tauri-driver is there: the person's own, or one under the target folder.
///
/// # Errors
/// When it cannot be installed.
pub fn ensure_driver() -> Outcome {
    let (name, version) = DRIVER;
    let tools = tools()?;
    if tools.join("bin").join(name).is_file() || process::succeeds("which", &[name]) {
        return Ok(());
    }
    println!("Compiling {name} {version}, once, into {}", tools.display());
    let mut command = process::cargo(&["install", name, "--version", version]);
    command
        .args(["--quiet", "--locked", "--debug", "--root"])
        .arg(&tools);
    // Apart from our own build: its tree of dependencies is another and of use only once.
    let scratch = tools.join("build");
    command.arg("--target-dir").arg(&scratch);
    process::run(&mut command)?;
    // What was only needed to build it; that it stays is no harm.
    let _ = std::fs::remove_dir_all(scratch);
    Ok(())
}

fn tools() -> Outcome<PathBuf> {
    Ok(metadata::target_folder()?.join("tools"))
}

fn inside(words: &[String]) -> Outcome {
    let home = std::env::temp_dir().join(format!("replydesk-window-{}", std::process::id()));
    make_home(&home)?;
    let mut command = Command::new("dbus-run-session");
    command
        .args([
            "--",
            "xvfb-run",
            "-a",
            "-s",
            "-screen 0 1280x800x24 -nolisten tcp",
        ])
        .args(["sh", "-c", INSIDE, "window"])
        .args(words)
        .current_dir(process::root())
        .envs(environment(&home, &tools()?, |name| std::env::var_os(name)));
    for name in [
        "WAYLAND_DISPLAY",
        "DISPLAY",
        "XAUTHORITY",
        "DBUS_SESSION_BUS_ADDRESS",
    ] {
        command.env_remove(name);
    }
    process::forget_ourselves(&mut command);
    let outcome = process::run(&mut command);
    // A process that ends late may still write there; what stays is in the temporary folder.
    let _ = std::fs::remove_dir_all(&home);
    outcome.map_err(|failure| {
        let words = words.join(" ");
        Failure::new(format!(
            "inside the private desktop, `{words}`: {}",
            status_of(&failure)
        ))
    })
}

/// The outer command is a screenful; only how it ended is worth a line.
fn status_of(failure: &Failure) -> String {
    let text = failure.to_string();
    match text.rsplit_once("`: ") {
        Some((_, status)) => status.to_owned(),
        None => text,
    }
}

const FOLDERS: &[(&str, &str)] = &[
    ("HOME", "home"),
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_STATE_HOME", "state"),
    ("XDG_RUNTIME_DIR", "run"),
];

fn make_home(home: &Path) -> Outcome {
    let failed =
        |error: std::io::Error| Failure::new(format!("{} cannot be made: {error}", home.display()));
    for (_, folder) in FOLDERS {
        let folder = home.join(folder);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        #[cfg(unix)]
        {
            // The keyring refuses a runtime folder that others can read.
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))
                .map_err(failed)?;
        }
    }
    Ok(())
}

/// The variables of the private desktop.
fn environment(
    home: &Path,
    tools: &Path,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Vec<(&'static str, OsString)> {
    let mut all: Vec<(&'static str, OsString)> = FOLDERS
        .iter()
        .map(|(name, folder)| (*name, home.join(folder).into_os_string()))
        .collect();
    all.extend([
        // Without a known desktop xdg-open cannot read the handler that the app registers.
        ("XDG_CURRENT_DESKTOP", "GNOME".into()),
        ("XDG_SESSION_TYPE", "x11".into()),
        ("GDK_BACKEND", "x11".into()),
        ("GSETTINGS_BACKEND", "memory".into()),
        ("LIBGL_ALWAYS_SOFTWARE", "1".into()),
        // There is no graphics card to share buffers with.
        ("WEBKIT_DISABLE_DMABUF_RENDERER", "1".into()),
        // Without these the window opens, but the driver waits for it for ever.
        ("TAURI_WEBVIEW_AUTOMATION", "true".into()),
        ("TAURI_AUTOMATION", "true".into()),
        // The simulator is on loopback; a proxy of the machine must not see it.
        ("NO_PROXY", "127.0.0.1,localhost".into()),
        ("no_proxy", "127.0.0.1,localhost".into()),
    ]);
    // Cargo and rustup look below HOME unless they are told.
    if let Some(old_home) = variable("HOME") {
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let value = variable(name).unwrap_or_else(|| Path::new(&old_home).join(folder).into());
            all.push((name, value));
        }
    }
    let mut path = tools.join("bin").into_os_string();
    if let Some(old) = variable("PATH") {
        path.push(":");
        path.push(old);
    }
    all.push(("PATH", path));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> OsString {
        let outer = |name: &str| match name {
            "HOME" => Some(OsString::from("/people/ada")),
            "PATH" => Some(OsString::from("/bin")),
            _ => None,
        };
        environment(Path::new("/tmp/desk"), Path::new("/target/tools"), outer)
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
            .unwrap()
    }

    #[test]
    fn nothing_points_to_the_persons_own_home_but_the_toolchain() {
        assert_eq!(value("HOME"), "/tmp/desk/home");
        assert_eq!(value("XDG_DATA_HOME"), "/tmp/desk/data");
        assert_eq!(value("CARGO_HOME"), "/people/ada/.cargo");
        assert_eq!(value("RUSTUP_HOME"), "/people/ada/.rustup");
    }

    #[test]
    fn our_own_tools_are_found_first() {
        assert_eq!(value("PATH"), "/target/tools/bin:/bin");
    }

    #[test]
    fn a_failure_is_told_without_the_wrapping() {
        let failure = Failure::new("`dbus-run-session -- a b`: exit status: 3");
        assert_eq!(status_of(&failure), "exit status: 3");
    }
}
