//! The media folder: files named by the digest of their bytes, for nobody else on the machine.
//!
//! A name is made here and nowhere else, and what is read is compared with its name: a file that
//! was exchanged, or is a link to another, is not what was asked for.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The folder.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
    /// Held by whoever puts a file and then notes it; a sweep waits for them.
    settling: RwLock<()>,
}

impl Folder {
    /// The folder at a place; it is made when the first file comes.
    #[must_use]
    pub fn at(dir: PathBuf) -> Self {
        Folder {
            dir,
            settling: RwLock::default(),
        }
    }

    pub(crate) async fn settle(&self) -> RwLockReadGuard<'_, ()> {
        self.settling.read().await
    }

    pub(crate) async fn alone(&self) -> RwLockWriteGuard<'_, ()> {
        self.settling.write().await
    }

    /// Stores bytes and returns their name; `None` when the disk does not take them, which only
    /// means that they are fetched again.
    pub(crate) async fn put(&self, bytes: &[u8]) -> Option<String> {
        let (dir, bytes) = (self.dir.clone(), bytes.to_vec());
        let stored = tokio::task::spawn_blocking(move || put(&dir, &bytes)).await;
        match stored {
            Ok(Ok(name)) => Some(name),
            Ok(Err(error)) => {
                tracing::warn!(error = %error, "media could not be stored");
                None
            }
            Err(_) => None,
        }
    }

    /// The bytes with a name, when they are there and are what the name says.
    pub(crate) async fn read(&self, name: &str) -> Option<Vec<u8>> {
        if !is_name(name) {
            return None;
        }
        let (path, name) = (self.dir.join(name), name.to_owned());
        let read = tokio::task::spawn_blocking(move || {
            let is_file = std::fs::symlink_metadata(&path).ok()?.is_file();
            let bytes = is_file.then(|| std::fs::read(&path).ok()).flatten()?;
            (name_of(&bytes) == name).then_some(bytes)
        });
        read.await.ok().flatten()
    }

    /// The names of all files.
    pub(crate) async fn names(&self) -> Vec<String> {
        let dir = self.dir.clone();
        let listed = tokio::task::spawn_blocking(move || {
            let entries = std::fs::read_dir(dir).ok()?;
            let names = entries
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|name| is_name(name))
                .collect();
            Some(names)
        });
        listed.await.ok().flatten().unwrap_or_default()
    }

    /// Removes a file; gives where it lies when that cannot be done.
    pub(crate) async fn remove(&self, name: &str) -> Option<PathBuf> {
        let path = is_name(name).then(|| self.dir.join(name))?;
        match tokio::fs::remove_file(&path).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(error = %error, "media could not be removed");
                Some(path)
            }
            _ => None,
        }
    }

    /// Removes everything.
    pub(crate) async fn erase(&self) -> std::io::Result<()> {
        match tokio::fs::remove_dir_all(&self.dir).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The digest of bytes, in hex.
#[must_use]
pub fn name_of(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .fold(String::with_capacity(64), |mut name, byte| {
            let _ = write!(name, "{byte:02x}");
            name
        })
}

fn is_name(name: &str) -> bool {
    name.len() == 64
        && name
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn put(dir: &Path, bytes: &[u8]) -> std::io::Result<String> {
    private_dir(dir)?;
    let name = name_of(bytes);
    let path = dir.join(&name);
    if std::fs::symlink_metadata(&path).is_ok_and(|m| m.is_file()) {
        return Ok(name);
    }
    // Under its name only when all of it is there.
    let unfinished = dir.join(format!("{name}.new"));
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let _ = std::fs::remove_file(&unfinished);
    options.open(&unfinished)?.write_all(bytes)?;
    std::fs::rename(&unfinished, &path)?;
    Ok(name)
}

/// Makes a folder that only its owner may look into.
///
/// # Errors
/// When it cannot be made.
pub fn private_dir(dir: &Path) -> std::io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::at(dir.path().join("media"));
        (dir, folder)
    }

    #[tokio::test]
    async fn what_was_put_is_read_under_the_digest_of_its_bytes() {
        let (_dir, folder) = folder();
        let name = folder.put(b"a picture").await.unwrap();
        assert_eq!(folder.put(b"a picture").await.unwrap(), name, "once");
        assert_eq!(folder.read(&name).await.as_deref(), Some(&b"a picture"[..]));
        assert_eq!(folder.names().await, std::slice::from_ref(&name));
        folder.remove(&name).await;
        assert_eq!(folder.read(&name).await, None);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_was_exchanged_or_is_a_link_is_not_read() {
        use std::os::unix::fs::{MetadataExt, symlink};
        let (dir, folder) = folder();
        let name = folder.put(b"a picture").await.unwrap();
        let path = dir.path().join("media").join(&name);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(
            std::fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777,
            0o700
        );
        std::fs::write(&path, b"something else").unwrap();
        assert_eq!(folder.read(&name).await, None, "other bytes");
        std::fs::remove_file(&path).unwrap();
        let secret = dir.path().join("secret");
        std::fs::write(&secret, b"a picture").unwrap();
        symlink(&secret, &path).unwrap();
        assert_eq!(folder.read(&name).await, None, "a link");
    }

    #[tokio::test]
    async fn a_name_that_is_no_digest_leads_nowhere() {
        let (dir, folder) = folder();
        std::fs::write(dir.path().join("replydesk.db"), b"x").unwrap();
        for name in [
            "../replydesk.db",
            "",
            "/etc/passwd",
            &"A".repeat(64),
            &"g".repeat(64),
        ] {
            assert_eq!(folder.read(name).await, None, "{name}");
            folder.remove(name).await;
        }
        assert!(dir.path().join("replydesk.db").exists());
    }
}
