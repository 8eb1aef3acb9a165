//! desk-secrets
