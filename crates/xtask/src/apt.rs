//! System packages of Debian and Ubuntu: what is needed, what is missing, how it gets here.

use crate::process::{self, Failure, Outcome};
use std::io::IsTerminal as _;
use std::process::Command;

/// Packages that are wanted together, and the reason that is told to the person.
#[derive(Debug, Clone, Copy)]
pub struct PackageSet {
    /// What they are for.
    pub purpose: &'static str,
    /// Their names, the same on Debian 12 and Ubuntu 24.04.
    pub packages: &'static [&'static str],
}

/// Without a window: a C compiler for SQLite and the TLS library.
pub const COMPILER: PackageSet = PackageSet {
    purpose: "compiling SQLite and the TLS library",
    packages: &["build-essential", "pkg-config"],
};

/// The window itself. The headers of a tray's library are asked for by the bundler alone: it reads in
/// our manifest that other systems have Tauri's icon, and does not see that Linux has not.
pub const WINDOW: PackageSet = PackageSet {
    purpose: "the window (WebKitGTK and its headers), and bundling it",
    packages: &[
        "libwebkit2gtk-4.1-dev",
        "libdbus-1-dev",
        "libayatana-appindicator3-dev",
    ],
};

/// The private desktop in which the real window is tested.
pub const DESKTOP: PackageSet = PackageSet {
    purpose: "testing the real window on a private, invisible desktop with its own keyring",
    packages: &[
        "webkit2gtk-driver",
        "xvfb",
        "xauth",
        "openbox",
        "xdotool",
        "imagemagick",
        "dbus",
        "at-spi2-core",
        "gnome-keyring",
        "libsecret-tools",
        "xdg-utils",
        "desktop-file-utils",
        "libglib2.0-bin",
        "fonts-dejavu-core",
        "fonts-noto-core",
        "fonts-noto-color-emoji",
    ],
};

/// How we may become root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// We are root.
    Root,
    /// `sudo` asks nobody.
    SudoWithoutPassword,
    /// `sudo` can ask the person at the terminal.
    SudoAsks,
    /// There is no way.
    None,
}

impl Rights {
    fn here() -> Self {
        let root = process::quiet("id", &["-u"]).is_some_and(|id| id.trim() == "0");
        if root {
            Self::Root
        } else if process::succeeds("sudo", &["-n", "true"]) {
            Self::SudoWithoutPassword
        } else if std::io::stdin().is_terminal() && process::succeeds("sudo", &["-V"]) {
            Self::SudoAsks
        } else {
            Self::None
        }
    }
}

/// Sees to it that the packages of all sets are there.
///
/// # Errors
/// When they are missing and nobody may install them, or apt fails.
pub fn ensure(sets: &[PackageSet]) -> Outcome {
    let wanted: Vec<&str> = sets.iter().flat_map(|set| set.packages).copied().collect();
    let mut arguments = vec!["-W", "-f=${Package}\t${db:Status-Status}\n"];
    arguments.extend(&wanted);
    // It exits with 1 as soon as one name is unknown; the known ones are printed all the same.
    let listing = process::quiet("dpkg-query", &arguments).unwrap_or_default();
    let missing = missing(&wanted, &listing);
    if missing.is_empty() {
        return Ok(());
    }
    for set in sets {
        let absent: Vec<&str> = set
            .packages
            .iter()
            .copied()
            .filter(|package| missing.contains(package))
            .collect();
        if !absent.is_empty() {
            println!(
                "For {}, these packages are missing: {}",
                set.purpose,
                absent.join(" ")
            );
        }
    }
    let rights = Rights::here();
    if rights == Rights::None {
        return Err(Failure::new(format!(
            "These packages have to be installed first; please run:\n\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends {}",
            missing.join(" ")
        )));
    }
    // The lists may be absent (a bare image) or point at versions that are gone: refresh them
    // before every installation, which is rare.
    for words in [update(), install(&missing)] {
        println!("Running: {}", shown(rights, &words));
        process::run(&mut privileged(rights, &words))?;
    }
    Ok(())
}

/// Those of `wanted` that a `dpkg-query` listing (`name TAB status`) does not show as installed.
fn missing<'a>(wanted: &[&'a str], listing: &str) -> Vec<&'a str> {
    let installed: Vec<&str> = listing
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(_, status)| status.trim() == "installed")
        .map(|(name, _)| name)
        .collect();
    wanted
        .iter()
        .copied()
        .filter(|package| !installed.contains(package))
        .collect()
}

/// `apt-get` with one package, by name or by file.
pub fn get(what: &str, package: &str) -> Command {
    let words = [
        "apt-get",
        what,
        "-qq",
        "-y",
        "--no-install-recommends",
        package,
    ];
    privileged(Rights::here(), &words.map(str::to_owned))
}

fn update() -> Vec<String> {
    ["apt-get", "update", "-q"].map(str::to_owned).to_vec()
}

fn install(packages: &[&str]) -> Vec<String> {
    ["apt-get", "install", "-q", "-y", "--no-install-recommends"]
        .into_iter()
        .chain(packages.iter().copied())
        .map(str::to_owned)
        .collect()
}

/// `env` carries the variable because sudo drops our environment.
fn privileged(rights: Rights, words: &[String]) -> Command {
    let mut all = match rights {
        Rights::Root | Rights::None => Vec::new(),
        Rights::SudoWithoutPassword => vec!["sudo", "-n"],
        Rights::SudoAsks => vec!["sudo"],
    };
    all.extend(["env", "DEBIAN_FRONTEND=noninteractive"]);
    all.extend(words.iter().map(String::as_str));
    let mut parts = all.into_iter();
    let mut command = Command::new(parts.next().unwrap_or("env"));
    command.args(parts);
    command
}

fn shown(rights: Rights, words: &[String]) -> String {
    let sudo = match rights {
        Rights::Root | Rights::None => "",
        Rights::SudoWithoutPassword | Rights::SudoAsks => "sudo ",
    };
    format!("{sudo}{}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dpkg_calls_installed_is_there() {
        let listing = "xvfb\tinstalled\nxauth\tconfig-files\nopenbox\tnot-installed\n";
        assert_eq!(
            missing(&["xvfb", "xauth", "openbox", "dbus"], listing),
            ["xauth", "openbox", "dbus"]
        );
    }

    #[test]
    fn nothing_is_missing_when_all_is_installed() {
        assert!(missing(&["xvfb"], "xvfb\tinstalled\n").is_empty());
    }

    #[test]
    fn apt_is_asked_nothing_and_adds_no_recommendations() {
        let command = process::shown(&privileged(
            Rights::SudoWithoutPassword,
            &install(&["xvfb"]),
        ));
        assert_eq!(
            command,
            "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends xvfb"
        );
        assert!(!process::shown(&privileged(Rights::Root, &update())).contains("sudo"));
    }

    #[test]
    fn no_package_is_named_twice() {
        let mut all: Vec<&str> = [COMPILER, WINDOW, DESKTOP]
            .iter()
            .flat_map(|set| set.packages)
            .copied()
            .collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
