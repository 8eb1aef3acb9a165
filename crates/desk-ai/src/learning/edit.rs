//! What an owner's edit of a draft says. Call [`classify`] with the draft and the text that went
//! out; a `Fact` or `Rewrite` with `facts_differ` means that the cited entry may be stale: ask
//! "update the entry?", lock its topic. `Tone` is evidence for style notes. `None` and
//! `Cosmetic` count as "sent as is".

use crate::facts::{self, Fact};
use crate::verify;
use similar::{ChangeTag, TextDiff};

/// Letters alike from which an edit is cosmetic.
const COSMETIC: f32 = 0.9;
/// Letters alike below which nothing is left of the draft.
const REWRITE: f32 = 0.4;

/// What kind of edit it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EditKind {
    /// Sent as drafted, white space aside.
    None,
    /// A typo, a comma, a smiley.
    Cosmetic,
    /// Other words, the same facts.
    Tone,
    /// A figure, a contact or a "no" changed: the entry may be wrong.
    Fact,
    /// Another reply altogether.
    Rewrite,
}

impl EditKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Cosmetic,
        Self::Tone,
        Self::Fact,
        Self::Rewrite,
    ];

    /// The word for SQL and the trace.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Cosmetic => "cosmetic",
            Self::Tone => "tone",
            Self::Fact => "fact",
            Self::Rewrite => "rewrite",
        }
    }

    /// Reads the word back.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == word)
    }

    /// An edit heavy enough to take the right to answer by itself back.
    #[must_use]
    pub const fn is_heavy(self) -> bool {
        matches!(self, Self::Fact | Self::Rewrite)
    }
}

/// One piece of the difference, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Kept(String),
    /// Only in the draft.
    Removed(String),
    /// Only in what was sent.
    Added(String),
}

/// What an edit did.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Its kind.
    pub kind: EditKind,
    /// How much of the letters stayed, 0 to 1.
    pub ratio: f32,
    /// The facts are no longer the same; also set for a rewrite.
    pub facts_differ: bool,
    /// The difference, word by word.
    pub pieces: Vec<Piece>,
}

/// Judges an edit.
#[must_use]
pub fn classify(draft: &str, sent: &str) -> Edit {
    let (draft, sent) = (squeeze(draft), squeeze(sent));
    let ratio = TextDiff::from_chars(draft.as_str(), sent.as_str()).ratio();
    let facts_differ =
        !same_facts(&draft, &sent) || verify::denies(&draft) != verify::denies(&sent);
    let kind = if draft == sent {
        EditKind::None
    } else if ratio < REWRITE {
        EditKind::Rewrite
    } else if facts_differ {
        EditKind::Fact
    } else if ratio >= COSMETIC {
        EditKind::Cosmetic
    } else {
        EditKind::Tone
    };
    Edit {
        kind,
        ratio,
        facts_differ,
        pieces: pieces(&draft, &sent),
    }
}

/// Whether two texts tell the same facts, each as often as the other. What is too vague to be a
/// claim does not count; the order does not matter.
#[must_use]
pub fn same_facts(a: &str, b: &str) -> bool {
    let told = |text: &str| -> Vec<Fact> {
        let found = facts::extract(text).into_iter();
        found.filter(|f| !f.vague).map(|f| f.fact).collect()
    };
    let (a, mut b) = (told(a), told(b));
    a.len() == b.len()
        && a.iter().all(|fact| {
            let at = b.iter().position(|other| other == fact);
            at.map(|n| b.swap_remove(n)).is_some()
        })
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn pieces(draft: &str, sent: &str) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for change in TextDiff::from_words(draft, sent).iter_all_changes() {
        let words = change.value();
        match (change.tag(), out.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Kept(text)))
            | (ChangeTag::Delete, Some(Piece::Removed(text)))
            | (ChangeTag::Insert, Some(Piece::Added(text))) => text.push_str(words),
            (ChangeTag::Equal, _) => out.push(Piece::Kept(words.to_owned())),
            (ChangeTag::Delete, _) => out.push(Piece::Removed(words.to_owned())),
            (ChangeTag::Insert, _) => out.push(Piece::Added(words.to_owned())),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_edit_is_called_by_what_it_changes() {
        for (draft, sent, kind) in [
            (
                "Kargo ücreti 50 TL'dir.",
                " Kargo ücreti  50 TL'dir.\n",
                EditKind::None,
            ),
            (
                "Kargo ücreti 50 TL'dir, 2 iş gününde gelir.",
                "Kargo ücreti 50 TL'dir, 2 iş gününde gelir 😊",
                EditKind::Cosmetic,
            ),
            (
                "Shipping costs 50 TL.",
                "Shipping costs 60 TL.",
                EditKind::Fact,
            ),
            (
                "Yes, we ship to Germany.",
                "No, we don't ship to Germany.",
                EditKind::Fact,
            ),
            (
                "Доставка стоит 350 ₽.",
                "Доставка стоит 450 ₽.",
                EditKind::Fact,
            ),
            (
                "Our plates are oven safe up to 180 degrees.",
                "Hi dear! Of course, the plates are oven safe, up to 180 degrees.",
                EditKind::Tone,
            ),
            (
                "We are open Monday-Saturday 10:00-19:00.",
                "Hangi ürünü sormuştunuz acaba?",
                EditKind::Rewrite,
            ),
        ] {
            let edit = classify(draft, sent);
            assert_eq!(edit.kind, kind, "{draft} -> {sent}: {edit:?}");
        }
    }

    #[test]
    fn the_same_facts_in_other_clothes_are_the_same() {
        assert!(same_facts(
            "Fiyat 1.250,00 TL, 2 gün.",
            "2 gün sürer, 1250₺"
        ));
        assert!(!same_facts("50 TL", "50 TL ya da 60 TL"));
        assert!(!same_facts("50 TL and 50 TL", "50 TL and 60 TL"));
        assert!(same_facts("no facts here", "hiç yok"));
    }

    #[test]
    fn heavy_is_what_changes_the_meaning() {
        let heavy: Vec<_> = EditKind::ALL.into_iter().filter(|k| k.is_heavy()).collect();
        assert_eq!(heavy, [EditKind::Fact, EditKind::Rewrite]);
        for kind in EditKind::ALL {
            assert_eq!(EditKind::from_word(kind.as_str()), Some(kind));
        }
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_from_the_pieces(a in "[a-zğş0-9 ,.]{0,60}", b in "[a-zğş0-9 ,.]{0,60}") {
            let edit = classify(&a, &b);
            let (mut draft, mut sent) = (String::new(), String::new());
            for piece in &edit.pieces {
                match piece {
                    Piece::Kept(t) => { draft.push_str(t); sent.push_str(t); }
                    Piece::Removed(t) => draft.push_str(t),
                    Piece::Added(t) => sent.push_str(t),
                }
            }
            prop_assert_eq!(draft, squeeze(&a));
            prop_assert_eq!(sent, squeeze(&b));
        }
    }
}
