//! The shapes of what comes with a message besides text.

use serde_json::{Value, json};

use crate::threads::{Attachment, AttachmentKind, Message};

/// The `attachments` of a message.
pub(super) fn attachments(message: &Message) -> Option<Value> {
    let data: Vec<Value> = message.attachments.iter().filter_map(attachment).collect();
    (!data.is_empty()).then(|| json!({ "data": data }))
}

fn attachment(attachment: &Attachment) -> Option<Value> {
    let Attachment { kind, id, url } = attachment;
    Some(match kind {
        AttachmentKind::Image => json!({
            "id": id,
            "mime_type": "image/jpeg",
            "name": format!("image-{id}"),
            "size": 48_211,
            "image_data": {
                "url": url, "preview_url": url, "width": 1080, "height": 1080,
                "max_width": 0, "max_height": 0, "image_type": 1, "render_as_sticker": false,
            },
        }),
        AttachmentKind::Video => json!({
            "id": id,
            "mime_type": "video/mp4",
            "name": format!("video-{id}"),
            "size": 912_004,
            "video_data": {
                "url": url, "preview_url": url, "width": 720, "height": 1280,
                "length": 9, "video_type": 1, "rotation": 0,
            },
        }),
        AttachmentKind::Audio => json!({
            "id": id, "mime_type": "audio/mp4", "name": format!("audioclip-{id}.mp4"),
            "size": 40_312, "file_url": url,
        }),
        AttachmentKind::File => json!({
            "id": id, "mime_type": "application/pdf", "name": format!("file-{id}.pdf"),
            "size": 120_400, "file_url": url,
        }),
        AttachmentKind::Share | AttachmentKind::StoryMention | AttachmentKind::Unsupported => {
            return None;
        }
    })
}

/// The `shares` of a message.
pub(super) fn shares(message: &Message) -> Option<Value> {
    let data: Vec<Value> = message
        .attachments
        .iter()
        .filter(|attachment| attachment.kind == AttachmentKind::Share)
        .map(|attachment| json!({ "id": attachment.id, "link": attachment.url }))
        .collect();
    (!data.is_empty()).then(|| json!({ "data": data }))
}

/// The `story` of a message.
pub(super) fn story(message: &Message) -> Option<Value> {
    let place = |story: &Attachment| json!({ "link": story.url, "id": story.id });
    if let Some(story) = &message.story_reply {
        return Some(json!({ "reply_to": place(story) }));
    }
    message
        .attachments
        .iter()
        .find(|attachment| attachment.kind == AttachmentKind::StoryMention)
        .map(|mention| json!({ "mention": place(mention) }))
}
