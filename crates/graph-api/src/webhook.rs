//! Owns what Instagram delivers by itself: whether a delivery is signed, and what it says. Reading
//! is as tolerant as everywhere in this crate; whoever calls checks the signature first, over the
//! bytes as they came.

mod read;
mod signature;

pub use read::read;
pub use signature::{is_same_word, is_signed};

use crate::client::Place;
use crate::error::Error;
use crate::model::Message;
use crate::read::Raw;
use crate::transport::Reply;
use crate::{Client, Unreadable};
use chrono::{DateTime, Utc};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};

/// The fields that the owner ticks at Meta, and that an account is subscribed to.
pub const FIELDS: [&str; 6] = [
    "messages",
    "message_reactions",
    "message_edit",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
];

/// The same for a Page, which has names of its own for some of them.
pub const PAGE_FIELDS: [&str; 6] = [
    "messages",
    "message_echoes",
    "message_reactions",
    "message_reads",
    "messaging_postbacks",
    "messaging_referrals",
];

/// The most items that are read of one delivery; Meta sends up to a thousand.
pub const MOST_ITEMS: usize = 5000;

/// What one delivery says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// What could be read, in the order of the text.
    pub items: Vec<Item>,
    /// What could not.
    pub unreadable: Vec<Unreadable>,
}

/// One thing that a delivery tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The account, where the delivery names it rightly.
    pub entry_id: Option<String>,
    /// Who did it.
    pub sender: Option<String>,
    /// To whom.
    pub recipient: Option<String>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// Another program handles the conversation at present.
    pub standby: bool,
    /// What happened.
    pub event: Event,
    /// The item as it came.
    pub raw: Raw,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message, in either direction.
    Message(Box<Told>),
    /// A message was taken back.
    Unsent {
        /// Which.
        mid: String,
    },
    /// A reaction was set, or taken back.
    Reaction {
        /// On what.
        mid: String,
        /// The word and the sign; nothing when it was taken back.
        set: Option<(String, Option<String>)>,
    },
    /// Messages were seen.
    Seen {
        /// Up to this one.
        mid: Option<String>,
        /// Or up to this time.
        up_to: Option<DateTime<Utc>>,
    },
    /// A message was changed.
    Edited {
        /// Which.
        mid: String,
        /// Its words now.
        text: String,
        /// How often it was changed.
        number: Option<u32>,
    },
    /// A person came through a link or an ad, without writing yet.
    Referral(Referral),
    /// Something about a comment; `field` says what.
    Comment {
        /// `comments`, `live_comments`, `mentions`.
        field: String,
        /// The comment's id.
        id: Option<String>,
    },
    /// Anything else, by its name.
    Other(String),
}

/// A message as a webhook tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The message.
    pub message: Message,
    /// It is from the account itself: by this program, by another, or by phone.
    pub is_echo: bool,
    /// The account wrote to itself.
    pub is_self: bool,
    /// What was tapped instead of written.
    pub tap: Option<Tap>,
    /// The ad or link that it came through.
    pub referral: Option<Referral>,
}

/// What was tapped instead of written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tap {
    /// Whether it was a button, an ice breaker or the menu; else an answer offered under a message.
    pub is_postback: bool,
    /// What stood on it.
    pub title: String,
    /// What its maker put behind it.
    pub payload: Option<String>,
}

/// The ad or link through which a person came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referral {
    /// `ADS`, `SHORTLINK` and so on.
    pub source: Option<String>,
    /// The word in the link.
    pub reference: Option<String>,
    /// The id of the ad.
    pub ad_id: Option<String>,
    /// The title of the ad.
    pub ad_title: Option<String>,
}

impl Client {
    /// Lets the account, or the Page that it is reached through, send its events to the app. The app needs an address at Meta besides.
    ///
    /// # Errors
    /// When a permission is missing, or the call fails.
    pub async fn subscribe(
        &self,
        token: &SecretString,
        user_id: &str,
        fields: &[&str],
    ) -> Result<Reply<()>, Error> {
        const OPERATION: &str = "subscribe";
        let url = self
            .url(
                Place::Graph,
                &[self.login().actor(user_id), "subscribed_apps"],
            )
            .ok_or_else(|| Error::unsent(OPERATION, "an id is not usable in a path"))?;
        let request = self
            .request(Method::POST, url)
            .bearer_auth(token.expose_secret().trim())
            .json(&serde_json::json!({ "subscribed_fields": fields }));
        let template = "/{user_id}/subscribed_apps";
        let answer = self
            .send(OPERATION, template, request, &[token], false)
            .await?;
        answer.reply(OPERATION, |document| {
            let object = document.object().ok_or("an answer that is no object")?;
            match object.flag("success") {
                Some(false) => Err("the subscription was not taken"),
                _ => Ok(()),
            }
        })
    }
}
