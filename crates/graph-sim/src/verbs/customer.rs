//! What customers do: `sim.customer("ayse.k").writes("How much is the blue mug?")`.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::paging::Key;
use crate::people::Person;
use crate::server::Shared;
use crate::sim::Sim;
use crate::state::Draft;
use crate::threads::{AttachmentKind, Author, Thread};
use crate::webhook::payload;

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

    /// Sends several things in one message; returns its id.
    pub fn sends_album(&self, kinds: &[AttachmentKind]) -> String {
        let draft = Draft {
            more: kinds.to_vec(),
            ..Draft::default()
        };
        self.posts(draft, None)
    }

    /// Taps an answer offered under a message; returns the id of what that says.
    pub fn taps(&self, title: &str, payload: &str) -> String {
        let draft = Draft {
            quick_reply: Some(payload.to_owned()),
            ..Draft::text(title)
        };
        self.posts(draft, None)
    }

    /// Presses a button, an ice breaker or an entry of the menu; a poll shows no words for it.
    pub fn presses(&self, title: &str, payload: &str) -> String {
        let draft = Draft {
            postback: Some((title.to_owned(), payload.to_owned())),
            ..Draft::default()
        };
        self.posts(draft, None)
    }

    /// Writes under an ad; returns the message's id.
    pub fn writes_from_ad(&self, text: &str, ad_title: &str) -> String {
        let draft = Draft {
            referral: Some(serde_json::json!({
                "ref": "spring-ad", "ad_id": "6045246247433", "source": "ADS", "type": "OPEN_THREAD",
                "ads_context_data": { "ad_title": ad_title, "photo_url": "https://example.test/a.jpg" },
            })),
            ..Draft::text(text)
        };
        self.posts(draft, None)
    }

    /// Opens the shop's short link; only webhooks tell of it.
    pub fn follows_link(&self, word: &str) -> &Self {
        let referral =
            serde_json::json!({ "ref": word, "source": "SHORTLINK", "type": "OPEN_THREAD" });
        self.tells("referral", referral)
    }

    /// Sees our messages up to one; only webhooks tell of it.
    pub fn sees(&self, message_id: &str) -> &Self {
        self.tells("read", serde_json::json!({ "mid": message_id }))
    }

    /// Changes the words of a message; false when there is no such message.
    pub fn edits(&self, message_id: &str, text: &str) -> bool {
        let edits = self.shared.world().threads.edit(message_id, text);
        if let Some(edits) = edits {
            let edit = serde_json::json!({ "mid": message_id, "text": text, "num_edit": edits });
            self.tells("message_edit", edit);
        }
        edits.is_some()
    }

    fn tells(&self, name: &str, value: serde_json::Value) -> &Self {
        let mut world = self.shared.world();
        let event = payload::event(&world, &self.igsid, true, name, value);
        world.tell(Some(event));
        drop(world);
        self
    }

    /// The ids of the conversation's messages, oldest first.
    #[must_use]
    pub fn reads_ids(&self) -> Vec<String> {
        let world = self.shared.world();
        let messages = world.threads.with(&self.igsid).map(|t| &t.messages);
        messages
            .into_iter()
            .flatten()
            .map(|m| m.id.clone())
            .collect()
    }

    /// Takes a message back; it vanishes. False when there is no such message.
    pub fn unsends(&self, message_id: &str) -> bool {
        let gone = self.shared.world().threads.unsend(message_id);
        if gone {
            let deleted = serde_json::json!({ "mid": message_id, "is_deleted": true });
            self.tells("message", deleted);
        }
        gone
    }

    /// Takes a reaction back. False when there is no such message.
    pub fn unreacts(&self, message_id: &str) -> bool {
        let done = self.shared.world().threads.react(message_id, None, false);
        if done {
            let taken = serde_json::json!({ "mid": message_id, "action": "unreact" });
            self.tells("reaction", taken);
        }
        done
    }

    /// Reacts to a message, such as with `love`. False when there is no such message.
    pub fn reacts(&self, message_id: &str, reaction: &str) -> bool {
        let mut world = self.shared.world();
        let done = world.threads.react(message_id, Some(reaction), false);
        if done && world.settings.reactions_touch_thread {
            let (now, serial) = (world.clock.now(), world.ids.serial());
            world.threads.touch(message_id, Key::new(now, serial), now);
        }
        drop(world);
        if done {
            let emoji = if reaction == "love" {
                "\u{2764}\u{fe0f}"
            } else {
                reaction
            };
            let set = serde_json::json!({
                "mid": message_id, "action": "react", "reaction": reaction, "emoji": emoji,
            });
            self.tells("reaction", set);
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
