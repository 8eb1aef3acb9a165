//! The program: opens the data, shows icon and notifications, and goes on until the window is wished
//! for or the end.

use clap::Parser;
use desk_app::{Config, Desk, IpcError};
use desk_tray::handover::{self, Errand, Successor};
use desk_tray::single_instance::{Claim, SingleInstance};
use desk_tray::{Presence, Wish};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Never dropped: its pipe must end with this process, and not before.
static SUCCESSOR: OnceLock<Successor> = OnceLock::new();

/// ReplyDesk without its window; `replydesk` starts it
#[derive(Debug, Parser)]
#[command(name = "replydesk-tray", version)]
struct Arguments {
    /// The folder with the data
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Begin only when standard input ends: then the process whose place it takes has ended
    #[arg(long, hide = true)]
    after_stdin: bool,
}

/// Runs until the end, or until the window takes its place.
pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.after_stdin {
        handover::wait_for_data();
    }
    desk_app::logging::start();
    // It waits for nearly all of its time.
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let result = runtime.and_then(|runtime| runtime.block_on(work(&arguments)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            tracing::error!(error = %e, "ReplyDesk cannot work without its window");
            ExitCode::FAILURE
        }
    }
}

async fn work(arguments: &Arguments) -> io::Result<()> {
    let mut end = signal(SignalKind::terminate())?;
    let single = match SingleInstance::claim().await {
        Claim::First(single) => Some(single),
        Claim::Taken => return Ok(()),
        Claim::Unknown => None,
    };
    let (wish, wishes) = unbounded_channel();
    let presence = Presence::appear(move |one| {
        // Nobody listens when this process is about to end.
        let _ = wish.send(one);
    });
    // Why they cannot be opened is told by the window, which tries it again.
    let desk = open(arguments).await.ok();
    if let Some(desk) = &desk {
        presence.follow(desk);
    }
    let mut waiting = Waiting { single, wishes };
    loop {
        let next = tokio::select! {
            next = waiting.next() => next,
            _ = end.recv() => Next::End,
        };
        let Next::Window(mut errand) = next else {
            break;
        };
        errand.data_dir.clone_from(&arguments.data_dir);
        errand.pause_minutes = desk.as_ref().map_or(0, |desk| desk.sync_pause_minutes());
        match Successor::with_window(&errand) {
            Ok(successor) => {
                give_way(successor, waiting.single.take()).await;
                presence.withdraw_notifications().await;
                break;
            }
            Err(e) => tracing::error!(error = %e, "the window's program could not be started"),
        }
    }
    if let Some(desk) = desk {
        desk.shutdown().await;
    }
    Ok(())
}

async fn open(arguments: &Arguments) -> Result<Arc<Desk>, IpcError> {
    let opened = async {
        let config = Config::from_environment(arguments.data_dir.clone(), false)?;
        Desk::open(config, None).await
    };
    opened.await.inspect_err(
        |e| tracing::error!(code = %e.code, message = %e.message, "ReplyDesk cannot work"),
    )
}

/// The window may be made from here on; the data are its own when this process has ended.
async fn give_way(mut successor: Successor, single: Option<SingleInstance>) {
    if let Some(single) = single {
        single.release().await;
    }
    if let Err(e) = successor.may_appear() {
        tracing::error!(error = %e, "the window's program has ended");
    }
    let _ = SUCCESSOR.set(successor);
}

enum Next {
    Window(Errand),
    End,
}

/// What the owner may do while there is no window.
struct Waiting {
    single: Option<SingleInstance>,
    wishes: UnboundedReceiver<Wish>,
}

impl Waiting {
    async fn next(&mut self) -> Next {
        let started = async {
            match &mut self.single {
                Some(single) => single.next_start().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            wish = self.wishes.recv() => match wish {
                Some(Wish::Open(conversation)) => Next::Window(Errand {
                    conversation,
                    ..Errand::default()
                }),
                Some(Wish::Quit) | None => Next::End,
            },
            words = started => Next::Window(Errand {
                link: link_in(words),
                ..Errand::default()
            }),
        }
    }
}

/// The link that a second start was given, if any; whether it is one of ours is the window's to say.
fn link_in(words: Vec<String>) -> Option<String> {
    words
        .into_iter()
        .skip(1)
        .find(|word| word.starts_with("replydesk://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_window_says_is_understood() {
        let read = Arguments::try_parse_from([
            "replydesk-tray",
            "--after-stdin",
            "--data-dir",
            "/tmp/a b",
        ]);
        assert!(
            read.is_ok_and(
                |read| read.after_stdin && read.data_dir == Some(PathBuf::from("/tmp/a b"))
            )
        );
        assert!(Arguments::try_parse_from(["replydesk-tray", "--demo"]).is_err());
    }

    #[test]
    fn only_a_link_of_ours_is_handed_on() {
        let link = "replydesk://oauth/instagram?code=a&state=b";
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect();
        for (started, found) in [
            (vec!["replydesk"], None),
            (vec!["replydesk", link], Some(link)),
            (vec!["replydesk", "--data-dir", "/tmp", link], Some(link)),
            (vec!["replydesk", "https://example.com", "--demo"], None),
            (vec![link], None),
        ] {
            assert_eq!(link_in(words(&started)).as_deref(), found, "{started:?}");
        }
    }
}
