//! Owns the place for tests and the demo: memory, gone with the program.

use crate::{Backend, SecretError, SecretName, SecretStore};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Keeps secrets in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    secrets: Mutex<BTreeMap<SecretName, SecretString>>,
}

#[async_trait::async_trait]
impl SecretStore for MemoryStore {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretError> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(secrets.get(name).cloned())
    }

    async fn set(&self, name: &SecretName, secret: &SecretString) -> Result<(), SecretError> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(name.clone(), secret.clone());
        Ok(())
    }

    async fn delete(&self, name: &SecretName) -> Result<(), SecretError> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.remove(name);
        Ok(())
    }

    fn backend(&self) -> Backend {
        Backend::Memory
    }
}
