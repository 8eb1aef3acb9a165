//! What a customer did beside writing: saw our messages, reacted to one, came through an ad.

use super::message::{Referral, to_json};
use crate::{StoreError, Write};
use desk_core::{ConversationId, IgMessageId, Timestamp};
use rusqlite::{Connection, params};

/// Notes that the customer saw our messages up to one of them or up to a time; says whether that is
/// news. A receipt that comes late takes nothing back.
///
/// # Errors
/// When the file cannot be written.
pub fn note_seen(
    w: &mut Write<'_>,
    id: ConversationId,
    message: Option<&IgMessageId>,
    up_to: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let n = w
        .prepare_cached(
            "UPDATE conversation SET seen_at = coalesce(
                 (SELECT sent_at FROM message WHERE account_id = conversation.account_id AND external_id = ?2), ?3)
             WHERE id = ?1 AND coalesce(seen_at, 0) < coalesce(
                 (SELECT sent_at FROM message WHERE account_id = conversation.account_id AND external_id = ?2), ?3)",
        )?
        .execute(params![
            id.0,
            message.map(IgMessageId::as_str),
            up_to.map(|t| t.0)
        ])?;
    Ok(n > 0)
}

/// A reaction to a message of ours is an answer: the owner has something to see.
///
/// # Errors
/// When the file cannot be written.
pub fn note_reaction(
    w: &mut Write<'_>,
    id: ConversationId,
    message: &IgMessageId,
) -> Result<(), StoreError> {
    w.prepare_cached(
        "UPDATE conversation SET unread = unread + 1 WHERE id = ?1 AND EXISTS (
             SELECT 1 FROM message m WHERE m.account_id = conversation.account_id
                 AND m.external_id = ?2 AND m.direction = 'out')",
    )?
    .execute(params![id.0, message.as_str()])?;
    Ok(())
}

/// Notes the ad or link that the customer last came through.
///
/// # Errors
/// When the file cannot be written.
pub fn set_referral(
    w: &mut Write<'_>,
    id: ConversationId,
    referral: &Referral,
) -> Result<(), StoreError> {
    w.prepare_cached("UPDATE conversation SET referral = ?2 WHERE id = ?1")?
        .execute(params![id.0, to_json(Some(referral))?])?;
    Ok(())
}

/// What a customer did beside writing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presence {
    /// The time of our newest message that they have seen.
    pub seen_at: Option<Timestamp>,
    /// The ad or link that they last came through.
    pub referral: Option<Referral>,
    /// The name of their picture in the media folder.
    pub picture: Option<String>,
}

/// What a customer did beside writing.
///
/// # Errors
/// When the file cannot be read.
pub fn of(db: &Connection, id: ConversationId) -> Result<Presence, StoreError> {
    let mut query =
        db.prepare_cached("SELECT seen_at, referral, picture FROM conversation WHERE id = ?1")?;
    Ok(query.query_row([id.0], |r| {
        let referral: Option<String> = r.get(1)?;
        Ok(Presence {
            seen_at: r.get::<_, Option<i64>>(0)?.map(Timestamp),
            referral: referral.and_then(|json| serde_json::from_str(&json).ok()),
            picture: r.get(2)?,
        })
    })?)
}
