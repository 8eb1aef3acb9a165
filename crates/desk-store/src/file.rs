//! The file as a whole: whether it is sound and ours, its copies, its export, what is erased from it.
//!
//! Everything here works on files beside the open one and moves them into place by rename, so that a
//! crash at any point leaves either the old state or the new one. Nothing that held conversations is
//! deleted by a recovery: it is set aside, and the owner is told where.

pub mod backup;
pub mod check;
pub mod drive;
pub mod erase;
pub mod export;
pub(crate) mod folder;
pub(crate) mod mark;
pub mod recovery;
