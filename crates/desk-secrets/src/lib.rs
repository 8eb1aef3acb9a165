//! Where the secrets of ReplyDesk are kept: tokens, the secret of the owner's Meta app, keys of AI
//! services.
//!
//! Owns one small trait, [`SecretStore`], and three places behind it: the keyring of the operating
//! system, a file sealed with a passphrase (for machines without a keyring), and memory (for
//! tests). It must not fall back from one place to another: a keyring that is not there is an
//! error that the owner sees, never a secret in plain text. Nothing here can be serialised.

mod error;
mod file;
mod keyring;
mod memory;
mod name;

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

pub use error::SecretError;
pub use file::FileStore;
pub use keyring::KeyringStore;
pub use memory::MemoryStore;
pub use name::SecretName;
pub use secrecy::{ExposeSecret, SecretString};

/// A place that keeps secrets by name.
#[async_trait::async_trait]
pub trait SecretStore: Send + Sync {
    /// The secret under a name, or nothing when none was set.
    ///
    /// # Errors
    /// When the place cannot be reached; that is never reported as "nothing".
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretError>;

    /// Keeps a secret under a name, in place of an older one. It is read back before this returns.
    ///
    /// # Errors
    /// When the place cannot be reached, or did not keep the secret.
    async fn set(&self, name: &SecretName, secret: &SecretString) -> Result<(), SecretError>;

    /// Forgets the secret under a name. To forget what is not there is no error.
    ///
    /// # Errors
    /// When the place cannot be reached.
    async fn delete(&self, name: &SecretName) -> Result<(), SecretError>;

    /// Which kind of place this is.
    fn backend(&self) -> Backend;
}

/// The kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The keyring of the operating system.
    Keyring,
    /// A file sealed with a passphrase.
    File,
    /// Memory: gone with the program.
    Memory,
}

impl Backend {
    /// The word used in `REPLYDESK_SECRETS`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
            Self::Memory => "memory",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Backend {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        [Self::Keyring, Self::File, Self::Memory]
            .into_iter()
            .find(|backend| backend.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or(SecretError::UnknownBackend)
    }
}

/// Opens a place and makes sure that it works, so that the owner hears of a missing keyring before
/// a token would be lost.
///
/// `namespace` separates installations that share a keyring, such as the product and its tests;
/// `dir` and `passphrase` matter to [`Backend::File`] alone. This blocks for up to a second and
/// belongs to the start of the program; it may be called inside and outside of a runtime.
///
/// # Errors
/// When there is no keyring, it is locked, the passphrase is missing or wrong, or the file cannot be
/// used.
pub fn open(
    backend: Backend,
    namespace: &str,
    dir: &Path,
    passphrase: Option<SecretString>,
) -> Result<Arc<dyn SecretStore>, SecretError> {
    Ok(match backend {
        Backend::Keyring => Arc::new(KeyringStore::open(namespace)?),
        Backend::File => {
            let passphrase = passphrase
                .filter(|passphrase| !passphrase.expose_secret().is_empty())
                .ok_or(SecretError::NoPassphrase)?;
            Arc::new(FileStore::open(namespace, dir, passphrase)?)
        }
        Backend::Memory => Arc::new(MemoryStore::default()),
    })
}
