//! Owns the bytes of the sealed file: Argon2id makes a key from the passphrase, XChaCha20-Poly1305
//! seals. It must not touch the disk.
//!
//! ```text
//! magic 8 | memory, passes, lanes: 3 × u32 LE | salt 16
//! check nonce 24 | check tag 16        sealed nothing: tells a wrong passphrase from damage
//! nonce 24 | ciphertext                count, then name and secret, each with its length
//! ```
//! The header and the namespace are authenticated with both seals.

use crate::SecretError;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::{TryRngCore as _, rngs::OsRng};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"RDSEAL1\n";
const HEADER: usize = 8 + 12 + 16;
const NONCE: usize = 24;
const TAG: usize = 16;

/// The secrets of a file, by name.
#[derive(Default)]
pub(super) struct Secrets(BTreeMap<String, SecretString>);

/// What Argon2id spends on one guess.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Costs {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// The key of one file.
pub(super) struct Key {
    header: [u8; HEADER],
    cipher: XChaCha20Poly1305,
}

/// A file cut into its parts, nothing of it trusted yet.
pub(super) struct Parts<'a> {
    header: [u8; HEADER],
    costs: Costs,
    salt: &'a [u8],
    check_nonce: [u8; NONCE],
    check_tag: &'a [u8],
    nonce: [u8; NONCE],
    ciphertext: &'a [u8],
}

impl Costs {
    /// About a tenth of a second on an ordinary machine.
    pub(super) const PRODUCT: Self = Self {
        memory_kib: 64 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// As little as the algorithm allows.
    #[cfg(test)]
    pub(super) const TEST: Self = Self {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    /// A changed file must not make the program ask for all the memory there is.
    fn are_sane(self) -> bool {
        self.memory_kib <= 1024 * 1024 && self.passes <= 16 && self.lanes <= 8
    }
}

impl<'a> Parts<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
        let (magic, numbers) = header.split_first_chunk::<8>()?;
        let (memory, numbers) = numbers.split_first_chunk::<4>()?;
        let (passes, numbers) = numbers.split_first_chunk::<4>()?;
        let (lanes, _) = numbers.split_first_chunk::<4>()?;
        let costs = Costs {
            memory_kib: u32::from_le_bytes(*memory),
            passes: u32::from_le_bytes(*passes),
            lanes: u32::from_le_bytes(*lanes),
        };
        let (check_nonce, rest) = rest.split_first_chunk::<NONCE>()?;
        let (check_tag, rest) = rest.split_at_checked(TAG)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>()?;
        (magic == MAGIC && costs.are_sane()).then_some(Self {
            header: *header,
            costs,
            salt: bytes.get(20..HEADER)?,
            check_nonce: *check_nonce,
            check_tag,
            nonce: *nonce,
            ciphertext,
        })
    }
}

impl Key {
    /// A key for a file that does not exist yet.
    pub(super) fn fresh(passphrase: &SecretString, costs: Costs) -> Result<Self, SecretError> {
        let salt: [u8; 16] = random()?;
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        for number in [costs.memory_kib, costs.passes, costs.lanes] {
            header.extend_from_slice(&number.to_le_bytes());
        }
        header.extend_from_slice(&salt);
        let header = <[u8; HEADER]>::try_from(header).map_err(|_| SecretError::Damaged)?;
        Ok(Self {
            header,
            cipher: derive(passphrase, &salt, costs)?,
        })
    }

    /// The key of a file that exists, once the passphrase proved right.
    pub(super) fn of(
        parts: &Parts<'_>,
        passphrase: &SecretString,
        namespace: &str,
    ) -> Result<Self, SecretError> {
        let cipher = derive(passphrase, parts.salt, parts.costs)?;
        let key = Self {
            header: parts.header,
            cipher,
        };
        key.open(&parts.check_nonce, parts.check_tag, namespace, b"check")
            .map_err(|_| SecretError::WrongPassphrase)?;
        Ok(key)
    }

    pub(super) fn fits(&self, parts: &Parts<'_>) -> bool {
        self.header == parts.header
    }

    pub(super) fn seal(&self, secrets: &Secrets, namespace: &str) -> Result<Vec<u8>, SecretError> {
        let (check_nonce, nonce): ([u8; NONCE], [u8; NONCE]) = (random()?, random()?);
        let mut bytes = self.header.to_vec();
        bytes.extend_from_slice(&check_nonce);
        bytes.extend(self.close(&check_nonce, &[], namespace, b"check")?);
        bytes.extend_from_slice(&nonce);
        bytes.extend(self.close(&nonce, &secrets.to_bytes(), namespace, b"secrets")?);
        Ok(bytes)
    }

    pub(super) fn unseal(
        &self,
        parts: &Parts<'_>,
        namespace: &str,
    ) -> Result<Secrets, SecretError> {
        let plain = self.open(&parts.nonce, parts.ciphertext, namespace, b"secrets")?;
        Secrets::from_bytes(&plain).ok_or(SecretError::Damaged)
    }

    fn close(
        &self,
        nonce: &[u8; NONCE],
        plain: &[u8],
        namespace: &str,
        part: &[u8],
    ) -> Result<Vec<u8>, SecretError> {
        let aad = self.aad(namespace, part);
        let payload = Payload {
            msg: plain,
            aad: &aad,
        };
        self.cipher
            .encrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| SecretError::Damaged)
    }

    fn open(
        &self,
        nonce: &[u8; NONCE],
        ciphertext: &[u8],
        namespace: &str,
        part: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let aad = self.aad(namespace, part);
        let payload = Payload {
            msg: ciphertext,
            aad: &aad,
        };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload);
        plain.map(Zeroizing::new).map_err(|_| SecretError::Damaged)
    }

    fn aad(&self, namespace: &str, part: &[u8]) -> Vec<u8> {
        [&self.header, part, b"\0", namespace.as_bytes()].concat()
    }
}

impl Secrets {
    pub(super) fn get(&self, name: &str) -> Option<SecretString> {
        self.0.get(name).cloned()
    }

    pub(super) fn insert(&mut self, name: &str, secret: &SecretString) {
        self.0.insert(name.to_owned(), secret.clone());
    }

    pub(super) fn remove(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let texts = || {
            self.0
                .iter()
                .flat_map(|(name, secret)| [name, secret.expose_secret()])
        };
        // Reserved in full, so that growing leaves no copy behind.
        let size = 4 + texts().map(|text| 4 + text.len()).sum::<usize>();
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.extend_from_slice(&length(self.0.len()));
        for text in texts() {
            bytes.extend_from_slice(&length(text.len()));
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (count, mut rest) = bytes.split_first_chunk::<4>()?;
        let mut secrets = Self::default();
        for _ in 0..u32::from_le_bytes(*count) {
            let name = take_text(&mut rest)?;
            let secret = take_text(&mut rest)?;
            secrets
                .0
                .insert(name.to_owned(), SecretString::from(secret));
        }
        rest.is_empty().then_some(secrets)
    }
}

fn length(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (text, after) = after.split_at_checked(length)?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

fn derive(
    passphrase: &SecretString,
    salt: &[u8],
    costs: Costs,
) -> Result<XChaCha20Poly1305, SecretError> {
    let params = Params::new(costs.memory_kib, costs.passes, costs.lanes, Some(32))
        .map_err(|_| SecretError::Damaged)?;
    let mut key = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose_secret().as_bytes(), salt, key.as_mut())
        .map_err(|_| SecretError::Damaged)?;
    XChaCha20Poly1305::new_from_slice(key.as_ref()).map_err(|_| SecretError::Damaged)
}

fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| SecretError::Io(std::io::Error::other("no randomness")))?;
    Ok(bytes)
}
