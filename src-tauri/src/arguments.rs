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
    /// Begin only when standard input ends: then the process whose place it takes has ended
    #[cfg(target_os = "linux")]
    #[arg(long, hide = true)]
    pub(crate) after_stdin: bool,
    /// A `replydesk://` link that the system opens the app with
    #[arg(hide = true)]
    pub(crate) link: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_link_is_no_option() {
        let link = "replydesk://oauth/instagram?code=a --data-dir /tmp/x --demo";
        let read = Arguments::try_parse_from(["replydesk", link]);
        assert!(read.is_ok_and(|read| read.link.as_deref() == Some(link)
            && !read.demo
            && read.data_dir.is_none()));
        for odd in ["--no-such-flag", "--data-dir", "-x"] {
            assert!(
                Arguments::try_parse_from(["replydesk", odd]).is_err(),
                "{odd}"
            );
        }
    }
}
