//! `cargo xtask demo`: the program with its simulated shop, from nothing.

use crate::process::{self, Failure, Outcome};
use crate::setup::{self, Goal};
use crate::system::System;
use serde_json::Value;
use std::io::BufRead as _;

/// Sets up, builds and starts the demo: the window where there is a screen, else the same inbox
/// for a browser.
///
/// # Errors
/// When a step fails.
pub fn demo(arguments: &[String]) -> Outcome {
    let window = System::here().has_display(|name| std::env::var(name).ok());
    if window {
        setup::ensure(Goal::Build)?;
        println!("Building ReplyDesk; the first time takes some minutes.");
        let mut command = process::cargo(&["run", "--bin", "replydesk", "--", "--demo"]);
        return process::become_it(command.args(arguments));
    }
    println!("There is no screen here, so the demo will be shown in a browser.");
    setup::ensure(Goal::Headless)?;
    println!("Building ReplyDesk without its window; the first time takes some minutes.");
    let program = ["--package", "desk-serve", "--bin", "replydesk-serve"];
    process::run(process::cargo(&["build"]).args(program))?;
    let mut command = process::cargo(&["run", "--quiet"]);
    command.args(program).args(["--", "--demo"]).args(arguments);
    // The server takes our place, so that Ctrl-C and SIGTERM reach it and it can drain. Its one
    // line of output goes to a small child of ours that knows how to say it to a person.
    let (line, stdout) =
        std::io::pipe().map_err(|error| Failure::new(format!("no pipe can be made: {error}")))?;
    let ourselves = std::env::current_exe()
        .map_err(|error| Failure::new(format!("our own path is unknown: {error}")))?;
    std::process::Command::new(ourselves)
        .arg("demo-address")
        .stdin(line)
        .spawn()
        .map_err(|error| Failure::new(format!("the demo cannot be watched: {error}")))?;
    process::become_it(command.stdout(stdout))
}

/// Reads the server's ready line and says where to look. It stays until the server ends, because
/// a closed pipe would be an error to the server.
///
/// # Errors
/// None; the server speaks for itself.
pub fn print_address(_: &[String]) -> Outcome {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match address(&line) {
            Some(address) => println!(
                "\nThe demo is ready. Open this address in a browser on this machine:\n\n  {address}\n\nCtrl-C ends it."
            ),
            None => println!("{line}"),
        }
    }
    Ok(())
}

/// The address that carries its token after `#`, where no server ever sees it.
fn address(line: &str) -> Option<String> {
    let value: Value = serde_json::from_str(line).ok()?;
    let url = value.get("url")?.as_str()?;
    let token = value.get("token")?.as_str()?;
    Some(format!("{url}#token={token}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_travels_behind_the_hash() {
        let line = r#"{"url":"http://127.0.0.1:4321/","token":"abc"}"#;
        assert_eq!(
            address(line).as_deref(),
            Some("http://127.0.0.1:4321/#token=abc")
        );
    }

    #[test]
    fn any_other_line_is_no_address() {
        for line in ["", "hello", "{}", r#"{"url":"http://127.0.0.1/"}"#] {
            assert_eq!(address(line), None, "{line}");
        }
    }
}
