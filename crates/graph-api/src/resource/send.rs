//! Owns the calls that people notice. They must never be repeated here: Instagram has no
//! idempotency key, and has answered 500 to messages that it delivered.

use crate::client::{Client, Place};
use crate::error::Error;
use crate::model::SendReceipt;
use crate::transport::{Answer, Reply};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

/// What a person may add to words of their own, to answer after the 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Tag {
    /// A person answers, within seven days. Never for words that a program wrote.
    #[serde(rename = "HUMAN_AGENT")]
    HumanAgent,
}

#[derive(Serialize)]
struct Body<'a> {
    recipient: Recipient<'a>,
    message: Content<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messaging_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<Tag>,
}

#[derive(Serialize)]
pub(super) struct Recipient<'a> {
    pub(super) id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Content<'a> {
    Text(&'a str),
    Attachment {
        #[serde(rename = "type")]
        kind: &'static str,
    },
}

impl Client {
    /// Sends a text to a person who wrote within the last 24 hours.
    ///
    /// The length is not checked here: the platform counts bytes up to
    /// [`crate::MAX_TEXT_BYTES`], and whoever splits a text knows better where.
    ///
    /// # Errors
    /// Ask [`Error::retry_kind`] before anything else: unless it is `NotSent` or `Throttled`, the
    /// same text must not be sent again without looking into the conversation.
    pub async fn send_text(
        &self,
        token: &SecretString,
        account_user_id: &str,
        recipient: &str,
        text: &str,
    ) -> Result<Reply<SendReceipt>, Error> {
        self.send_text_tagged(token, account_user_id, recipient, text, None)
            .await
    }

    /// Sends a text, with a tag where a person answers after the 24 hours.
    ///
    /// # Errors
    /// As [`Client::send_text`].
    pub async fn send_text_tagged(
        &self,
        token: &SecretString,
        account_user_id: &str,
        recipient: &str,
        text: &str,
        tag: Option<Tag>,
    ) -> Result<Reply<SendReceipt>, Error> {
        let body = Body {
            recipient: Recipient { id: recipient },
            message: Content::Text(text),
            messaging_type: tag.map(|_| "MESSAGE_TAG"),
            tag,
        };
        let answer = self
            .post_message("send_text", token, account_user_id, &body)
            .await?;
        answer.reply("send_text", SendReceipt::from_document)
    }

    /// Sends the heart sticker.
    ///
    /// # Errors
    /// As [`Client::send_text`].
    pub async fn send_heart(
        &self,
        token: &SecretString,
        account_user_id: &str,
        recipient: &str,
    ) -> Result<Reply<SendReceipt>, Error> {
        let body = Body {
            recipient: Recipient { id: recipient },
            message: Content::Attachment { kind: "like_heart" },
            messaging_type: None,
            tag: None,
        };
        let answer = self
            .post_message("send_heart", token, account_user_id, &body)
            .await?;
        answer.reply("send_heart", SendReceipt::from_document)
    }

    /// One call at the edge that sends messages and signals.
    pub(super) async fn post_message(
        &self,
        operation: &'static str,
        token: &SecretString,
        account_user_id: &str,
        body: &impl Serialize,
    ) -> Result<Answer, Error> {
        let url = self
            .url(
                Place::Graph,
                &[self.login().actor(account_user_id), "messages"],
            )
            .ok_or_else(|| Error::unsent(operation, "an id is not usable in a path"))?;
        let request = self
            .request(Method::POST, url)
            .bearer_auth(token.expose_secret().trim())
            .json(body);
        self.send(operation, "/{user_id}/messages", request, &[token], false)
            .await
    }
}
