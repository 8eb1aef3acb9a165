//! `cargo xtask fuzz`: every parser that reads the network, a file of a customer's or a deep link,
//! fed with hostile input for some time each. The targets are the tests named `fuzz_…`.

use crate::process::{self, Failure, Outcome};
use crate::test;

/// For each target, when nothing else is asked.
const SECONDS: u64 = 60;

/// Runs every target for `--seconds N`, one after the other.
///
/// # Errors
/// When a parser failed; the number of its input stands above.
pub fn fuzz(arguments: &[String]) -> Outcome {
    let seconds =
        seconds(arguments).ok_or_else(|| Failure::new("fuzz takes --seconds N, from 1"))?;
    let mut command = process::cargo(&["test"]);
    command
        .args(test::EVERYTHING)
        .args(["--exclude", "replydesk", "--lib", "fuzz_", "--"])
        .args(["--nocapture", "--test-threads", "1"])
        .env("REPLYDESK_FUZZ_SECONDS", seconds.to_string());
    process::run(&mut command)
}

fn seconds(arguments: &[String]) -> Option<u64> {
    match arguments {
        [] => Some(SECONDS),
        [name, number] if name == "--seconds" => number.parse().ok().filter(|n| *n > 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_a_number_of_seconds() {
        let read =
            |words: &[&str]| seconds(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&[]), Some(SECONDS));
        assert_eq!(read(&["--seconds", "5"]), Some(5));
        for wrong in [
            &["--seconds"][..],
            &["--seconds", "0"],
            &["--seconds", "x"],
            &["5"],
        ] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
