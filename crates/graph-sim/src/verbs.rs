//! The verbs in which tests speak to the simulator, one file per group.

pub(crate) mod customer;
pub(crate) mod endpoint;
pub(crate) mod facebook;
pub(crate) mod owner;
pub(crate) mod token;
