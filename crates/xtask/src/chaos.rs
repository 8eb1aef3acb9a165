//! `cargo xtask chaos`: kills the real `replydesk-serve` while it sends, and counts.

use crate::metadata;
use crate::process::{self, Outcome};

/// Kills; the options go to `desk-chaos`. The program is built with its named points of failure,
/// which a release has not.
///
/// # Errors
/// When something cannot be built, or anything was lost or sent twice.
pub fn chaos(arguments: &[String]) -> Outcome {
    process::run(&mut process::cargo(&["build", "--quiet", "--package", "desk-serve"]))?;
    let name = format!("replydesk-serve{}", std::env::consts::EXE_SUFFIX);
    let program = metadata::target_folder()?.join("debug").join(name);
    let mut command = process::cargo(&["run", "--quiet", "--package", "desk-bench"]);
    command.args(["--bin", "desk-chaos", "--", "--program"]);
    process::run(command.arg(program).args(arguments))
}
