//! Owns tolerant reading of JSON: what the platform sends is taken as it is, and what cannot be
//! read costs one field or one item, never the page. It must not know a field name of the API.
//!
//! Everything stands on `serde_json`'s `RawValue`: the text of a number is kept until somebody
//! asks for it, so an id of 18 digits never passes through a float.

mod document;
mod object;
mod raw;
mod value;

pub(crate) use document::{Document, Malformed, lossy};
pub(crate) use object::Object;
pub use raw::Raw;
pub(crate) use raw::{scrub, scrub_message};
pub(crate) use value::{id, list, text};

/// A thing that can be read from one JSON value; the error says, without content, what is missing.
pub(crate) trait Read: Sized {
    /// Reads the value.
    fn read(raw: &serde_json::value::RawValue) -> Result<Self, &'static str>;
}
