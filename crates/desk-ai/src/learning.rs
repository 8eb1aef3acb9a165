//! What the owner's acts teach: an edit of a draft, a reply sent where the AI only watched, an
//! answer worth keeping, a change in what customers ask. Pure judgements over given texts; the
//! caller stores, counts and asks the owner. Nothing here is learned from what the AI sent by
//! itself.

pub mod drift;
pub mod edit;
pub mod mine;
pub mod scrub;
pub mod shadow;
