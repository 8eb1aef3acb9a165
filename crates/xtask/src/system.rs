//! Which operating system this is, and what we can do about its packages.

use crate::process;
use std::path::Path;

/// An operating system, as far as setting it up differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum System {
    /// Debian 12 or Ubuntu 24.04 or newer: packages are installed through apt.
    Apt {
        /// Its name as it calls itself.
        name: String,
    },
    /// A Linux whose packages are only named, not installed.
    OtherLinux {
        /// Its name as it calls itself.
        name: String,
        /// `ID` and `ID_LIKE`, from which its family is known.
        family: Vec<String>,
    },
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
    /// Anything else.
    Unknown,
}

impl System {
    /// The system that we run on.
    pub fn here() -> Self {
        match std::env::consts::OS {
            "linux" => Self::from_os_release(
                &process::read(Path::new("/etc/os-release")).unwrap_or_default(),
            ),
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::Unknown,
        }
    }

    /// The Linux that this `/etc/os-release` describes.
    pub fn from_os_release(text: &str) -> Self {
        let field = |wanted: &str| {
            text.lines()
                .filter_map(|line| line.split_once('='))
                .find(|(key, _)| key.trim() == wanted)
                .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
        };
        let id = field("ID").unwrap_or_default();
        let version = field("VERSION_ID").unwrap_or_default();
        let name = field("PRETTY_NAME").unwrap_or_else(|| "this Linux".to_owned());
        let first_good = match id.as_str() {
            "debian" => Some((12, 0)),
            "ubuntu" => Some((24, 4)),
            _ => None,
        };
        match (first_good, numbers(&version)) {
            (Some(first), Some(version)) if version >= first => Self::Apt { name },
            _ => {
                let like = field("ID_LIKE").unwrap_or_default();
                let mut family = vec![id];
                family.extend(like.split_whitespace().map(str::to_owned));
                Self::OtherLinux { name, family }
            }
        }
    }

    /// Whether a window can be shown. Off Linux there is always a screen.
    pub fn has_display(&self, variable: impl Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::MacOs | Self::Windows => true,
            _ => ["DISPLAY", "WAYLAND_DISPLAY"]
                .into_iter()
                .any(|name| variable(name).is_some_and(|value| !value.is_empty())),
        }
    }

    /// What a person has to install by hand on a system that we do not set up.
    pub fn by_hand(&self) -> Option<String> {
        match self {
            Self::Apt { .. } => None,
            Self::MacOs => {
                Some("the Xcode command line tools (`xcode-select --install`)".to_owned())
            }
            Self::Windows => Some(
                "the Microsoft C++ Build Tools (\"Desktop development with C++\"), and WebView2, \
                 which Windows 11 has already"
                    .to_owned(),
            ),
            Self::Unknown => {
                Some("a C compiler, pkg-config and WebKitGTK 4.1 with its headers".to_owned())
            }
            Self::OtherLinux { family, .. } => {
                let is = |wanted: &str| family.iter().any(|name| name == wanted);
                let packages = if is("fedora") || is("rhel") {
                    "gcc pkgconf-pkg-config webkit2gtk4.1-devel dbus-devel"
                } else if is("arch") {
                    "base-devel pkgconf webkit2gtk-4.1 dbus"
                } else if is("suse") || is("opensuse") {
                    "gcc pkgconf webkit2gtk3-devel dbus-1-devel"
                } else {
                    "build-essential pkg-config libwebkit2gtk-4.1-dev libdbus-1-dev (their Debian names)"
                };
                Some(format!("the packages {packages}"))
            }
        }
    }
}

/// `24.04` → `(24, 4)`.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(id: &str, version: &str, like: &str) -> System {
        System::from_os_release(&format!(
            "PRETTY_NAME=\"A Linux\"\nID={id}\nVERSION_ID=\"{version}\"\nID_LIKE=\"{like}\"\n"
        ))
    }

    #[test]
    fn debian_and_ubuntu_of_our_age_are_set_up_through_apt() {
        for (id, version) in [
            ("debian", "12"),
            ("debian", "13"),
            ("ubuntu", "24.04"),
            ("ubuntu", "24.10"),
        ] {
            let system = release(id, version, "");
            assert!(
                matches!(system, System::Apt { .. }),
                "{id} {version}: {system:?}"
            );
            assert_eq!(system.by_hand(), None);
        }
    }

    #[test]
    fn older_ones_lack_webkit_4_1_or_its_driver_and_are_left_alone() {
        for (id, version) in [("debian", "11"), ("ubuntu", "22.04"), ("debian", "")] {
            assert!(matches!(
                release(id, version, ""),
                System::OtherLinux { .. }
            ));
        }
    }

    #[test]
    fn other_systems_are_told_their_own_package_names() {
        let words = |system: System| system.by_hand().unwrap();
        assert!(words(release("fedora", "42", "")).contains("webkit2gtk4.1-devel"));
        assert!(words(release("manjaro", "", "arch")).contains("base-devel"));
        assert!(words(release("linuxmint", "22", "ubuntu debian")).contains("build-essential"));
        assert!(words(System::MacOs).contains("xcode-select"));
        assert!(words(System::Windows).contains("WebView2"));
    }

    #[test]
    fn a_linux_has_a_display_only_when_the_environment_names_one() {
        let system = release("debian", "12", "");
        assert!(!system.has_display(|_| None));
        assert!(!system.has_display(|_| Some(String::new())));
        assert!(system.has_display(|name| (name == "WAYLAND_DISPLAY").then(|| "w-0".to_owned())));
        assert!(System::MacOs.has_display(|_| None));
    }
}
