//! Makes the identifiers that the platform hands out: long opaque message and thread ids, numeric
//! user ids beyond 2^53, tokens, codes and trace ids. The same seed gives the same sequence.

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A seeded source of identifiers.
#[derive(Debug, Clone)]
pub(crate) struct Forge {
    state: u64,
    serial: u64,
}

impl Forge {
    /// A source that starts from `seed`.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self {
            state: seed,
            serial: 0,
        }
    }

    /// The next number of the sequence (splitmix64).
    pub(crate) fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.number() % (high.saturating_sub(low) + 1)
    }

    /// A number that grows by one with every call.
    pub(crate) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    fn letters(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| {
                let at = usize::try_from(self.number() % 62).unwrap_or(0);
                char::from(LETTERS.get(at).copied().unwrap_or(b'A'))
            })
            .collect()
    }

    /// The id of a message: opaque, case-sensitive, between 130 and 170 characters.
    pub(crate) fn message_id(&mut self) -> String {
        let length = usize::try_from(self.between(112, 152)).unwrap_or(112);
        format!("aWdfZAG1faXRlbTox{}ZD", self.letters(length))
    }

    /// The id of a thread.
    pub(crate) fn thread_id(&mut self) -> String {
        format!("aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6{}ZD", self.letters(88))
    }

    /// The Instagram-scoped id of a person: sixteen digits.
    pub(crate) fn igsid(&mut self) -> String {
        self.between(1_100_000_000_000_000, 1_899_999_999_999_999)
            .to_string()
    }

    /// A user access token.
    pub(crate) fn token(&mut self) -> String {
        format!("IGAA{}ZD", self.letters(140))
    }

    /// An authorization code.
    pub(crate) fn code(&mut self) -> String {
        format!("AQB{}", self.letters(120))
    }

    /// The trace id of an error body.
    pub(crate) fn trace_id(&mut self) -> String {
        format!("A{}", self.letters(22))
    }

    /// The signature of a media link.
    pub(crate) fn signature(&mut self) -> String {
        self.letters(64)
    }
}
