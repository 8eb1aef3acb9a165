//! The words of ReplyDesk and the rules that need nothing but those words.
//!
//! This crate owns the domain's vocabulary and its pure decisions. It must not do I/O, read the
//! time by itself (a [`clock::Clock`] is given in) or know any other crate of the product.
//!
//! # Glossary
//!
//! One word per idea, from SQL to screen.
//!
//! | word | what it means |
//! |---|---|
//! | account | a professional Instagram account that the owner connected |
//! | owner | the person who uses ReplyDesk |
//! | customer | the person who writes to the account |
//! | conversation | everything between one account and one customer |
//! | message | one thing said in a conversation, `in` from the customer or `out` to them |
//! | author | who wrote it: `customer`, `owner`, `owner_phone`, `ai`, `rule` |
//! | draft | a reply proposed by the AI for the newest customer messages, the *turn* |
//! | turn | the customer's messages since our last one, answered as a whole |
//! | trigger | the newest message of a turn; a newer one makes the draft stale |
//! | approval | what entitles an outbox row to be sent: a person's act or a grant by policy |
//! | outbox | the only place from which anything is sent |
//! | state | `queued → sending → sent / retrying / failed / unconfirmed / cancelled` |
//! | mode | what the AI may do in a conversation: `off`, `draft`, `auto` |
//! | countdown | the time between an automatic decision and its sending, when it can be stopped |
//! | reply window | the 24 hours after a customer's message in which Instagram accepts a reply |
//! | place | where the owner put a conversation: `open`, `done`, `snoozed` until a moment |
//! | label | a word of the owner's that groups conversations |
//! | note | what the owner wrote for themselves about a conversation; it cannot be sent |
//! | composing | what the owner typed and has not sent |
//! | reply window | the 24 hours after a customer's message in which Instagram accepts a reply; `open`, `humanOnly`, `closed` |
//! | hold | the time after *Send* in which the message can be taken back, because it has not left |
//! | look | a reading of the conversation to find out whether an unconfirmed message arrived |
//! | part | one of several messages that a long text was split into |
//! | entry | one piece of knowledge: questions and the owner's answer |
//! | topic | the entries under one name of the owner's; an entry without a name is a topic of its own |
//! | observation | what the AI would have sent, waiting to be compared with what the owner sent |
//! | earned | a topic that was observed so often without a fault that it may answer by itself |
//! | grant | what allows an entry to go out by itself: the owner's mark on it, or an earned topic |
//! | source | a file or folder of the owner's from which entries are read |
//! | suggestion | an entry made from a reply of the owner's, waiting for approval |
//! | trace | the recorded stages of a drafting, shown as "why this reply" |
//! | attachment | what hangs on a message: a picture, a film, a shared post, a story |
//! | media | the bytes behind an attachment |
//! | reaction | a sign put on a message by one side |
//! | tap | an answer chosen from those offered, instead of written |
//! | referral | the ad or link through which a customer came |
//! | gap | messages between two of ours that Instagram no longer shows |
//! | webhook | an event that Instagram delivers by itself; polling never relies on it |
//! | lane | who calls Instagram, from the owner's send down to the first synchronisation |
//! | budget | the calls of an account that are allowed, saved and used |
//! | gap | messages between two that are shown, which Instagram no longer gives |
//! | absence | a time in which the machine slept or ReplyDesk did not run |
//! | external id | an id that Instagram made; all other ids are ours |

pub mod attachment;
pub mod autonomy;
pub mod change;
pub mod clock;
pub mod code;
pub mod drafting;
pub mod egress;
pub mod id;
pub mod message;
pub mod mode;
pub mod outbox;
pub mod split;
pub mod sync;
pub mod text;
pub mod time;
pub mod window;
pub mod wording;

pub use attachment::{AttachmentKind, MediaState, Path, StoryKind, TapKind};
pub use autonomy::{Edit, Grant, LockReason, Observed, SourceKind, SourceState};
pub use change::{Change, ChangeKind, Entity, Source};
pub use clock::{Clock, SystemClock};
pub use code::Code;
pub use drafting::{CheckResult, Engine, Outcome, Reason};
pub use id::{
    AccountId, AttachmentId, ConversationId, DraftId, EntryId, FilterId, IgMessageId, IgThreadId,
    IgUserId, IgsId, LabelId, MessageId, NoteId, OutboxId, PageId, SavedReplyId, SourceId,
    SuggestionId,
};
pub use message::{Author, Direction, MessageKind, SendState};
pub use mode::ReplyMode;
pub use time::Timestamp;
