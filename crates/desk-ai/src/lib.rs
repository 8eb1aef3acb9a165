//! desk-ai
