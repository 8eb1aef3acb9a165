//! Owns the two ways to get a token.

pub(crate) mod facebook_login;
pub(crate) mod instagram_login;
