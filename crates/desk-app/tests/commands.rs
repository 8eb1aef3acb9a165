//! The one list of commands and what has to agree with it.

use desk_app::dispatch::COMMANDS;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_window_may_call_every_command_and_nothing_else_of_ours() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src-tauri/capabilities/main.json");
    let capability: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let granted = capability["permissions"].as_array().unwrap();
    let granted: BTreeSet<&str> = granted
        .iter()
        .map(|p| p.as_str().unwrap())
        .filter(|p| !p.contains(':'))
        .collect();
    let commands: Vec<String> = COMMANDS
        .iter()
        .map(|c| format!("allow-{}", c.replace('_', "-")))
        .collect();
    let wanted: BTreeSet<&str> = commands.iter().map(String::as_str).collect();
    assert_eq!(granted, wanted);
}

#[test]
fn names_are_an_area_and_a_verb() {
    for name in COMMANDS {
        let is_word = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase());
        assert!(name.split('_').all(is_word), "{name}");
    }
}
