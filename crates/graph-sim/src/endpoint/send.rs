//! Sends: `POST /<user_id>/messages`, in the order in which the platform checks things.

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::admit;
use crate::graph_error::GraphError;
use crate::ledger::SenderAction;
use crate::request::Call;
use crate::state::{Draft, World};
use crate::threads::AttachmentKind;
use crate::tokens::MESSAGES;

/// The limit on text, in UTF-8 bytes.
const TEXT_BYTES: usize = 1_000;

/// Answers a send; the answer is a success only if the message was delivered.
pub(crate) fn send(world: &mut World, call: &Call) -> Result<Value, GraphError> {
    admit(world, call, Some(MESSAGES))?;
    let from = call
        .segments
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    let as_me = from == "me" && !world.settings.me_refuses_post;
    let page = world.page_of(call.token().as_deref());
    let actor = page.map_or(&world.account.user_id, |page| &page.id);
    if !as_me && from != *actor {
        return Err(GraphError::no_object(&call.method, from));
    }
    let body = call
        .body
        .as_ref()
        .map_err(|reason| GraphError::parameter(format!("(#100) {reason}")))?;
    if page.is_some_and(|page| !page.is_of(&world.account.user_id)) {
        return Err(GraphError::no_recipient());
    }
    if !world.settings.message_access {
        return Err(GraphError::message_access_off());
    }
    let igsid = recipient(world, body)?;
    if let Some(action) = body.get("sender_action") {
        return act(world, call, body, &igsid, action);
    }
    let message = body
        .get("message")
        .and_then(Value::as_object)
        .ok_or_else(|| GraphError::parameter("(#100) The parameter message is required"))?;
    let draft = read_message(message, body)?;
    let tag = check_tag(world, body)?;
    check_thread(world, call, &igsid, tag.is_some())?;
    let sent = Value::Object(message.clone());
    let message_id = world.deliver(&igsid, draft, sent, tag, call.now);
    Ok(json!({ "recipient_id": igsid, "message_id": message_id }))
}

fn recipient(world: &World, body: &Map<String, Value>) -> Result<String, GraphError> {
    let recipient = body
        .get("recipient")
        .and_then(Value::as_object)
        .ok_or_else(|| GraphError::parameter("(#100) The parameter recipient is required"))?;
    let id = match recipient.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => {
            return Err(GraphError::parameter(
                "(#100) Param recipient must have an id",
            ));
        }
    };
    if world.people.get(&id).is_none() {
        return Err(GraphError::no_recipient());
    }
    Ok(id)
}

fn read_message(
    message: &Map<String, Value>,
    body: &Map<String, Value>,
) -> Result<Draft, GraphError> {
    let reply_to = body
        .get("reply_to")
        .and_then(|reply| reply.get("mid"))
        .and_then(Value::as_str);
    let mut draft = Draft {
        reply_to: reply_to.map(str::to_owned),
        ..Draft::default()
    };
    let attachment = message
        .get("attachment")
        .or_else(|| match message.get("attachments") {
            Some(Value::Array(several)) => several.first(),
            other => other,
        });
    match (message.get("text"), attachment) {
        (Some(_), Some(_)) => Err(GraphError::parameter(
            "(#100) Only one of text and attachment may be set in a message",
        )),
        (Some(Value::String(text)), None) => {
            if text.trim().is_empty() {
                return Err(GraphError::parameter(
                    "(#100) Param message[text] must not be empty",
                ));
            }
            if text.len() > TEXT_BYTES {
                return Err(GraphError::parameter(
                    "(#100) Length of param message[text] must be less than or equal to 1000",
                ));
            }
            draft.text = Some(text.clone());
            Ok(draft)
        }
        (Some(_), None) => Err(GraphError::parameter(
            "(#100) Param message[text] must be a string",
        )),
        (None, Some(attachment)) => {
            draft.attachment = Some(attachment_kind(attachment)?);
            Ok(draft)
        }
        (None, None) => Err(GraphError::parameter(
            "(#100) The message must not be empty",
        )),
    }
}

fn attachment_kind(attachment: &Value) -> Result<AttachmentKind, GraphError> {
    let kind = attachment
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let payload = attachment.get("payload");
    let link = payload
        .and_then(|payload| payload.get("url"))
        .and_then(Value::as_str);
    let uploaded = payload
        .and_then(|payload| payload.get("attachment_id"))
        .is_some();
    let media = match kind {
        "image" => AttachmentKind::Image,
        "video" => AttachmentKind::Video,
        "audio" => AttachmentKind::Audio,
        "file" => AttachmentKind::File,
        "MEDIA_SHARE" => return Ok(AttachmentKind::Share),
        "like_heart" | "template" => return Ok(AttachmentKind::Unsupported),
        _ => {
            return Err(GraphError::parameter(
                "(#100) Param attachment[type] is not supported",
            ));
        }
    };
    if uploaded || link.is_some_and(|link| link.starts_with("https://")) {
        Ok(media)
    } else {
        Err(GraphError::parameter(
            "(#100) Param attachment[payload][url] must be a public URL",
        ))
    }
}

fn check_tag(world: &World, body: &Map<String, Value>) -> Result<Option<String>, GraphError> {
    match body.get("tag").and_then(Value::as_str) {
        None if body.get("messaging_type").and_then(Value::as_str) == Some("MESSAGE_TAG") => Err(
            GraphError::parameter("(#100) The parameter tag is required"),
        ),
        None => Ok(None),
        Some("HUMAN_AGENT") if world.settings.human_agent => Ok(Some("HUMAN_AGENT".to_owned())),
        Some("HUMAN_AGENT") => Err(GraphError::human_agent_refused()),
        Some(_) => Err(GraphError::parameter(
            "(#100) Param tag must be one of {HUMAN_AGENT}",
        )),
    }
}

fn check_thread(world: &World, call: &Call, igsid: &str, tagged: bool) -> Result<(), GraphError> {
    if world.people.get(igsid).is_some_and(|person| person.blocked) {
        return Err(GraphError::person_unavailable());
    }
    let thread = world
        .threads
        .with(igsid)
        .ok_or_else(GraphError::window_closed)?;
    if thread.archived {
        return Err(GraphError::thread_gone());
    }
    let open_for = if tagged {
        TimeDelta::days(7)
    } else {
        TimeDelta::hours(24)
    };
    match thread.last_inbound {
        Some(at) if call.now.signed_duration_since(at) <= open_for => Ok(()),
        _ => Err(GraphError::window_closed()),
    }
}

fn act(
    world: &mut World,
    call: &Call,
    body: &Map<String, Value>,
    igsid: &str,
    action: &Value,
) -> Result<Value, GraphError> {
    let action = action.as_str().unwrap_or_default();
    if body.contains_key("message") {
        return Err(GraphError::parameter(
            "(#100) sender_action must not come with a message",
        ));
    }
    let payload = |key: &str| {
        body.get("payload")
            .and_then(|payload| payload.get(key))
            .and_then(Value::as_str)
            .ok_or_else(|| {
                GraphError::parameter(format!("(#100) Param payload[{key}] is required"))
            })
    };
    match action {
        "typing_on" | "typing_off" | "mark_seen" => {}
        "react" | "unreact" => {
            let mid = payload("message_id")?;
            let reaction = if action == "react" {
                Some(payload("reaction")?)
            } else {
                None
            };
            if !world.threads.react(mid, reaction, true) {
                return Err(GraphError::no_object(&call.method, mid));
            }
        }
        _ => {
            return Err(GraphError::parameter(
                "(#100) Param sender_action is not supported",
            ));
        }
    }
    world.ledger.actions.push(SenderAction {
        action: action.to_owned(),
        recipient_id: igsid.to_owned(),
        at: call.now,
    });
    Ok(json!({ "recipient_id": igsid }))
}
