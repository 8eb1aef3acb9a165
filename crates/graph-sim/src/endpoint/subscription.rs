//! `/<user_id>/subscribed_apps`: which events the account sends to the app. Where they
//! are delivered is entered at the dashboard, see [`crate::webhook`].

use serde_json::{Value, json};

use super::admit;
use crate::graph_error::GraphError;
use crate::request::Call;
use crate::state::World;
use crate::tokens::MESSAGES;

/// Answers reading, setting and ending the subscription.
pub(crate) fn subscription(world: &mut World, call: &Call) -> Result<Value, GraphError> {
    admit(world, call, Some(MESSAGES))?;
    match call.method.as_str() {
        "GET" if world.subscribed.is_empty() => Ok(json!({ "data": [] })),
        "GET" => Ok(json!({ "data": [{ "subscribed_fields": world.subscribed }] })),
        "DELETE" => {
            world.subscribed.clear();
            Ok(json!({ "success": true }))
        }
        _ => {
            let listed = call
                .body
                .as_ref()
                .ok()
                .and_then(|body| body.get("subscribed_fields"));
            let fields: Vec<String> = match (listed, call.param("subscribed_fields")) {
                (Some(Value::Array(names)), _) => names
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
                (_, Some(names)) => names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect(),
                _ => Vec::new(),
            };
            if fields.is_empty() {
                return Err(GraphError::parameter(
                    "(#100) Param subscribed_fields is required",
                ));
            }
            world.subscribed = fields;
            Ok(json!({ "success": true }))
        }
    }
}
