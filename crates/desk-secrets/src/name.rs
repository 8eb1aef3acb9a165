//! Owns the names of secrets, so that no two parts of the product can mean different things by one.

use crate::SecretError;
use std::fmt;

/// The name of a secret; the only ways to make one are below.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(String);

impl SecretName {
    /// The token of a connected account.
    ///
    /// # Errors
    /// When the id is empty or holds other than letters, digits, `-`, `_` and `.`.
    pub fn account_token(account_id: &str) -> Result<Self, SecretError> {
        Self::of("account", account_id, "token")
    }

    /// The secret of the owner's Meta app.
    ///
    /// # Errors
    /// As for [`SecretName::account_token`].
    pub fn app_secret(app_id: &str) -> Result<Self, SecretError> {
        Self::of("app", app_id, "secret")
    }

    /// The key of an AI service.
    ///
    /// # Errors
    /// As for [`SecretName::account_token`].
    pub fn ai_key(provider: &str) -> Result<Self, SecretError> {
        Self::of("ai", provider, "key")
    }

    /// The secret that signs the webhooks of an account.
    ///
    /// # Errors
    /// As for [`SecretName::account_token`].
    pub fn webhook_secret(account_id: &str) -> Result<Self, SecretError> {
        Self::of("webhook", account_id, "secret")
    }

    /// The word that Meta repeats when a webhook is set up.
    ///
    /// # Errors
    /// As for [`SecretName::account_token`].
    pub fn webhook_verify_token(account_id: &str) -> Result<Self, SecretError> {
        Self::of("webhook", account_id, "verify-token")
    }

    /// A name that nothing else uses, for the test of a place.
    pub(crate) fn probe(number: u64) -> Self {
        Self(format!("probe/{number:016x}"))
    }

    /// The name as it is written into a keyring.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(kind: &str, id: &str, what: &str) -> Result<Self, SecretError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        // A slash in an id could make the name of another secret.
        if id.is_empty() || id.len() > 200 || !id.chars().all(allowed) {
            return Err(SecretError::BadName);
        }
        Ok(Self(format!("{kind}/{id}/{what}")))
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_agreed() {
        assert_eq!(
            SecretName::account_token("178").unwrap().as_str(),
            "account/178/token"
        );
        assert_eq!(
            SecretName::app_secret("77").unwrap().to_string(),
            "app/77/secret"
        );
        assert_eq!(
            SecretName::ai_key("open-ai.com").unwrap().as_str(),
            "ai/open-ai.com/key"
        );
        assert_eq!(
            SecretName::webhook_secret("1").unwrap().as_str(),
            "webhook/1/secret"
        );
        let verify = SecretName::webhook_verify_token("1").unwrap();
        assert_eq!(verify.as_str(), "webhook/1/verify-token");
    }

    #[test]
    fn an_id_cannot_make_the_name_of_another_secret() {
        for id in ["", "a/b", "a b", "ü", "a\n", &"x".repeat(201)] {
            assert!(
                matches!(SecretName::ai_key(id), Err(SecretError::BadName)),
                "{id:?}"
            );
        }
    }
}
