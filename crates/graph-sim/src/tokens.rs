//! Access tokens and authorization codes: what each is worth at a given moment. A short token lives
//! one hour, a long one sixty days, a code one hour and one use.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::plus_seconds;
use crate::graph_error::GraphError;

/// Seconds that a long token lives, as the platform announces them.
pub(crate) const LONG_SECONDS: i64 = 5_183_000;
const SHORT_SECONDS: i64 = 3_600;

/// The permission without which nothing works.
pub(crate) const BASIC: &str = "instagram_business_basic";
/// The permission for conversations and sends.
pub(crate) const MESSAGES: &str = "instagram_business_manage_messages";

/// By which of the two logins a token was had, and for whom it acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// Instagram Login: the account itself.
    Instagram,
    /// Facebook Login: the person, who may list Pages and nothing else.
    Person,
    /// Facebook Login: a Page.
    Page(String),
}

/// What is known about a token.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) way: Way,
    pub(crate) long: bool,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) scopes: Vec<String>,
    pub(crate) revoked: Option<i64>,
}

/// A code that waits for its exchange.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) way: Way,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) used: bool,
}

/// All tokens and codes that were handed out.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    tokens: HashMap<String, Token>,
    codes: HashMap<String, Code>,
}

impl Tokens {
    /// Hands out `text` as a token.
    pub(crate) fn issue(
        &mut self,
        text: String,
        long: bool,
        scopes: Vec<String>,
        now: DateTime<Utc>,
    ) {
        let life = if long { LONG_SECONDS } else { SHORT_SECONDS };
        let expires_at = plus_seconds(now, life);
        let token = Token {
            way: Way::Instagram,
            long,
            issued_at: now,
            expires_at,
            scopes,
            revoked: None,
        };
        self.tokens.insert(text, token);
    }

    /// Hands out `text` as a token of Facebook Login. That of a Page does not run out.
    pub(crate) fn issue_facebook(
        &mut self,
        text: String,
        way: Way,
        scopes: Vec<String>,
        now: DateTime<Utc>,
    ) {
        self.issue(text.clone(), true, scopes, now);
        if let Some(token) = self.tokens.get_mut(&text) {
            if matches!(way, Way::Page(_)) {
                token.expires_at = DateTime::<Utc>::MAX_UTC;
            }
            token.way = way;
        }
    }

    /// The login of a token, whether or not it is still good.
    pub(crate) fn way(&self, text: &str) -> Option<&Way> {
        self.tokens.get(text).map(|token| &token.way)
    }

    /// Whether a token or a code was handed out here.
    pub(crate) fn know(&self, text: &str) -> bool {
        self.tokens.contains_key(text) || self.codes.contains_key(text)
    }

    /// The token behind `text`, if it is good at `now`.
    pub(crate) fn check(
        &self,
        text: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<&Token, GraphError> {
        let text = text.ok_or_else(GraphError::token_missing)?;
        let token = self
            .tokens
            .get(text)
            .ok_or_else(GraphError::token_garbage)?;
        if let Some(subcode) = token.revoked {
            return Err(GraphError::token_revoked(subcode));
        }
        if token.expires_at <= now {
            return Err(GraphError::token_expired(token.expires_at, now));
        }
        Ok(token)
    }

    /// Dates a long token back to `at`.
    pub(crate) fn date(&mut self, text: &str, at: DateTime<Utc>) {
        if let Some(token) = self.tokens.get_mut(text) {
            token.issued_at = at;
            token.expires_at = plus_seconds(at, LONG_SECONDS);
        }
    }

    /// Takes back every token that was handed out so far.
    pub(crate) fn revoke_all(&mut self, subcode: i64) {
        for token in self.tokens.values_mut() {
            token.revoked = Some(subcode);
        }
    }

    /// Ends the life of every token that was handed out so far.
    pub(crate) fn expire_all(&mut self, now: DateTime<Utc>) {
        for token in self.tokens.values_mut() {
            token.expires_at = token.expires_at.min(plus_seconds(now, -1));
        }
    }

    /// Remembers a code.
    pub(crate) fn remember(&mut self, text: String, code: Code) {
        self.codes.insert(text, code);
    }

    /// The code of a login behind `text`, if it is unused and younger than an hour.
    pub(crate) fn code(&mut self, text: &str, way: &Way, now: DateTime<Utc>) -> Option<&mut Code> {
        self.codes.get_mut(text).filter(|code| {
            code.way == *way
                && !code.used
                && now.signed_duration_since(code.issued_at) < TimeDelta::hours(1)
        })
    }

    /// How many tokens were handed out.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }
}
