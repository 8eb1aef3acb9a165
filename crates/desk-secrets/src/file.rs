//! Owns the sealed file, for machines without a keyring.
//!
//! One file in a folder that only the owner may enter. Every change writes a new file beside the old
//! one, flushes it and renames it, so that a crash leaves either the old or the new. The passphrase
//! is kept in memory, because the key belongs to the salt of the file and another program may have
//! made the file anew.

mod sealed;

use crate::{Backend, SecretError, SecretName, SecretStore};
use sealed::{Costs, Key, Secrets};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// No real collection of secrets comes near this; a larger file is not ours.
const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Keeps secrets in a file sealed with a passphrase.
#[derive(Clone)]
pub struct FileStore {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    path: PathBuf,
    namespace: String,
    passphrase: SecretString,
    costs: Costs,
    /// The key of the file as it was last seen; also keeps the changes of this program in order.
    key: Mutex<Option<Key>>,
}

impl fmt::Debug for FileStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FileStore")
            .field("path", &self.shared.path)
            .finish()
    }
}

impl FileStore {
    /// Opens the file, or makes an empty one, and proves that the passphrase fits.
    ///
    /// # Errors
    /// When the passphrase is wrong, the file is damaged, or the folder cannot be used.
    pub fn open(
        namespace: &str,
        dir: &Path,
        passphrase: SecretString,
    ) -> Result<Self, SecretError> {
        Self::open_with(namespace, dir, passphrase, Costs::PRODUCT)
    }

    fn open_with(
        namespace: &str,
        dir: &Path,
        passphrase: SecretString,
        costs: Costs,
    ) -> Result<Self, SecretError> {
        private_dir(dir)?;
        let shared = Shared {
            dir: dir.to_owned(),
            path: dir.join(file_name(namespace)),
            namespace: namespace.trim().to_owned(),
            passphrase,
            costs,
            key: Mutex::new(None),
        };
        let store = Self {
            shared: Arc::new(shared),
        };
        store.shared.change(|_| false)?;
        Ok(store)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let shared = Arc::clone(&self.shared);
        let done = tokio::task::spawn_blocking(move || work(&shared)).await;
        done.map_err(|_| SecretError::Interrupted)?
    }
}

#[async_trait::async_trait]
impl SecretStore for FileStore {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretError> {
        let name = name.clone();
        self.blocking(move |file| Ok(file.read()?.get(name.as_str())))
            .await
    }

    async fn set(&self, name: &SecretName, secret: &SecretString) -> Result<(), SecretError> {
        let (name, secret) = (name.clone(), secret.clone());
        self.blocking(move |file| {
            file.change(|secrets| {
                secrets.insert(name.as_str(), &secret);
                true
            })?;
            match file.read()?.get(name.as_str()) {
                Some(kept) if kept.expose_secret() == secret.expose_secret() => Ok(()),
                _ => Err(SecretError::NotKept),
            }
        })
        .await
    }

    async fn delete(&self, name: &SecretName) -> Result<(), SecretError> {
        let name = name.clone();
        self.blocking(move |file| file.change(|secrets| secrets.remove(name.as_str())))
            .await
    }

    fn backend(&self) -> Backend {
        Backend::File
    }
}

impl Shared {
    /// Reads the file as it is now. A file that went missing after opening is an error: it must not
    /// look as if nothing had ever been kept.
    fn read(&self) -> Result<Secrets, SecretError> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        self.load(&mut key)?
            .ok_or_else(|| SecretError::Io(io::ErrorKind::NotFound.into()))
    }

    /// Reads, lets `edit` say whether it changed anything, and writes when it did or when there is
    /// no file yet.
    fn change(&self, edit: impl FnOnce(&mut Secrets) -> bool) -> Result<(), SecretError> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        // Another program (the window and the one without a window) waits here.
        let guard = self.lock_file()?;
        guard.lock()?;
        let (mut secrets, is_new) = match self.load(&mut key)? {
            Some(secrets) => (secrets, false),
            None => (Secrets::default(), true),
        };
        if edit(&mut secrets) || is_new {
            let key = match key.as_ref() {
                Some(known) => known,
                None => key.insert(Key::fresh(&self.passphrase, self.costs)?),
            };
            self.write(&key.seal(&secrets, &self.namespace)?)?;
        }
        Ok(())
    }

    fn load(&self, key: &mut Option<Key>) -> Result<Option<Secrets>, SecretError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        let parts = sealed::Parts::read(&bytes).ok_or(SecretError::Damaged)?;
        if !key.as_ref().is_some_and(|known| known.fits(&parts)) {
            *key = Some(Key::of(&parts, &self.passphrase, &self.namespace)?);
        }
        let known = key.as_ref().ok_or(SecretError::Damaged)?;
        known.unseal(&parts, &self.namespace).map(Some)
    }

    fn write(&self, bytes: &[u8]) -> Result<(), SecretError> {
        let temporary = self.path.with_extension("new");
        // A leftover of a crash may have other rights, which opening alone would keep.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, &self.path)?;
        sync_dir(&self.dir)
    }

    fn lock_file(&self) -> Result<File, SecretError> {
        let path = self.path.with_extension("lock");
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        Ok(private(options).open(path)?)
    }
}

/// `secrets` for the product, `secrets-debug` and the like for others.
fn file_name(namespace: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    match namespace.trim() {
        "" => "secrets.sealed".to_owned(),
        namespace => {
            let name: String = namespace.chars().take(60).map(safe).collect();
            format!("secrets-{name}.sealed")
        }
    }
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600)
}

#[cfg(unix)]
fn private_dir(dir: &Path) -> Result<(), SecretError> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)?;
    if fs::metadata(dir)?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// A rename is durable only when the folder is, too.
#[cfg(unix)]
fn sync_dir(dir: &Path) -> Result<(), SecretError> {
    Ok(File::open(dir)?.sync_all()?)
}

// On Windows the folder of the user's data is private by inheritance, and a folder cannot be synced.
#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(not(unix))]
fn private_dir(dir: &Path) -> Result<(), SecretError> {
    Ok(fs::create_dir_all(dir)?)
}

#[cfg(not(unix))]
fn sync_dir(_dir: &Path) -> Result<(), SecretError> {
    Ok(())
}

#[cfg(test)]
mod tests;
