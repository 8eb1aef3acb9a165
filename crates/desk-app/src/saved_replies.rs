//! Saved replies: words that the owner sends often. Owns what their variables mean; must not send.

use crate::dto::{FilledReply, SavedReply, SavedReplyInput};
use crate::settings::stored_ai;
use crate::{Desk, IpcError, knowledge, local_time};
use desk_core::{Code, ConversationId, SavedReplyId};
use desk_store::StoreError;
use desk_store::table::account;
use desk_store::table::conversation::{self, Conversation};
use desk_store::table::saved_reply::{self, SavedReply as Row};

const MAX_TITLE_CHARS: usize = 80;
const MAX_SHORTCUT_CHARS: usize = 30;
/// More than a message can carry, for what is cut in two.
const MAX_TEXT_BYTES: usize = 8000;

fn shown(row: Row) -> SavedReply {
    SavedReply {
        id: row.id,
        title: row.title,
        text: row.text,
        lang: row.lang,
        shortcut: row.shortcut,
        updated_at: row.updated_at,
    }
}

/// Puts values in place of `{names}`. What nothing is known for stays as it is, and is told.
pub(crate) fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut missing = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let named = after.split_once('}').filter(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        });
        let Some((name, behind)) = named else {
            out.push('{');
            rest = after;
            continue;
        };
        match value(name).filter(|v| !v.is_empty()) {
            Some(value) => out.push_str(&value),
            None => {
                out.push_str(&format!("{{{name}}}"));
                if !missing.iter().any(|m| m == name) {
                    missing.push(name.to_owned());
                }
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    (out, missing)
}

/// What to call a customer: the first word of the name they gave, never a handle or a number.
fn given_name(row: &Conversation) -> Option<String> {
    let handle = row.username.as_deref().map(desk_core::text::display_name);
    let is_name = !row.name.starts_with("Instagram …") && handle.as_ref() != Some(&row.name);
    let first = row.name.split_whitespace().next()?;
    (is_name && first.chars().all(char::is_alphabetic)).then(|| first.to_owned())
}

impl Desk {
    /// Command `saved_reply_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn saved_reply_list(&self) -> Result<Vec<SavedReply>, IpcError> {
        let all: Result<Vec<Row>, StoreError> = self.store.read(saved_reply::all).await;
        Ok(all?.into_iter().map(shown).collect())
    }

    /// Command `saved_reply_set`.
    ///
    /// # Errors
    /// [`Code::EntryIncomplete`] without a title or words.
    pub async fn saved_reply_set(&self, reply: SavedReplyInput) -> Result<SavedReply, IpcError> {
        let title: String = reply.title.trim().chars().take(MAX_TITLE_CHARS).collect();
        let text = reply.text.trim().to_owned();
        if title.is_empty() || text.is_empty() {
            return Err(IpcError::new(
                Code::EntryIncomplete,
                "a saved reply needs a title and words",
            ));
        }
        if text.len() > MAX_TEXT_BYTES {
            return Err(IpcError::new(Code::ReplyTooLong, "the reply is too long"));
        }
        if let Some(lang) = &reply.lang {
            knowledge::check_lang(lang)?;
        }
        let shortcut = reply.shortcut.map(|s| {
            let typed = s.trim().trim_start_matches('/');
            typed.chars().take(MAX_SHORTCUT_CHARS).collect::<String>()
        });
        let row = Row {
            id: reply.id.unwrap_or(SavedReplyId(0)),
            title,
            text,
            lang: reply.lang,
            shortcut: shortcut.filter(|s| !s.is_empty()),
            updated_at: self.clock.now(),
        };
        let is_new = reply.id.is_none();
        let kept: Result<Row, StoreError> = self
            .store
            .write(move |w| {
                if is_new {
                    let id = saved_reply::add(w, &row)?;
                    return Ok(Row { id, ..row });
                }
                saved_reply::change(w, &row)?;
                Ok(row)
            })
            .await;
        Ok(shown(kept?))
    }

    /// Command `saved_reply_remove`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is gone.
    pub async fn saved_reply_remove(&self, saved_reply_id: SavedReplyId) -> Result<(), IpcError> {
        let removed: Result<(), StoreError> = self
            .store
            .write(move |w| saved_reply::remove(w, saved_reply_id))
            .await;
        Ok(removed?)
    }

    /// Command `saved_reply_fill`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the reply or the conversation is gone.
    pub async fn saved_reply_fill(
        &self,
        saved_reply_id: SavedReplyId,
        conversation_id: ConversationId,
    ) -> Result<FilledReply, IpcError> {
        let today = local_time::date(self.clock.now());
        let filled: Result<FilledReply, StoreError> = self
            .store
            .read(move |db| {
                let reply = saved_reply::get(db, saved_reply_id)?;
                let row = conversation::get(db, conversation_id)?;
                let account = account::get(db, row.account_id)?;
                let shop = stored_ai(db)?.business_name;
                let (text, missing) = fill(&reply.text, |name| match name {
                    "name" => given_name(&row),
                    "username" => row.username.as_deref().map(desk_core::text::display_name),
                    "shop" if shop.is_empty() => {
                        account.name.clone().or(Some(account.username.clone()))
                    }
                    "shop" => Some(shop.clone()),
                    "today" => Some(today.clone()),
                    _ => None,
                });
                Ok(FilledReply { text, missing })
            })
            .await;
        Ok(filled?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_variables_are_filled_and_the_others_are_told() {
        let value = |name: &str| (name == "name").then(|| "Ayşe".to_owned());
        let cases = [
            ("Merhaba {name}!", "Merhaba Ayşe!", vec![]),
            (
                "{name} {order} {order}",
                "Ayşe {order} {order}",
                vec!["order"],
            ),
            ("a { b } {Name} {", "a { b } {Name} {", vec![]),
            ("{{name}}", "{Ayşe}", vec![]),
            ("", "", vec![]),
        ];
        for (text, filled, missing) in cases {
            let (out, left) = fill(text, value);
            assert_eq!(
                (out.as_str(), left),
                (filled, missing.iter().map(|m| (*m).to_owned()).collect())
            );
        }
    }
}
