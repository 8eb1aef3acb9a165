//! The control endpoints under `/_sim/`: the verbs of the library as JSON, for tests that run in
//! another process. Never part of the log of calls.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::plus_seconds;
use crate::fault::{Endpoint, Fault};
use crate::paging::Key;
use crate::reply::Reply;
use crate::request::Call;
use crate::state::{Draft, World};
use crate::threads::{AttachmentKind, Author};

/// Answers a control call.
pub(crate) fn answer(world: &mut World, call: &Call) -> Reply {
    let segments: Vec<&str> = call.segments.iter().skip(1).map(String::as_str).collect();
    let result = match (call.method.as_str(), segments.as_slice()) {
        ("POST", ["customers", username, "messages"]) => customer_writes(world, call, username),
        ("POST", ["customers", username]) => customer_changes(world, call, username),
        ("POST", ["owner", "messages"]) => owner_writes(world, call),
        ("POST", ["messages", id, "reactions"]) => reacts(world, call, id),
        ("DELETE", ["messages", id]) => Ok(json!({ "unsent": world.threads.unsend(id) })),
        ("GET", ["ledger"]) => to_json(&world.ledger.deliveries),
        ("GET", ["actions"]) => to_json(&world.ledger.actions),
        ("GET", ["calls"]) => to_json(&world.ledger.calls),
        ("DELETE", ["calls"]) => {
            world.ledger.forget_calls();
            Ok(json!({ "ok": true }))
        }
        ("GET", ["unexpected"]) => to_json(&world.ledger.unexpected),
        ("POST", ["faults"]) => lay_fault(world, call),
        ("DELETE", ["faults"]) => {
            world.faults.clear();
            Ok(json!({ "ok": true }))
        }
        ("GET", ["settings"]) => to_json(&world.settings),
        ("POST", ["settings"]) => settings(world, call),
        ("POST", ["webhooks"]) => callback(world, call),
        ("GET", ["token"]) => Ok(token(world)),
        ("POST", ["tokens", "revoke"]) => {
            let subcode = number(call, "subcode").unwrap_or(460);
            world.tokens.revoke_all(subcode);
            Ok(json!({ "ok": true }))
        }
        ("POST", ["tokens", "expire"]) => {
            world.tokens.expire_all(call.now);
            Ok(json!({ "ok": true }))
        }
        ("POST", ["consent"]) => consent(world, call),
        ("POST", ["clock"]) => clock(world, call),
        ("GET", ["state"]) => Ok(state(world)),
        _ => Err(format!("no control endpoint {} {}", call.method, call.path)),
    };
    match result {
        Ok(body) => Reply::json(200, body),
        Err(reason) => Reply::json(400, json!({ "error": reason })),
    }
}

fn to_json(value: &impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn body(call: &Call) -> Result<Value, String> {
    call.body.clone().map(Value::Object)
}

fn field<'v>(body: &'v Value, name: &str) -> Result<&'v str, String> {
    body.get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("{name} is missing"))
}

fn number(call: &Call, name: &str) -> Option<i64> {
    call.body.as_ref().ok()?.get(name)?.as_i64()
}

fn customer_writes(world: &mut World, call: &Call, username: &str) -> Result<Value, String> {
    let body = body(call)?;
    let attachment = match body.get("attachment").and_then(Value::as_str) {
        None => None,
        Some(kind) => Some(
            AttachmentKind::from_name(kind).ok_or_else(|| format!("unknown attachment {kind}"))?,
        ),
    };
    let draft = Draft {
        text: body.get("text").and_then(Value::as_str).map(str::to_owned),
        attachment,
        story_reply: body
            .get("storyReply")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        reply_to: body
            .get("replyTo")
            .and_then(Value::as_str)
            .map(str::to_owned),
        ..Draft::default()
    };
    if draft.text.is_none() && draft.attachment.is_none() {
        return Err("text or attachment is missing".to_owned());
    }
    let at = plus_seconds(call.now, -number(call, "secondsAgo").unwrap_or(0));
    let igsid = world.person(username);
    let id = world.post(&igsid, Author::Customer, draft, at);
    Ok(posted(world, &igsid, &id))
}

fn posted(world: &World, igsid: &str, id: &str) -> Value {
    let conversation = world.threads.with(igsid).map(|thread| thread.id.as_str());
    json!({ "messageId": id, "igsid": igsid, "conversationId": conversation })
}

fn customer_changes(world: &mut World, call: &Call, username: &str) -> Result<Value, String> {
    let body = body(call)?;
    let igsid = world.person(username);
    let flag = |name: &str| body.get(name).and_then(Value::as_bool);
    if let Some(person) = world.people.get_mut(&igsid) {
        if let Some(name) = body.get("name") {
            person.name = name.as_str().map(str::to_owned);
        }
        person.lang = field(&body, "lang").unwrap_or(&person.lang).to_owned();
        person.blocked = flag("blocked").unwrap_or(person.blocked);
        person.consent = flag("consent").or(person.consent);
        person.follows = flag("follows").unwrap_or(person.follows);
    }
    if let Some(thread) = world.threads.with_mut(&igsid) {
        thread.request = flag("request").unwrap_or(thread.request);
        thread.archived = flag("archived").unwrap_or(thread.archived);
    }
    Ok(json!({ "igsid": igsid }))
}

fn owner_writes(world: &mut World, call: &Call) -> Result<Value, String> {
    let body = body(call)?;
    let text = field(&body, "text")?;
    let igsid = world.person(field(&body, "to")?);
    let at = plus_seconds(call.now, -number(call, "secondsAgo").unwrap_or(0));
    let id = world.post(&igsid, Author::Phone, Draft::text(text), at);
    Ok(posted(world, &igsid, &id))
}

fn reacts(world: &mut World, call: &Call, id: &str) -> Result<Value, String> {
    let body = body(call)?;
    let reaction = body.get("reaction").and_then(Value::as_str);
    if !world.threads.react(id, reaction, false) {
        return Err("no such message".to_owned());
    }
    if world.settings.reactions_touch_thread {
        let key = Key::new(call.now, world.ids.serial());
        world.threads.touch(id, key, call.now);
    }
    Ok(json!({ "ok": true }))
}

fn lay_fault(world: &mut World, call: &Call) -> Result<Value, String> {
    let body = body(call)?;
    let name = field(&body, "endpoint")?;
    let endpoint = Endpoint::from_name(name).ok_or_else(|| format!("unknown endpoint {name}"))?;
    let always = body.get("always").and_then(Value::as_bool).unwrap_or(false);
    let times = body.get("times").and_then(Value::as_u64).unwrap_or(1);
    world.faults.lay(
        endpoint,
        Fault::from_json(&body)?,
        (!always).then_some(times),
    );
    Ok(json!({ "ok": true }))
}

fn settings(world: &mut World, call: &Call) -> Result<Value, String> {
    let settings = world.settings.merged(&body(call)?)?;
    world.set_settings(settings);
    to_json(&world.settings)
}

/// Where events are delivered from now on; the dashboard's check of the address is left out.
fn callback(world: &mut World, call: &Call) -> Result<Value, String> {
    let body = body(call)?;
    world.webhooks.callback = body.get("url").and_then(Value::as_str).map(str::to_owned);
    Ok(json!({ "appSecret": world.app.secret, "metaSecret": world.app.meta_secret }))
}

fn token(world: &mut World) -> Value {
    let token = world.long_token();
    json!({
        "token": token,
        "appId": world.app.id,
        "appSecret": world.app.secret,
        "redirectUri": format!("{}/connect", world.url),
        "userId": world.account.user_id,
        "username": world.account.username,
    })
}

fn consent(world: &mut World, call: &Call) -> Result<Value, String> {
    let body = body(call)?;
    let asked = Call::of_url(field(&body, "url")?, call.now).ok_or("url is not an address")?;
    let allow = body.get("allow").and_then(Value::as_bool).unwrap_or(true);
    let address = crate::endpoint::decide_at_once(world, &asked, allow)
        .ok_or("the platform would have shown an error page")?;
    Ok(json!({ "redirect": address }))
}

fn clock(world: &mut World, call: &Call) -> Result<Value, String> {
    let seconds = number(call, "advanceSeconds").ok_or("advanceSeconds is missing")?;
    let seconds = u64::try_from(seconds).map_err(|_| "time does not run backwards")?;
    world.clock.advance(Duration::from_secs(seconds));
    let now = world.clock.now();
    world.catch_up(now);
    Ok(json!({ "now": now }))
}

fn state(world: &World) -> Value {
    let (threads, messages) = world.threads.counts();
    json!({
        "now": world.clock.now(),
        "account": {
            "id": world.account.app_scoped_id,
            "userId": world.account.user_id,
            "username": world.account.username,
        },
        "people": world.people.len(),
        "threads": threads,
        "messages": messages,
        "delivered": world.ledger.deliveries.len(),
        "calls": world.ledger.calls.len(),
        "unexpected": world.ledger.unexpected.len(),
        "faultsLeft": world.faults.left(),
        "tokens": world.tokens.len(),
    })
}
