//! What a message has beside its words, its media, webhooks and privacy.

use desk_core::{
    AccountId, AttachmentId, AttachmentKind, Code, Direction, MediaState, MessageId, MessageKind,
    StoryKind, TapKind, Timestamp,
};
use serde::{Deserialize, Serialize};

dto! {
    /// Something that hangs on a message.
    pub struct Attachment {
        /// Its id, for `media_read` and `media_open`.
        pub id: AttachmentId,
        /// What it is.
        pub kind: AttachmentKind,
        /// What the file is, as far as it is known.
        pub mime: Option<String>,
        /// The name of the file, made safe to show.
        pub name: Option<String>,
        /// The words of a post or a card, made safe to show.
        pub title: Option<String>,
        /// In bytes.
        pub size: Option<u32>,
        /// In pixels.
        pub width: Option<u32>,
        /// In pixels.
        pub height: Option<u32>,
        /// Where it can be opened, for `link_open`: the page of a post, the target of a card.
        pub link: Option<String>,
        /// Whether its media can be read.
        pub media: MediaState,
    }

    /// A sign that one side put on a message.
    pub struct Reaction {
        /// Who: `in` is the customer, `out` is the owner.
        pub by: Direction,
        /// Instagram's word: `love`, `other` and so on.
        pub reaction: String,
        /// The sign to show; a heart where Instagram told none.
        pub emoji: String,
        /// When.
        pub at: Timestamp,
    }

    /// The message that another one answers.
    pub struct ReplyTo {
        /// Its id; `null` when it is not among the stored ones.
        pub message_id: Option<MessageId>,
        /// Which way it went.
        pub direction: Option<Direction>,
        /// What kind it is.
        pub kind: Option<MessageKind>,
        /// Its words, on one line.
        pub snippet: String,
        /// Whether it was taken back.
        pub unsent: bool,
    }

    /// The story that a message belongs to.
    pub struct Story {
        /// How.
        pub kind: StoryKind,
        /// The story itself, where it was shown.
        pub attachment: Option<Attachment>,
    }

    /// What the customer tapped instead of writing.
    pub struct Tap {
        /// What kind of thing.
        pub kind: TapKind,
        /// What stood on it.
        pub title: String,
    }

    /// The ad or link through which a customer came.
    pub struct Referral {
        /// Where from, in Instagram's words: `ADS`, `SHORTLINK`.
        pub source: Option<String>,
        /// The word that the owner put into the link.
        pub reference: Option<String>,
        /// The title of the ad.
        pub ad_title: Option<String>,
    }

    /// Messages that Instagram no longer shows.
    pub struct Gap {
        /// The last message before them.
        pub after_id: MessageId,
        /// The first message after them.
        pub before_id: MessageId,
        /// When it was noticed.
        pub found_at: Timestamp,
    }

    /// Media, to be shown.
    pub struct Media {
        /// What the bytes really are.
        pub mime: String,
        /// The bytes.
        pub base64: String,
        /// In pixels, of a picture.
        pub width: Option<u32>,
        /// In pixels, of a picture.
        pub height: Option<u32>,
    }

    /// What stays on this machine.
    pub struct PrivacySettings {
        /// Whether copies of pictures, films and files stay; else they go after some days.
        pub keep_media: bool,
        /// After how many days a copy goes.
        pub media_days: u32,
        /// How many copies lie here now.
        pub stored_files: u32,
        /// How many kilobytes they are.
        pub stored_kilobytes: u32,
    }

    /// What the owner enters at Meta.
    pub struct WebhookSetup {
        /// The receiver on this machine; the owner's tunnel leads to it.
        pub url: String,
        /// The word that Meta repeats when it checks the address.
        pub verify_token: String,
    }

    /// How webhooks stand.
    pub struct WebhookStatus {
        /// Whose.
        pub account_id: AccountId,
        /// Whether the owner wants them.
        pub enabled: bool,
        /// The light.
        pub light: WebhookLight,
        /// What is to be entered at Meta; `null` while they are off.
        pub setup: Option<WebhookSetup>,
        /// The fields to tick at Meta.
        pub fields: Vec<String>,
        /// Whether the receiver listens.
        pub listening: bool,
        /// Whether a secret is there to check signatures with.
        pub has_secret: bool,
        /// What is wrong, if anything is.
        pub fault: Option<Code>,
        /// When Meta last checked the address.
        pub handshake_at: Option<Timestamp>,
        /// When the last test event came.
        pub tested_at: Option<Timestamp>,
        /// When the last real event came.
        pub event_at: Option<Timestamp>,
        /// How many real events came.
        pub events: u32,
        /// How many deliveries were refused for their signature.
        pub refused: u32,
        /// When the last was.
        pub refused_at: Option<Timestamp>,
        /// How many messages polling found and no webhook brought.
        pub missed_by_webhook: u32,
        /// How many messages a webhook brought and no poll has shown.
        pub missed_by_polling: u32,
        /// How many events could not be read; they are kept.
        pub unreadable: u32,
    }
}

words! {
    /// The light beside the switch for webhooks.
    pub enum WebhookLight {
        /// They are off.
        Off,
        /// They are on, and nothing came yet.
        Waiting,
        /// Meta checked the address, or sent a test: no real event yet.
        Checked,
        /// Real events come.
        Green,
        /// Something has to be done.
        Broken,
    }
}
