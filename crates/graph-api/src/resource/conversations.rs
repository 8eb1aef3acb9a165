//! Owns the list of conversations, which is what polling asks for.

use super::messages::MessageFields;
use crate::client::Client;
use crate::error::Error;
use crate::model::Conversation;
use crate::page::{Page, is_plain};
use crate::transport::Reply;
use secrecy::SecretString;
use std::fmt;

/// Which conversations, and what of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationsQuery {
    /// How many on a page; the platform's own default when absent.
    pub limit: Option<u32>,
    /// The cursor of [`Page::after`].
    pub after: Option<String>,
    /// Only the conversation with this person.
    pub user_id: Option<String>,
    /// What to tell of each.
    pub fields: ConversationFields,
}

/// What to tell of each conversation; `Display` gives the expression for `fields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationFields {
    /// Both sides with their names. Not documented, but answered.
    pub participants: bool,
    /// The newest messages. Not documented in this form, but answered.
    pub messages: Option<MessagesPart>,
}

/// The newest messages inside a conversation of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessagesPart {
    /// How many; more than twenty come without details.
    pub limit: u32,
    /// What to tell of each.
    pub fields: MessageFields,
}

impl ConversationFields {
    /// The id and the time alone: what the documents promise.
    pub const fn documented() -> Self {
        Self {
            participants: false,
            messages: None,
        }
    }
}

impl Default for ConversationFields {
    fn default() -> Self {
        Self {
            participants: true,
            messages: None,
        }
    }
}

impl fmt::Display for ConversationFields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("id,updated_time")?;
        if self.participants {
            formatter.write_str(",participants")?;
        }
        match &self.messages {
            Some(part) => {
                write!(
                    formatter,
                    ",messages.limit({}){{{}}}",
                    part.limit, part.fields
                )
            }
            None => Ok(()),
        }
    }
}

impl Client {
    /// Lists the conversations of the account, in practice the one with the newest event first.
    ///
    /// An app that is not live gets an empty list instead of an error.
    ///
    /// # Errors
    /// When the token is refused, there were too many calls, or the call fails.
    pub async fn conversations(
        &self,
        token: &SecretString,
        query: &ConversationsQuery,
    ) -> Result<Reply<Page<Conversation>>, Error> {
        const OPERATION: &str = "conversations";
        let mut pairs = vec![
            ("platform", "instagram".to_owned()),
            ("fields", query.fields.to_string()),
        ];
        if let Some(limit) = query.limit {
            pairs.push(("limit", limit.to_string()));
        }
        if let Some(user_id) = &query.user_id {
            pairs.push(("user_id", user_id.clone()));
        }
        if let Some(after) = &query.after {
            if !is_plain(after) {
                return Err(Error::unsent(OPERATION, "a cursor that no page returned"));
            }
            pairs.push(("after", after.clone()));
        }
        let (template, actor) = ("/me/conversations", self.login().actor("me"));
        let answer = self
            .get(
                OPERATION,
                template,
                token,
                &[actor, "conversations"],
                &pairs,
            )
            .await?;
        answer.reply(OPERATION, |document| Page::read(document.raw()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_written_as_graph_reads_them() {
        assert_eq!(
            ConversationFields::documented().to_string(),
            "id,updated_time"
        );
        assert_eq!(
            ConversationFields::default().to_string(),
            "id,updated_time,participants"
        );
        let fields = ConversationFields {
            participants: true,
            messages: Some(MessagesPart {
                limit: 5,
                fields: MessageFields::documented(),
            }),
        };
        assert_eq!(
            fields.to_string(),
            "id,updated_time,participants,messages.limit(5){id,created_time,from,to,message}"
        );
    }
}
