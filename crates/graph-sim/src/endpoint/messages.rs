//! The messages of one conversation, and one message by itself.

use serde_json::Value;

use super::{admit_reading, asked, writer};
use crate::graph_error::GraphError;
use crate::paging::Ask;
use crate::request::Call;
use crate::state::World;

/// Answers `GET /<CONVERSATION_ID>`.
pub(crate) fn thread(world: &mut World, call: &Call, id: &str) -> Result<Value, GraphError> {
    admit_reading(world, call)?;
    let asked = asked(call)?;
    let thread = world
        .threads
        .get(id)
        .ok_or_else(|| GraphError::no_object(&call.method, id))?;
    writer(world, call).thread(thread, asked.as_deref(), false)
}

/// Answers `GET /<CONVERSATION_ID>/messages`.
pub(crate) fn edge(world: &mut World, call: &Call, id: &str) -> Result<Value, GraphError> {
    admit_reading(world, call)?;
    let asked = asked(call)?;
    let thread = world
        .threads
        .get(id)
        .ok_or_else(|| GraphError::no_object(&call.method, id))?;
    let ask = Ask {
        limit: call.param("limit"),
        after: call.param("after"),
        before: call.param("before"),
    };
    writer(world, call).messages(thread, &ask, asked.as_deref(), false)
}

/// Answers `GET /<MESSAGE_ID>`; a message beyond the detail window is called deleted.
pub(crate) fn single(world: &mut World, call: &Call, id: &str) -> Result<Value, GraphError> {
    admit_reading(world, call)?;
    let asked = asked(call)?;
    let (thread, message) = world
        .threads
        .message(id)
        .ok_or_else(|| GraphError::no_object(&call.method, id))?;
    if thread
        .age_of(id)
        .is_none_or(|age| age >= world.settings.detail_window)
    {
        return Err(GraphError::message_deleted());
    }
    writer(world, call).message(thread, message, asked.as_deref(), true)
}
