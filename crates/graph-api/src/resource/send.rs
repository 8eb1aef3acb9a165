//! Owns the one call that people notice. It must never be repeated here: Instagram has no
//! idempotency key, and has answered 500 to messages that it delivered.

use crate::client::{Client, Place};
use crate::error::Error;
use crate::model::SendReceipt;
use crate::transport::Reply;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

#[derive(Serialize)]
struct Body<'a> {
    recipient: Recipient<'a>,
    message: Text<'a>,
}

#[derive(Serialize)]
struct Recipient<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
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
        const OPERATION: &str = "send_text";
        let url = self
            .url(Place::Graph, &[account_user_id, "messages"])
            .ok_or_else(|| Error::unsent(OPERATION, "an id is not usable in a path"))?;
        let body = Body {
            recipient: Recipient { id: recipient },
            message: Text { text },
        };
        let request = self
            .request(Method::POST, url)
            .bearer_auth(token.expose_secret().trim())
            .json(&body);
        let template = "/{user_id}/messages";
        let answer = self
            .send(OPERATION, template, request, &[token], false)
            .await?;
        answer.reply(OPERATION, SendReceipt::from_document)
    }
}
