//! One process takes the place of another, with the window or without it: only one of them may have
//! the data.
//!
//! The successor's standard input is a pipe that the predecessor holds. A line in it says that the
//! successor may show itself; its end, that the data are free. The end comes by itself, however the
//! predecessor ends.

use desk_app::ConversationId;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The program with the window.
const WINDOW: &str = "replydesk";
/// The program without one.
const TRAY: &str = "replydesk-tray";

/// What a successor is told, on its command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errand {
    /// The folder with the data, when it was chosen.
    pub data_dir: Option<PathBuf>,
    /// What the window shows first.
    pub conversation: Option<ConversationId>,
    /// For how many minutes Instagram is still not to be asked: that is in memory alone.
    pub pause_minutes: u32,
    /// A link of ours that the system opened, as it came.
    pub link: Option<String>,
}

impl Errand {
    /// The command line of the program with the window.
    #[must_use]
    pub fn words(&self) -> Vec<OsString> {
        let mut words = vec![OsString::from("--after-stdin")];
        words.extend(chosen(self.data_dir.as_deref()));
        if let Some(id) = self.conversation {
            words.extend(["--conversation".into(), id.to_string().into()]);
        }
        if self.pause_minutes > 0 {
            words.extend([
                "--pause-minutes".into(),
                self.pause_minutes.to_string().into(),
            ]);
        }
        if let Some(link) = &self.link {
            // Whatever stands in it is no option.
            words.extend(["--".into(), link.into()]);
        }
        words
    }
}

/// The process that takes our place. Whoever drops it says that the data are free.
pub struct Successor(Child);

impl Successor {
    /// Starts the window; it waits.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn with_window(errand: &Errand) -> io::Result<Successor> {
        Successor::start(WINDOW, &errand.words())
    }

    /// Starts the program without a window; it waits.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn in_tray(data_dir: Option<&Path>) -> io::Result<Successor> {
        let mut words = vec![OsString::from("--after-stdin")];
        words.extend(chosen(data_dir));
        Successor::start(TRAY, &words)
    }

    fn start(program: &str, words: &[OsString]) -> io::Result<Successor> {
        let mut command = Command::new(beside(program)?);
        command.args(words).stdin(Stdio::piped());
        command.spawn().map(Successor)
    }

    /// Lets it show itself.
    ///
    /// # Errors
    /// When it has ended.
    pub fn may_appear(&mut self) -> io::Result<()> {
        self.0
            .stdin
            .as_mut()
            .map_or(Ok(()), |pipe| pipe.write_all(b"\n"))
    }
}

/// In a successor: waits until it may show itself.
pub fn wait_to_appear() {
    let _ = io::stdin().read(&mut [0]);
}

/// In a successor: waits until the data are free.
pub fn wait_for_data() {
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
}

/// Becomes the program without a window, in this very process. Returns only why it could not.
#[must_use]
pub fn become_tray(data_dir: Option<&Path>) -> io::Error {
    match beside(TRAY) {
        Ok(program) => Command::new(program).args(chosen(data_dir)).exec(),
        Err(e) => e,
    }
}

/// The words for a folder with the data.
fn chosen(data_dir: Option<&Path>) -> Vec<OsString> {
    data_dir.map_or_else(Vec::new, |folder| vec!["--data-dir".into(), folder.into()])
}

/// The other program, which is where this one is.
fn beside(name: &str) -> io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufRead;

    /// The other end, played by the shell: it tells of the line, and then of the end.
    const OTHER_END: &str = "read line && echo may appear; cat >/dev/null; echo data are free";

    #[test]
    fn a_successor_appears_first_and_has_the_data_when_the_pipe_ends() {
        let mut command = Command::new("sh");
        command.args(["-c", OTHER_END]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut successor = Successor(command.spawn().unwrap());
        let mut told = io::BufReader::new(successor.0.stdout.take().unwrap()).lines();
        successor.may_appear().unwrap();
        assert_eq!(told.next().unwrap().unwrap(), "may appear");
        drop(successor);
        assert_eq!(told.next().unwrap().unwrap(), "data are free");
    }

    #[test]
    fn what_is_not_said_is_not_on_the_command_line() {
        assert_eq!(Errand::default().words(), ["--after-stdin"]);
        let all = Errand {
            data_dir: Some("/tmp/a b".into()),
            conversation: Some(ConversationId(7)),
            pause_minutes: 12,
            link: Some("replydesk://oauth/instagram?code=--demo".into()),
        };
        let words = [
            "--after-stdin",
            "--data-dir",
            "/tmp/a b",
            "--conversation",
            "7",
            "--pause-minutes",
            "12",
            "--",
            "replydesk://oauth/instagram?code=--demo",
        ];
        assert_eq!(all.words(), words);
    }
}
