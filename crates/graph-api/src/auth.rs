//! Owns the ways to get a token. Facebook Login joins here as a second module.

pub(crate) mod instagram_login;
