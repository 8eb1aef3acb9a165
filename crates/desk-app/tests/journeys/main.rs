//! Journeys: the whole desk against the simulator over real HTTP, with a clock that the test sets.

mod automatic;
mod bad_input;
mod connecting;
mod drafting;
mod receiving;
mod sending;
mod world;
