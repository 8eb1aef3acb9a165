//! `cargo xtask chaos`: kills the real `replydesk-serve` while it sends, and counts.

use crate::process::{self, Outcome};

/// Kills; the options go to the test `chaos` of desk-serve. The program is built with its named
/// points of failure, which a release has not.
///
/// # Errors
/// When something cannot be built, or anything was lost or sent twice.
pub fn chaos(arguments: &[String]) -> Outcome {
    let mut command = process::cargo(&["test", "--quiet", "--package", "desk-serve"]);
    command.args(["--test", "chaos", "--"]);
    process::run(command.args(arguments))
}
