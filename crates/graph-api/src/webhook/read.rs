//! Owns the forms in which deliveries have been seen: one object or a list of them, `messaging`,
//! `standby`, `changes`, and the bare `field` and `value` of the documents.

use super::{Delivery, Event, Item, MOST_ITEMS, Referral, Tap, Told};
use crate::model::{Attachment, Message, Party, ReplyTo, Story, StoryKind};
use crate::page::Unreadable;
use crate::read::{Document, Malformed, Object, Raw, list, lossy};
use serde_json::value::RawValue;

/// Reads a delivery; `None` when it is no JSON at all, or nested deeper than anything real.
#[must_use]
pub fn read(body: &[u8]) -> Option<Delivery> {
    let document = match Document::from_string(lossy(body.to_vec())) {
        Ok(document) => document,
        Err(Malformed::NotJson | Malformed::TooDeep) => return None,
    };
    let raw = document.raw();
    let mut delivery = Delivery::default();
    match list(raw).filter(|_| raw.get().starts_with('[')) {
        Some(several) => several
            .into_iter()
            .for_each(|one| object(one, &mut delivery)),
        None => object(raw, &mut delivery),
    }
    Some(delivery)
}

fn object(raw: &RawValue, delivery: &mut Delivery) {
    let entries = Object::from_raw(raw).map(|object| object.list("entry"));
    match entries.filter(|entries| !entries.is_empty()) {
        Some(entries) => entries.into_iter().for_each(|one| entry(one, delivery)),
        None => lost(raw, "a delivery without entries", delivery),
    }
}

fn entry(raw: &RawValue, delivery: &mut Delivery) {
    let Some(entry) = Object::from_raw(raw) else {
        return lost(raw, "an entry that is no object", delivery);
    };
    let id = entry.id("id");
    let mut any = false;
    for (name, standby) in [("messaging", false), ("standby", true)] {
        for raw in entry.list(name) {
            any = true;
            item(raw, (&id, standby), delivery);
        }
    }
    for raw in entry.list("changes") {
        any = true;
        match Object::from_raw(raw) {
            Some(change) => field(&change, raw, &id, &entry, delivery),
            None => lost(raw, "a change that is no object", delivery),
        }
    }
    if entry.get("field").is_some() {
        any = true;
        field(&entry, raw, &id, &entry, delivery);
    }
    if !any {
        lost(raw, "an entry without events", delivery);
    }
}

/// A `field` with its `value`: either a messaging item in another coat, or something of its own.
fn field(
    change: &Object<'_>,
    raw: &RawValue,
    id: &Option<String>,
    entry: &Object<'_>,
    delivery: &mut Delivery,
) {
    let name = change.some_text("field").unwrap_or_default();
    let value = change.get("value");
    let inner = value.and_then(Object::from_raw);
    if let (Some(value), Some(inner)) = (value, &inner)
        && inner.get("sender").is_some()
    {
        return item(value, (id, name == "standby"), delivery);
    }
    let event = match name.as_str() {
        "comments" | "live_comments" | "mentions" => Event::Comment {
            id: inner
                .as_ref()
                .and_then(|v| v.id("id").or_else(|| v.id("comment_id"))),
            field: name,
        },
        _ => Event::Other(word(&name)),
    };
    let from = inner.as_ref().and_then(|v| v.object("from"));
    push(
        delivery,
        Item {
            entry_id: id.clone(),
            sender: from.and_then(|from| from.id("id")),
            recipient: id.clone(),
            at: entry.time("time"),
            standby: false,
            event,
            raw: Raw::from_value(raw),
        },
    );
}

fn item(raw: &RawValue, (entry_id, standby): (&Option<String>, bool), delivery: &mut Delivery) {
    let Some(object) = Object::from_raw(raw) else {
        return lost(raw, "an event that is no object", delivery);
    };
    let party = |name: &str| object.get(name).and_then(Party::read).and_then(|p| p.id);
    let item = Item {
        entry_id: entry_id.clone(),
        sender: party("sender"),
        recipient: party("recipient"),
        at: object.time("timestamp"),
        standby,
        event: Event::Other(String::new()),
        raw: Raw::from_value(raw),
    };
    match event(&object, &item) {
        Ok(event) => push(delivery, Item { event, ..item }),
        Err(reason) => lost(raw, reason, delivery),
    }
}

fn event(object: &Object<'_>, item: &Item) -> Result<Event, &'static str> {
    if let Some(message) = object.object("message") {
        return read_message(&message, item);
    }
    if let Some(postback) = object.object("postback") {
        return postback_told(&postback, item);
    }
    if let Some(reaction) = object.object("reaction") {
        let taken_back = reaction.some_text("action").as_deref() == Some("unreact");
        let sign = reaction.some_text("emoji");
        let word = reaction.some_text("reaction").or_else(|| sign.clone());
        return Ok(Event::Reaction {
            mid: reaction.id("mid").ok_or("a reaction without a message")?,
            set: word.filter(|_| !taken_back).map(|word| (word, sign)),
        });
    }
    if let Some(edit) = object.object("message_edit") {
        return Ok(Event::Edited {
            mid: edit.id("mid").ok_or("an edit without a message")?,
            text: edit.text("text").unwrap_or_default(),
            number: edit
                .unsigned("num_edit")
                .and_then(|n| u32::try_from(n).ok()),
        });
    }
    if let Some(read) = object.object("read") {
        return Ok(Event::Seen {
            mid: read.id("mid"),
            up_to: read.time("watermark"),
        });
    }
    if let Some(referral) = object.object("referral") {
        return Ok(Event::Referral(read_referral(&referral)));
    }
    let known = ["sender", "recipient", "timestamp"];
    let name = object
        .entries()
        .map(|(name, _)| name)
        .find(|name| !known.contains(name));
    Ok(Event::Other(word(name.unwrap_or_default())))
}

fn read_message(message: &Object<'_>, item: &Item) -> Result<Event, &'static str> {
    let mid = message.id("mid").ok_or("a message without id")?;
    if message.flag("is_deleted") == Some(true) {
        return Ok(Event::Unsent { mid });
    }
    let reply = message.object("reply_to");
    let story = reply.as_ref().and_then(|reply| reply.object("story"));
    let attachments = message.list("attachments");
    let quick = message.object("quick_reply");
    let text = message.some_text("text");
    let tap = quick.map(|quick| Tap {
        is_postback: false,
        title: text.clone().unwrap_or_default(),
        payload: quick.some_text("payload"),
    });
    let told = Told {
        message: Message {
            text,
            attachments: attachments.into_iter().map(Attachment::read).collect(),
            story: story.map(|story| Story {
                kind: StoryKind::Reply,
                id: story.id("id"),
                link: story.some_text("url").or_else(|| story.some_text("link")),
            }),
            reply_to: reply.and_then(|reply| {
                Some(ReplyTo {
                    mid: reply.id("mid")?,
                    is_self_reply: reply.flag("is_self_reply"),
                })
            }),
            is_unsupported: message.flag("is_unsupported").unwrap_or(false),
            ..bare(mid, item)
        },
        is_echo: message.flag("is_echo").unwrap_or(false),
        is_self: message.flag("is_self").unwrap_or(false),
        tap,
        referral: message.object("referral").map(|r| read_referral(&r)),
    };
    Ok(Event::Message(Box::new(told)))
}

fn postback_told(postback: &Object<'_>, item: &Item) -> Result<Event, &'static str> {
    let mid = postback.id("mid").ok_or("a postback without id")?;
    let title = postback.some_text("title");
    Ok(Event::Message(Box::new(Told {
        tap: Some(Tap {
            is_postback: true,
            title: title.clone().unwrap_or_default(),
            payload: postback.some_text("payload"),
        }),
        message: Message {
            text: title,
            ..bare(mid, item)
        },
        is_echo: false,
        is_self: postback.flag("is_self").unwrap_or(false),
        referral: postback.object("referral").map(|r| read_referral(&r)),
    })))
}

/// A message of which the outside is known: who, to whom, when.
fn bare(mid: String, item: &Item) -> Message {
    let party = |id: &Option<String>| {
        id.clone().map(|id| Party {
            id: Some(id),
            ..Party::default()
        })
    };
    Message {
        id: mid,
        created_time: item.at,
        from: party(&item.sender),
        to: party(&item.recipient).into_iter().collect(),
        text: None,
        attachments: Vec::new(),
        shares: Vec::new(),
        story: None,
        reactions: Vec::new(),
        reply_to: None,
        is_unsupported: false,
        raw: item.raw.clone(),
    }
}

fn read_referral(referral: &Object<'_>) -> Referral {
    let context = referral.object("ads_context_data");
    Referral {
        source: referral.some_text("source"),
        reference: referral.some_text("ref"),
        ad_id: referral.id("ad_id"),
        ad_title: context.and_then(|context| context.some_text("ad_title")),
    }
}

/// A name of the platform's, short enough for a column.
fn word(name: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let word: String = name.chars().filter(plain).take(40).collect();
    if word.is_empty() {
        "unknown".to_owned()
    } else {
        word
    }
}

fn push(delivery: &mut Delivery, item: Item) {
    if delivery.items.len() < MOST_ITEMS {
        delivery.items.push(item);
    }
}

fn lost(raw: &RawValue, reason: &'static str, delivery: &mut Delivery) {
    if delivery.unreadable.len() < MOST_ITEMS {
        delivery.unreadable.push(Unreadable {
            id: Object::from_raw(raw).and_then(|object| object.id("id")),
            reason,
            raw: Raw::from_value(raw),
        });
    }
}
