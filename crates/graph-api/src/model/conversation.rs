//! Owns one conversation of the list.

use super::message::{Message, Party};
use crate::page::Page;
use crate::read::{Object, Raw, Read};
use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

/// A conversation with one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Opaque, of any length, and different for upper and lower case.
    pub id: String,
    /// When something last happened in it.
    pub updated_time: Option<DateTime<Utc>>,
    /// Both sides; the account is one of them.
    pub participants: Vec<Party>,
    /// The newest messages, when they were asked for and there are any.
    pub messages: Option<Page<Message>>,
    /// Whether this app owns the conversation, when the platform says so.
    pub is_owner: Option<bool>,
    /// The whole item as it came.
    pub raw: Raw,
}

impl Read for Conversation {
    fn read(raw: &RawValue) -> Result<Self, &'static str> {
        let object = Object::from_raw(raw).ok_or("a conversation that is no object")?;
        Ok(Self {
            id: object.id("id").ok_or("a conversation without id")?,
            updated_time: object.time("updated_time"),
            participants: Party::read_list(&object, "participants"),
            // A broken list inside costs the list: the conversation is still known to exist, and
            // can be read by itself.
            messages: object.get("messages").and_then(|raw| Page::read(raw).ok()),
            is_owner: object.flag("is_owner"),
            raw: Raw::from_value(raw),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Document;

    fn page(json: &str) -> Page<Conversation> {
        Page::read(Document::from_text(json).unwrap().raw()).unwrap()
    }

    #[test]
    fn a_page_of_conversations_with_their_messages_is_read() {
        let page = page(include_str!("../../tests/fixtures/conversations.json"));
        assert_eq!(page.after.as_deref(), Some("QVFIUafter"));
        assert!(page.unreadable.is_empty());
        let first = &page.items[0];
        assert_eq!(first.participants[0].username.as_deref(), Some("our_shop"));
        assert_eq!(
            first.updated_time,
            DateTime::from_timestamp(1_789_459_201, 0)
        );
        let messages = first.messages.as_ref().unwrap();
        assert_eq!(messages.items[0].text.as_deref(), Some("hi"));
        assert_eq!(messages.after.as_deref(), Some("inner-after"));
        let second = &page.items[1];
        assert_eq!(second.messages, None);
        assert_eq!(second.participants, []);
    }

    #[test]
    fn the_documented_minimum_is_enough() {
        let page = page(include_str!(
            "../../tests/fixtures/conversations_documented.json"
        ));
        assert_eq!(page.items.len(), 2);
        assert_eq!(
            page.items[0].updated_time,
            DateTime::from_timestamp(1_789_459_201, 0)
        );
        assert_eq!(page.after, None);
    }

    #[test]
    fn a_broken_list_of_messages_does_not_cost_the_conversation() {
        let page = page(r#"{"data":[{"id":"c","messages":"none","participants":[{"id":5}]}]}"#);
        assert_eq!(page.items[0].messages, None);
        assert_eq!(page.items[0].participants[0].id.as_deref(), Some("5"));
    }
}
