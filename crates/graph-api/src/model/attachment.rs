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
    /// A signed address with a short life: fetch it at once.
    pub url: Option<String>,
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
            url: None,
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
            self.name = card.some_text("title").or(self.name.take());
            self.url = card
                .object("cta")
                .and_then(|button| button.some_text("url"));
            self.preview_url = card.some_text("media_url");
        } else if let Some(url) = object.some_text("file_url") {
            self.kind = self.kind_by_mime();
            self.url = Some(url);
        } else {
            self.kind = AttachmentKind::Other(object.some_text("type"));
            let payload = object.object("payload");
            self.url = object
                .some_text("url")
                .or_else(|| payload.and_then(|payload| payload.some_text("url")));
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
