//! Journeys: the whole desk against the simulator over real HTTP, with a clock that the test sets.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as expected"
)]

mod accounts;
mod attention;
mod automatic;
mod bad_input;
mod connecting;
mod drafting;
mod facebook;
mod faults;
mod holding;
mod keeping;
mod media;
mod people;
mod polling;
mod receiving;
mod sending;
mod webhooks;
mod world;
