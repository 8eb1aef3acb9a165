//! Composes what a model is asked: rules, the shop, snippets, and the customer's words as fenced
//! data. Hygiene, not a boundary: [`crate::verify`] is the boundary. Must never hold another
//! conversation.

/// What is sent to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The rules.
    pub system: String,
    /// The data, fenced.
    pub user: String,
    /// How much it may write.
    pub max_tokens: u32,
    /// Random words of the rules that must never come back.
    pub canary: String,
    /// The random mark around data.
    pub fence: String,
}

impl Prompt {
    /// The smallest question, to see whether anybody answers.
    #[must_use]
    pub fn probe() -> Self {
        Self {
            system: "Answer with one short JSON object.".to_owned(),
            user: "Say {\"ok\":true}.".to_owned(),
            max_tokens: 200,
            canary: String::new(),
            fence: String::new(),
        }
    }
}
