//! Owns what can go wrong with secrets. No variant can hold a secret.

use std::io;

/// A secret that could not be read or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// This machine has no keyring that answers.
    #[error("there is no keyring on this computer")]
    NoKeyring,
    /// The keyring is locked, or has no collection to keep things in.
    #[error("the keyring is locked")]
    Locked,
    /// The keyring refuses for another reason.
    #[error("the keyring failed: {reason}")]
    Keyring {
        /// What kind of failure, without any content.
        reason: &'static str,
    },
    /// What was kept is not what was to be kept.
    #[error("the secret was not kept as it was given")]
    NotKept,
    /// What is kept under the name is no text.
    #[error("what is kept under this name is no text")]
    NotText,
    /// The file needs a passphrase, and none was given.
    #[error("a passphrase is needed to open the file of secrets")]
    NoPassphrase,
    /// The passphrase does not open the file.
    #[error("the passphrase does not open the file of secrets")]
    WrongPassphrase,
    /// The file was changed, cut or made by something else.
    #[error("the file of secrets is damaged")]
    Damaged,
    /// The file cannot be read or written.
    #[error("the file of secrets cannot be used")]
    Io(#[from] io::Error),
    /// A part of a name that is empty or has characters that are not allowed.
    #[error("this is not usable in the name of a secret")]
    BadName,
    /// Not one of `keyring`, `file` and `memory`.
    #[error("secrets are kept in keyring, file or memory")]
    UnknownBackend,
    /// The work was cut off because the program ends.
    #[error("the work was cut off")]
    Interrupted,
}
