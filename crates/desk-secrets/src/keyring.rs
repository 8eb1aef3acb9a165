//! Owns the keyring of the operating system: Secret Service on Linux, Credential Manager on Windows,
//! Keychain on macOS.
//!
//! A locked Secret Service answers "no entry" to a read. So a read alone proves nothing: opening
//! writes, reads and deletes a probe, and only a keyring that passed is trusted to say "no entry".
//!
//! The calls block, and those of Linux start a runtime of their own, which panics on a thread that
//! drives tasks: opening and closing use a plain thread, the rest the pool for blocking work.

use crate::{Backend, SecretError, SecretName, SecretStore};
use keyring_core::{CredentialStore, Entry, Error};
use rand::RngCore as _;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::Arc;
use zeroize::{Zeroize as _, Zeroizing};

/// Keeps secrets in the keyring of the operating system.
#[derive(Clone)]
pub struct KeyringStore {
    connection: Arc<Connection>,
    service: Arc<str>,
}

/// The connection to the keyring. To close it blocks as well, wherever the last owner is dropped.
struct Connection(Option<Arc<CredentialStore>>);

impl Drop for Connection {
    fn drop(&mut self) {
        let store = self.0.take();
        // Nobody waits: at the end of the program the system closes the connection itself.
        let _ = std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || drop(store));
    }
}

impl fmt::Debug for KeyringStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyringStore")
            .field("service", &self.service)
            .finish()
    }
}

impl KeyringStore {
    /// Connects to the keyring and proves with a probe that it keeps what it is given.
    ///
    /// # Errors
    /// [`SecretError::NoKeyring`] and [`SecretError::Locked`], which the owner can do something
    /// about, or another failure of the keyring.
    pub fn open(namespace: &str) -> Result<Self, SecretError> {
        let service = service_name(namespace);
        let opening = std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || Self::over(platform_store()?, &service));
        opening?.join().map_err(|_| SecretError::NoKeyring)?
    }

    /// The same over a given store; blocks.
    fn over(store: Arc<CredentialStore>, service: &str) -> Result<Self, SecretError> {
        let keyring = Self {
            connection: Arc::new(Connection(Some(store))),
            service: Arc::from(service),
        };
        keyring.probe()?;
        Ok(keyring)
    }

    fn probe(&self) -> Result<(), SecretError> {
        // Two programs that start at the same time must not take away each other's probe.
        let number = rand::rng().next_u64();
        let name = SecretName::probe(number);
        let value = SecretString::from(format!("{number:016x}"));
        let written = self.set_blocking(&name, &value);
        let removed = self.delete_blocking(&name);
        match written {
            // It took the probe and does not know it: that is how a locked keyring looks.
            Err(SecretError::NotKept) => Err(SecretError::Locked),
            Err(error) => Err(error),
            Ok(()) => removed,
        }
    }

    fn entry(&self, name: &SecretName) -> Result<Entry, SecretError> {
        let store = self.connection.0.as_ref().ok_or(SecretError::NoKeyring)?;
        store
            .build(&self.service, name.as_str(), None)
            .map_err(translate)
    }

    fn get_blocking(&self, name: &SecretName) -> Result<Option<SecretString>, SecretError> {
        match self.entry(name)?.get_secret() {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                let text = std::str::from_utf8(&bytes).map_err(|_| SecretError::NotText)?;
                Ok(Some(SecretString::from(text)))
            }
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(translate(error)),
        }
    }

    fn set_blocking(&self, name: &SecretName, secret: &SecretString) -> Result<(), SecretError> {
        let bytes = secret.expose_secret().as_bytes();
        self.entry(name)?.set_secret(bytes).map_err(translate)?;
        match self.get_blocking(name)? {
            Some(kept) if kept.expose_secret() == secret.expose_secret() => Ok(()),
            _ => Err(SecretError::NotKept),
        }
    }

    fn delete_blocking(&self, name: &SecretName) -> Result<(), SecretError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(translate(error)),
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let keyring = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&keyring)).await;
        done.map_err(|_| SecretError::Interrupted)?
    }
}

#[async_trait::async_trait]
impl SecretStore for KeyringStore {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretError> {
        let name = name.clone();
        let found = self
            .blocking(move |keyring| keyring.get_blocking(&name))
            .await?;
        if found.is_none() {
            // The keyring may have been locked since it was opened, and then says the same.
            self.blocking(Self::probe).await?;
        }
        Ok(found)
    }

    async fn set(&self, name: &SecretName, secret: &SecretString) -> Result<(), SecretError> {
        let (name, secret) = (name.clone(), secret.clone());
        self.blocking(move |keyring| keyring.set_blocking(&name, &secret))
            .await
    }

    async fn delete(&self, name: &SecretName) -> Result<(), SecretError> {
        let name = name.clone();
        self.blocking(move |keyring| keyring.delete_blocking(&name))
            .await
    }

    fn backend(&self) -> Backend {
        Backend::Keyring
    }
}

fn service_name(namespace: &str) -> String {
    let namespace = namespace.trim();
    if namespace.is_empty() {
        "ReplyDesk".to_owned()
    } else {
        format!("ReplyDesk ({namespace})")
    }
}

/// Sorts the failures of the keyring. Their own texts are dropped: some variants hold the bytes that
/// were read.
fn translate(error: Error) -> SecretError {
    match error {
        Error::NoStorageAccess(_) => SecretError::Locked,
        Error::PlatformFailure(_) | Error::NoDefaultStore => SecretError::NoKeyring,
        Error::BadEncoding(mut bytes) => {
            bytes.zeroize();
            SecretError::NotText
        }
        Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            SecretError::Keyring {
                reason: "data in an unknown form",
            }
        }
        Error::TooLong(..) => SecretError::Keyring {
            reason: "too long for this keyring",
        },
        Error::Ambiguous(_) => SecretError::Keyring {
            reason: "more than one entry of this name",
        },
        Error::NoEntry => SecretError::NotKept,
        _ => SecretError::Keyring { reason: "refused" },
    }
}

#[cfg(target_os = "linux")]
fn platform_store() -> Result<Arc<CredentialStore>, SecretError> {
    Ok(zbus_secret_service_keyring_store::Store::new().map_err(translate)?)
}

#[cfg(target_os = "windows")]
fn platform_store() -> Result<Arc<CredentialStore>, SecretError> {
    Ok(windows_native_keyring_store::Store::new().map_err(translate)?)
}

#[cfg(target_os = "macos")]
fn platform_store() -> Result<Arc<CredentialStore>, SecretError> {
    Ok(apple_native_keyring_store::keychain::Store::new().map_err(translate)?)
}

#[cfg(not(any(target_os = "linux", target_os = "windows", target_os = "macos")))]
fn platform_store() -> Result<Arc<CredentialStore>, SecretError> {
    Err(SecretError::NoKeyring)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_keeps_installations_apart() {
        assert_eq!(service_name(""), "ReplyDesk");
        assert_eq!(service_name("debug"), "ReplyDesk (debug)");
    }

    #[tokio::test]
    async fn a_keyring_that_works_passes_the_probe_and_keeps_secrets() {
        let store: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
        let keyring = KeyringStore::over(store, "test").unwrap();
        let name = SecretName::account_token("1").unwrap();
        assert!(keyring.get(&name).await.unwrap().is_none());
        keyring.set(&name, &SecretString::from("t")).await.unwrap();
        assert_eq!(
            keyring.get(&name).await.unwrap().unwrap().expose_secret(),
            "t"
        );
        keyring.delete(&name).await.unwrap();
        keyring.delete(&name).await.unwrap();
        assert!(keyring.get(&name).await.unwrap().is_none());
    }

    #[test]
    fn a_locked_keyring_and_a_missing_one_are_told_apart() {
        let cause = || Box::<dyn std::error::Error + Send + Sync>::from("x");
        assert!(matches!(
            translate(Error::NoStorageAccess(cause())),
            SecretError::Locked
        ));
        assert!(matches!(
            translate(Error::PlatformFailure(cause())),
            SecretError::NoKeyring
        ));
    }

    #[test]
    fn bytes_that_were_read_are_not_shown_by_an_error() {
        let error = translate(Error::BadEncoding(b"secret-bytes".to_vec()));
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}
