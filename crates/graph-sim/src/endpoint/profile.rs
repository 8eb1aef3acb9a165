//! `/<IGSID>`: the profile of a person who has written.

use serde_json::{Value, json};

use super::{admit, asked, writer};
use crate::graph_error::GraphError;
use crate::request::Call;
use crate::state::World;
use crate::tokens::BASIC;

/// Answers `GET /<IGSID>`.
pub(crate) fn profile(world: &World, call: &Call, igsid: &str) -> Result<Value, GraphError> {
    admit(world, call, Some(BASIC))?;
    let person = world
        .people
        .get(igsid)
        .ok_or_else(|| GraphError::no_object(&call.method, igsid))?;
    let wrote = world
        .threads
        .with(igsid)
        .is_some_and(|thread| thread.last_inbound.is_some());
    if !person.consent.unwrap_or(wrote) {
        return Err(GraphError::consent_needed());
    }
    if person.blocked {
        return Err(GraphError::no_object(&call.method, igsid));
    }
    let mut node = writer(world, call).node();
    for field in asked(call)?.unwrap_or_default() {
        if world.settings.optional_fields_refused.contains(&field.name) {
            return Err(GraphError::unknown_field(&field.name, "IGUser"));
        }
        let value = match field.name.as_str() {
            "id" => json!(person.igsid),
            "name" => json!(person.name),
            "username" => json!(person.username),
            "profile_pic" if person.name.is_none() => Value::Null,
            "profile_pic" => json!(format!(
                "{}/ig_messaging_cdn/?asset_id={}&signature=face",
                world.url, person.igsid
            )),
            "follower_count" => json!(person.followers),
            "is_user_follow_business" => json!(person.follows),
            "is_business_follow_user" => json!(person.followed),
            "is_verified_user" => json!(person.verified),
            other => return Err(GraphError::unknown_field(other, "IGUser")),
        };
        node.insert(field.name, value);
    }
    node.insert("id".to_owned(), json!(person.igsid));
    Ok(Value::Object(node))
}
