//! Style notes: how the owner writes, as the owner says it and as edits show it. Learned only from
//! drafts that the owner changed in tone and sent; never from what went out by itself.

use crate::dto::{StyleNote, StyleNotes, StyleNotesChange};
use crate::{Desk, IpcError};
use desk_store::table::draft::{self, Draft};
use desk_store::table::setting;
use desk_store::{Connection, StoreError};
use serde::{Deserialize, Serialize};

/// The setting with the owner's notes.
const STYLE: &str = "style_notes";
/// Edits before anything is learned.
const NEEDED: u32 = 10;
/// Edits that are looked at.
const REACH: u32 = 100;
const MAX_OWN_CHARS: usize = 600;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    own: String,
    struck: Vec<String>,
}

/// A habit that an edit can show: its key, what the endpoint is told, and how it shows.
struct Habit {
    key: &'static str,
    told: &'static str,
    shows: fn(&str, &str) -> bool,
}

fn emoji(text: &str) -> usize {
    text.chars()
        .filter(|c| matches!(u32::from(*c), 0x1F300..=0x1FAFF | 0x2600..=0x27BF))
        .count()
}

fn marks(text: &str) -> usize {
    text.matches('!').count()
}

fn first_word(text: &str) -> String {
    desk_core::text::fold(text.split_whitespace().next().unwrap_or_default())
}

const HABITS: &[Habit] = &[
    Habit {
        key: "adds_emoji",
        told: "The owner likes to add an emoji.",
        shows: |draft, sent| emoji(sent) > emoji(draft),
    },
    Habit {
        key: "no_emoji",
        told: "The owner uses no emoji.",
        shows: |draft, sent| emoji(sent) < emoji(draft),
    },
    Habit {
        key: "adds_greeting",
        told: "The owner begins with a greeting.",
        shows: |draft, sent| {
            let greeting = [
                "merhaba",
                "selam",
                "hello",
                "hi",
                "здравствуите",
                "добрыи",
                "привет",
            ];
            let greets = |text: &str| {
                let word = first_word(text);
                greeting
                    .iter()
                    .any(|g| word.trim_matches(|c: char| !c.is_alphanumeric()) == *g)
            };
            greets(sent) && !greets(draft)
        },
    },
    Habit {
        key: "shorter",
        told: "The owner writes shorter than this.",
        shows: |draft, sent| sent.chars().count() * 10 < draft.chars().count() * 8,
    },
    Habit {
        key: "longer",
        told: "The owner writes in more words than this.",
        shows: |draft, sent| sent.chars().count() * 8 > draft.chars().count() * 10,
    },
    Habit {
        key: "no_exclamation",
        told: "The owner uses no exclamation marks.",
        shows: |draft, sent| marks(sent) < marks(draft),
    },
];

/// What the edits show. Nothing at all before there are enough of them, and nothing that shows in
/// fewer than half.
fn learned(edits: &[(String, String)], struck: &[String]) -> Vec<StyleNote> {
    let seen = u32::try_from(edits.len()).unwrap_or(u32::MAX);
    if seen < NEEDED {
        return Vec::new();
    }
    HABITS
        .iter()
        .filter_map(|habit| {
            let shows = edits.iter().filter(|(d, s)| (habit.shows)(d, s)).count();
            let evidence = u32::try_from(shows).unwrap_or(u32::MAX);
            (evidence * 2 >= seen).then(|| StyleNote {
                key: habit.key.to_owned(),
                evidence,
                active: !struck.iter().any(|s| s == habit.key),
            })
        })
        .collect()
}

fn edits(db: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let pair = |d: Draft| d.sent_text.map(|sent| (d.text, sent));
    Ok(draft::edited(db, REACH)?
        .into_iter()
        .filter_map(pair)
        .collect())
}

fn read(db: &Connection) -> Result<StyleNotes, StoreError> {
    let stored: Stored = setting::get(db, STYLE)?;
    let edits = edits(db)?;
    Ok(StyleNotes {
        learned: learned(&edits, &stored.struck),
        own: stored.own,
        evidence: u32::try_from(edits.len()).unwrap_or(u32::MAX),
        needed: NEEDED,
    })
}

/// What the endpoint is told about the shop: the owner's words, and how the owner writes.
pub(crate) fn told(db: &Connection, about: &str) -> Result<String, StoreError> {
    let notes = read(db)?;
    let habits = HABITS
        .iter()
        .filter(|h| notes.learned.iter().any(|n| n.active && n.key == h.key))
        .map(|h| h.told);
    let parts = [about.trim(), notes.own.trim()].into_iter().chain(habits);
    Ok(parts
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join("\n"))
}

impl Desk {
    /// Command `style_notes_get`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn style_notes_get(&self) -> Result<StyleNotes, IpcError> {
        let notes: Result<StyleNotes, StoreError> = self.store.read(read).await;
        Ok(notes?)
    }

    /// Command `style_notes_set`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn style_notes_set(&self, notes: StyleNotesChange) -> Result<StyleNotes, IpcError> {
        let changed: Result<StyleNotes, StoreError> = self
            .store
            .write(move |w| {
                let mut stored: Stored = setting::get(w, STYLE)?;
                if let Some(own) = notes.own {
                    stored.own = own.trim().chars().take(MAX_OWN_CHARS).collect();
                }
                let restored = notes.restore.unwrap_or_default();
                stored.struck.retain(|key| !restored.contains(key));
                let known = |key: &String| HABITS.iter().any(|h| h.key == key);
                for key in notes.strike.unwrap_or_default().into_iter().filter(known) {
                    if !stored.struck.contains(&key) {
                        stored.struck.push(key);
                    }
                }
                setting::set(w, STYLE, &stored)?;
                read(w)
            })
            .await;
        Ok(changed?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_habit_is_learned_from_ten_edits_and_can_be_struck() {
        let edit = (
            "Shipping is 90 TL!".to_owned(),
            "Hello, shipping is 90 TL".to_owned(),
        );
        let nine = vec![edit.clone(); 9];
        assert!(learned(&nine, &[]).is_empty(), "nine are too few");
        let mut ten = nine;
        ten.push(edit);
        let found = learned(&ten, &["adds_greeting".to_owned()]);
        let keys: Vec<_> = found.iter().map(|n| (n.key.as_str(), n.active)).collect();
        assert_eq!(
            keys,
            [
                ("adds_greeting", false),
                ("longer", true),
                ("no_exclamation", true)
            ]
        );
    }

    #[test]
    fn what_shows_in_few_edits_is_no_habit() {
        let plain = ("ok then".to_owned(), "ok, then".to_owned());
        let mut edits = vec![plain; 9];
        edits.push(("ok".to_owned(), "ok 😊".to_owned()));
        assert!(learned(&edits, &[]).is_empty());
    }
}
