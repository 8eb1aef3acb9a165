//! Finds the facts of a text.
