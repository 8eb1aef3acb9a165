//! What is known of a customer beside their words: name, handle and picture, and when Instagram was
//! asked for them.

use crate::{StoreError, Write};
use desk_core::{AccountId, Change, ConversationId, Entity, IgsId, Source, Timestamp, text};
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// How long a profile counts as known.
pub const GOOD_FOR: Duration = Duration::from_secs(14 * 24 * 3600);

/// How a customer's profile stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Whose customer.
    pub account_id: AccountId,
    /// The customer.
    pub customer_id: IgsId,
    /// The name of their picture in the media folder.
    pub picture: Option<String>,
    /// When it was asked for.
    pub asked_at: Option<Timestamp>,
    /// The customer's newest message.
    pub last_inbound_at: Option<Timestamp>,
}

impl Profile {
    /// Whether it is worth asking for. Only who wrote may be looked up, and who was refused may be
    /// once they write again (Meta, "User Profile API").
    #[must_use]
    pub fn is_due_at(&self, now: Timestamp) -> bool {
        match (self.last_inbound_at, self.asked_at) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(wrote), Some(asked)) => wrote > asked && now.since(asked) >= GOOD_FOR,
        }
    }
}

/// What Instagram told of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Their name.
    pub name: Option<String>,
    /// Their handle.
    pub username: Option<String>,
    /// The name of their picture in the media folder.
    pub picture: Option<String>,
}

/// How a customer's profile stands.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such conversation.
pub fn get(db: &Connection, id: ConversationId) -> Result<Profile, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT account_id, customer_id, picture, profile_at, last_inbound_at FROM conversation WHERE id = ?1",
    )?;
    let found = query
        .query_row([id.0], |r| {
            Ok(Profile {
                account_id: AccountId(r.get(0)?),
                customer_id: IgsId(r.get(1)?),
                picture: r.get(2)?,
                asked_at: r.get::<_, Option<i64>>(3)?.map(Timestamp),
                last_inbound_at: r.get::<_, Option<i64>>(4)?.map(Timestamp),
            })
        })
        .optional()?;
    found.ok_or(StoreError::NotFound("conversation"))
}

/// Notes that a customer was asked for, and what was told; what was not told stays as it was.
///
/// # Errors
/// When the file cannot be written.
pub fn asked(
    w: &mut Write<'_>,
    id: ConversationId,
    told: &Told,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known: Option<(Option<String>, Option<String>, Option<String>)> = w
        .prepare_cached("SELECT name, username, picture FROM conversation WHERE id = ?1")?
        .query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    let Some((name, username, picture)) = known else {
        return Ok(());
    };
    let new = (
        told.name.clone().or_else(|| name.clone()),
        told.username.clone().or_else(|| username.clone()),
        told.picture.clone().or_else(|| picture.clone()),
    );
    let folded = text::fold(&format!(
        "{} {}",
        new.1.as_deref().unwrap_or_default(),
        new.0.as_deref().unwrap_or_default()
    ));
    w.prepare_cached(
        "UPDATE conversation SET name = ?2, username = ?3, picture = ?4, folded_name = ?5, profile_at = ?6
         WHERE id = ?1",
    )?
    .execute(params![id.0, new.0, new.1, new.2, folded, now.0])?;
    if new != (name, username, picture) {
        w.note(Change::upserted(Entity::Conversation, id, Source::Poll));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_asked_for_when_there_may_be_something_to_learn() {
        let now = Timestamp(1_790_000_000_000);
        let ago = |days: u64| Some(now - Duration::from_secs(days * 24 * 3600));
        for (wrote, asked, due) in [
            (None, None, false),
            (ago(1), None, true),
            (ago(300), None, true),
            (ago(1), ago(2), false),
            (ago(1), ago(14), true),
            (ago(20), ago(15), false),
            (ago(1), Some(now + GOOD_FOR), false),
        ] {
            let profile = Profile {
                account_id: AccountId(1),
                customer_id: IgsId("1".into()),
                picture: None,
                asked_at: asked,
                last_inbound_at: wrote,
            };
            assert_eq!(profile.is_due_at(now), due, "{wrote:?} {asked:?}");
        }
    }
}
