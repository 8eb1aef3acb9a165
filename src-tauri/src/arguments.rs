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
    /// Take the place of another process: standard input says when (see `desk_tray::handover`)
    #[cfg(target_os = "linux")]
    #[arg(long, hide = true)]
    pub(crate) after_stdin: bool,
    /// The conversation that the window shows first
    #[arg(long, hide = true)]
    pub(crate) conversation: Option<i64>,
    /// Do not ask Instagram for so many minutes
    #[arg(long, hide = true, default_value_t = 0)]
    pub(crate) pause_minutes: u32,
    /// A `replydesk://` link that the system opens the app with
    #[arg(hide = true)]
    pub(crate) link: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_program_in_the_tray_says_is_understood() {
        let errand = desk_tray::handover::Errand {
            data_dir: Some("/tmp/a b".into()),
            conversation: Some(desk_app::ConversationId(7)),
            pause_minutes: 12,
            link: Some("replydesk://oauth/instagram?code=--demo".into()),
        };
        let words = std::iter::once("replydesk".into()).chain(errand.words());
        let read = Arguments::try_parse_from(words).unwrap();
        assert!(read.after_stdin && !read.hidden && !read.demo);
        assert_eq!(read.data_dir, errand.data_dir);
        assert_eq!(read.conversation, Some(7));
        assert_eq!(read.pause_minutes, 12);
        assert_eq!(read.link, errand.link);
    }

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
