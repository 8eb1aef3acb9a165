//! Measures the shipped pipeline on evaluation sets.
fn main() {}
