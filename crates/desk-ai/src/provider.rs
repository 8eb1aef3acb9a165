//! The door to a model: one question, one answer, and every way it can go wrong. Must not know
//! HTTP; [`crate::endpoint`] does.

use crate::prompt::Prompt;
use async_trait::async_trait;
use desk_core::Code;

/// What the endpoint counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read.
    pub tokens_in: u32,
    /// Tokens written.
    pub tokens_out: u32,
}

/// An answer as it came, not yet trusted in form or content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// The answer's text.
    pub content: String,
    /// What some servers send beside or instead of the content.
    pub reasoning: Option<String>,
    /// What it cost.
    pub usage: Usage,
}

/// Is told all that was written so far, again and again, while an answer comes.
pub type Told<'a> = dyn Fn(&str) + Send + Sync + 'a;

/// Something that completes a prompt.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Asks once; the implementation keeps the deadline and does not retry for long.
    async fn complete(&self, prompt: &Prompt) -> Result<Completion, ProviderFault>;

    /// Asks once and tells the content as it comes: `on_part` is given all of it so far, again
    /// and again. What is returned is the whole answer; only that is judged. A provider that
    /// cannot stream answers in one piece.
    async fn complete_in_parts(
        &self,
        prompt: &Prompt,
        on_part: &Told<'_>,
    ) -> Result<Completion, ProviderFault> {
        let completion = self.complete(prompt).await?;
        on_part(&completion.content);
        Ok(completion)
    }

    /// The model's name, for the record.
    fn model(&self) -> &str;
}

/// Why there is no answer. Carries no text of the server's: that may hold the key or a
/// customer's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderFault {
    /// No connection, or the server has a fault of its own.
    #[error("the endpoint does not answer")]
    Unreachable,
    /// No answer before the deadline.
    #[error("the endpoint took too long")]
    Slow,
    /// The key was refused.
    #[error("the endpoint refuses the key")]
    KeyRefused,
    /// The model is unknown there.
    #[error("the endpoint does not know the model")]
    ModelUnknown,
    /// Somebody answers at the address, but no AI does.
    #[error("the address leads to no endpoint")]
    AddressUnknown,
    /// The quota is used up, or too many calls.
    #[error("the endpoint's quota is used up")]
    Quota,
    /// The connection ended in the middle of the answer.
    #[error("the endpoint's answer broke off")]
    Cut,
    /// An answer that is none.
    #[error("the endpoint answered something that is no reply")]
    Nonsense,
    /// The address cannot be used: not https, and not on this machine.
    #[error("the endpoint's address cannot be used")]
    BadUrl,
}

impl ProviderFault {
    /// The code that the owner sees.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::Unreachable | Self::Cut => Code::AiUnreachable,
            Self::Slow => Code::AiSlow,
            Self::KeyRefused => Code::AiKeyRefused,
            Self::ModelUnknown => Code::AiModelUnknown,
            Self::AddressUnknown => Code::AiAddressUnknown,
            Self::Quota => Code::AiQuota,
            Self::Nonsense => Code::AiNonsense,
            Self::BadUrl => Code::AiAddressUnusable,
        }
    }

    /// The stable word of the trace.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.code().as_str()
    }
}
