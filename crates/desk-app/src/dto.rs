//! What a shell and its UI see: shaped for a view, never a table's row.
//!
//! Field names are `camelCase` in JSON, ids are strings, times are ISO 8601 in UTC with
//! milliseconds.

use desk_core::message::{Health, Place, RowState};
use desk_core::{
    AccountId, Author, CheckResult, Code, ConversationId, Direction, DraftId, Engine, EntryId,
    IgMessageId, LabelId, MessageId, MessageKind, OutboxId, Outcome, Reason, ReplyMode, SendState,
    Timestamp,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize};

/// Derives what every DTO derives.
macro_rules! dto {
    ($($(#[$meta:meta])* pub struct $name:ident { $($(#[$fmeta:meta])* pub $field:ident : $ty:ty),* $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
    )+};
}

/// Derives what every enum of words derives.
macro_rules! words {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident),* $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant),* }
    )+};
}

mod desktop;
mod sending;
pub use desktop::*;
mod ai;
pub use ai::*;
mod kinds;

pub use kinds::*;
mod inbox;
pub use inbox::*;
mod sync;
pub use sending::*;
pub use sync::*;
mod account;
mod file;
pub use account::*;
pub use file::*;

/// A secret typed by the owner: it comes in and never goes out.
#[derive(Clone)]
pub struct SecretInput(pub SecretString);

impl std::fmt::Debug for SecretInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretInput(…)")
    }
}

impl<'de> Deserialize<'de> for SecretInput {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(|s| SecretInput(SecretString::from(s.trim().to_owned())))
    }
}

impl SecretInput {
    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }
}

words! {
    /// How an account is connected.
    pub enum ConnectMethod {
        /// Through the browser and a page of Instagram's.
        InstagramLogin,
        /// Through the browser and a page of Facebook's, and a Page that the account is linked to.
        FacebookLogin,
    }

}

dto! {
    /// A connected account.
    pub struct Account {
        /// Its id.
        pub id: AccountId,
        /// Its handle, without the `@`.
        pub username: String,
        /// Its name, where Instagram tells it.
        pub name: Option<String>,
        /// Whether messages arrive.
        pub receiving: Health,
        /// Whether messages go out.
        pub sending: Health,
        /// The fault, where a side does not work.
        pub fault: Option<Code>,
        /// When the token runs out; `null` when Instagram never said.
        pub token_expires_at: Option<Timestamp>,
        /// Until when it lasts at most, where that is not known more exactly.
        pub token_at_most_until: Option<Timestamp>,
        /// Set when it runs out within 14 days.
        pub token_warning: Option<TokenWarning>,
        /// The way it was connected.
        pub login: LoginKind,
        /// The Facebook Page it is reached through.
        pub page_name: Option<String>,
        /// How its three sides stand.
        pub health: AccountHealth,
        /// Whether the first synchronisation has ended.
        pub synced: bool,
        /// `/me` works but the list is empty: the app may not be published, or message access may
        /// be off.
        pub maybe_unpublished: bool,
    }

    /// The address to open in the system's browser.
    pub struct ConnectStart {
        /// The address.
        pub authorize_url: String,
    }

    /// How the synchronisation stands.
    pub struct SyncStatus {
        /// One for each account.
        pub accounts: Vec<AccountSync>,
        /// Until when the owner wants Instagram not to be asked.
        pub paused_until: Option<Timestamp>,
    }

    /// How the synchronisation of one account stands.
    pub struct AccountSync {
        /// Whose.
        pub account_id: AccountId,
        /// The last successful check.
        pub last_check_at: Option<Timestamp>,
        /// The next check; `null` while one is under way or about to begin.
        pub next_check_at: Option<Timestamp>,
        /// The fault of the last check, if it failed.
        pub fault: Option<Code>,
        /// Whether the first synchronisation has ended.
        pub synced: bool,
        /// How many conversations are known.
        pub conversations: u32,
        /// API calls in the last hour.
        pub calls_last_hour: u32,
        /// API calls since ReplyDesk started.
        pub calls_total: u32,
        /// The wait between the last check and the next one, in seconds.
        pub interval_seconds: Option<f64>,
        /// API calls in the last hour.
        pub calls_used: u32,
        /// API calls an hour that the owner allows, on average.
        pub calls_budget: u32,
        /// API calls that are left, with what quiet hours saved.
        pub calls_left: u32,
        /// API calls in the last 24 hours.
        pub calls_today: u32,
        /// Until when Instagram wants no calls.
        pub throttled_until: Option<Timestamp>,
        /// How far the first synchronisation is.
        pub first_sync: FirstSync,
    }

    /// A page of the conversation list.
    pub struct InboxPage {
        /// The rows, newest first.
        pub items: Vec<ConversationRow>,
        /// What to ask the next page with; `null` on the last one.
        pub next_cursor: Option<String>,
        /// How many conversations the view holds in all.
        pub total: u32,
    }

    /// A row of the conversation list.
    pub struct ConversationRow {
        /// Its id.
        pub id: ConversationId,
        /// Which account it belongs to.
        pub account_id: AccountId,
        /// The customer's handle, without the `@`.
        pub username: Option<String>,
        /// The customer's name, made safe to show.
        pub name: String,
        /// The last message, on one line.
        pub snippet: String,
        /// Who wrote it.
        pub last_author: Option<Author>,
        /// What kind it is.
        pub last_kind: Option<MessageKind>,
        /// When it was written.
        pub last_at: Timestamp,
        /// How many messages the owner has not seen.
        pub unread: u32,
        /// The one mark.
        pub state: RowState,
        /// What the AI may do here.
        pub mode: ReplyMode,
        /// When the reply window closes or closed; `null` when the customer never wrote.
        pub window_closes_at: Option<Timestamp>,
        /// The reply window.
        pub window: Window,
        /// Names the customer's picture, and changes with it; `null` while none is known.
        pub picture: Option<String>,
        /// When an automatic reply goes out.
        pub auto_at: Option<Timestamp>,
        /// Where the owner put it.
        pub place: Place,
        /// When it comes back, while it is snoozed.
        pub snoozed_until: Option<Timestamp>,
        /// When it came back from a snooze, until the owner deals with it.
        pub returned_at: Option<Timestamp>,
        /// The owner's labels on it.
        pub labels: Vec<LabelId>,
        /// What the owner typed and has not sent, on one line; empty when nothing.
        pub composing: String,
    }

    /// An open conversation.
    pub struct ConversationView {
        /// Its row.
        pub conversation: ConversationRow,
        /// Its messages, oldest first.
        pub messages: Vec<Message>,
        /// What to ask for older messages with; `null` when there are none here.
        pub older_before: Option<String>,
        /// The draft of the current turn, or what was decided instead.
        pub draft: Option<Draft>,
        /// The conversation on instagram.com.
        pub instagram_url: String,
        /// Where messages lie that Instagram no longer shows.
        pub gaps: Vec<Gap>,
        /// The ad or link that the customer last came through.
        pub referral: Option<Referral>,
        /// What the owner typed and has not sent, whole.
        pub composing: String,
    }

    /// A message.
    pub struct Message {
        /// Its id.
        pub id: MessageId,
        /// Which conversation it belongs to.
        pub conversation_id: ConversationId,
        /// Instagram's id, once it has one.
        pub external_id: Option<IgMessageId>,
        /// Which way it went.
        pub direction: Direction,
        /// Who wrote it.
        pub author: Author,
        /// What it consists of.
        pub kind: MessageKind,
        /// Its words; empty where there are none.
        pub text: String,
        /// When it was written, or is to be sent.
        pub sent_at: Timestamp,
        /// `received`, or the state of an outgoing one.
        pub state: MessageState,
        /// The outbox row of an outgoing one that is not settled.
        pub outbox_id: Option<OutboxId>,
        /// The fault of an outgoing one.
        pub fault: Option<Code>,
        /// When it is tried or looked up again.
        pub next_try_at: Option<Timestamp>,
        /// The draft it was approved from.
        pub draft_id: Option<DraftId>,
        /// Whether the message was taken back by its sender.
        pub unsent: bool,
        /// Whether its sender changed it later.
        pub edited: bool,
        /// Whether the customer has seen it; of ours only.
        pub seen: bool,
        /// What hangs on it, but for the story that it belongs to.
        pub attachments: Vec<Attachment>,
        /// The signs on it.
        pub reactions: Vec<Reaction>,
        /// The message that it answers.
        pub reply_to: Option<ReplyTo>,
        /// The story that it belongs to.
        pub story: Option<Story>,
        /// What was tapped instead of written.
        pub tap: Option<Tap>,
        /// The ad or link that it came through.
        pub referral: Option<Referral>,
        /// The address that shows what Instagram does not show to programs, for `link_open`.
        pub open_in_instagram: Option<String>,
        /// How its sending stands, while there is something to tell.
        pub sending: Option<Sending>,
    }

    /// An outgoing message that is not settled, or failed.
    pub struct OutboxItem {
        /// Its id.
        pub id: OutboxId,
        /// Its message.
        pub message_id: MessageId,
        /// Which conversation it belongs to.
        pub conversation_id: ConversationId,
        /// The customer's name.
        pub name: String,
        /// The id that the screen gave the press of the button.
        pub client_id: String,
        /// Its words.
        pub text: String,
        /// Who wrote it.
        pub author: Author,
        /// Its state.
        pub state: SendState,
        /// Its fault.
        pub fault: Option<Code>,
        /// How often it was tried.
        pub attempts: u32,
        /// When it is tried or looked up again; `null` when the owner is asked.
        pub next_try_at: Option<Timestamp>,
        /// When the owner approved it or a grant did.
        pub created_at: Timestamp,
        /// How its sending stands.
        pub sending: Sending,
    }

    /// A reply proposed for a turn, or what was decided instead.
    pub struct Draft {
        /// Its id.
        pub id: DraftId,
        /// Which conversation it belongs to.
        pub conversation_id: ConversationId,
        /// The customer's message that it answers.
        pub trigger_id: MessageId,
        /// What was decided.
        pub outcome: Outcome,
        /// Why, where there is a reason to tell; the most important first.
        pub reasons: Vec<Reason>,
        /// The words; empty when there is no draft.
        pub text: String,
        /// The language of the reply, `en`, `tr` or `ru`.
        pub lang: Option<String>,
        /// Who wrote it.
        pub engine: Option<Engine>,
        /// The model, where it was the endpoint.
        pub model: Option<String>,
        /// The fault of the endpoint, where the embedded engine stood in.
        pub fault: Option<Code>,
        /// The knowledge it rests on.
        pub cites: Vec<Citation>,
        /// The checks it went through.
        pub checks: Vec<DraftCheck>,
        /// When it goes out by itself.
        pub auto_at: Option<Timestamp>,
        /// When it was written.
        pub created_at: Timestamp,
        /// What the endpoint has written so far, while the draft is pending: to be read, not sent.
        pub partial: Option<String>,
        /// A check failed: approving it needs `confirmed`.
        pub needs_confirmation: bool,
        /// Tokens that the endpoint read.
        pub tokens_in: u32,
        /// Tokens that the endpoint wrote.
        pub tokens_out: u32,
        /// What that cost, in millionths of the owner's currency.
        pub cost_micros: u32,
        /// Kinds of private data that were hidden from the endpoint.
        pub masked: Vec<String>,
        /// How what was sent differs, once it was.
        pub edit: Option<desk_core::Edit>,
    }

    /// An entry that a draft rests on.
    pub struct Citation {
        /// The entry.
        pub entry_id: EntryId,
        /// Its first question.
        pub question: String,
        /// Its answer.
        pub answer: String,
        /// Where it is read from, such as `prices.csv:12`.
        #[serde(default)]
        pub place: Option<String>,
        /// Which revision of the entry it was.
        #[serde(default)]
        pub revision: u32,
    }

    /// One check of a draft.
    pub struct DraftCheck {
        /// Which: `facts`, `cites`, `polarity`, `language`, `size`, `promises`, `leak`, `repeat`, `format`.
        pub name: String,
        /// How it ended.
        pub result: CheckResult,
        /// What it found: the figure, the language, the number of bytes.
        pub detail: Option<String>,
    }

    /// One stage on the way to a draft.
    pub struct TraceStage {
        /// Which stage.
        pub stage: String,
        /// What it came to, as JSON text.
        pub detail: String,
        /// How long it took, in microseconds.
        pub micros: u32,
        /// When.
        pub at: Timestamp,
    }

    /// Why a draft is as it is.
    pub struct DraftWhy {
        /// The draft.
        pub draft: Draft,
        /// The stages in their order.
        pub stages: Vec<TraceStage>,
    }

    /// How the AI is set.
    pub struct AiSettings {
        /// Whether everything is paused.
        pub paused: bool,
        /// The engine that writes drafts.
        pub engine: Engine,
        /// The endpoint's address, such as `http://127.0.0.1:11434/v1`.
        pub base_url: String,
        /// The model's name.
        pub model: String,
        /// Whether a key is in the keyring.
        pub has_key: bool,
        /// The mode of conversations that the owner did not set.
        pub default_mode: ReplyMode,
        /// How long an automatic reply can be stopped, in seconds.
        pub countdown_seconds: u32,
        /// How long a customer must be silent before a draft is written, in milliseconds.
        pub quiet_millis: u32,
        /// The sentence that tells a customer that a machine answers, per language; added to the
        /// first automatic reply.
        pub disclosure: bool,
        /// The shop's name, as customers know it.
        pub business_name: String,
        /// A few sentences about the shop; figures in them count as the owner's.
        pub business_about: String,
        /// Words that only a person may answer, on top of the built-in ones.
        pub never_auto_words: Vec<String>,
        /// Hours in which nothing goes out by itself, such as `22:00-08:00`; empty for none.
        pub quiet_hours: String,
        /// When the shop is open, Monday first, such as `10:00-13:00, 14:00-19:00`.
        pub business_hours: Vec<String>,
        /// What the business hours mean for automatic replies.
        pub answers_when: AnswersWhen,
        /// How long an owner's message keeps the AI from answering by itself there, in hours.
        pub takeover_hours: u32,
        /// The share of wrong replies that the owner accepts, in percent.
        pub risk_percent: u32,
        /// Whether phones, cards, e-mail and addresses are hidden from the endpoint.
        pub masking: bool,
        /// How long the endpoint may take, in seconds.
        pub deadline_seconds: u32,
        /// What a million tokens read cost, in cents.
        pub price_in_cents: u32,
        /// What a million tokens written cost, in cents.
        pub price_out_cents: u32,
        /// The currency of the prices.
        pub currency: String,
        /// What may be spent a day, in cents; 0 for no cap.
        pub daily_cap_cents: u32,
        /// How the endpoint was found to answer: `json_schema`, `json_object` or `plain`.
        pub dialect: Option<String>,
    }

    /// A piece of knowledge.
    pub struct KnowledgeEntry {
        /// Its id.
        pub id: EntryId,
        /// What customers ask.
        pub questions: Vec<String>,
        /// What the owner answers, word for word.
        pub answer: String,
        /// The language of the answer: `en`, `tr` or `ru`.
        pub lang: String,
        /// Whether it may be sent without a person.
        pub auto_ok: bool,
        /// Whether it is for the owner's eyes only and never quoted.
        pub internal: bool,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// The answer in other languages.
        #[serde(default)]
        pub answers: Vec<LangAnswer>,
        /// From when on it is not used any more.
        #[serde(default)]
        pub expires_at: Option<Timestamp>,
        /// The owner's name for what it is about; empty makes it a topic of its own.
        #[serde(default)]
        pub topic: String,
        /// Where it is read from; `null` when it was typed here.
        #[serde(default)]
        pub source: Option<EntryPlace>,
        /// What the owner sent instead of it: it should be looked at, and does not go out by
        /// itself until then.
        #[serde(default)]
        pub doubt: Option<String>,
    }

    /// A message found.
    pub struct SearchHit {
        /// The message.
        pub message_id: MessageId,
        /// Its conversation.
        pub conversation_id: ConversationId,
        /// The customer's name.
        pub name: String,
        /// The words around the match.
        pub snippet: String,
        /// Where the match stands in the snippet, in UTF-16 units: start and end.
        pub marks: Vec<Mark>,
        /// Who wrote it.
        pub author: Author,
        /// When.
        pub sent_at: Timestamp,
        /// Where the conversation can be opened to see it: `around` of `conversation_page`.
        pub cursor: String,
    }

    /// A part of a text, in UTF-16 units as JavaScript counts.
    pub struct Mark {
        /// Where it starts.
        pub start: u32,
        /// Where it ends, exclusive.
        pub end: u32,
    }

    /// What the screen has to know before anything else.
    pub struct AppState {
        /// ReplyDesk's version.
        pub version: String,
        /// Whether this is the demo.
        pub demo: bool,
        /// Whether the demo was opened from here, and leads back to the owner's own inbox.
        pub demo_can_end: bool,
        /// The address that a Meta app has to have registered.
        pub redirect_uri: String,
        /// The owner's choices.
        pub preferences: Preferences,
        /// Where secrets are kept: `keyring`, `file` or `memory`.
        pub secrets: String,
        /// What is wrong with the place of the data, although it works; `null` when nothing is.
        pub data_fault: Option<Code>,
        /// Why the last login that came by a link failed; `null` when it did not.
        pub connect_fault: Option<Code>,
        /// What a login under way asks the owner; `null` when there is nothing to ask.
        pub connect_question: Option<ConnectQuestion>,
    }

    /// The owner's choices of how the screen looks.
    #[derive(Default)]
    pub struct Preferences {
        /// `en`, `tr` or `ru`; `null` follows the system.
        pub language: Option<String>,
        /// `light` or `dark`; `null` follows the system.
        pub theme: Option<String>,
        /// The step of the set-up at which it goes on; `null` when it is not under way.
        pub welcome: Option<String>,
    }
}

/// A change of the AI's settings: what is absent stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[cfg_attr(feature = "bindings", ts(optional_fields))]
#[serde(rename_all = "camelCase", default)]
pub struct AiSettingsChange {
    /// The engine that writes drafts.
    pub engine: Option<Engine>,
    /// The endpoint's address.
    pub base_url: Option<String>,
    /// The model's name.
    pub model: Option<String>,
    /// The key; an empty one removes it.
    #[cfg_attr(feature = "bindings", ts(optional, type = "string"))]
    pub api_key: Option<SecretInput>,
    /// The mode of conversations that the owner did not set.
    pub default_mode: Option<ReplyMode>,
    /// How long an automatic reply can be stopped, in seconds.
    pub countdown_seconds: Option<u32>,
    /// How long a customer must be silent before a draft is written, in milliseconds.
    pub quiet_millis: Option<u32>,
    /// Whether the first automatic reply says that a machine answers.
    pub disclosure: Option<bool>,
    /// The shop's name.
    pub business_name: Option<String>,
    /// A few sentences about the shop.
    pub business_about: Option<String>,
    /// Words that only a person may answer.
    pub never_auto_words: Option<Vec<String>>,
    /// Hours in which nothing goes out by itself; empty for none.
    pub quiet_hours: Option<String>,
    /// When the shop is open, Monday first.
    pub business_hours: Option<Vec<String>>,
    /// What the business hours mean for automatic replies.
    pub answers_when: Option<AnswersWhen>,
    /// How long an owner's message keeps the AI silent, in hours.
    pub takeover_hours: Option<u32>,
    /// The share of wrong replies that the owner accepts, in percent.
    pub risk_percent: Option<u32>,
    /// Whether private data is hidden from the endpoint.
    pub masking: Option<bool>,
    /// How long the endpoint may take, in seconds.
    pub deadline_seconds: Option<u32>,
    /// What a million tokens read cost, in cents.
    pub price_in_cents: Option<u32>,
    /// What a million tokens written cost, in cents.
    pub price_out_cents: Option<u32>,
    /// The currency of the prices.
    pub currency: Option<String>,
    /// What may be spent a day, in cents; 0 for no cap.
    pub daily_cap_cents: Option<u32>,
}

/// `received`, or the state of an outgoing message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// From the customer.
    Received,
    /// To the customer.
    Outgoing(SendState),
}

impl Serialize for MessageState {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            MessageState::Received => s.serialize_str("received"),
            MessageState::Outgoing(state) => state.serialize(s),
        }
    }
}

impl<'de> Deserialize<'de> for MessageState {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let word = String::deserialize(d)?;
        match SendState::from_word(&word) {
            Some(state) => Ok(MessageState::Outgoing(state)),
            None if word == "received" => Ok(MessageState::Received),
            None => Err(serde::de::Error::custom("unknown state")),
        }
    }
}
