//! Tells Tauri where the capabilities are, and which commands exist: each needs a permission.

use std::path::Path;

/// The one list of commands, read as text: a build script cannot depend on the whole product.
const LIST: &str = include_str!("../crates/desk-app/src/commands.rs");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=crates/desk-app/src/commands.rs");
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=tauri.conf.json");
    let names: Vec<&str> = LIST
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("fn ")?
                .split_once('(')
                .map(|(name, _)| name)
        })
        .collect();
    // The screen is built by npm; without it the app still compiles, and says what is missing.
    let screen = Path::new("ui/dist/index.html");
    if !screen.exists() {
        std::fs::create_dir_all("ui/dist")?;
        std::fs::write(
            screen,
            "<!doctype html><title>ReplyDesk</title><p>Run <code>cargo xtask demo</code>.",
        )?;
    }
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("./src-tauri/capabilities/**/*")
            .app_manifest(tauri_build::AppManifest::new().commands(names.leak())),
    )?;
    Ok(())
}
