//! What hangs on a message, and what can still be shown of it.

use crate::message::word_enum;
use serde::{Deserialize, Serialize};

word_enum! {
    /// What hangs on a message.
    AttachmentKind {
        /// A picture.
        Image = "image",
        /// A picture without a frame, or the heart.
        Sticker = "sticker",
        /// A film.
        Video = "video",
        /// A voice note or sound.
        Audio = "audio",
        /// A document.
        File = "file",
        /// A shared post.
        Post = "post",
        /// A shared reel.
        Reel = "reel",
        /// A story: the one answered, or one that was shared.
        Story = "story",
        /// The story in which the account was mentioned. Its media may not be kept.
        StoryMention = "story_mention",
        /// A link with a title.
        Link = "link",
        /// A card with buttons, such as a product.
        Card = "card",
        /// Something to be seen once, which programs are not shown.
        ViewOnce = "view_once",
        /// Something that Instagram does not show to programs.
        Unsupported = "unsupported",
    }
}

word_enum! {
    /// What can be shown of an attachment's media.
    MediaState {
        /// It has none.
        None = "none",
        /// It can be read: it lies here, or Instagram still gives it.
        Ready = "ready",
        /// Instagram no longer gives it.
        Gone = "gone",
        /// It was fetched and turned out not to be safe, or too large.
        Refused = "refused",
    }
}

word_enum! {
    /// How a message belongs to a story.
    StoryKind {
        /// It answers a story of the account.
        Reply = "reply",
        /// It mentions the account in a story of the customer.
        Mention = "mention",
    }
}

word_enum! {
    /// What the customer tapped instead of writing.
    TapKind {
        /// One of the answers offered under a message.
        QuickReply = "quick_reply",
        /// A button, an ice breaker or an entry of the menu.
        Postback = "postback",
    }
}

word_enum! {
    /// The way by which a message came to us.
    Path {
        /// A poll.
        Poll = "poll",
        /// A webhook.
        Webhook = "webhook",
    }
}

impl Path {
    /// Its bit in the stored set of paths.
    #[must_use]
    pub const fn bit(self) -> u32 {
        match self {
            Path::Poll => 1,
            Path::Webhook => 2,
        }
    }
}

impl AttachmentKind {
    /// Whether its media may lie on the disk of this machine. Meta's platform policy forbids it for
    /// mentions in stories.
    #[must_use]
    pub const fn may_be_kept(self) -> bool {
        !matches!(self, AttachmentKind::StoryMention)
    }

    /// Whether there is something of it that programs are not shown.
    #[must_use]
    pub const fn is_hidden(self) -> bool {
        matches!(self, AttachmentKind::ViewOnce | AttachmentKind::Unsupported)
    }
}
