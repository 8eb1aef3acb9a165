//! Owns the calls, one file for each resource. A call writes its request strictly, reads the reply
//! with tolerance, and is never repeated here.

pub(crate) mod conversations;
mod me;
pub(crate) mod messages;
pub(crate) mod profile;
pub(crate) mod send;
pub(crate) mod signals;
