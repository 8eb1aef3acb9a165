//! Makes hostile input out of good input: for the tests named `fuzz_…`.
//!
//! Without instruments, so that it runs with the ordinary compiler: every input is a seed that was
//! changed a few times, by bits, by pieces of other seeds and by words that parsers stumble over.
//! The time comes from `REPLYDESK_FUZZ_SECONDS`; without it a test makes a few hundred rounds, so
//! that the targets themselves are never out of order. A failure prints the number that brings the
//! same input again (`REPLYDESK_FUZZ_SEED`).

use std::time::{Duration, Instant};

/// Rounds without a time.
const ROUNDS: u64 = 400;
/// No input grows beyond this.
const LONGEST: usize = 64 * 1024;

/// What parsers stumble over.
const WORDS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"\\u",
    b"\\ud83d",
    b"\\udc00",
    b"\\u0000",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{}",
    b"[]",
    b"null",
    b"true",
    b"1e400",
    b"-0",
    b"9223372036854775808",
    b"18446744073709551616",
    b"0.1",
    b":",
    b",",
    b"%00",
    b"%2e%2e%2f",
    b"../",
    b"@",
    b"#_",
    b"?code=",
    b"&state=",
    b"://",
    b"data:",
    b"\xe2\x80\xae",
    b"<svg",
    b"IHDR",
    b"\xff\xd8\xff",
    b"ftyp",
    b"RIFF",
    b"access_token=",
];

/// A source of numbers that a seed brings again.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The source that starts at a number.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number (splitmix64).
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below another; 0 when that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.number() % end).unwrap_or(0)
    }
}

/// A good input, changed a few times.
#[must_use]
pub fn mutated(seeds: &[&[u8]], chance: &mut Chance) -> Vec<u8> {
    let pick = |chance: &mut Chance| seeds.get(chance.below(seeds.len())).copied().unwrap_or(b"");
    let mut bytes = pick(chance).to_vec();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            1 => {
                let end = (at + chance.below(16)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let word = WORDS.get(chance.below(WORDS.len())).copied().unwrap_or(b"");
                bytes.splice(at..at, word.iter().copied());
            }
            3 => {
                let other = pick(chance);
                let from = chance.below(other.len());
                let piece = other.get(from..).unwrap_or_default();
                let piece = piece
                    .get(..chance.below(piece.len() + 1))
                    .unwrap_or_default();
                bytes.splice(at..at, piece.iter().copied());
            }
            4 => bytes.truncate(at),
            5 => {
                let word = WORDS.get(chance.below(WORDS.len())).copied().unwrap_or(b"");
                let many = word.repeat(1 + chance.below(300));
                bytes.splice(at..at, many);
            }
            _ => {
                let end = (at + chance.below(64)).min(bytes.len());
                let piece = bytes.get(at..end).unwrap_or_default().to_vec();
                bytes.splice(at..at, piece);
            }
        }
        bytes.truncate(LONGEST);
    }
    bytes
}

/// Feeds a parser with changed seeds until the time is over. The parser must not panic, and has to
/// check by itself whatever else must hold.
///
/// # Panics
/// When the parser does; the number of the input is printed before.
pub fn feed(seeds: &[&[u8]], mut parser: impl FnMut(&[u8])) {
    let read = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let only = read("REPLYDESK_FUZZ_SEED");
    let time = read("REPLYDESK_FUZZ_SECONDS").map(Duration::from_secs);
    let started = Instant::now();
    let mut number = only.unwrap_or_else(|| time.map_or(0, |_| std::process::id().into()) << 32);
    let mut rounds = 0_u64;
    for seed in seeds {
        parser(seed);
    }
    while time.map_or(rounds < ROUNDS, |time| started.elapsed() < time) {
        let input = mutated(seeds, &mut Chance::seeded(number));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| parser(&input)));
        if let Err(panic) = outcome {
            eprintln!("REPLYDESK_FUZZ_SEED={number} brings this input again");
            std::panic::resume_unwind(panic);
        }
        rounds += 1;
        number += 1;
        if only.is_some() {
            break;
        }
    }
    println!("{rounds} inputs");
}
