//! Labels and kept filters.

use crate::dto::{InboxFilter, Label, LabelColor, SavedFilter};
use crate::{Desk, IpcError};
use desk_core::message::InboxView;
use desk_core::{Code, ConversationId, FilterId, LabelId, text};
use desk_store::table::{filter, label};
use desk_store::{Connection, StoreError};

/// A longer name does not fit beside another.
const MAX_NAME_CHARS: usize = 40;
const MAX_AT_ONCE: usize = 1000;

fn name_of(name: &str) -> Result<String, IpcError> {
    let name = text::display_name(name);
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(IpcError::new(
            Code::BadRequest,
            "a name has 1 to 40 characters",
        ));
    }
    Ok(name)
}

fn labels(db: &Connection) -> Result<Vec<Label>, StoreError> {
    let shown = |row: label::Label| Label {
        id: row.id,
        name: row.name,
        // A newer ReplyDesk may know more colours.
        color: serde_json::from_value(serde_json::Value::String(row.color))
            .unwrap_or(LabelColor::Gray),
        conversations: row.conversations,
    };
    Ok(label::all(db)?.into_iter().map(shown).collect())
}

fn filters(db: &Connection) -> Result<Vec<SavedFilter>, StoreError> {
    let shown = |row: filter::Filter| {
        Ok(SavedFilter {
            id: row.id,
            name: row.name,
            view: row.view,
            filter: serde_json::from_str(&row.narrow)?,
        })
    };
    filter::all(db)?.into_iter().map(shown).collect()
}

impl Desk {
    /// Command `label_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn label_list(&self) -> Result<Vec<Label>, IpcError> {
        let all: Result<_, StoreError> = self.store.read(labels).await;
        Ok(all?)
    }

    /// Command `label_set`: adds a label, or changes the one with the id.
    ///
    /// # Errors
    /// [`Code::BadRequest`] without a name; [`Code::NotFound`] when the one to change is gone.
    pub async fn label_set(
        &self,
        label_id: Option<LabelId>,
        name: String,
        color: LabelColor,
    ) -> Result<Label, IpcError> {
        let name = name_of(&name)?;
        let set: Result<Label, StoreError> = self
            .store
            .write(move |w| {
                let color = serde_json::to_value(color)?;
                let id = label::set(w, label_id, &name, color.as_str().unwrap_or("gray"))?;
                let found = labels(w)?.into_iter().find(|one| one.id == id);
                found.ok_or(StoreError::NotFound("label"))
            })
            .await;
        Ok(set?)
    }

    /// Command `label_remove`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is gone.
    pub async fn label_remove(&self, label_id: LabelId) -> Result<(), IpcError> {
        let removed: Result<(), StoreError> =
            self.store.write(move |w| label::remove(w, label_id)).await;
        Ok(removed?)
    }

    /// Command `conversation_label`: puts a label on conversations, or takes it off.
    ///
    /// # Errors
    /// [`Code::NotFound`] when one of them is gone; none is changed then.
    pub async fn conversation_label(
        &self,
        ids: Vec<ConversationId>,
        label_id: LabelId,
        on: bool,
    ) -> Result<(), IpcError> {
        if ids.len() > MAX_AT_ONCE {
            return Err(IpcError::new(
                Code::BadRequest,
                "at most 1000 conversations at once",
            ));
        }
        let written: Result<(), StoreError> = self
            .store
            .write(move |w| {
                for id in ids {
                    label::mark(w, id, label_id, on)?;
                }
                Ok(())
            })
            .await;
        Ok(written?)
    }

    /// Command `filter_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn filter_list(&self) -> Result<Vec<SavedFilter>, IpcError> {
        let all: Result<_, StoreError> = self.store.read(filters).await;
        Ok(all?)
    }

    /// Command `filter_set`: keeps a filter, or changes the one with the id.
    ///
    /// # Errors
    /// [`Code::BadRequest`] without a name; [`Code::NotFound`] when the one to change is gone.
    pub async fn filter_set(
        &self,
        filter_id: Option<FilterId>,
        name: String,
        view: InboxView,
        filter: InboxFilter,
    ) -> Result<SavedFilter, IpcError> {
        let name = name_of(&name)?;
        let set: Result<SavedFilter, StoreError> = self
            .store
            .write(move |w| {
                let narrow = serde_json::to_string(&filter)?;
                let id = filter::set(w, filter_id, &name, view, &narrow)?;
                Ok(SavedFilter {
                    id,
                    name,
                    view,
                    filter,
                })
            })
            .await;
        Ok(set?)
    }

    /// Command `filter_remove`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is gone.
    pub async fn filter_remove(&self, filter_id: FilterId) -> Result<(), IpcError> {
        let removed: Result<(), StoreError> = self
            .store
            .write(move |w| filter::remove(w, filter_id))
            .await;
        Ok(removed?)
    }
}
