//! Threads and their messages, and every change that can happen to them: a message arrives, is
//! reacted to, is unsent. Knows nothing of HTTP, tokens or modes.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::paging::Key;

/// Who put a message into a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// The customer.
    Customer,
    /// The owner, in the phone app.
    Phone,
    /// This API.
    Api,
}

/// What came with a message besides text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A voice message.
    Audio,
    /// A document.
    File,
    /// A shared post.
    Share,
    /// A mention of the shop in the person's story.
    StoryMention,
    /// A shared reel.
    Reel,
    /// The heart.
    Heart,
    /// A picture that may be seen once.
    ViewOnce,
    /// Something that the API cannot show, such as a poll.
    Unsupported,
}

impl AttachmentKind {
    /// What lies behind the link of one.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Video | Self::Reel => "video",
            Self::Audio => "audio",
            Self::File => "pdf",
            _ => "picture",
        }
    }

    /// Reads the name used by scenarios and control calls.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "image" => Self::Image,
            "video" => Self::Video,
            "audio" => Self::Audio,
            "file" => Self::File,
            "share" => Self::Share,
            "story_mention" => Self::StoryMention,
            "reel" => Self::Reel,
            "heart" => Self::Heart,
            "view_once" => Self::ViewOnce,
            "unsupported" => Self::Unsupported,
            _ => return None,
        })
    }
}

/// An attachment with the ids of its link.
#[derive(Debug, Clone)]
pub(crate) struct Attachment {
    pub(crate) kind: AttachmentKind,
    pub(crate) id: String,
    pub(crate) url: String,
}

/// One message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) key: Key,
    pub(crate) created: DateTime<Utc>,
    pub(crate) author: Author,
    pub(crate) text: Option<String>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) story_reply: Option<Attachment>,
    /// Reaction name and whether it is ours.
    pub(crate) reactions: Vec<(String, bool)>,
    pub(crate) reply_to: Option<String>,
    /// What was tapped instead of written: told by webhooks alone.
    pub(crate) quick_reply: Option<String>,
    /// Title and payload of a button: told by webhooks alone.
    pub(crate) postback: Option<(String, String)>,
    /// The ad it came through: told by webhooks alone.
    pub(crate) referral: Option<serde_json::Value>,
    /// How often it was edited.
    pub(crate) edits: u32,
}

/// A conversation with one person.
#[derive(Debug, Clone)]
pub(crate) struct Thread {
    pub(crate) id: String,
    pub(crate) igsid: String,
    pub(crate) key: Key,
    pub(crate) updated: DateTime<Utc>,
    /// Lies in the requests folder: hidden when idle for 30 days.
    pub(crate) request: bool,
    /// The owner archived or deleted it.
    pub(crate) archived: bool,
    pub(crate) last_inbound: Option<DateTime<Utc>>,
    /// Oldest first.
    pub(crate) messages: Vec<Message>,
}

impl Thread {
    /// Whether the list shows it at `now`.
    pub(crate) fn is_listed(&self, now: DateTime<Utc>) -> bool {
        let hidden = self.request && now.signed_duration_since(self.updated) >= TimeDelta::days(30);
        !self.archived && !hidden
    }

    /// Place of a message counted from the newest, which is 0.
    pub(crate) fn age_of(&self, message_id: &str) -> Option<usize> {
        self.messages
            .iter()
            .rev()
            .position(|message| message.id == message_id)
    }
}

/// All threads.
#[derive(Debug, Default)]
pub(crate) struct Threads {
    all: Vec<Thread>,
    by_id: HashMap<String, usize>,
    by_person: HashMap<String, usize>,
    thread_of: HashMap<String, usize>,
}

impl Threads {
    /// All threads, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Thread> {
        self.all.iter()
    }

    /// A thread by its id.
    pub(crate) fn get(&self, id: &str) -> Option<&Thread> {
        self.by_id.get(id).and_then(|at| self.all.get(*at))
    }

    /// The thread with a person.
    pub(crate) fn with(&self, igsid: &str) -> Option<&Thread> {
        self.by_person.get(igsid).and_then(|at| self.all.get(*at))
    }

    /// The thread with a person, to be changed.
    pub(crate) fn with_mut(&mut self, igsid: &str) -> Option<&mut Thread> {
        self.by_person
            .get(igsid)
            .and_then(|at| self.all.get_mut(*at))
    }

    /// The thread that holds a message.
    pub(crate) fn holding(&self, message_id: &str) -> Option<&Thread> {
        self.thread_of
            .get(message_id)
            .and_then(|at| self.all.get(*at))
    }

    fn holding_mut(&mut self, message_id: &str) -> Option<&mut Thread> {
        self.thread_of
            .get(message_id)
            .and_then(|at| self.all.get_mut(*at))
    }

    /// A message with the thread that holds it.
    pub(crate) fn message(&self, message_id: &str) -> Option<(&Thread, &Message)> {
        let thread = self.holding(message_id)?;
        let message = thread
            .messages
            .iter()
            .rev()
            .find(|message| message.id == message_id)?;
        Some((thread, message))
    }

    /// How many threads and messages there are.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.all.len(), self.thread_of.len())
    }

    /// Puts a message into the thread with `igsid`, opening one under `thread_id` if there is none.
    pub(crate) fn add(&mut self, igsid: &str, thread_id: String, message: Message) {
        let at = match self.by_person.get(igsid) {
            Some(at) => *at,
            None => self.open(igsid, thread_id, &message),
        };
        let Some(thread) = self.all.get_mut(at) else {
            return;
        };
        if message.author == Author::Customer {
            thread.last_inbound = thread.last_inbound.max(Some(message.created));
        } else {
            thread.request = false;
        }
        if message.key >= thread.key {
            thread.key = message.key;
            thread.updated = message.created;
        }
        self.thread_of.insert(message.id.clone(), at);
        let place = thread
            .messages
            .partition_point(|other| other.key <= message.key);
        thread.messages.insert(place, message);
    }

    fn open(&mut self, igsid: &str, id: String, first: &Message) -> usize {
        let at = self.all.len();
        self.by_id.insert(id.clone(), at);
        self.by_person.insert(igsid.to_owned(), at);
        self.all.push(Thread {
            id,
            igsid: igsid.to_owned(),
            key: first.key,
            updated: first.created,
            request: false,
            archived: false,
            last_inbound: None,
            messages: Vec::new(),
        });
        at
    }

    /// Changes the words of a message; returns how often it was changed, or nothing when there is no
    /// such message.
    pub(crate) fn edit(&mut self, message_id: &str, text: &str) -> Option<u32> {
        let message = self
            .holding_mut(message_id)?
            .messages
            .iter_mut()
            .find(|message| message.id == message_id)?;
        message.text = Some(text.to_owned());
        message.edits += 1;
        Some(message.edits)
    }

    /// Takes a message out of its thread without a trace; false when there is none.
    pub(crate) fn unsend(&mut self, message_id: &str) -> bool {
        let Some(thread) = self.holding_mut(message_id) else {
            return false;
        };
        let before = thread.messages.len();
        thread.messages.retain(|message| message.id != message_id);
        let gone = thread.messages.len() < before;
        self.thread_of.remove(message_id);
        gone
    }

    /// Sets or takes away one side's reaction to a message; false when there is no such message.
    pub(crate) fn react(&mut self, message_id: &str, reaction: Option<&str>, ours: bool) -> bool {
        let Some(thread) = self.holding_mut(message_id) else {
            return false;
        };
        let Some(message) = thread
            .messages
            .iter_mut()
            .find(|message| message.id == message_id)
        else {
            return false;
        };
        message.reactions.retain(|(_, by_us)| *by_us != ours);
        if let Some(reaction) = reaction {
            message.reactions.push((reaction.to_owned(), ours));
        }
        true
    }

    /// Moves a thread's `updated_time` without a message.
    pub(crate) fn touch(&mut self, message_id: &str, key: Key, at: DateTime<Utc>) {
        if let Some(thread) = self.holding_mut(message_id) {
            thread.key = key;
            thread.updated = at;
        }
    }
}
