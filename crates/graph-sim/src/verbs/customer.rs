//! What customers do: `sim.customer("ayse.k").writes("How much is the blue mug?")`.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::paging::Key;
use crate::people::Person;
use crate::server::Shared;
use crate::sim::Sim;
use crate::state::Draft;
use crate::threads::{AttachmentKind, Author, Thread};

/// A person who writes to the shop.
#[derive(Debug, Clone)]
pub struct Customer {
    shared: Arc<Shared>,
    igsid: String,
    username: String,
}

impl Sim {
    /// The customer with this user name, made when unknown.
    pub fn customer(&self, username: &str) -> Customer {
        let igsid = self.world().person(username);
        Customer {
            shared: Arc::clone(&self.shared),
            igsid,
            username: username.to_owned(),
        }
    }
}

impl Customer {
    /// Instagram-scoped id.
    #[must_use]
    pub fn igsid(&self) -> &str {
        &self.igsid
    }

    /// User name.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Id of the conversation with the shop, once there is one.
    #[must_use]
    pub fn conversation_id(&self) -> Option<String> {
        self.shared
            .world()
            .threads
            .with(&self.igsid)
            .map(|thread| thread.id.clone())
    }

    /// The texts of the conversation, oldest first, each with whether it is from the customer.
    #[must_use]
    pub fn reads(&self) -> Vec<(bool, String)> {
        let world = self.shared.world();
        let Some(thread) = world.threads.with(&self.igsid) else {
            return Vec::new();
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        thread
            .messages
            .iter()
            .map(|message| (message.author == Author::Customer, text(&message.text)))
            .collect()
    }

    fn posts(&self, draft: Draft, at: Option<DateTime<Utc>>) -> String {
        let mut world = self.shared.world();
        let at = at.unwrap_or_else(|| world.clock.now());
        world.post(&self.igsid, Author::Customer, draft, at)
    }

    fn becomes(&self, change: impl FnOnce(&mut Person)) -> &Self {
        if let Some(person) = self.shared.world().people.get_mut(&self.igsid) {
            change(person);
        }
        self
    }

    fn moves(&self, change: impl FnOnce(&mut Thread)) -> &Self {
        if let Some(thread) = self.shared.world().threads.with_mut(&self.igsid) {
            change(thread);
        }
        self
    }

    /// Writes a message now; returns its id.
    pub fn writes(&self, text: &str) -> String {
        self.posts(Draft::text(text), None)
    }

    /// Writes a message at a given time; returns its id.
    pub fn writes_at(&self, at: DateTime<Utc>, text: &str) -> String {
        self.posts(Draft::text(text), Some(at))
    }

    /// Sends something without text; returns the message's id.
    pub fn sends_attachment(&self, kind: AttachmentKind) -> String {
        self.posts(
            Draft {
                attachment: Some(kind),
                ..Draft::default()
            },
            None,
        )
    }

    /// Answers a story of the shop; returns the message's id.
    pub fn replies_to_story(&self, text: &str) -> String {
        self.posts(
            Draft {
                story_reply: true,
                ..Draft::text(text)
            },
            None,
        )
    }

    /// Answers one message; returns the new message's id.
    pub fn replies_to(&self, message_id: &str, text: &str) -> String {
        self.posts(
            Draft {
                reply_to: Some(message_id.to_owned()),
                ..Draft::text(text)
            },
            None,
        )
    }

    /// Takes a message back; it vanishes. False when there is no such message.
    pub fn unsends(&self, message_id: &str) -> bool {
        self.shared.world().threads.unsend(message_id)
    }

    /// Reacts to a message, such as with `love`. False when there is no such message.
    pub fn reacts(&self, message_id: &str, reaction: &str) -> bool {
        let mut world = self.shared.world();
        let done = world.threads.react(message_id, Some(reaction), false);
        if done && world.settings.reactions_touch_thread {
            let (now, serial) = (world.clock.now(), world.ids.serial());
            world.threads.touch(message_id, Key::new(now, serial), now);
        }
        done
    }

    /// Gets a display name, or loses it.
    pub fn is_named(&self, name: Option<&str>) -> &Self {
        self.becomes(|person| person.name = name.map(str::to_owned))
    }

    /// Blocks the shop.
    pub fn blocks_us(&self) -> &Self {
        self.becomes(|person| person.blocked = true)
    }

    /// Sets consent to the profile, overruling the rule that a message gives it.
    pub fn consents(&self, consent: bool) -> &Self {
        self.becomes(|person| person.consent = Some(consent))
    }

    /// Follows the shop, or not.
    pub fn follows_us(&self, follows: bool) -> &Self {
        self.becomes(|person| person.follows = follows)
    }

    /// The conversation lies in the requests folder.
    pub fn is_in_requests(&self) -> &Self {
        self.moves(|thread| thread.request = true)
    }

    /// The owner archived the conversation.
    pub fn is_archived(&self) -> &Self {
        self.moves(|thread| thread.archived = true)
    }
}
