//! Drafts a reply to a customer's turn, and decides whether it may go out by itself.
//!
//! The way of a turn, each step a pure function that leaves a row in the trace:
//!
//! 1. [`language`] settles which language to answer in;
//! 2. [`triage`] sorts out thanks, greetings, spam and what only a person may answer;
//! 3. [`retrieval`] finds the entries of the owner's knowledge that answer it, and says how sure
//!    that is;
//! 4. one of two engines writes: [`embedded`] hands out the owner's answer word for word, or an
//!    OpenAI-compatible [`endpoint`] is asked with a [`prompt`] and held to a [`contract`];
//! 5. [`verify`] compares every [`facts`] of the text with what the owner wrote;
//! 6. [`decision`] lets it go out only when nothing at all speaks against it.
//!
//! Beside the way stand pure judgements for its caller: [`import`] reads the owner's files,
//! [`conflict`] finds entries that contradict each other, [`learning`] says what an edit or a
//! comparison means, [`certify`] when a topic has earned to answer by itself, [`restraint`] and
//! [`schedule`] when it must not.
//!
//! Nothing here trusts a model: a prompt is hygiene, the checks are the boundary. The crate must
//! not store, send or schedule anything; only [`endpoint`] does I/O.

pub mod certify;
pub mod conflict;
pub mod contract;
pub mod cost;
pub mod decision;
pub mod embedded;
pub mod endpoint;
pub mod facts;
pub mod import;
pub mod knowledge;
pub mod language;
pub mod learning;
pub mod likeness;
pub mod masking;
pub mod normalise;
pub mod pipeline;
pub mod prompt;
pub mod provider;
pub mod restraint;
pub mod retrieval;
pub mod schedule;
pub mod triage;
pub mod turn;
pub mod verdict;
pub mod verify;

pub use endpoint::{Capabilities, Endpoint, Probe};
pub use knowledge::{Entry, Hit, Knowledge};
pub use language::Lang;
pub use pipeline::{Drafter, Nonce, Reworded, Rewording, draft, revise, sources_of};
pub use prompt::{Prompt, Revision};
pub use provider::{Completion, Provider, ProviderFault, Told, Usage};
pub use turn::{Business, Policy, RecentAuto, Turn, Utterance};
pub use verdict::{Check, Draft, Stage, Verdict};
