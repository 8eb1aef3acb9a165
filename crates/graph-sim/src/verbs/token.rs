//! Tokens without the way through a browser, their end, and consent given at once.

use chrono::{DateTime, Utc};

use crate::request::Call;
use crate::sim::Sim;

impl Sim {
    /// A new long token with both permissions.
    #[must_use]
    pub fn token(&self) -> String {
        self.world().long_token()
    }

    /// A long token as if issued at `at`.
    #[must_use]
    pub fn token_issued_at(&self, at: DateTime<Utc>) -> String {
        let mut world = self.world();
        let text = world.long_token();
        world.tokens.date(&text, at);
        text
    }

    /// Takes back all tokens: 458 the app was removed, 460 the password was changed.
    pub fn revoke_tokens(&self, subcode: i64) {
        self.world().tokens.revoke_all(subcode);
    }

    /// Ends the time of all tokens.
    pub fn expire_tokens(&self) {
        let mut world = self.world();
        let now = world.clock.now();
        world.tokens.expire_all(now);
    }

    /// Presses Allow on the consent page of this address; where the browser goes then. `None` when
    /// the platform would have shown an error page.
    #[must_use]
    pub fn allow(&self, authorize_url: &str) -> Option<String> {
        let mut world = self.world();
        let call = Call::of_url(authorize_url, world.clock.now())?;
        crate::endpoint::decide_at_once(&mut world, &call, true)
    }

    /// Presses Deny on the consent page of this address; where the browser goes then.
    #[must_use]
    pub fn deny(&self, authorize_url: &str) -> Option<String> {
        let mut world = self.world();
        let call = Call::of_url(authorize_url, world.clock.now())?;
        crate::endpoint::decide_at_once(&mut world, &call, false)
    }
}
