//! Reading: the list, a conversation, search, and how the synchronisation stands.

use crate::dto::{
    ConversationRow, ConversationView, InboxFilter, InboxPage, InboxSort, MessagePage,
    SearchFilter, SearchHit,
};
use crate::{Desk, IpcError, convert, marks, thread};
use desk_core::message::InboxView;
use desk_core::window::{REPLY_WINDOW, SAFETY_MARGIN};
use desk_core::{Code, ConversationId, Outcome, Reason, ReplyMode, Source, Timestamp};
use desk_store::table::{composer, conversation, draft, message, window};
use desk_store::{StoreError, Write, search};
use std::time::Duration;

/// A reply window that closes within this time closes soon.
const SOON: Duration = Duration::from_secs(2 * 3600);
/// No page is longer: the screen shows far less.
const MAX_PAGE: u32 = 200;

/// Rows as the screen sees them, with the size of the view.
fn page(
    db: &desk_store::Connection,
    (view, narrow): (InboxView, &conversation::Narrow),
    rows: Vec<conversation::Conversation>,
    next_cursor: Option<String>,
    now: Timestamp,
) -> Result<InboxPage, StoreError> {
    let mode = convert::default_mode(db)?;
    let total = if *narrow == conversation::Narrow::default() {
        conversation::count(db, view)?
    } else {
        u32::try_from(rows.len()).unwrap_or(u32::MAX)
    };
    let items = rows
        .into_iter()
        .map(|row| convert::conversation(row, mode, now))
        .collect();
    Ok(InboxPage {
        items,
        next_cursor,
        total,
    })
}

/// Sets what the AI may do in a conversation; what counts down against it stops at once.
pub(crate) fn set_mode(
    w: &mut Write<'_>,
    id: ConversationId,
    mode: ReplyMode,
    now: Timestamp,
) -> Result<(), StoreError> {
    conversation::set_mode(w, id, mode)?;
    if mode == ReplyMode::Auto {
        conversation::arm(w, id, now)?;
    }
    match (mode, draft::current(w, id)?) {
        (ReplyMode::Off, _) => draft::make_stale(w, id, Source::Owner)?,
        (ReplyMode::Draft, Some(d)) if d.outcome == Outcome::Countdown => {
            draft::back_to_proposal(w, &d, Reason::Stopped, Source::Owner)?;
        }
        _ => {}
    }
    conversation::refresh_row(w, id, Source::Owner)
}

impl Desk {
    /// Command `inbox_list`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for a cursor that is none.
    pub async fn inbox_list(
        &self,
        view: InboxView,
        query: Option<String>,
        cursor: Option<String>,
        limit: u32,
        filter: Option<InboxFilter>,
    ) -> Result<InboxPage, IpcError> {
        if let Some(filter) = filter.as_ref()
            && filter.sort == Some(InboxSort::Window)
        {
            let narrow = narrow(query, filter.clone(), self.clock.now());
            return self.inbox_by_window(view, narrow, cursor, limit).await;
        }
        let after = match cursor {
            None => None,
            Some(text) => Some(
                conversation::Cursor::parse(&text)
                    .ok_or_else(|| IpcError::new(Code::BadRequest, "no such cursor"))?,
            ),
        };
        let limit = limit.clamp(1, MAX_PAGE);
        let query = query.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
        let now = self.clock.now();
        let narrow = narrow(query, filter.unwrap_or_default(), now);
        let page: Result<InboxPage, StoreError> = self
            .store
            .read(move |db| {
                let rows = conversation::list_narrowed(db, view, &narrow, after, limit)?;
                let is_full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
                let next_cursor = rows.last().filter(|_| is_full).map(|row| {
                    conversation::Cursor {
                        last_at: row.last_at,
                        id: row.id,
                    }
                    .to_string()
                });
                page(db, (view, &narrow), rows, next_cursor, now)
            })
            .await;
        Ok(page?)
    }

    /// The list that shows first whose reply window closes first.
    async fn inbox_by_window(
        &self,
        view: InboxView,
        narrow: conversation::Narrow,
        cursor: Option<String>,
        limit: u32,
    ) -> Result<InboxPage, IpcError> {
        let now = self.clock.now();
        let after = match cursor {
            None => window::Cursor::first(now),
            Some(text) => window::Cursor::parse(&text)
                .ok_or_else(|| IpcError::new(Code::BadRequest, "no such cursor"))?,
        };
        let limit = limit.clamp(1, MAX_PAGE);
        let page: Result<InboxPage, StoreError> = self
            .store
            .read(move |db| {
                let rows = window::list(db, view, &narrow, after, limit)?;
                let is_full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
                let last = rows.last().filter(|_| is_full);
                let next_cursor = last.map(|row| window::Cursor::after(row, after.now).to_string());
                page(db, (view, &narrow), rows, next_cursor, now)
            })
            .await;
        Ok(page?)
    }

    /// Command `conversation_open`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is none.
    pub async fn conversation_open(
        &self,
        conversation_id: ConversationId,
        before: Option<String>,
        limit: u32,
    ) -> Result<ConversationView, IpcError> {
        let before = match before {
            None => None,
            Some(text) => Some(
                message::Before::parse(&text)
                    .ok_or_else(|| IpcError::new(Code::BadRequest, "no such place"))?,
            ),
        };
        let limit = limit.clamp(1, MAX_PAGE);
        let now = self.clock.now();
        let view: Result<ConversationView, StoreError> = self
            .store
            .read(move |db| {
                let row = conversation::get(db, conversation_id)?;
                let rows = message::page(db, conversation_id, before, limit)?;
                let is_full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
                let older_before = rows.first().filter(|_| is_full).map(|m| {
                    message::Before {
                        sent_at: m.sent_at,
                        id: m.id,
                    }
                    .to_string()
                });
                let draft = draft::current(db, conversation_id)?
                    .map(convert::draft)
                    .transpose()?;
                let instagram_url = instagram_url(row.username.as_deref());
                let context = thread::context(db, conversation_id, &instagram_url)?;
                let messages = thread::messages(db, rows, &context)?;
                let composing = composer::text(db, conversation_id)?;
                Ok(ConversationView {
                    gaps: thread::gaps(db, conversation_id)?,
                    referral: context.presence.referral.map(thread::referral),
                    conversation: convert::conversation(row, convert::default_mode(db)?, now),
                    messages,
                    older_before,
                    draft,
                    instagram_url,
                    composing,
                })
            })
            .await;
        let mut view = view?;
        view.draft = view.draft.map(|draft| self.with_partial(draft));
        Ok(view)
    }

    /// Command `conversation_page`.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for a place that is none; [`Code::NotFound`] when there is no such
    /// conversation.
    pub async fn conversation_page(
        &self,
        conversation_id: ConversationId,
        around: Option<String>,
        after: Option<String>,
        limit: u32,
    ) -> Result<MessagePage, IpcError> {
        let place = around.as_deref().or(after.as_deref());
        let place = place
            .and_then(message::Before::parse)
            .ok_or_else(|| IpcError::new(Code::BadRequest, "no such place"))?;
        let limit = limit.clamp(2, MAX_PAGE);
        let page: Result<MessagePage, StoreError> = self
            .store
            .read(move |db| {
                let row = conversation::get(db, conversation_id)?;
                let mut rows = Vec::new();
                let mut older_before = None;
                let mut newer = limit;
                if around.is_some() {
                    newer = limit / 2;
                    rows = message::page(db, conversation_id, Some(place), limit - newer)?;
                    older_before = (rows.len() >= count(limit - newer))
                        .then(|| rows.first().map(at))
                        .flatten();
                }
                let later =
                    message::page_from(db, conversation_id, place, around.is_some(), newer)?;
                let newer_after = (later.len() >= count(newer))
                    .then(|| later.last().map(at))
                    .flatten();
                rows.extend(later);
                let instagram_url = instagram_url(row.username.as_deref());
                let context = thread::context(db, conversation_id, &instagram_url)?;
                Ok(MessagePage {
                    messages: thread::messages(db, rows, &context)?,
                    older_before,
                    newer_after,
                })
            })
            .await;
        Ok(page?)
    }

    /// Command `conversation_mark_read`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn conversation_mark_read(
        &self,
        conversation_id: ConversationId,
    ) -> Result<(), IpcError> {
        let found: Result<(u32, bool), StoreError> = self
            .store
            .read(move |db| {
                let unread = conversation::get(db, conversation_id)?.unread;
                Ok((unread, crate::sending::stored(db)?.seen))
            })
            .await;
        let (unread, tell) = found?;
        if unread > 0 {
            if tell {
                self.engine.seen(conversation_id);
            }
            let written: Result<(), StoreError> = self
                .store
                .write(move |w| conversation::mark_read(w, conversation_id))
                .await;
            written?;
        }
        Ok(())
    }

    /// Command `search`.
    ///
    /// # Errors
    /// When the file cannot be read. No text is a wrong query.
    pub async fn search(
        &self,
        query: String,
        limit: u32,
        filter: Option<SearchFilter>,
    ) -> Result<Vec<SearchHit>, IpcError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let filter = filter.unwrap_or_default();
        let narrow = search::Narrow {
            conversation: filter.conversation_id,
            label: filter.label_id,
            authors: filter.authors,
            from: filter.from,
            to: filter.to,
        };
        let hits: Result<Vec<SearchHit>, StoreError> = self
            .store
            .read(move |db| {
                let words = search::words(&query);
                let mut hits = Vec::new();
                for found in search::messages_narrowed(db, &query, &narrow, limit)? {
                    let name = conversation::get(db, found.conversation_id)?.name;
                    let (snippet, marks) = marks::around(&found.text, &words);
                    hits.push(SearchHit {
                        message_id: found.id,
                        conversation_id: found.conversation_id,
                        name,
                        snippet,
                        marks,
                        author: found.author,
                        sent_at: found.sent_at,
                        cursor: message::Before {
                            sent_at: found.sent_at,
                            id: found.id,
                        }
                        .to_string(),
                    });
                }
                Ok(hits)
            })
            .await;
        Ok(hits?)
    }

    /// Command `auto_reply_set`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such conversation.
    pub async fn auto_reply_set(
        &self,
        conversation_id: ConversationId,
        mode: ReplyMode,
    ) -> Result<ConversationRow, IpcError> {
        let now = self.clock.now();
        let row: Result<ConversationRow, StoreError> = self
            .store
            .write(move |w| {
                set_mode(w, conversation_id, mode, now)?;
                let row = conversation::get(w, conversation_id)?;
                Ok(convert::conversation(row, convert::default_mode(w)?, now))
            })
            .await;
        let row = row?;
        if mode != ReplyMode::Off && row.state == desk_core::message::RowState::Waiting {
            let written: Result<(), StoreError> = self
                .store
                .write(move |w| {
                    conversation::schedule_turn(
                        w,
                        conversation_id,
                        now,
                        std::time::Duration::ZERO,
                        now,
                    )
                })
                .await;
            written?;
            self.drafting.wake();
        }
        Ok(row)
    }
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// A message's place in its conversation.
fn at(row: &message::Message) -> String {
    message::Before {
        sent_at: row.sent_at,
        id: row.id,
    }
    .to_string()
}

/// What narrows the list, in the store's terms.
fn narrow(query: Option<String>, filter: InboxFilter, now: Timestamp) -> conversation::Narrow {
    conversation::Narrow {
        name: query,
        unread: filter.unread,
        label: filter.label_id,
        account: filter.account_id,
        inbound: filter.window_soon.then(|| {
            let closing = now - (REPLY_WINDOW - SAFETY_MARGIN);
            (closing, closing + SOON)
        }),
    }
}

/// The conversation on Instagram's own pages. Instagram's ids of threads lead nowhere there; the
/// customer's handle does.
fn instagram_url(username: Option<&str>) -> String {
    let is_handle = |u: &&str| {
        !u.is_empty()
            && u.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'))
    };
    match username.filter(is_handle) {
        Some(username) => format!("https://ig.me/m/{username}"),
        None => "https://www.instagram.com/direct/inbox/".to_owned(),
    }
}
