//! What the owner writes and does not send: notes for themselves, and what stands in the composer.

use crate::dto::Note;
use crate::{Desk, IpcError};
use desk_core::{Code, ConversationId, NoteId};
use desk_store::StoreError;
use desk_store::table::{composer, note};

/// Notes are notes.
const MAX_NOTE_CHARS: usize = 4000;
/// Far more than can be sent, so that a long paste can be cut down at leisure.
const MAX_COMPOSING_BYTES: usize = 100_000;

fn shown(row: note::Note) -> Note {
    Note {
        id: row.id,
        conversation_id: row.conversation_id,
        text: row.text,
        created_at: row.created_at,
        changed_at: row.changed_at,
    }
}

fn words_of(text: &str) -> Result<String, IpcError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_NOTE_CHARS {
        return Err(IpcError::new(
            Code::BadRequest,
            "a note has 1 to 4000 characters",
        ));
    }
    Ok(text.to_owned())
}

impl Desk {
    /// Command `note_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn note_list(&self, conversation_id: ConversationId) -> Result<Vec<Note>, IpcError> {
        let rows: Result<Vec<note::Note>, StoreError> = self
            .store
            .read(move |db| note::of(db, conversation_id))
            .await;
        Ok(rows?.into_iter().map(shown).collect())
    }

    /// Command `note_add`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] without words; [`Code::NotFound`] when there is no such conversation.
    pub async fn note_add(
        &self,
        conversation_id: ConversationId,
        text: String,
    ) -> Result<Note, IpcError> {
        let text = words_of(&text)?;
        let now = self.clock.now();
        let added: Result<note::Note, StoreError> = self
            .store
            .write(move |w| note::add(w, conversation_id, &text, now))
            .await;
        Ok(shown(added?))
    }

    /// Command `note_change`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] without words; [`Code::NotFound`] when it is gone.
    pub async fn note_change(&self, note_id: NoteId, text: String) -> Result<Note, IpcError> {
        let text = words_of(&text)?;
        let now = self.clock.now();
        let changed: Result<note::Note, StoreError> = self
            .store
            .write(move |w| note::change(w, note_id, &text, now))
            .await;
        Ok(shown(changed?))
    }

    /// Command `note_remove`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is gone.
    pub async fn note_remove(&self, note_id: NoteId) -> Result<(), IpcError> {
        let removed: Result<(), StoreError> =
            self.store.write(move |w| note::remove(w, note_id)).await;
        Ok(removed?)
    }

    /// Command `composer_save`. It is on the disk when this returns.
    ///
    /// # Errors
    /// [`Code::ReplyTooLong`] beyond all measure; [`Code::NotFound`] when there is no such
    /// conversation.
    pub async fn composer_save(
        &self,
        conversation_id: ConversationId,
        text: String,
    ) -> Result<(), IpcError> {
        if text.len() > MAX_COMPOSING_BYTES {
            return Err(IpcError::new(
                Code::ReplyTooLong,
                "too long to be kept as a draft",
            ));
        }
        let now = self.clock.now();
        let saved: Result<(), StoreError> = self
            .store
            .write(move |w| composer::save(w, conversation_id, &text, now))
            .await;
        Ok(saved?)
    }
}
