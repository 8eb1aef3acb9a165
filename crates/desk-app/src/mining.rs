//! Suggestions: answers worth keeping, found in what the owner wrote by hand. What the AI wrote is
//! no evidence, and nothing becomes knowledge before the owner says so.

use crate::dto::{KnowledgeEntry, Suggestion};
use crate::knowledge::{Typed, shown};
use crate::{Desk, IpcError};
use desk_ai::Knowledge;
use desk_ai::learning::mine::{Exchange, candidates};
use desk_ai::likeness::likeness;
use desk_core::{EntryId, MessageId, SuggestionId, Timestamp};
use desk_store::table::entry::{self, Entry};
use desk_store::table::message::{self, Message};
use desk_store::table::setting;
use desk_store::table::suggestion::{self, Suggestion as Row};
use desk_store::{Connection, StoreError, Write};

/// The setting with the last message that was looked at.
const MINED: &str = "mined_up_to";
/// Messages looked at in one go.
const AT_ONCE: u32 = 50;
/// Answers as alike as this are the same.
const SAME: f32 = 0.8;
const MAX_SHOWN: u32 = 100;

fn mined_up_to(db: &Connection) -> Result<MessageId, StoreError> {
    Ok(MessageId(setting::get(db, MINED)?))
}

/// Whether the owner wrote something that was not looked at.
pub(crate) fn is_due(db: &Connection) -> Result<bool, StoreError> {
    Ok(!message::written_by_owner(db, mined_up_to(db)?, 1)?.is_empty())
}

/// Looks at what the owner wrote since the last time.
pub(crate) fn mine(
    w: &mut Write<'_>,
    knowledge: &Knowledge,
    now: Timestamp,
) -> Result<(), StoreError> {
    let from = mined_up_to(w)?;
    let mut up_to = from;
    for reply in message::written_by_owner(w, from, AT_ONCE)? {
        if reply.state.is_some_and(|s| !s.is_settled()) {
            // It may still be taken back; whatever comes behind it waits too.
            break;
        }
        up_to = reply.id;
        // An approved draft says nothing that the knowledge does not.
        if reply.draft_id.is_none() {
            look_at(w, &reply, knowledge, now)?;
        }
    }
    if up_to != from {
        setting::set(w, MINED, &up_to.0)?;
    }
    Ok(())
}

fn look_at(
    w: &mut Write<'_>,
    reply: &Message,
    knowledge: &Knowledge,
    now: Timestamp,
) -> Result<(), StoreError> {
    let asked: Vec<String> = message::asked_before(w, reply)?
        .into_iter()
        .map(|m| m.text)
        .collect();
    let asked = asked.join("\n");
    let exchange = Exchange {
        id: reply.id,
        author: reply.author,
        asked: &asked,
        answered: &reply.text,
    };
    for found in candidates(&[exchange], knowledge, &[]) {
        let known = suggestion::known(w)?;
        if let Some(same) = known
            .iter()
            .find(|s| likeness(&s.answer, &found.answer) >= SAME)
        {
            suggestion::seen_again(w, same.id)?;
            continue;
        }
        suggestion::add(
            w,
            &Row {
                id: SuggestionId(0),
                message_id: reply.id,
                conversation_id: reply.conversation_id,
                question: found.questions.into_iter().next().unwrap_or_default(),
                answer: found.answer,
                lang: found.lang.as_str().to_owned(),
                seen: 1,
                created_at: now,
            },
        )?;
    }
    Ok(())
}

impl Desk {
    /// Command `suggestion_list`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn suggestion_list(&self) -> Result<Vec<Suggestion>, IpcError> {
        let rows: Result<Vec<Row>, StoreError> = self
            .store
            .read(|db| suggestion::waiting(db, MAX_SHOWN))
            .await;
        let shown = rows?.into_iter().map(|row| Suggestion {
            id: row.id,
            question: row.question,
            answer: row.answer,
            lang: row.lang,
            seen: row.seen,
            conversation_id: row.conversation_id,
            created_at: row.created_at,
        });
        Ok(shown.collect())
    }

    /// Command `suggestion_accept`. What the owner changed about it is taken as the owner wrote it.
    ///
    /// # Errors
    /// [`desk_core::Code::NotFound`] when it does not wait any more,
    /// [`desk_core::Code::EntryIncomplete`] without a question or an answer.
    pub async fn suggestion_accept(
        &self,
        suggestion_id: SuggestionId,
        question: Option<String>,
        answer: Option<String>,
    ) -> Result<KnowledgeEntry, IpcError> {
        let row: Result<Row, StoreError> = self
            .store
            .read(move |db| suggestion::get(db, suggestion_id))
            .await;
        let row = row?;
        let typed = Typed {
            id: EntryId(0),
            questions: vec![question.unwrap_or(row.question)],
            answer: answer.unwrap_or(row.answer),
            lang: row.lang,
            auto_ok: false,
            internal: false,
            more: crate::dto::EntryMore::default(),
        };
        let entry = typed.checked(self.clock.now())?;
        let added: Result<KnowledgeEntry, StoreError> = self
            .store
            .write(move |w| {
                suggestion::settle(w, suggestion_id, true)?;
                let id = entry::add(w, &entry)?;
                Ok(shown(Entry { id, ..entry }))
            })
            .await;
        Ok(added?)
    }

    /// Command `suggestion_dismiss`. The same is not suggested again.
    ///
    /// # Errors
    /// [`desk_core::Code::NotFound`] when it does not wait any more.
    pub async fn suggestion_dismiss(&self, suggestion_id: SuggestionId) -> Result<(), IpcError> {
        let settled: Result<(), StoreError> = self
            .store
            .write(move |w| suggestion::settle(w, suggestion_id, false))
            .await;
        Ok(settled?)
    }
}
