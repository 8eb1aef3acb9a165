//! The store as its callers use it, on disk.

mod plan;
