//! Journeys: the whole desk against the simulator over real HTTP, with a clock that the test sets.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as expected"
)]

mod accounts;
mod attention;
mod automatic;
mod bad_input;
mod connecting;
mod drafting;
mod endpoint;
mod facebook;
mod faults;
mod holding;
mod keeping;
mod media;
mod model;
mod people;
mod polling;
mod receiving;
mod sending;
mod trouble;
mod two_desks;
mod webhooks;
mod world;
