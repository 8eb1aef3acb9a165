//! The command line. Whatever is a link of ours is left to the deep-link plugin.

use clap::Parser;
use std::path::PathBuf;

/// One inbox for the Direct messages of a small shop.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// A fictional shop on a built-in simulator
    #[arg(long)]
    pub(crate) demo: bool,
    /// The folder with the data
    #[arg(long)]
    pub(crate) data_dir: Option<PathBuf>,
    /// Start without a window
    #[arg(long)]
    pub(crate) hidden: bool,
    /// A `replydesk://` link that the system opens the app with
    #[arg(hide = true)]
    pub(crate) link: Option<String>,
}
