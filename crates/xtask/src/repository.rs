//! What no file of the repository may hold: the machine that it was written on.

use crate::process::{self, Outcome};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Problems of all tracked text files.
///
/// # Errors
/// When git cannot list them.
pub fn problems() -> Outcome<Vec<String>> {
    let root = process::root();
    let listing = process::output(
        Command::new("git")
            .args(["ls-files", "-z"])
            .current_dir(&root),
    )?;
    let private = private_folders(&root, std::env::var("HOME").ok().as_deref());
    let mut problems = Vec::new();
    for name in listing.split('\0').filter(|name| !name.is_empty()) {
        // A file that is removed but not yet committed is no problem, a picture is no text.
        let Ok(text) = std::fs::read_to_string(root.join(name)) else {
            continue;
        };
        problems.extend(machine_paths(name, &text, &private));
        problems.extend(foreign_sources(name, &text));
    }
    Ok(problems)
}

/// The packages that `ui/package.json` names.
///
/// # Errors
/// When it cannot be read.
pub fn npm_packages() -> Outcome<Vec<String>> {
    let text = process::read(&process::root().join("ui/package.json"))?;
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    Ok(["dependencies", "devDependencies"]
        .into_iter()
        .filter_map(|section| value.get(section)?.as_object())
        .flat_map(|section| section.keys().cloned())
        .collect())
}

/// Folders of this very machine that are telling enough to search for: `/src` would be found in
/// half of all files.
fn private_folders(root: &Path, home: Option<&str>) -> Vec<String> {
    let deep = |path: &str| path.split('/').filter(|part| !part.is_empty()).count() >= 2;
    let root = root.to_string_lossy().into_owned();
    [Some(root.as_str()), home]
        .into_iter()
        .flatten()
        .filter(|path| deep(path))
        .map(str::to_owned)
        .collect()
}

/// Where people's homes are, written so that this file does not hold them.
const HOMES: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/Use", "rs/"),
    concat!("/ro", "ot/"),
    concat!("C:\\", "Users"),
];

fn machine_paths(name: &str, text: &str, private: &[String]) -> Vec<String> {
    let patterns = HOMES
        .iter()
        .copied()
        .chain(private.iter().map(String::as_str));
    let mut problems = Vec::new();
    for pattern in patterns {
        for (at, line) in (1..).zip(text.lines()) {
            if starts_a_path(line, pattern) {
                problems.push(format!("{name}:{at} holds the machine path {pattern}"));
            }
        }
    }
    problems
}

/// Whether the pattern begins a path in the line: `~/home/` or `ui/home/` do not count.
fn starts_a_path(line: &str, pattern: &str) -> bool {
    line.match_indices(pattern).any(|(at, _)| {
        line.get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|before| !before.is_alphanumeric() && !"~.}_-*$".contains(before))
    })
}

/// Lock files and settings that tie a build to one mirror of a registry.
fn foreign_sources(name: &str, text: &str) -> Vec<String> {
    let file = name.rsplit('/').next().unwrap_or(name);
    let wrong: fn(&str) -> bool = match file {
        "Cargo.lock" => |line| {
            line.starts_with("source = ")
                && !line.contains("registry+https://github.com/rust-lang/crates.io-index")
        },
        // npm finds a package by name and checks its hash; an address adds nothing but a host.
        "package-lock.json" => |line| line.trim_start().starts_with("\"resolved\": \"http"),
        ".npmrc" => |line| line.contains("registry"),
        "config.toml" => |line| line.contains("registry") || line.contains("replace-with"),
        _ => return Vec::new(),
    };
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| wrong(line))
        .map(|(at, _)| format!("{name}:{at} names a package source of its own"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_a_machine_is_found_and_a_relative_one_is_not() {
        let home = concat!("/ho", "me/");
        for bad in [
            format!("{home}ada/x"),
            format!("in \"{home}ada\""),
            format!("a\nb={home}z"),
        ] {
            assert_eq!(machine_paths("f", &bad, &[]).len(), 1, "{bad}");
        }
        for good in [
            format!("ui{home}x"),
            format!("~{home}x"),
            "no path".to_owned(),
        ] {
            assert!(machine_paths("f", &good, &[]).is_empty(), "{good}");
        }
    }

    #[test]
    fn the_clones_own_folder_is_searched_for_when_it_is_telling() {
        let private = private_folders(Path::new("/srv/ada/replydesk"), Some("/h"));
        assert_eq!(private, ["/srv/ada/replydesk"]);
        assert_eq!(
            machine_paths("f", "see /srv/ada/replydesk/ui", &private).len(),
            1
        );
    }

    #[test]
    fn lock_files_name_no_mirror() {
        let mirror = "    \"resolved\": \"https://npm.example/x.tgz\",";
        assert_eq!(foreign_sources("ui/package-lock.json", mirror).len(), 1);
        assert_eq!(
            foreign_sources("Cargo.lock", "source = \"git+https://x\"").len(),
            1
        );
        assert!(
            foreign_sources(
                "Cargo.lock",
                "source = \"registry+https://github.com/rust-lang/crates.io-index\""
            )
            .is_empty()
        );
        assert!(foreign_sources("README.md", mirror).is_empty());
    }
}
