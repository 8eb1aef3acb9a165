//! Owns what hangs on a message. Reading cannot fail: an attachment of a kind that nobody knows is
//! still shown as "open in Instagram".

use crate::read::{Object, Raw};
use serde_json::value::RawValue;

/// Something that hangs on a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its id, where it has one.
    pub id: Option<String>,
    /// What it is.
    pub kind: AttachmentKind,
    /// As the platform says it.
    pub mime_type: Option<String>,
    /// The name of the file, or the title of the card.
    pub name: Option<String>,
    /// In bytes.
    pub size: Option<u64>,
    /// The words of a post.
    pub title: Option<String>,
    /// A signed address with a short life: fetch it at once.
    pub url: Option<String>,
    /// Where the thing itself can be opened, where that is another address.
    pub link: Option<String>,
    /// A smaller picture of it; as short-lived.
    pub preview_url: Option<String>,
    /// In pixels.
    pub width: Option<u64>,
    /// In pixels.
    pub height: Option<u64>,
    /// The whole item as it came.
    pub raw: Raw,
}

/// What an attachment is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttachmentKind {
    /// A picture.
    Image,
    /// A picture that is shown without a frame.
    Sticker,
    /// A film.
    Video,
    /// A sound.
    Audio,
    /// Another file.
    File,
    /// A card with a title.
    Template,
    /// A shared post.
    Post,
    /// A shared reel.
    Reel,
    /// A shared story.
    Story,
    /// The story in which the account is mentioned. Its media must not be stored.
    StoryMention,
    /// A link with a title.
    Link,
    /// Something to be seen once, which comes without an address.
    ViewOnce,
    /// Anything else, with the platform's own word where there is one.
    Other(Option<String>),
}

/// A shared post or reel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Its title.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// The address of its media.
    pub link: Option<String>,
    /// The whole item as it came.
    pub raw: Raw,
}

impl Attachment {
    pub(crate) fn read(raw: &RawValue) -> Self {
        let mut attachment = Self {
            id: None,
            kind: AttachmentKind::Other(None),
            mime_type: None,
            name: None,
            size: None,
            title: None,
            url: None,
            link: None,
            preview_url: None,
            width: None,
            height: None,
            raw: Raw::from_value(raw),
        };
        if let Some(object) = Object::from_raw(raw) {
            attachment.id = object.id("id");
            attachment.mime_type = object.some_text("mime_type");
            attachment.name = object.some_text("name");
            attachment.size = object.unsigned("size");
            attachment.read_kind(&object);
        }
        attachment
    }

    fn read_kind(&mut self, object: &Object<'_>) {
        let sticker = |image: &Object<'_>| image.flag("render_as_sticker") == Some(true);
        if let Some(image) = object.object("image_data") {
            self.kind = if sticker(&image) {
                AttachmentKind::Sticker
            } else {
                AttachmentKind::Image
            };
            self.read_media(&image);
        } else if let Some(video) = object.object("video_data") {
            self.kind = AttachmentKind::Video;
            self.read_media(&video);
        } else if let Some(audio) = object.object("audio_data") {
            self.kind = AttachmentKind::Audio;
            self.read_media(&audio);
        } else if let Some(card) = object.object("generic_template") {
            self.kind = AttachmentKind::Template;
            self.title = card.some_text("title");
            self.name = self.title.clone().or(self.name.take());
            self.link = card
                .object("cta")
                .and_then(|button| button.some_text("url"));
            self.url = self.link.clone();
            self.preview_url = card.some_text("media_url");
        } else if let Some(url) = object.some_text("file_url") {
            self.kind = self.kind_by_mime();
            self.url = Some(url);
        } else {
            self.read_event(object);
        }
    }

    /// The form of webhooks: a `type` and a `payload`.
    fn read_event(&mut self, object: &Object<'_>) {
        let word = object.some_text("type");
        self.kind = kind_by_word(word);
        let payload = object.object("payload");
        let inside = |name: &str| payload.as_ref().and_then(|p| p.some_text(name));
        self.url = object.some_text("url").or_else(|| inside("url"));
        self.title = object.some_text("title").or_else(|| inside("title"));
        let ids = [
            "ig_post_media_id",
            "reel_video_id",
            "sticker_id",
            "attachment_id",
        ];
        let id = ids
            .iter()
            .find_map(|name| payload.as_ref().and_then(|p| p.id(name)));
        self.id = self.id.take().or(id);
        if self.kind == AttachmentKind::Image && inside("sticker_id").is_some() {
            self.kind = AttachmentKind::Sticker;
        }
        if self.kind == AttachmentKind::Template {
            let first = payload
                .as_ref()
                .and_then(|p| p.object("generic"))
                .and_then(|generic| {
                    generic
                        .list("elements")
                        .first()
                        .copied()
                        .and_then(Object::from_raw)
                });
            if let Some(element) = first {
                self.title = element.some_text("title").or(self.title.take());
                self.preview_url = element.some_text("image_url");
            }
        }
    }

    fn read_media(&mut self, media: &Object<'_>) {
        let addresses = [
            "url",
            "animated_gif_url",
            "raw_gif_image",
            "animated_webp_url",
        ];
        self.url = addresses.iter().find_map(|name| media.some_text(name));
        self.preview_url = media.some_text("preview_url");
        self.width = media.unsigned("width");
        self.height = media.unsigned("height");
    }

    fn kind_by_mime(&self) -> AttachmentKind {
        let mime_type = self
            .mime_type
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        match mime_type.split('/').next() {
            Some("image") => AttachmentKind::Image,
            Some("video") => AttachmentKind::Video,
            Some("audio") => AttachmentKind::Audio,
            _ => AttachmentKind::File,
        }
    }
}

fn kind_by_word(word: Option<String>) -> AttachmentKind {
    match word.as_deref() {
        Some("image") => AttachmentKind::Image,
        Some("like_heart" | "sticker") => AttachmentKind::Sticker,
        Some("video") => AttachmentKind::Video,
        Some("audio") => AttachmentKind::Audio,
        Some("file" | "media") => AttachmentKind::File,
        // `share` is the older word; for some months both came for one post.
        Some("share" | "ig_post" | "post") => AttachmentKind::Post,
        Some("ig_reel" | "reel") => AttachmentKind::Reel,
        Some("story" | "ig_story") => AttachmentKind::Story,
        Some("story_mention") => AttachmentKind::StoryMention,
        Some("fallback") => AttachmentKind::Link,
        Some("template") => AttachmentKind::Template,
        Some("ephemeral") => AttachmentKind::ViewOnce,
        _ => AttachmentKind::Other(word),
    }
}

impl Share {
    pub(crate) fn read(raw: &RawValue) -> Self {
        let object = Object::from_raw(raw);
        let text = |name: &str| object.as_ref().and_then(|object| object.some_text(name));
        Self {
            id: object.as_ref().and_then(|object| object.id("id")),
            name: text("name").or_else(|| text("title")),
            description: text("description"),
            link: text("link").or_else(|| text("url")),
            raw: Raw::from_value(raw),
        }
    }
}
