//! What a login asks the owner before it can end: which Page, or whether another account than the
//! expected one is wanted.
//!
//! The tokens of an unanswered question are in memory alone, for as long as a login may take: what
//! the owner did not agree to is never written down.

use super::Arrival;
use crate::dto::{Account, AccountSwitch, ConnectQuestion, PageChoice};
use crate::{Desk, IpcError};
use desk_core::{AccountId, Change, Code, Entity, Source, Timestamp, text};
use desk_store::table::login::LOGIN_LIFE;
use graph_api::FacebookPage;
use std::sync::{MutexGuard, PoisonError};

/// A question, with all that is needed once it is answered.
#[derive(Debug)]
pub(super) enum Asked {
    /// Which Page?
    Page {
        pages: Vec<FacebookPage>,
        app_id: String,
        expected: Option<AccountId>,
    },
    /// Another account came: is it wanted?
    Switch {
        arrival: Box<Arrival>,
        expected: String,
    },
}

/// A question that waits.
#[derive(Debug)]
pub(crate) struct Question {
    asked: Asked,
    at: Timestamp,
}

impl Question {
    fn is_over_at(&self, now: Timestamp) -> bool {
        now.since(self.at) > LOGIN_LIFE || now < self.at
    }
}

fn shown(asked: &Asked) -> ConnectQuestion {
    match asked {
        Asked::Page { pages, .. } => ConnectQuestion {
            pages: pages.iter().map(choice).collect(),
            switch: None,
        },
        Asked::Switch { arrival, expected } => {
            let came = &arrival.answer.value;
            let came = came.username.as_ref().unwrap_or(&came.user_id);
            ConnectQuestion {
                pages: Vec::new(),
                switch: Some(AccountSwitch {
                    expected: text::display_name(expected),
                    came: text::display_name(came),
                }),
            }
        }
    }
}

fn choice(page: &FacebookPage) -> PageChoice {
    let account = page.instagram.as_ref();
    let username = account.and_then(|account| account.username.as_deref());
    PageChoice {
        page_id: page.id.to_string(),
        page_name: text::display_name(&page.name),
        username: username.map(text::display_name),
        linked: account.is_some(),
    }
}

impl Desk {
    fn question(&self) -> MutexGuard<'_, Option<Question>> {
        self.connect_question
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What the screen is to ask.
    pub(crate) fn question_shown(&self) -> Option<ConnectQuestion> {
        let now = self.clock.now();
        let mut question = self.question();
        if question.as_ref().is_some_and(|q| q.is_over_at(now)) {
            *question = None;
        }
        question.as_ref().map(|question| shown(&question.asked))
    }

    pub(super) fn ask(&self, asked: Asked) {
        let at = self.clock.now();
        *self.question() = Some(Question { asked, at });
        self.announce(Change::upserted(Entity::Account, "", Source::Owner));
    }

    pub(super) fn drop_question(&self) {
        *self.question() = None;
    }

    /// Takes the question out when it is the right one and not too old.
    fn take_question(&self, is_it: impl Fn(&Asked) -> bool) -> Result<Asked, IpcError> {
        let now = self.clock.now();
        let mut question = self.question();
        let nothing = || IpcError::new(Code::LoginUnknown, "no login waits for this answer");
        if !question.as_ref().is_some_and(|q| is_it(&q.asked)) {
            return Err(nothing());
        }
        let taken = question.take().ok_or_else(nothing)?;
        if taken.is_over_at(now) {
            return Err(IpcError::new(
                Code::LoginExpired,
                "the answer came too late",
            ));
        }
        Ok(taken.asked)
    }

    /// Command `account_page_choose`.
    ///
    /// # Errors
    /// [`Code::LoginUnknown`] when nothing was asked, [`Code::LoginExpired`] after ten minutes,
    /// [`Code::NoPage`] for a Page without an Instagram account, and what Facebook says.
    pub async fn account_page_choose(&self, page_id: String) -> Result<Account, IpcError> {
        let has = |asked: &Asked| {
            matches!(asked, Asked::Page { pages, .. }
                if pages.iter().any(|page| page.id.as_str() == page_id && page.instagram.is_some()))
        };
        let is_page = |asked: &Asked| matches!(asked, Asked::Page { .. });
        let asked = self
            .question()
            .as_ref()
            .map(|q| (is_page(&q.asked), has(&q.asked)));
        if asked == Some((true, false)) {
            // The choice is still open: another Page can be taken.
            return Err(IpcError::new(
                Code::NoPage,
                "this Page has no Instagram account",
            ));
        }
        let Asked::Page {
            pages,
            app_id,
            expected,
        } = self.take_question(is_page)?
        else {
            return Err(IpcError::new(Code::LoginUnknown, "no Page was asked for"));
        };
        let chosen = pages.into_iter().find(|page| page.id.as_str() == page_id);
        let chosen = chosen.ok_or_else(|| IpcError::new(Code::NoPage, "no such Page"))?;
        self.take_page(chosen, app_id, expected).await
    }

    /// Command `account_switch_accept`.
    ///
    /// # Errors
    /// [`Code::LoginUnknown`] when nothing was asked, [`Code::LoginExpired`] after ten minutes.
    pub async fn account_switch_accept(&self) -> Result<Account, IpcError> {
        let asked = self.take_question(|asked| matches!(asked, Asked::Switch { .. }))?;
        match asked {
            Asked::Switch { arrival, .. } => self.keep(*arrival).await,
            Asked::Page { .. } => Err(IpcError::new(Code::LoginUnknown, "no account came")),
        }
    }

    /// Command `account_connect_stop`.
    ///
    /// # Errors
    /// None; a command is called like every other.
    #[expect(clippy::unused_async, reason = "a command is called like every other")]
    pub async fn account_connect_stop(&self) -> Result<(), IpcError> {
        self.drop_question();
        self.announce(Change::upserted(Entity::Account, "", Source::Owner));
        Ok(())
    }
}
