//! The real client against a server that answers from recorded bodies.

// The attribute is what lets clippy see helpers outside of `#[test]` functions as tests.
#[cfg(test)]
mod calls;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod server;
