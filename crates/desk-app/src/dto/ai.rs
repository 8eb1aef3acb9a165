//! What the screen sees of the owner's knowledge, and of how the AI earns and keeps its leave.

use desk_core::{
    Code, ConversationId, DraftId, Edit, EntryId, LockReason, MessageId, Outcome, ReplyMode,
    SavedReplyId, SourceId, SourceKind, SourceState, SuggestionId, Timestamp,
};
use serde::{Deserialize, Serialize};

dto! {
    /// An answer in another language.
    pub struct LangAnswer {
        /// `en`, `tr` or `ru`.
        pub lang: String,
        /// The words.
        pub answer: String,
    }

    /// Where an entry is read from.
    pub struct EntryPlace {
        /// The source.
        pub source_id: SourceId,
        /// The file and the line in it, such as `prices.csv:12`.
        pub place: String,
    }

    /// Two entries that contradict each other.
    pub struct Contradiction {
        /// One.
        pub first_id: EntryId,
        /// Its first question.
        pub first_question: String,
        /// Its answer.
        pub first_answer: String,
        /// What it says and the other does not; empty where one says yes and the other no.
        pub first_says: Vec<String>,
        /// The other.
        pub second_id: EntryId,
        /// Its first question.
        pub second_question: String,
        /// Its answer.
        pub second_answer: String,
        /// The same of the other.
        pub second_says: Vec<String>,
    }

    /// A row of a file that could not be used.
    pub struct SourceProblem {
        /// Where: the file and the line in it.
        pub place: String,
        /// Why.
        pub fault: RowFault,
    }

    /// A file or folder that knowledge is read from.
    pub struct KnowledgeSource {
        /// Its id.
        pub id: SourceId,
        /// Where it lies.
        pub path: String,
        /// Its last part, to show.
        pub name: String,
        /// What it is.
        pub kind: SourceKind,
        /// How it stands.
        pub state: SourceState,
        /// Why it cannot be read.
        pub fault: Option<Code>,
        /// How many entries come from it.
        pub entries: u32,
        /// Rows that could not be used, each with its place.
        pub problems: Vec<SourceProblem>,
        /// When it was last read.
        pub read_at: Option<Timestamp>,
        /// When it was last compared with the file.
        pub looked_at: Timestamp,
    }

    /// A piece of knowledge made from the owner's own replies, waiting for approval.
    pub struct Suggestion {
        /// Its id.
        pub id: SuggestionId,
        /// What the customer asked.
        pub question: String,
        /// What the owner answered.
        pub answer: String,
        /// `en`, `tr` or `ru`.
        pub lang: String,
        /// How often the owner answered nearly the same.
        pub seen: u32,
        /// Where it comes from.
        pub conversation_id: ConversationId,
        /// When it was made.
        pub created_at: Timestamp,
    }

    /// A question that the knowledge had no answer to, with those that are nearly the same.
    pub struct Unanswered {
        /// The newest way to ask it.
        pub question: String,
        /// Other ways in which it was asked.
        pub also: Vec<String>,
        /// How often.
        pub count: u32,
        /// When last.
        pub last_at: Timestamp,
        /// Where last.
        pub conversation_id: ConversationId,
        /// The message.
        pub message_id: MessageId,
    }

    /// Words that the owner sends often. Variables in them: `{name}`, `{username}`, `{shop}`,
    /// `{today}`.
    pub struct SavedReply {
        /// Its id.
        pub id: SavedReplyId,
        /// What the owner calls it.
        pub title: String,
        /// The words.
        pub text: String,
        /// `en`, `tr` or `ru`; `null` fits every language.
        pub lang: Option<String>,
        /// What the owner types to get it.
        pub shortcut: Option<String>,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }

    /// A saved reply with its variables filled in for a conversation.
    pub struct FilledReply {
        /// The words, ready to be sent or changed.
        pub text: String,
        /// Variables that nothing is known for; they stand in the text as they are.
        pub missing: Vec<String>,
    }

    /// An answer of the owner's that may fit what the customer asked.
    pub struct Chip {
        /// The entry.
        pub entry_id: EntryId,
        /// Its first question, to show.
        pub question: String,
        /// The words.
        pub text: String,
        /// Their language.
        pub lang: String,
        /// How well it fits, 0 to 1.
        pub score: f32,
    }

    /// How far a topic is on the way to answering by itself.
    pub struct Topic {
        /// Its key, for commands.
        pub key: String,
        /// The owner's name for it, or the first question of its one entry.
        pub name: String,
        /// Whether it is a name of the owner's; else it is one entry.
        pub named: bool,
        /// What the owner set; `null` leaves it to the marks on its entries.
        pub mode: Option<ReplyMode>,
        /// Its entries.
        pub entries: u32,
        /// Entries that the owner marked as good to be sent by themselves.
        pub marked: u32,
        /// Whether it has earned to answer by itself.
        pub earned: bool,
        /// Times that the owner sent what the AI would have sent: the 41 of "41 of 59".
        pub right: u32,
        /// Times that the owner sent something else.
        pub wrong: u32,
        /// Times needed in all, if no further one goes wrong: the 59.
        pub needed: u32,
        /// The share of wrong replies is below this, with 95 % certainty.
        pub bound: f64,
        /// Why it lost its leave.
        pub lock_reason: Option<LockReason>,
        /// When.
        pub locked_at: Option<Timestamp>,
    }

    /// What the AI did in a time.
    pub struct AiTally {
        /// Drafts with a text.
        pub drafted: u32,
        /// Approved and sent as they were.
        pub sent_as_is: u32,
        /// Approved and sent with changes.
        pub edited: u32,
        /// Rejected.
        pub rejected: u32,
        /// Sent without a person.
        pub automatic: u32,
        /// Stopped in their countdown, or taken back.
        pub undone: u32,
        /// Messages that needed no answer.
        pub skipped: u32,
        /// Messages that the knowledge had no answer to.
        pub unanswered: u32,
        /// Calls to the endpoint.
        pub calls: u32,
        /// Calls that failed.
        pub failed_calls: u32,
        /// Tokens that the endpoint read.
        #[cfg_attr(feature = "bindings", ts(type = "number"))]
        pub tokens_in: i64,
        /// Tokens that the endpoint wrote.
        #[cfg_attr(feature = "bindings", ts(type = "number"))]
        pub tokens_out: i64,
        /// What that cost, in cents, rounded up.
        pub cost_cents: u32,
        /// The currency of the owner's prices.
        pub currency: String,
    }

    /// The account of a month.
    pub struct AiUsage {
        /// The month, such as `2026-11`.
        pub month: String,
        /// All of it.
        pub total: AiTally,
        /// Day by day, as far as the month has come.
        pub days: Vec<AiDay>,
    }

    /// The account of a day.
    pub struct AiDay {
        /// The day, such as `2026-11-21`.
        pub day: String,
        /// Drafts with a text.
        pub drafted: u32,
        /// Sent without a person.
        pub automatic: u32,
        /// What the endpoint cost, in cents, rounded up.
        pub cost_cents: u32,
    }

    /// Today, in one look.
    pub struct AiToday {
        /// What the AI did.
        pub tally: AiTally,
        /// Automatic replies that may still go out today.
        pub automatic_left: u32,
        /// What may still be spent today, in cents; `null` without a cap.
        pub budget_left_cents: Option<u32>,
        /// Whether automatic replies are silent for now because of the hours.
        pub quiet_now: bool,
        /// Topics that lost their leave today.
        pub locked: Vec<Topic>,
        /// Suggestions that wait.
        pub suggestions: u32,
        /// Entries that should be looked at: doubted, or no longer valid.
        pub entries_to_check: u32,
    }

    /// How the owner writes, as far as it was learned, and what the owner says about it.
    pub struct StyleNotes {
        /// The owner's own words about the tone; the endpoint is told them.
        pub own: String,
        /// What was learned from edits; the owner may strike any of it.
        pub learned: Vec<StyleNote>,
        /// Edits seen since the last distilling.
        pub evidence: u32,
        /// Edits needed before anything is learned.
        pub needed: u32,
    }

    /// One thing learned.
    pub struct StyleNote {
        /// A stable name, such as `no_emoji`.
        pub key: String,
        /// How many edits speak for it.
        pub evidence: u32,
        /// Whether the endpoint is told.
        pub active: bool,
    }

    /// A preset of an endpoint.
    pub struct AiPreset {
        /// A stable name.
        pub id: String,
        /// The name to show.
        pub name: String,
        /// The address.
        pub base_url: String,
        /// A model that fits.
        pub model: String,
        /// Whether a key is needed.
        pub needs_key: bool,
        /// Whether it runs on the owner's machine.
        pub local: bool,
        /// The page on which a key is made; empty where none is needed.
        pub key_page: String,
        /// The list price of its model: a million tokens read, in cents of a US dollar.
        pub price_in_cents: u32,
        /// The same of a million tokens written.
        pub price_out_cents: u32,
    }

    /// What an endpoint was found to understand.
    pub struct AiProbe {
        /// `json_schema`, `json_object` or `plain`.
        pub dialect: String,
        /// How long it took, in milliseconds.
        pub millis: u32,
        /// Tokens read.
        pub tokens_in: u32,
        /// Tokens written.
        pub tokens_out: u32,
    }

    /// What a replay of earlier turns came to.
    pub struct ReplayReport {
        /// Turns run again.
        pub turns: u32,
        /// Those that would end as they did.
        pub same: u32,
        /// Those that would end differently, newest first.
        pub differing: Vec<ReplayDifference>,
        /// Which engine ran.
        pub engine: desk_core::Engine,
    }

    /// A turn that would end differently now.
    pub struct ReplayDifference {
        /// The draft of then.
        pub draft_id: DraftId,
        /// Where.
        pub conversation_id: ConversationId,
        /// The customer's name.
        pub name: String,
        /// What was asked.
        pub asked: String,
        /// What was decided then.
        pub outcome_then: Outcome,
        /// What would be decided now.
        pub outcome_now: Outcome,
        /// The text then.
        pub text_then: String,
        /// The text now.
        pub text_now: String,
        /// How the texts differ.
        pub edit: Edit,
        /// What the owner sent, where the owner did.
        pub sent: Option<String>,
    }

    /// All about one draft, to be kept or shown elsewhere.
    pub struct WhyExport {
        /// A name for the file.
        pub file_name: String,
        /// Its content, JSON.
        pub content: String,
    }
}

words! {
    /// Why a row of a file could not be used.
    pub enum RowFault {
        /// A question without an answer.
        NoAnswer,
        /// Longer than an answer can be.
        TooLong,
        /// A language that ReplyDesk does not answer in.
        UnknownLanguage,
        /// The same stands further up.
        Twice,
        /// It cannot be read.
        Unreadable,
    }

    /// How a draft is to be written anew.
    pub enum ReviseHow {
        /// In fewer words.
        Shorter,
        /// More cordial.
        Warmer,
    }

    /// When automatic replies go out with regard to business hours.
    #[derive(Default)]
    pub enum AnswersWhen {
        /// At any hour.
        #[default]
        Always,
        /// While the shop is open.
        Open,
        /// While it is closed.
        Closed,
    }
}

/// What more an entry may say; what is absent stays empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[cfg_attr(feature = "bindings", ts(optional_fields))]
#[serde(rename_all = "camelCase", default)]
pub struct EntryMore {
    /// The answer in other languages.
    pub answers: Option<Vec<LangAnswer>>,
    /// From when on it is not used any more.
    pub expires_at: Option<Timestamp>,
    /// The owner's name for what it is about.
    pub topic: Option<String>,
}

/// A saved reply as the owner writes it; without an id it is new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[cfg_attr(feature = "bindings", ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct SavedReplyInput {
    /// Which one to change.
    #[serde(default)]
    pub id: Option<SavedReplyId>,
    /// What the owner calls it.
    pub title: String,
    /// The words.
    pub text: String,
    /// `en`, `tr` or `ru`.
    #[serde(default)]
    pub lang: Option<String>,
    /// What the owner types to get it.
    #[serde(default)]
    pub shortcut: Option<String>,
}

/// A change of the style notes: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[cfg_attr(feature = "bindings", ts(optional_fields))]
#[serde(rename_all = "camelCase", default)]
pub struct StyleNotesChange {
    /// The owner's own words about the tone.
    pub own: Option<String>,
    /// Learned notes that the endpoint is not to be told.
    pub strike: Option<Vec<String>>,
    /// Learned notes that it is to be told again.
    pub restore: Option<Vec<String>>,
}
