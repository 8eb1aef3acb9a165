//! `/me`: who the token belongs to, under both of its ids.

use serde_json::{Map, Value, json};

use super::{admit, asked, wrapped};
use crate::graph_error::GraphError;
use crate::request::Call;
use crate::state::World;
use crate::tokens::BASIC;

/// Answers `GET /me`.
pub(crate) fn me(world: &World, call: &Call) -> Result<Value, GraphError> {
    admit(world, call, Some(BASIC))?;
    let account = &world.account;
    let mut node: Map<String, Value> = world.settings.extra_fields.clone();
    for field in asked(call)?.unwrap_or_default() {
        let value = match field.name.as_str() {
            "id" => json!(account.app_scoped_id),
            "user_id" => json!(account.user_id),
            "username" => json!(account.username),
            "name" => json!(account.name),
            "account_type" => json!("Business"),
            "profile_picture_url" => {
                json!(format!(
                    "{}/ig_messaging_cdn/?asset_id=1&signature=shop",
                    world.url
                ))
            }
            "followers_count" => json!(4_812),
            "follows_count" => json!(261),
            "media_count" => json!(318),
            "biography" | "website" => continue,
            other => return Err(GraphError::unknown_field(other, "IGUser")),
        };
        node.insert(field.name, value);
    }
    node.insert("id".to_owned(), json!(account.app_scoped_id));
    Ok(wrapped(Value::Object(node), world.settings.wrapped_me))
}
