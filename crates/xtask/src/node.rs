//! Node and the UI: `npm ci` and the build, each only when something changed since the last time.

use crate::process::{self, Failure, Outcome};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

const OLDEST_NODE: u32 = 20;
/// Windows finds only `.exe` by itself.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
/// Both stamps lie in `node_modules`, so that they go away together with it.
const INSTALLED_STAMP: &str = "node_modules/.replydesk-installed";
const BUILT_STAMP: &str = "node_modules/.replydesk-built";
/// What is not a source of the UI.
const NOT_SOURCES: &[&str] = &["node_modules", "dist", "test-results", "coverage"];

fn folder() -> PathBuf {
    process::root().join("ui")
}

/// An npm script of `ui/package.json`.
pub fn script(name: &str) -> Command {
    npm(&["run", "--silent", name])
}

/// npm, in the folder of the UI.
pub fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new(NPM);
    command.args(arguments).current_dir(folder());
    command
}

/// Checks Node and npm, installs the UI's packages and builds `ui/dist`, as far as needed.
///
/// # Errors
/// When Node is missing or too old, or a step fails.
pub fn ensure() -> Outcome {
    check_node(process::quiet("node", &["--version"]).as_deref())?;
    if !process::succeeds(NPM, &["--version"]) {
        return Err(Failure::new(
            "npm is missing; it comes with Node from nodejs.org, and is the package `npm` elsewhere.",
        ));
    }
    let ui = folder();
    let lock = process::read(&ui.join("package-lock.json"))?;
    let node = process::quiet("node", &["--version"]).unwrap_or_default();
    let wanted = fingerprint([lock.as_str(), node.as_str()]);
    if stamp(&ui, INSTALLED_STAMP) != Some(wanted.clone()) {
        println!("Installing the UI's packages: npm ci");
        process::run(&mut npm(&[
            "ci",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]))?;
        write_stamp(&ui, INSTALLED_STAMP, &wanted)?;
    }
    let sources = source_fingerprint(&ui)?;
    if !ui.join("dist/index.html").is_file() || stamp(&ui, BUILT_STAMP) != Some(sources.clone()) {
        println!("Building the UI: npm run build");
        process::run(&mut script("build"))?;
        write_stamp(&ui, BUILT_STAMP, &sources)?;
    }
    Ok(())
}

/// Whether `node --version` (nothing when it does not start) is new enough.
fn check_node(version: Option<&str>) -> Outcome {
    let wanted = format!(
        "Node {OLDEST_NODE} or newer is needed: from nodejs.org, or with your version manager"
    );
    let Some(version) = version else {
        return Err(Failure::new(format!("{wanted}. There is none here.")));
    };
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|part| part.parse::<u32>().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => Err(Failure::new(format!(
            "{wanted}. This is {}.",
            version.trim()
        ))),
    }
}

fn stamp(ui: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(ui.join(name)).ok()
}

fn write_stamp(ui: &Path, name: &str, value: &str) -> Outcome {
    std::fs::write(ui.join(name), value)
        .map_err(|error| Failure::new(format!("ui/{name} cannot be written: {error}")))
}

/// Changes when a part does; a change of the hash function costs one build, nothing more.
fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        part.hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn source_fingerprint(ui: &Path) -> Outcome<String> {
    let mut files = Vec::new();
    collect(ui, &mut files)
        .map_err(|error| Failure::new(format!("ui/ cannot be read: {error}")))?;
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(ui).unwrap_or(&file).hash(&mut hasher);
        std::fs::read(&file)
            .map_err(|error| Failure::new(format!("{} cannot be read: {error}", file.display())))?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if NOT_SOURCES.iter().any(|other| name == **other) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_20_is_the_oldest() {
        assert!(check_node(Some("v20.0.0\n")).is_ok());
        assert!(check_node(Some("v24.1.0")).is_ok());
        for bad in [Some("v18.19.0"), Some(""), Some("nonsense"), None] {
            let words = check_node(bad).unwrap_err().to_string();
            assert!(words.contains("Node 20"), "{words}");
        }
    }

    #[test]
    fn a_fingerprint_follows_its_parts_and_their_order() {
        assert_eq!(fingerprint(["a", "b"]), fingerprint(["a", "b"]));
        assert_ne!(fingerprint(["a", "b"]), fingerprint(["b", "a"]));
        assert_ne!(fingerprint(["ab", ""]), fingerprint(["a", "b"]));
    }

    #[test]
    fn sources_are_all_but_what_is_made() {
        let ui = std::env::temp_dir().join(format!("xtask-sources-{}", std::process::id()));
        for folder in ["src", "dist", "node_modules"] {
            std::fs::create_dir_all(ui.join(folder)).unwrap();
        }
        std::fs::write(ui.join("src/a.ts"), "1").unwrap();
        let before = source_fingerprint(&ui).unwrap();
        std::fs::write(ui.join("dist/a.js"), "1").unwrap();
        std::fs::write(ui.join("node_modules/x"), "1").unwrap();
        assert_eq!(source_fingerprint(&ui).unwrap(), before);
        std::fs::write(ui.join("src/a.ts"), "2").unwrap();
        assert_ne!(source_fingerprint(&ui).unwrap(), before);
        std::fs::remove_dir_all(&ui).unwrap();
    }
}
