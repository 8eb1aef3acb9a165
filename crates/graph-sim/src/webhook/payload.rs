//! The JSON of events, as section 7.4 of the reference writes it.

use serde_json::{Map, Value, json};

use crate::state::World;
use crate::threads::{Attachment, AttachmentKind, Author, Message};

/// One delivery of several events.
pub(super) fn envelope(world: &World, events: &[Value]) -> Value {
    let form = world.webhooks.form;
    let id = &world.account.user_id;
    let time = world.event_time();
    let entry = if form.as_changes {
        let changes: Vec<Value> = events
            .iter()
            .map(|event| json!({ "field": field(event), "value": event }))
            .collect();
        json!({ "time": time / 1000, "id": id, "changes": changes })
    } else {
        let name = if form.standby { "standby" } else { "messaging" };
        json!({ "time": time, "id": id, name: events })
    };
    let body = json!({ "object": "instagram", "entry": [entry] });
    if form.as_list { json!([body]) } else { body }
}

fn field(event: &Value) -> &'static str {
    let names = [
        ("reaction", "message_reactions"),
        ("postback", "messaging_postbacks"),
        ("read", "messaging_seen"),
        ("referral", "messaging_referral"),
        ("message_edit", "message_edit"),
    ];
    names
        .iter()
        .find(|(key, _)| event.get(key).is_some())
        .map_or("messages", |(_, field)| field)
}

/// An event between the account and a person.
pub(crate) fn event(
    world: &World,
    igsid: &str,
    from_person: bool,
    name: &str,
    value: Value,
) -> Value {
    let ours = json!({ "id": world.account.user_id });
    let person = json!({ "id": igsid });
    let (sender, recipient) = if from_person {
        (person, ours)
    } else {
        (ours, person)
    };
    let mut event = Map::new();
    event.insert("sender".to_owned(), sender);
    event.insert("recipient".to_owned(), recipient);
    event.insert("timestamp".to_owned(), json!(world.event_time()));
    event.insert(name.to_owned(), value);
    Value::Object(event)
}

/// A message as its event tells it; our own reactions and nothing else stay untold.
pub(crate) fn message(world: &World, igsid: &str, message: &Message) -> Value {
    let from_person = message.author == Author::Customer;
    if let Some((title, payload)) = &message.postback {
        let value = json!({ "mid": message.id, "title": title, "payload": payload });
        return at(event(world, igsid, true, "postback", value), message);
    }
    let mut value = Map::new();
    value.insert("mid".to_owned(), json!(message.id));
    if let Some(text) = &message.text {
        value.insert("text".to_owned(), json!(text));
    }
    if !from_person {
        value.insert("is_echo".to_owned(), json!(true));
    }
    if let Some(payload) = &message.quick_reply {
        value.insert("quick_reply".to_owned(), json!({ "payload": payload }));
    }
    if let Some(referral) = &message.referral {
        value.insert("referral".to_owned(), referral.clone());
    }
    if let Some(story) = &message.story_reply {
        let story = json!({ "story": { "id": story.id, "url": story.url } });
        value.insert("reply_to".to_owned(), story);
    } else if let Some(mid) = &message.reply_to {
        value.insert("reply_to".to_owned(), json!({ "mid": mid }));
    }
    let is_unsupported = |a: &Attachment| a.kind == AttachmentKind::Unsupported;
    if message.attachments.iter().any(is_unsupported) {
        value.insert("is_unsupported".to_owned(), json!(true));
    }
    let attachments: Vec<Value> = message.attachments.iter().flat_map(attachment).collect();
    if !attachments.is_empty() {
        value.insert("attachments".to_owned(), Value::Array(attachments));
    }
    at(
        event(world, igsid, from_person, "message", Value::Object(value)),
        message,
    )
}

/// The event of a message carries the moment of the message.
fn at(mut event: Value, message: &Message) -> Value {
    if let Some(event) = event.as_object_mut() {
        let moment = message.created.timestamp_millis() + 311;
        event.insert("timestamp".to_owned(), json!(moment));
    }
    event
}

/// An attachment; a shared post comes twice, under its old and its new name.
fn attachment(attachment: &Attachment) -> Vec<Value> {
    let Attachment { kind, id, url } = attachment;
    let plain = |word: &str| vec![json!({ "type": word, "payload": { "url": url } })];
    match kind {
        AttachmentKind::Image => plain("image"),
        AttachmentKind::Video => plain("video"),
        AttachmentKind::Audio => plain("audio"),
        AttachmentKind::File => plain("file"),
        AttachmentKind::StoryMention => plain("story_mention"),
        AttachmentKind::Heart => vec![json!({ "type": "like_heart" })],
        AttachmentKind::ViewOnce => vec![json!({ "type": "ephemeral" })],
        AttachmentKind::Share => {
            let payload = json!({ "ig_post_media_id": id, "title": "A post", "url": url });
            vec![
                json!({ "type": "share", "payload": payload }),
                json!({ "type": "ig_post", "payload": payload }),
            ]
        }
        AttachmentKind::Reel => vec![json!({
            "type": "ig_reel",
            "payload": { "reel_video_id": id, "title": "A reel", "url": url },
        })],
        AttachmentKind::Unsupported => Vec::new(),
    }
}

/// A comment, in the form of the documents or in the one that really comes; with the spaces that
/// bodies of comments have.
pub(super) fn comment(world: &mut World, text: &str, documented: bool) -> String {
    let id = world
        .ids
        .between(17_890_000_000_000_000, 17_899_999_999_999_999);
    let value = json!({
        "id": id.to_string(), "text": text,
        "from": { "id": "1234567890123456", "username": "cust.example" },
        "media": { "id": "17900000000000001", "media_product_type": "FEED" },
    });
    let account = &world.account.user_id;
    let time = world.event_time() / 1000;
    let entry = if documented {
        json!({ "id": account, "time": time, "field": "comments", "value": value })
    } else {
        let change = json!({ "field": "comments", "value": value });
        json!({ "id": account, "time": time, "changes": [change] })
    };
    let body = super::wire::written(&json!({ "object": "instagram", "entry": [entry] }));
    body.replace("\":", "\": ").replace(",\"", ", \"")
}
