//! desk-serve
