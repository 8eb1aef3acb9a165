//! Who chose the words, as a type. What only a person may say cannot be said with the AI's words.
//!
//! Instagram lets a *person* answer for seven days (the tag `HUMAN_AGENT`), a program for one. To
//! send the AI's words with that tag would break Meta's rules in the owner's name. So the leave to
//! use the tag is a value that only [`Words<Person>`] can give:
//!
//! ```
//! use desk_core::wording::{Person, Words};
//! let words = Words::<Person>::typed("I am sorry for the delay.".to_owned());
//! let _leave = words.human_agent();
//! ```
//!
//! The AI's words have no such method, also when a person has approved them:
//!
//! ```compile_fail,E0599
//! use desk_core::wording::{Machine, Words};
//! let words = Words::<Machine>::written("I am sorry for the delay.".to_owned());
//! let _leave = words.human_agent();
//! ```
//!
//! They do not turn into a person's:
//!
//! ```compile_fail,E0308
//! use desk_core::wording::{Machine, Person, Words};
//! let words: Words<Person> = Words::<Machine>::written("I am sorry.".to_owned());
//! ```
//!
//! And the leave cannot be made by hand:
//!
//! ```compile_fail,E0423
//! let _leave = desk_core::wording::HumanAgent(());
//! ```

use std::marker::PhantomData;

/// A person typed the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {}

/// The AI wrote the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {}

/// Words, and who chose them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words<By> {
    text: String,
    by: PhantomData<By>,
}

impl<By> Words<By> {
    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The words, without their origin.
    #[must_use]
    pub fn into_string(self) -> String {
        self.text
    }
}

impl Words<Person> {
    /// What a person typed.
    #[must_use]
    pub const fn typed(text: String) -> Self {
        Words {
            text,
            by: PhantomData,
        }
    }

    /// The leave to send them with the tag `HUMAN_AGENT`, where the account has that feature and
    /// the 24 hours are over.
    #[must_use]
    pub const fn human_agent(&self) -> HumanAgent {
        HumanAgent(())
    }
}

impl Words<Machine> {
    /// What the AI wrote.
    #[must_use]
    pub const fn written(text: String) -> Self {
        Words {
            text,
            by: PhantomData,
        }
    }
}

/// The leave to use the tag `HUMAN_AGENT`. There is no way to it but [`Words::human_agent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HumanAgent(());
