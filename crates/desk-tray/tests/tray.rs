//! The real `replydesk-tray`. What needs a desktop is tried by the window's test, where both programs
//! hand over to each other.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn it_tells_its_name_and_version() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replydesk-tray"));
    let told = command.arg("--version").output().unwrap().stdout;
    let expected = concat!("replydesk-tray ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(String::from_utf8(told).unwrap(), expected);
}

#[test]
fn without_a_desktop_it_goes_on_and_ends_in_good_order() {
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_replydesk-tray"));
    command
        .arg("--data-dir")
        .arg(data.path())
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env("REPLYDESK_SECRETS", "file")
        .env("REPLYDESK_PASSPHRASE", "a test")
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    let mut tray = command.spawn().unwrap();
    let mut log = BufReader::new(tray.stderr.take().unwrap()).lines();
    let told = log.find_map(|line| {
        let line = line.unwrap();
        line.contains("nobody can say whether another ReplyDesk runs")
            .then_some(line)
    });
    assert!(told.is_some(), "it says that there is no bus");
    let mut kill = Command::new("kill");
    kill.args(["-TERM", &tray.id().to_string()]);
    assert!(kill.status().unwrap().success());
    let rest: Vec<String> = log.map(Result::unwrap).collect();
    assert!(tray.wait().unwrap().success(), "{rest:#?}");
}
