//! The workspace as cargo describes it.

use crate::process::{self, Failure, Outcome};
use serde_json::Value;

/// When a dependency is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In the product.
    Normal,
    /// In a build script.
    Build,
    /// In tests.
    Dev,
}

/// One line of a manifest's dependencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name, whatever it is renamed to.
    pub name: String,
    /// When it is used.
    pub kind: Kind,
}

/// A member of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its direct dependencies.
    pub dependencies: Vec<Dependency>,
    /// The names of its integration tests.
    pub tests: Vec<String>,
}

/// All members; needs no network.
///
/// # Errors
/// When cargo cannot read the manifests.
pub fn packages() -> Outcome<Vec<Package>> {
    parse(&raw()?)
}

/// Where cargo puts what it builds.
///
/// # Errors
/// When cargo cannot read the manifests.
pub fn target_folder() -> Outcome<std::path::PathBuf> {
    let value: Value = serde_json::from_str(&raw()?).map_err(unreadable)?;
    Ok(text_of(&value, "target_directory").into())
}

fn raw() -> Outcome<String> {
    process::output(&mut process::cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--offline",
    ]))
}

fn unreadable(error: serde_json::Error) -> Failure {
    Failure::new(format!("cargo metadata cannot be understood: {error}"))
}

fn parse(text: &str) -> Outcome<Vec<Package>> {
    let value: Value = serde_json::from_str(text).map_err(unreadable)?;
    Ok(list(&value, "packages")
        .map(|package| Package {
            name: text_of(package, "name"),
            dependencies: list(package, "dependencies")
                .map(|dependency| Dependency {
                    name: text_of(dependency, "name"),
                    kind: match text_of(dependency, "kind").as_str() {
                        "dev" => Kind::Dev,
                        "build" => Kind::Build,
                        _ => Kind::Normal,
                    },
                })
                .collect(),
            tests: list(package, "targets")
                .filter(|target| list(target, "kind").any(|kind| kind == "test"))
                .map(|target| text_of(target, "name"))
                .collect(),
        })
        .collect())
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text_of(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_kinds_and_tests_are_read() {
        let text = r#"{"packages":[{"name":"a","dependencies":[
            {"name":"x","kind":null},{"name":"y","kind":"dev"},{"name":"z","kind":"build"}],
            "targets":[{"name":"a","kind":["lib"]},{"name":"it","kind":["test"]}]}]}"#;
        let packages = parse(text).unwrap();
        assert_eq!(packages.len(), 1);
        assert_eq!(packages[0].tests, ["it"]);
        let kinds: Vec<Kind> = packages[0].dependencies.iter().map(|d| d.kind).collect();
        assert_eq!(kinds, [Kind::Normal, Kind::Dev, Kind::Build]);
    }

    #[test]
    fn this_workspace_can_be_read() {
        let packages = packages().unwrap();
        assert!(packages.iter().any(|package| package.name == "xtask"));
    }
}
