//! The program itself: its first line, and its end.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

#[test]
fn the_program_prints_its_address_and_an_unknown_scenario_ends_it() {
    let program = env!("CARGO_BIN_EXE_graph-sim");
    let mut child = Command::new(program)
        .args(["--port", "0", "--scenario", "empty"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("an output"));
    output.read_line(&mut line).expect("a line");
    let ready: serde_json::Value = serde_json::from_str(&line).expect("one JSON line");
    assert!(
        ready["url"]
            .as_str()
            .is_some_and(|url| url.starts_with("http://127.0.0.1:"))
    );
    end(&mut child);
    let failed = Command::new(program)
        .args(["--scenario", "nope"])
        .output()
        .expect("it runs");
    assert_eq!(failed.status.code(), Some(1));
}

/// Ends the program as a service manager would, where there is such a thing.
fn end(child: &mut std::process::Child) {
    if cfg!(unix) {
        let pid = child.id().to_string();
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill runs");
        assert_eq!(
            child.wait().expect("it ends").code(),
            Some(0),
            "SIGTERM ends it well"
        );
    } else {
        child.kill().expect("it can be ended");
        child.wait().expect("it ends");
    }
}
