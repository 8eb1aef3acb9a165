//! Settings, as JSON under a key.

use crate::{StoreError, Write};
use desk_core::{Change, Entity, Source};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A setting, or its default when it was never set.
///
/// # Errors
/// When the file cannot be read, or the value is not of this type.
pub fn get<T: DeserializeOwned + Default>(db: &Connection, key: &str) -> Result<T, StoreError> {
    let text: Option<String> = db
        .prepare_cached("SELECT value FROM setting WHERE key = ?1")?
        .query_row([key], |r| r.get(0))
        .optional()?;
    text.map_or_else(|| Ok(T::default()), |text| Ok(serde_json::from_str(&text)?))
}

/// Sets a setting.
///
/// # Errors
/// When the file cannot be written.
pub fn set<T: Serialize>(w: &mut Write<'_>, key: &str, value: &T) -> Result<(), StoreError> {
    let text = serde_json::to_string(value)?;
    w.execute(
        "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        params![key, text],
    )?;
    w.note(Change::upserted(Entity::Settings, "", Source::Owner));
    Ok(())
}

/// Whether the AI is paused everywhere: `bool`.
pub const AI_PAUSED: &str = "ai_paused";
/// The mode of conversations that the owner did not set: a [`desk_core::ReplyMode`].
pub const DEFAULT_MODE: &str = "default_mode";

/// What the AI may do in a conversation: the owner's choice for it, else the default, else draft.
///
/// # Errors
/// When the file cannot be read.
pub fn effective_mode(
    db: &Connection,
    chosen: Option<desk_core::ReplyMode>,
) -> Result<desk_core::ReplyMode, StoreError> {
    if let Some(mode) = chosen {
        return Ok(mode);
    }
    Ok(get::<Option<desk_core::ReplyMode>>(db, DEFAULT_MODE)?
        .unwrap_or(desk_core::ReplyMode::Draft))
}
