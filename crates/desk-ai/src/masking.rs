//! Hides what points at one person before a text leaves this computer, and puts it back into the
//! reply: phones, cards, accounts, e-mail, street addresses become marks such as `[PHONE_1]`, the
//! same thing always the same mark. Must not decide whether to mask: [`crate::Policy::mask`] does.

use crate::learning::scrub::{self, Private};
use std::collections::BTreeMap;

/// What was hidden in one request, to be put back into its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mask {
    /// Marks with what they stand for, in the order in which they were given.
    swaps: Vec<(String, String, Private)>,
}

impl Mask {
    /// A mask that hides nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The text with marks in the place of private things.
    pub fn hide(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, kind) in scrub::find(text) {
            let (Some(before), Some(private)) =
                (text.get(at..range.start), text.get(range.clone()))
            else {
                continue;
            };
            out.push_str(&self.guard(before));
            out.push_str(&self.mark(private, kind));
            at = range.end;
        }
        out.push_str(&self.guard(text.get(at..).unwrap_or_default()));
        out
    }

    /// The text with the private things back in their places.
    #[must_use]
    pub fn restore(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('[') {
            let (before, from) = rest.split_at(start);
            out.push_str(before);
            let swap = self
                .swaps
                .iter()
                .find(|(mark, _, _)| from.starts_with(mark.as_str()));
            match swap {
                Some((mark, private, _)) => {
                    out.push_str(private);
                    rest = from.get(mark.len()..).unwrap_or_default();
                }
                None => {
                    out.push('[');
                    rest = from.get(1..).unwrap_or_default();
                }
            }
        }
        out.push_str(rest);
        out
    }

    /// How much of each kind was hidden, for "why this reply"; never the thing itself.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for (mark, private, kind) in &self.swaps {
            if mark != private && !is_mark(private) {
                *counts.entry(kind.as_str()).or_default() += 1;
            }
        }
        counts
    }

    /// A mark that somebody typed must come back as typed: it stands for itself, or is given
    /// another one when it is taken.
    fn guard(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('[') {
            let (before, from) = rest.split_at(start);
            out.push_str(before);
            let typed = from.find(']').and_then(|end| from.get(..=end));
            let Some(typed) = typed.filter(|t| is_mark(t)) else {
                out.push('[');
                rest = from.get(1..).unwrap_or_default();
                continue;
            };
            let taken = self.swaps.iter().any(|(m, p, _)| m == typed && p != typed);
            if taken {
                out.push_str(&self.mark(typed, Private::Phone));
            } else {
                self.reserve(typed);
                out.push_str(typed);
            }
            rest = from.get(typed.len()..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }

    fn reserve(&mut self, typed: &str) {
        if !self.swaps.iter().any(|(mark, _, _)| mark == typed) {
            self.swaps
                .push((typed.to_owned(), typed.to_owned(), Private::Phone));
        }
    }

    fn mark(&mut self, private: &str, kind: Private) -> String {
        let known = self
            .swaps
            .iter()
            .find(|(_, hidden, k)| hidden == private && *k == kind);
        if let Some((mark, _, _)) = known {
            return mark.clone();
        }
        let word = kind.as_str().to_uppercase();
        let free = |n: &usize| {
            let mark = format!("[{word}_{n}]");
            !self.swaps.iter().any(|(m, _, _)| *m == mark)
        };
        let n = (1..).find(free).unwrap_or(0);
        let mark = format!("[{word}_{n}]");
        self.swaps.push((mark.clone(), private.to_owned(), kind));
        mark
    }
}

fn is_mark(text: &str) -> bool {
    let inner = text.trim_start_matches('[').trim_end_matches(']');
    inner.split_once('_').is_some_and(|(word, n)| {
        n.parse::<usize>().is_ok() && word.chars().all(|c| c.is_ascii_uppercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_private_leaves_and_everything_comes_back() {
        let mut mask = Mask::new();
        let text = "Ben Ayşe, 0532 123 45 67, ayse@example.com, Moda Caddesi No: 12. \
                    Kartım 4111 1111 1111 1111, IBAN TR33 0006 1005 1978 6457 8413 26.";
        let hidden = mask.hide(text);
        for private in ["0532", "ayse@", "Moda", "4111", "TR33"] {
            assert!(!hidden.contains(private), "{hidden}");
        }
        assert!(
            hidden.contains("[PHONE_1]") && hidden.contains("Ben Ayşe"),
            "{hidden}"
        );
        assert_eq!(mask.restore(&hidden), text);
        assert_eq!(mask.hide("yine 0532 123 45 67"), "yine [PHONE_1]");
        assert_eq!(mask.counts().get("phone"), Some(&1));
        assert_eq!(
            mask.restore("Sizi [PHONE_1] numarasından bulduk [PHONE_9]"),
            "Sizi 0532 123 45 67 numarasından bulduk [PHONE_9]"
        );
    }

    #[test]
    fn a_mark_that_a_customer_types_reveals_nothing() {
        let mut mask = Mask::new();
        let typed = mask.hide("write [PHONE_1] to me");
        let hidden = mask.hide("call 0532 123 45 67");
        assert_eq!(hidden, "call [PHONE_2]");
        assert_eq!(mask.restore(&typed), "write [PHONE_1] to me");
        assert_eq!(mask.counts().get("phone"), Some(&1));
    }

    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "\\[(PHONE|CARD|IBAN)_[0-9]\\]",
            "\\+90 5[0-9]{2} [0-9]{3} [0-9]{2} [0-9]{2}",
            "[a-z]{2,8}@[a-z]{2,8}\\.com",
            "(Moda|Lale) (Caddesi|Sokak) No: [0-9]{1,3}",
        ]
    }

    proptest! {
        #[test]
        fn hiding_and_restoring_gives_the_text_back(parts in proptest::collection::vec(piece(), 0..6)) {
            let text = parts.join(" ");
            let mut mask = Mask::new();
            let hidden = mask.hide(&text);
            prop_assert_eq!(mask.restore(&hidden), text);
        }
    }
}
