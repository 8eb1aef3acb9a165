//! The shapes of what comes with a message besides text.

use serde_json::{Value, json};

use crate::threads::{Attachment, AttachmentKind, Message};

/// The `attachments` of a message.
pub(super) fn attachments(message: &Message, generation: u64) -> Option<Value> {
    let data: Vec<Value> = message
        .attachments
        .iter()
        .filter_map(|attachment| shape(attachment, generation))
        .collect();
    (!data.is_empty()).then(|| json!({ "data": data }))
}

/// The link as it is shown at present: links run out and are shown anew.
fn link(attachment: &Attachment, generation: u64) -> String {
    match generation {
        0 => attachment.url.clone(),
        number => format!("{}&generation={number}", attachment.url),
    }
}

fn shape(attachment: &Attachment, generation: u64) -> Option<Value> {
    let Attachment { kind, id, .. } = attachment;
    let url = link(attachment, generation);
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
        AttachmentKind::Heart => json!({
            "id": id,
            "mime_type": "image/png",
            "image_data": { "url": url, "preview_url": url, "width": 240, "height": 240,
                "render_as_sticker": true },
        }),
        AttachmentKind::Share
        | AttachmentKind::Reel
        | AttachmentKind::StoryMention
        | AttachmentKind::ViewOnce
        | AttachmentKind::Unsupported => return None,
    })
}

/// The `shares` of a message.
pub(super) fn shares(message: &Message, generation: u64) -> Option<Value> {
    let data: Vec<Value> = message
        .attachments
        .iter()
        .filter(|attachment| {
            matches!(
                attachment.kind,
                AttachmentKind::Share | AttachmentKind::Reel
            )
        })
        .map(|attachment| json!({ "id": attachment.id, "link": link(attachment, generation) }))
        .collect();
    (!data.is_empty()).then(|| json!({ "data": data }))
}

/// The `story` of a message.
pub(super) fn story(message: &Message, generation: u64) -> Option<Value> {
    let place = |story: &Attachment| json!({ "link": link(story, generation), "id": story.id });
    if let Some(story) = &message.story_reply {
        return Some(json!({ "reply_to": place(story) }));
    }
    message
        .attachments
        .iter()
        .find(|attachment| attachment.kind == AttachmentKind::StoryMention)
        .map(|mention| json!({ "mention": place(mention) }))
}
