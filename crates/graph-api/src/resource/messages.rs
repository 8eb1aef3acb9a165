//! Owns reading messages: those of one conversation, and one by its id.

use crate::client::Client;
use crate::error::Error;
use crate::model::Message;
use crate::page::{Page, is_plain};
use crate::read::{Document, Read};
use crate::transport::Reply;
use secrecy::SecretString;
use std::fmt;

/// A field of a message that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MessageField {
    /// The id; always asked for.
    Id,
    /// When it was received.
    CreatedTime,
    /// Who wrote it.
    From,
    /// Who it went to.
    To,
    /// The text.
    Message,
    /// Pictures, films, sounds, files.
    Attachments,
    /// Shared posts.
    Shares,
    /// The story it belongs to.
    Story,
    /// Reactions to it.
    Reactions,
    /// Whether the API cannot show it.
    IsUnsupported,
    /// The message it answers.
    ReplyTo,
}

impl MessageField {
    /// Every field, in the order in which they are asked for.
    pub const ALL: [Self; 11] = [
        Self::Id,
        Self::CreatedTime,
        Self::From,
        Self::To,
        Self::Message,
        Self::Attachments,
        Self::Shares,
        Self::Story,
        Self::Reactions,
        Self::IsUnsupported,
        Self::ReplyTo,
    ];

    /// The fields that the documents of Instagram do not promise. The platform may refuse a list
    /// with one of them, with code 100: then ask again without.
    pub const OPTIONAL: [Self; 6] = [
        Self::Attachments,
        Self::Shares,
        Self::Story,
        Self::Reactions,
        Self::IsUnsupported,
        Self::ReplyTo,
    ];

    /// The name at Meta.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::CreatedTime => "created_time",
            Self::From => "from",
            Self::To => "to",
            Self::Message => "message",
            Self::Attachments => "attachments",
            Self::Shares => "shares",
            Self::Story => "story",
            Self::Reactions => "reactions",
            Self::IsUnsupported => "is_unsupported",
            Self::ReplyTo => "reply_to",
        }
    }

    /// The field with this name at Meta.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Which fields of messages to ask for; `Display` gives `id,created_time,…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageFields(u16);

impl MessageFields {
    /// The five fields that the documents promise.
    pub const fn documented() -> Self {
        Self(
            MessageField::Id.bit()
                | MessageField::CreatedTime.bit()
                | MessageField::From.bit()
                | MessageField::To.bit()
                | MessageField::Message.bit(),
        )
    }

    /// Every field that is known.
    pub fn all() -> Self {
        Self::documented().with_optional(MessageField::OPTIONAL)
    }

    /// These fields and more.
    #[must_use]
    pub fn with_optional(self, fields: impl IntoIterator<Item = MessageField>) -> Self {
        Self(
            fields
                .into_iter()
                .fold(self.0, |bits, field| bits | field.bit()),
        )
    }

    /// Takes a field out and says whether it was there. The id stays: without it nothing can be
    /// read.
    pub fn remove(&mut self, field: MessageField) -> bool {
        let was_there = self.contains(field) && field != MessageField::Id;
        if was_there {
            self.0 &= !field.bit();
        }
        was_there
    }

    /// Whether a field is asked for.
    pub const fn contains(self, field: MessageField) -> bool {
        self.0 & field.bit() != 0
    }

    /// The fields, in the order in which they are asked for.
    pub fn iter(self) -> impl Iterator<Item = MessageField> {
        MessageField::ALL
            .into_iter()
            .filter(move |field| self.contains(*field))
    }
}

impl Default for MessageFields {
    fn default() -> Self {
        Self::documented()
    }
}

impl fmt::Display for MessageFields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(MessageField::as_str).collect();
        formatter.write_str(&names.join(","))
    }
}

impl Client {
    /// Reads the newest messages of a conversation, newest first. Beyond the twentieth they come
    /// without details or not at all.
    ///
    /// # Errors
    /// When the conversation is gone, the token is refused, or the call fails.
    pub async fn conversation_messages(
        &self,
        token: &SecretString,
        conversation_id: &str,
        limit: u32,
        after: Option<&str>,
        fields: &MessageFields,
    ) -> Result<Reply<Page<Message>>, Error> {
        const OPERATION: &str = "conversation_messages";
        let after = match after {
            Some(cursor) if is_plain(cursor) => format!(".after({cursor})"),
            Some(_) => return Err(Error::unsent(OPERATION, "a cursor that no page returned")),
            None => String::new(),
        };
        let query = [(
            "fields",
            format!("id,messages.limit({limit}){after}{{{fields}}}"),
        )];
        let template = "/{conversation_id}";
        let answer = self
            .get(OPERATION, template, token, &[conversation_id], &query)
            .await?;
        answer.reply(OPERATION, messages_of)
    }

    /// Reads one message. One that is older than the twenty newest is answered as if it were
    /// deleted.
    ///
    /// # Errors
    /// When the message cannot be seen, the token is refused, or the call fails.
    pub async fn message(
        &self,
        token: &SecretString,
        id: &str,
        fields: &MessageFields,
    ) -> Result<Reply<Message>, Error> {
        let query = [("fields", fields.to_string())];
        let answer = self
            .get("message", "/{message_id}", token, &[id], &query)
            .await?;
        answer.reply("message", |document| Message::read(document.raw()))
    }
}

/// The list inside a conversation. A conversation without one has no message that may be seen; a
/// reply with neither list nor id is something else.
fn messages_of(document: &Document) -> Result<Page<Message>, &'static str> {
    let object = document
        .object()
        .ok_or("a conversation that is no object")?;
    match object.get("messages") {
        Some(messages) => Page::read(messages),
        None if object.get("data").is_some() => Page::read(document.raw()),
        None if object.id("id").is_some() => Ok(Page::empty()),
        None => Err("a conversation without id and messages"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(json: &str) -> Result<Page<Message>, &'static str> {
        messages_of(&Document::from_text(json).unwrap())
    }

    #[test]
    fn the_fields_can_be_chosen_and_taken_out() {
        let mut fields = MessageFields::documented();
        assert_eq!(fields.to_string(), "id,created_time,from,to,message");
        fields = fields.with_optional([MessageField::Story, MessageField::Attachments]);
        assert_eq!(
            fields.to_string(),
            "id,created_time,from,to,message,attachments,story"
        );
        assert!(fields.remove(MessageField::Story));
        assert!(!fields.remove(MessageField::Story), "it is gone already");
        assert!(!fields.remove(MessageField::Id), "the id stays");
        assert_eq!(
            fields.to_string(),
            "id,created_time,from,to,message,attachments"
        );
        assert_eq!(MessageFields::all().iter().count(), MessageField::ALL.len());
        assert_eq!(
            MessageField::from_name("reply_to"),
            Some(MessageField::ReplyTo)
        );
        assert_eq!(MessageField::from_name("sticker"), None);
    }

    #[test]
    fn messages_of_a_conversation_are_read_in_each_form() {
        let page = messages(include_str!(
            "../../tests/fixtures/conversation_messages.json"
        ));
        let page = page.unwrap();
        assert_eq!(page.items.len(), 3);
        assert!(page.items[0].has_details());
        assert!(
            !page.items[2].has_details(),
            "an old message has nothing but its id and time"
        );
        assert_eq!(page.unreadable.len(), 1);
        let edge = messages(r#"{"data":[{"id":"m1"}]}"#).unwrap();
        assert_eq!(edge.items.len(), 1);
    }

    #[test]
    fn a_conversation_without_messages_is_empty_and_anything_else_is_an_error() {
        assert_eq!(messages(r#"{"id":"c1"}"#), Ok(Page::empty()));
        assert_eq!(
            messages(r#"{"id":"c1","messages":{"data":[]}}"#),
            Ok(Page::empty())
        );
        for json in ["{}", "[]", "true", r#"{"id":"c1","messages":"x"}"#] {
            assert!(messages(json).is_err(), "{json}");
        }
    }
}
