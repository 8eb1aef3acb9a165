//! Owns what is said without a message: reactions, "is typing", "seen". Repeating one of these
//! changes nothing, so a lost answer is no danger.

use super::send::Recipient;
use crate::client::Client;
use crate::error::Error;
use crate::transport::Reply;
use secrecy::SecretString;
use serde::Serialize;

/// What the other side is shown for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Somebody types.
    TypingOn,
    /// Nobody types any more.
    TypingOff,
    /// The messages were seen.
    MarkSeen,
}

impl Signal {
    const fn as_str(self) -> &'static str {
        match self {
            Signal::TypingOn => "typing_on",
            Signal::TypingOff => "typing_off",
            Signal::MarkSeen => "mark_seen",
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    recipient: Recipient<'a>,
    sender_action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Payload<'a>>,
}

#[derive(Serialize)]
struct Payload<'a> {
    message_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reaction: Option<&'a str>,
}

impl Client {
    /// Sets the account's reaction to a message (`love` or an emoji), or takes it away.
    ///
    /// # Errors
    /// What went wrong; it may be tried again in any case.
    pub async fn react(
        &self,
        token: &SecretString,
        account_user_id: &str,
        recipient: &str,
        message_id: &str,
        reaction: Option<&str>,
    ) -> Result<Reply<()>, Error> {
        let body = Body {
            recipient: Recipient { id: recipient },
            sender_action: if reaction.is_some() {
                "react"
            } else {
                "unreact"
            },
            payload: Some(Payload {
                message_id,
                reaction,
            }),
        };
        let answer = self
            .post_message("react", token, account_user_id, &body)
            .await?;
        answer.reply("react", |_| Ok(()))
    }

    /// Shows the other side a signal.
    ///
    /// # Errors
    /// What went wrong; it may be tried again in any case.
    pub async fn signal(
        &self,
        token: &SecretString,
        account_user_id: &str,
        recipient: &str,
        signal: Signal,
    ) -> Result<Reply<()>, Error> {
        let body = Body {
            recipient: Recipient { id: recipient },
            sender_action: signal.as_str(),
            payload: None,
        };
        let answer = self
            .post_message("signal", token, account_user_id, &body)
            .await?;
        answer.reply("signal", |_| Ok(()))
    }
}
