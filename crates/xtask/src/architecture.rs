//! Who may depend on whom.
//!
//! The direction of dependencies is what keeps the engine free of the window and I/O in the crates
//! that own it. It is written down here once, as data; anything that is not allowed is a problem,
//! so a new crate or a new edge is a decision that somebody takes in this file.

use crate::metadata::{Kind, Package};
use std::collections::BTreeMap;

/// What each member may use of ours, in the product.
const OURS: &[(&str, &[&str])] = &[
    ("desk-core", &[]),
    ("graph-api", &[]),
    ("graph-sim", &[]),
    ("desk-store", &["desk-core"]),
    ("desk-secrets", &["desk-core"]),
    ("desk-ai", &["desk-core"]),
    (
        "desk-sync",
        &["desk-core", "desk-store", "desk-secrets", "graph-api"],
    ),
    (
        "desk-app",
        &[
            "desk-core",
            "desk-store",
            "desk-secrets",
            "desk-sync",
            "desk-ai",
            "graph-api",
            // The demo: the program with the simulated platform inside.
            "graph-sim",
        ],
    ),
    ("desk-serve", &["desk-app"]),
    ("desk-tray", &["desk-app"]),
    ("replydesk", &["desk-app", "desk-tray"]),
    // For tests alone, so it may build a whole world.
    (
        "desk-testkit",
        &[
            "desk-core",
            "desk-store",
            "desk-secrets",
            "desk-sync",
            "desk-ai",
            "desk-app",
            "graph-api",
            "graph-sim",
        ],
    ),
    // Measures every layer from the outside, and writes the raw baseline itself.
    (
        "desk-bench",
        &[
            "desk-core",
            "desk-store",
            "desk-secrets",
            "desk-sync",
            "desk-ai",
            "desk-app",
            "graph-api",
            "graph-sim",
        ],
    ),
    ("xtask", &[]),
];

/// Members that know nothing of the product, not even in their tests: a struct shared by client
/// and simulator would let a wrong field name pass every test.
const STRANGERS: &[&str] = &["desk-core", "graph-api", "graph-sim", "xtask"];

/// A capability that few may hold, by the packages that bring it.
struct Capability {
    what: &'static str,
    brought_by: fn(&str) -> bool,
    product: &'static [&'static str],
    tests: &'static [&'static str],
}

const CAPABILITIES: &[Capability] = &[
    Capability {
        what: "Tauri",
        brought_by: |name| {
            name == "tauri" || name.starts_with("tauri-") || matches!(name, "wry" | "tao")
        },
        product: &["replydesk"],
        tests: &[],
    },
    Capability {
        what: "SQLite",
        brought_by: |name| matches!(name, "rusqlite" | "rusqlite_migration" | "libsqlite3-sys"),
        product: &["desk-store", "desk-bench"],
        tests: &[],
    },
    Capability {
        what: "an HTTP client",
        brought_by: |name| matches!(name, "reqwest" | "async-openai" | "hyper-util" | "ureq"),
        product: &["graph-api", "desk-ai"],
        tests: &["graph-sim", "desk-serve", "desk-app", "replydesk"],
    },
    Capability {
        what: "an HTTP server",
        brought_by: |name| matches!(name, "axum" | "axum-server" | "warp" | "actix-web"),
        product: &["desk-serve", "graph-sim", "desk-sync"],
        tests: &["graph-api", "desk-ai", "desk-app", "replydesk"],
    },
    Capability {
        what: "the keyring",
        brought_by: |name| name.starts_with("keyring") || name.contains("keyring-store"),
        product: &["desk-secrets"],
        tests: &[],
    },
];

/// Two versions of these are two runtimes, two TLS stacks or types that do not fit together.
const ONE_VERSION: &[&str] = &["hyper", "reqwest", "rustls", "serde", "tokio", "zbus"];

/// A second cryptography library: a C build of its own, and a provider that nobody chose.
const NOT_WANTED: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl-sys"];

/// Every edge that is not allowed.
pub fn wrong_edges(packages: &[Package]) -> Vec<String> {
    let members: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut problems = Vec::new();
    for package in packages {
        let name = package.name.as_str();
        let Some((_, allowed)) = OURS.iter().find(|(known, _)| *known == name) else {
            problems.push(format!(
                "{name} is not in the list of crates/xtask/src/architecture.rs: decide what it may use"
            ));
            continue;
        };
        for dependency in &package.dependencies {
            let used = dependency.name.as_str();
            let in_tests = dependency.kind == Kind::Dev;
            let ours = members.contains(&used);
            if ours && used == "desk-testkit" && !in_tests {
                problems.push(format!("{name} uses desk-testkit outside its tests"));
            } else if ours && in_tests && STRANGERS.contains(&name) {
                problems.push(format!(
                    "the tests of {name} use {used}; they use nothing of ours"
                ));
            } else if ours && !in_tests && !allowed.contains(&used) {
                problems.push(format!("{name} uses {used}, which is not below it"));
            }
            for capability in CAPABILITIES.iter().filter(|c| (c.brought_by)(used)) {
                let allowed = capability.product.contains(&name)
                    || (in_tests && capability.tests.contains(&name));
                if !allowed {
                    problems.push(format!(
                        "{name} uses {used}: {} belongs to {}",
                        capability.what,
                        capability.product.join(", ")
                    ));
                }
            }
        }
    }
    problems
}

/// What `Cargo.lock` must not hold.
pub fn wrong_versions(lock: &str) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut name = "";
    for line in lock.lines() {
        if let Some(value) = quoted(line, "name") {
            name = value;
        } else if let Some(version) = quoted(line, "version") {
            versions.entry(name).or_default().push(version);
        }
    }
    let doubled = ONE_VERSION.iter().filter_map(|name| {
        let found = versions.get(name).filter(|found| found.len() > 1)?;
        Some(format!(
            "Cargo.lock has {name} more than once: {}",
            found.join(", ")
        ))
    });
    let unwanted = NOT_WANTED
        .iter()
        .filter(|name| versions.contains_key(*name))
        .map(|name| format!("Cargo.lock has {name}; all cryptography is ring's"));
    doubled.chain(unwanted).collect()
}

fn quoted<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (found, value) = line.split_once(" = ")?;
    (found == key).then(|| value.trim_matches('"'))
}

/// The dependencies that no line of `docs/DEPENDENCIES.md` names between backticks.
pub fn undocumented(packages: &[Package], npm: &[String], document: &str) -> Vec<String> {
    let members: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut used: Vec<&str> = packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(|dependency| dependency.name.as_str())
        .filter(|name| !members.contains(name))
        .chain(npm.iter().map(String::as_str))
        .collect();
    used.sort_unstable();
    used.dedup();
    used.into_iter()
        .filter(|name| !document.contains(&format!("`{name}`")))
        .map(|name| format!("docs/DEPENDENCIES.md has no line for {name}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn package(name: &str, uses: &[(&str, Kind)]) -> Package {
        Package {
            name: name.to_owned(),
            dependencies: uses
                .iter()
                .map(|(name, kind)| Dependency {
                    name: (*name).to_owned(),
                    kind: *kind,
                })
                .collect(),
            tests: Vec::new(),
        }
    }

    fn problems(name: &str, uses: &[(&str, Kind)]) -> Vec<String> {
        let mut all: Vec<Package> = OURS
            .iter()
            .filter(|(other, _)| *other != name)
            .map(|(other, _)| package(other, &[]))
            .collect();
        all.push(package(name, uses));
        wrong_edges(&all)
    }

    #[test]
    fn what_is_below_may_be_used_and_nothing_else() {
        assert!(problems("desk-sync", &[("desk-store", Kind::Normal)]).is_empty());
        assert_eq!(
            problems("desk-store", &[("desk-sync", Kind::Normal)]).len(),
            1
        );
        assert_eq!(
            problems("desk-serve", &[("desk-core", Kind::Normal)]).len(),
            1
        );
    }

    #[test]
    fn client_and_simulator_do_not_meet_even_in_tests() {
        assert_eq!(problems("graph-api", &[("graph-sim", Kind::Dev)]).len(), 1);
        assert_eq!(problems("graph-sim", &[("graph-api", Kind::Dev)]).len(), 1);
        assert!(problems("desk-sync", &[("graph-sim", Kind::Dev)]).is_empty());
    }

    #[test]
    fn the_testkit_stays_in_tests() {
        assert!(problems("desk-app", &[("desk-testkit", Kind::Dev)]).is_empty());
        assert_eq!(
            problems("desk-app", &[("desk-testkit", Kind::Normal)]).len(),
            1
        );
    }

    #[test]
    fn capabilities_stay_with_their_owners() {
        for (name, used, kind) in [
            ("desk-app", "tauri", Kind::Normal),
            ("desk-app", "tauri-plugin-deep-link", Kind::Dev),
            ("desk-app", "rusqlite", Kind::Normal),
            ("desk-app", "rusqlite", Kind::Dev),
            ("desk-sync", "reqwest", Kind::Normal),
            ("desk-app", "axum", Kind::Normal),
            ("desk-app", "keyring-core", Kind::Normal),
        ] {
            assert_eq!(problems(name, &[(used, kind)]).len(), 1, "{name} {used}");
        }
        for (name, used, kind) in [
            ("replydesk", "tauri-build", Kind::Build),
            ("desk-store", "rusqlite_migration", Kind::Normal),
            ("desk-ai", "async-openai", Kind::Normal),
            ("graph-sim", "reqwest", Kind::Dev),
            (
                "desk-secrets",
                "zbus-secret-service-keyring-store",
                Kind::Normal,
            ),
        ] {
            assert!(problems(name, &[(used, kind)]).is_empty(), "{name} {used}");
        }
    }

    #[test]
    fn a_crate_that_nobody_decided_about_is_a_problem() {
        assert_eq!(wrong_edges(&[package("desk-news", &[])]).len(), 1);
    }

    #[test]
    fn a_second_version_and_a_second_cryptography_are_seen() {
        let lock = "[[package]]\nname = \"tokio\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"tokio\"\nversion = \"2.0.0\"\n\n[[package]]\nname = \"openssl-sys\"\nversion = \"0.9.0\"\n\n[[package]]\nname = \"syn\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"syn\"\nversion = \"2.0.0\"\n";
        let found = wrong_versions(lock);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("1.0.0, 2.0.0"));
    }

    #[test]
    fn every_dependency_wants_its_line() {
        let packages = [
            package("a", &[("b", Kind::Normal), ("x", Kind::Dev)]),
            package("b", &[]),
        ];
        let npm = ["svelte".to_owned()];
        assert_eq!(undocumented(&packages, &npm, "| `x` | y |").len(), 1);
        assert!(undocumented(&packages, &npm, "`x` `svelte`").is_empty());
    }
}
