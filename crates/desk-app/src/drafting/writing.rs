//! What the endpoint has written so far of drafts that are not finished. It was not checked: it is
//! shown, never kept and never sent, so it lives in memory alone.

use desk_core::{Change, ConversationId, DraftId, Entity, Source};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;

/// Words come in drips; the screen is told this often at most.
const TELL_EVERY: Duration = Duration::from_millis(100);

#[derive(Debug)]
struct Growing {
    draft: DraftId,
    words: String,
    told: Option<Instant>,
}

/// What is being written, by conversation.
#[derive(Debug)]
pub(crate) struct Writing {
    growing: Mutex<BTreeMap<ConversationId, Growing>>,
    news: broadcast::Sender<Arc<Vec<Change>>>,
}

impl Writing {
    pub(super) fn new(news: broadcast::Sender<Arc<Vec<Change>>>) -> Self {
        Writing {
            growing: Mutex::default(),
            news,
        }
    }

    fn growing(&self) -> MutexGuard<'_, BTreeMap<ConversationId, Growing>> {
        self.growing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether any draft is being written.
    pub(crate) fn is_any(&self) -> bool {
        !self.growing().is_empty()
    }

    /// What there is of a draft; nothing once it is finished or given up.
    pub(crate) fn of(&self, conversation: ConversationId, draft: DraftId) -> Option<String> {
        let growing = self.growing();
        let found = growing.get(&conversation).filter(|g| g.draft == draft)?;
        (!found.words.is_empty()).then(|| found.words.clone())
    }

    /// Begins to show a draft; it ends when the handle is dropped, whatever the way.
    pub(super) fn begin(&self, conversation: ConversationId, draft: DraftId) -> Shown<'_> {
        let new = Growing {
            draft,
            words: String::new(),
            told: None,
        };
        self.growing().insert(conversation, new);
        Shown {
            writing: self,
            conversation,
            draft,
        }
    }
}

/// A draft that is shown while it grows.
pub(super) struct Shown<'a> {
    writing: &'a Writing,
    conversation: ConversationId,
    draft: DraftId,
}

impl Shown<'_> {
    /// All that was written so far.
    pub(super) fn grow(&self, words: &str) {
        let mut growing = self.writing.growing();
        let mine = |g: &&mut Growing| g.draft == self.draft && g.words != words;
        let Some(found) = growing.get_mut(&self.conversation).filter(mine) else {
            return;
        };
        words.clone_into(&mut found.words);
        let now = Instant::now();
        let is_due = found
            .told
            .is_none_or(|at| now.duration_since(at) >= TELL_EVERY);
        if is_due {
            found.told = Some(now);
            let change = Change::upserted(Entity::Writing, self.conversation, Source::Ai);
            // Nobody listening is fine: no window is open.
            let _ = self.writing.news.send(Arc::new(vec![change]));
        }
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let mut growing = self.writing.growing();
        if growing
            .get(&self.conversation)
            .is_some_and(|g| g.draft == self.draft)
        {
            growing.remove(&self.conversation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_while_they_grow_and_no_longer() {
        let (news, mut heard) = broadcast::channel(16);
        let writing = Writing::new(news);
        let (talk, old, new) = (ConversationId(1), DraftId(1), DraftId(2));
        let given_up = writing.begin(talk, old);
        let shown = writing.begin(talk, new);
        given_up.grow("from before");
        shown.grow("Shipping");
        shown.grow("Shipping is");
        assert_eq!(writing.of(talk, old), None);
        assert_eq!(writing.of(talk, new).as_deref(), Some("Shipping is"));
        assert_eq!(heard.try_recv().unwrap().len(), 1);
        assert!(heard.try_recv().is_err(), "drips are told together");
        drop(given_up);
        assert!(writing.of(talk, new).is_some());
        drop(shown);
        assert_eq!(writing.of(talk, new), None);
    }
}
