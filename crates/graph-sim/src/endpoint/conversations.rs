//! `/me/conversations`: the list of conversations, newest-updated first.

use serde_json::{Value, json};

use super::{admit_reading, asked, writer};
use crate::fields;
use crate::graph_error::GraphError;
use crate::paging::{self, Ask};
use crate::render::with_paging;
use crate::request::Call;
use crate::settings::AppMode;
use crate::state::World;
use crate::threads::Thread;

/// Answers `GET /me/conversations`.
pub(crate) fn list(world: &mut World, call: &Call) -> Result<Value, GraphError> {
    admit_reading(world, call)?;
    if call
        .param("platform")
        .is_some_and(|platform| platform != "instagram")
    {
        return Err(GraphError::parameter(
            "(#100) Param platform must be one of {instagram}",
        ));
    }
    let asked = asked(call)?;
    let ask = Ask {
        limit: call.param("limit"),
        after: call.param("after"),
        before: call.param("before"),
    };
    // An app in development, or an owner who switched access off, sees an empty list and no error.
    if world.settings.mode == AppMode::Dev || !world.settings.message_access {
        return Ok(json!({ "data": [] }));
    }
    // A Page of another account shows that account's conversations, and there are none.
    let facebook = world.page_of(call.token().as_deref());
    if facebook.is_some_and(|page| !page.is_of(&world.account.user_id)) {
        return Ok(json!({ "data": [] }));
    }
    let person = call.param("user_id");
    let mut threads: Vec<&Thread> = world
        .threads
        .iter()
        .filter(|thread| thread.is_listed(call.now))
        .filter(|thread| person.as_ref().is_none_or(|igsid| *igsid == thread.igsid))
        .collect();
    threads.sort_unstable_by_key(|thread| std::cmp::Reverse(thread.key));
    let settings = &world.settings;
    let page = paging::cut(
        threads,
        |thread| thread.key,
        &ask,
        settings.default_limit,
        settings.max_limit,
    )?;
    let writer = writer(world, call);
    let mut data = Vec::with_capacity(page.items.len());
    for thread in &page.items {
        data.push(writer.thread(thread, asked.as_deref(), true)?);
    }
    let paging = page.paging(
        |after, limit| {
            let limit = limit.to_string();
            let fields = asked.as_deref().map(fields::render).unwrap_or_default();
            let mut params = vec![("platform", "instagram"), ("limit", limit.as_str())];
            if !fields.is_empty() {
                params.push(("fields", &fields));
            }
            params.push(("after", after));
            writer.link(
                &format!(
                    "/{}/conversations",
                    facebook.map_or(&world.account.user_id, |page| &page.id)
                ),
                &params,
            )
        },
        &ask,
        settings.cursors_on_empty,
    );
    Ok(with_paging(data, paging))
}
