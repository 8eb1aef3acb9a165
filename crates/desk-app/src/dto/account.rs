//! Accounts: how they are connected, and how they stand.

use desk_core::Timestamp;
use desk_core::message::Health;
use serde::{Deserialize, Serialize};

words! {
    /// The way an account was connected.
    pub enum LoginKind {
        /// With Instagram's own page.
        Instagram,
        /// With Facebook, through a Page.
        Facebook,
    }
}

dto! {
    /// One side of an account: does it work, and what did Instagram last say to it?
    pub struct HealthLight {
        /// How it stands.
        pub state: Health,
        /// The last call since ReplyDesk was started.
        pub last_call_at: Option<Timestamp>,
        /// Meta's code and subcode of that call, when it failed: `190/463`, `HTTP 502`.
        pub code: Option<String>,
        /// What Meta's support asks for.
        pub trace_id: Option<String>,
    }

    /// The three sides of an account.
    pub struct AccountHealth {
        /// Messages come in.
        pub receiving: HealthLight,
        /// Messages go out.
        pub sending: HealthLight,
        /// The account itself can be asked.
        pub profile: HealthLight,
    }

    /// A token that runs out soon.
    pub struct TokenWarning {
        /// 14, 7, 3, 1, or 0 once it has run out.
        pub level: u32,
        /// Whole days that are left.
        pub days_left: u32,
    }

    /// A Facebook Page with an Instagram account.
    pub struct PageChoice {
        /// The Page's id.
        pub page_id: String,
        /// The Page's name.
        pub page_name: String,
        /// The handle of the Instagram account that is linked to it.
        pub username: Option<String>,
        /// Whether an Instagram account is linked: without one the Page cannot be chosen.
        pub linked: bool,
    }

    /// Another account came back than the one that was to be connected again.
    pub struct AccountSwitch {
        /// The handle that was expected.
        pub expected: String,
        /// The handle that came.
        pub came: String,
    }

    /// What a login asks the owner before it can end.
    pub struct ConnectQuestion {
        /// Which of these Pages; empty when that is not the question.
        pub pages: Vec<PageChoice>,
        /// Whether to add another account than was expected.
        pub switch: Option<AccountSwitch>,
    }
}
