//! What an endpoint's answers cost, and whether another one may be asked for today. Money is
//! counted in millionths of the owner's currency, whole numbers: prices are cents a million tokens,
//! so a token at 0.15 costs exactly 0.15 millionths. Pure; the caller adds up and stores.

use crate::prompt::Prompt;
use crate::provider::Usage;

/// Millionths of the owner's currency.
pub type Micros = u64;

/// What a model costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Price {
    /// A million tokens read, in cents.
    pub cents_in: u32,
    /// A million tokens written, in cents.
    pub cents_out: u32,
}

/// List prices in US dollars, by the beginning of the model's name; the longest that fits counts.
/// Makers change them: they only fill in a form that the owner may correct.
const LIST: [(&str, u32, u32); 13] = [
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
];

/// The list price of a model, where it is known.
#[must_use]
pub fn list_price(model: &str) -> Option<Price> {
    // "openai/gpt-4o-mini" at a reseller is the same model.
    let bare = model.rsplit('/').next().unwrap_or(model).to_lowercase();
    let known = LIST.iter().filter(|(name, ..)| bare.starts_with(name));
    let (_, cents_in, cents_out) = known.max_by_key(|(name, ..)| name.len())?;
    Some(Price {
        cents_in: *cents_in,
        cents_out: *cents_out,
    })
}

/// What an answer cost, rounded up.
#[must_use]
pub const fn cost(usage: Usage, price: Price) -> Micros {
    // Cents a million tokens are hundredths of a millionth a token.
    let read = usage.tokens_in as u64 * price.cents_in as u64;
    let written = usage.tokens_out as u64 * price.cents_out as u64;
    (read + written).div_ceil(100)
}

/// The tokens of a text when nobody counted them: a third of its bytes, which is more than
/// tokenizers make of the three languages.
fn estimate_tokens(text: &str) -> u32 {
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

/// The most that one draft uses: a prompt of full length and an answer of full length.
const ONE_DRAFT: Usage = Usage {
    tokens_in: 3_000,
    tokens_out: 700,
};

/// Whether the endpoint may be asked once more today; `false` leaves the draft to the embedded
/// engine. A cap is one, not a wish: what could go over it is not asked for.
#[must_use]
pub fn may_ask(spent: Micros, price: Price, cap: Option<Micros>) -> bool {
    cap.is_none_or(|cap| spent.saturating_add(cost(ONE_DRAFT, price)) <= cap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_exact_and_the_longest_name_counts() {
        let million = Usage {
            tokens_in: 1_000_000,
            tokens_out: 1_000_000,
        };
        let dear = |model: &str| list_price(model).map(|price| cost(million, price));
        assert_eq!(dear("gpt-4o-mini-2024-07-18"), Some(750_000));
        assert_eq!(dear("openai/gpt-4o"), Some(12_500_000));
        assert_eq!(dear("my-own-model"), None);
        let one = Usage {
            tokens_in: 1,
            tokens_out: 0,
        };
        let price = Price {
            cents_in: 250,
            cents_out: 0,
        };
        assert_eq!(cost(one, price), 3, "rounded up");
    }

    #[test]
    fn the_cap_holds_before_it_is_passed() {
        let price = Price {
            cents_in: 100,
            cents_out: 100,
        };
        assert_eq!(cost(ONE_DRAFT, price), 3_700);
        for (spent, cap, may) in [
            (0, Some(3_700), true),
            (1, Some(3_700), false),
            (0, Some(0), false),
            (u64::MAX, Some(u64::MAX), true),
            (u64::MAX, None, true),
        ] {
            assert_eq!(may_ask(spent, price, cap), may, "{spent} of {cap:?}");
        }
        assert!(
            may_ask(5_000, Price::default(), Some(5_000)),
            "free of charge"
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
