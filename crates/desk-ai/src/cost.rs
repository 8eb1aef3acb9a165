//! What an endpoint's answers cost, and whether another one may be asked for today. Money is
//! counted in millionths of a dollar, whole numbers: prices are per million tokens, so a token at
//! 0.15 $ costs exactly 0.15 millionths. Pure; the caller adds up and stores.

use crate::prompt::Prompt;
use crate::provider::Usage;
use serde::{Deserialize, Serialize};

/// Millionths of a dollar.
pub type Micros = u64;

/// What a model costs; the owner may edit every row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    /// The beginning of the model's name; the longest one that fits counts.
    pub model: String,
    /// A million tokens read, in cents.
    pub cents_in: u32,
    /// A million tokens written, in cents.
    pub cents_out: u32,
}

/// List prices to begin with, as far as they are known; makers change them, so the table is the
/// owner's.
#[must_use]
pub fn default_prices() -> Vec<Price> {
    [
        ("gpt-4o-mini", 15, 60),
        ("gpt-4o", 250, 1_000),
        ("gpt-4.1-nano", 10, 40),
        ("gpt-4.1-mini", 40, 160),
        ("gpt-4.1", 200, 800),
        ("gpt-5-nano", 5, 40),
        ("gpt-5-mini", 25, 200),
        ("gpt-5", 125, 1_000),
        ("claude-haiku-4-5", 100, 500),
        ("claude-sonnet-4", 300, 1_500),
        ("gemini-2.5-flash-lite", 10, 40),
        ("gemini-2.5-flash", 30, 250),
        ("gemini-2.5-pro", 125, 1_000),
    ]
    .into_iter()
    .map(|(model, cents_in, cents_out)| Price {
        model: model.to_owned(),
        cents_in,
        cents_out,
    })
    .collect()
}

/// What an answer cost; `None` when the price of the model is not known. A model on this machine
/// costs nothing: do not ask.
#[must_use]
pub fn cost(usage: Usage, model: &str, prices: &[Price]) -> Option<Micros> {
    // "openai/gpt-4o-mini" at a reseller is the same model.
    let bare = model.rsplit('/').next().unwrap_or(model).to_lowercase();
    let price = prices
        .iter()
        .filter(|p| !p.model.is_empty() && bare.starts_with(&p.model.to_lowercase()))
        .max_by_key(|p| p.model.len())?;
    // Cents a million tokens are hundredths of a millionth of a dollar a token.
    let hundredths = u64::from(usage.tokens_in) * u64::from(price.cents_in)
        + u64::from(usage.tokens_out) * u64::from(price.cents_out);
    Some(hundredths.div_ceil(100))
}

/// The tokens of a text when nobody counted them: a third of its bytes, which is more than
/// tokenizers make of the three languages.
#[must_use]
pub fn estimate_tokens(text: &str) -> u32 {
    u32::try_from(text.len().div_ceil(3)).unwrap_or(u32::MAX)
}

/// What was counted, or an estimate where the server counted nothing.
#[must_use]
pub fn usage_or_estimate(counted: Usage, prompt: &Prompt, answer: &str) -> Usage {
    Usage {
        tokens_in: match counted.tokens_in {
            0 => estimate_tokens(&prompt.system).saturating_add(estimate_tokens(&prompt.user)),
            n => n,
        },
        tokens_out: match counted.tokens_out {
            0 => estimate_tokens(answer),
            n => n,
        },
    }
}

/// What the owner lets a day cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DailyCap {
    /// Tokens read and written.
    pub tokens: Option<u64>,
    /// Millionths of a dollar.
    pub micros: Option<Micros>,
}

/// What was used today; answers that were thrown away cost as well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Tokens read and written.
    pub tokens: u64,
    /// Millionths of a dollar.
    pub micros: Micros,
}

/// Who writes the next draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// The endpoint may be asked.
    Endpoint,
    /// The day's cap is reached: the embedded engine goes on. Never silence.
    Embedded,
}

/// Whether the endpoint may be asked once more. `expected` is what the next answer may use: the
/// cap is one, not a wish, so what would go over it is not asked for.
#[must_use]
pub fn allowance(spent: Spent, expected: Spent, cap: DailyCap) -> Allowance {
    let over = |cap: Option<u64>, spent: u64, more: u64| {
        cap.is_some_and(|cap| spent.saturating_add(more) > cap)
    };
    if over(cap.tokens, spent.tokens, expected.tokens)
        || over(cap.micros, spent.micros, expected.micros)
    {
        Allowance::Embedded
    } else {
        Allowance::Endpoint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_exact_and_the_longest_name_counts() {
        let prices = default_prices();
        let usage = Usage {
            tokens_in: 1_000_000,
            tokens_out: 1_000_000,
        };
        assert_eq!(
            cost(usage, "gpt-4o-mini-2024-07-18", &prices),
            Some(750_000)
        );
        assert_eq!(cost(usage, "openai/gpt-4o", &prices), Some(12_500_000));
        assert_eq!(cost(usage, "my-own-model", &prices), None);
        let one = Usage {
            tokens_in: 1,
            tokens_out: 0,
        };
        assert_eq!(cost(one, "gpt-4o-mini", &prices), Some(1));
    }

    #[test]
    fn the_cap_holds_before_it_is_passed() {
        let cap = DailyCap {
            tokens: Some(10_000),
            micros: Some(5_000),
        };
        let used = |tokens, micros| Spent { tokens, micros };
        for (spent, expected, allowance_is) in [
            (used(0, 0), used(3_000, 10), Allowance::Endpoint),
            (used(7_000, 0), used(3_000, 10), Allowance::Endpoint),
            (used(7_001, 0), used(3_000, 10), Allowance::Embedded),
            (used(0, 4_995), used(1, 10), Allowance::Embedded),
        ] {
            assert_eq!(allowance(spent, expected, cap), allowance_is, "{spent:?}");
        }
        let all = used(u64::MAX, u64::MAX);
        assert_eq!(
            allowance(all, all, DailyCap::default()),
            Allowance::Endpoint
        );
    }

    #[test]
    fn what_was_not_counted_is_estimated() {
        let counted = Usage {
            tokens_in: 0,
            tokens_out: 5,
        };
        let usage = usage_or_estimate(counted, &Prompt::probe(), "hello");
        assert!(usage.tokens_in > 10 && usage.tokens_out == 5);
    }
}
