//! A crowd: any number of conversations, made from a few phrases, the same every time.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::clock::plus_seconds;
use crate::ids::Forge;
use crate::state::{Draft, World};
use crate::threads::Author;

/// The part of a scenario file that describes a crowd.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CrowdFile {
    /// How many conversations, unless the name of the scenario says so.
    conversations: usize,
    /// First parts of names.
    first_names: Vec<String>,
    /// Second parts of names.
    last_names: Vec<String>,
    /// What customers ask, by language.
    voices: Vec<Voice>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Voice {
    lang: String,
    asks: Vec<String>,
    answers: Vec<String>,
}

/// Fills the world with a crowd.
pub(crate) fn fill(world: &mut World, file: &CrowdFile, size: Option<usize>, now: DateTime<Utc>) {
    let mut dice = Forge::seeded(0xC0DE);
    for number in 0..size.unwrap_or(file.conversations) {
        let first = pick(&mut dice, &file.first_names).map_or("Ada", String::as_str);
        let last = pick(&mut dice, &file.last_names).map_or("Tan", String::as_str);
        let Some(voice) = pick(&mut dice, &file.voices) else {
            return;
        };
        let username = format!("{}.{}{number}", ascii(first), ascii(last));
        let igsid = world.person(&username);
        if let Some(person) = world.people.get_mut(&igsid) {
            person.name = (number % 9 != 0).then(|| format!("{first} {last}"));
            person.lang.clone_from(&voice.lang);
        }
        // The newest conversations are minutes old, the oldest about two months.
        let spread = i64::try_from(number).unwrap_or(0) * 5_000_000
            / i64::try_from(size.unwrap_or(file.conversations).max(1)).unwrap_or(1);
        let mut ago = 60 + spread;
        let messages = if number % 17 == 0 {
            dice.between(24, 40)
        } else {
            dice.between(1, 9)
        };
        let mut lines = Vec::new();
        for turn in 0..messages {
            let ours = turn % 3 == 1;
            let text = pick(&mut dice, if ours { &voice.answers } else { &voice.asks });
            let text = format!("{} ({number}/{turn})", text.map_or("?", String::as_str));
            lines.push((ago, ours, text));
            ago += i64::try_from(dice.between(40, 20_000)).unwrap_or(40);
        }
        for (ago, ours, text) in lines.into_iter().rev() {
            let author = if ours {
                Author::Phone
            } else {
                Author::Customer
            };
            world.post(&igsid, author, Draft::text(&text), plus_seconds(now, -ago));
        }
    }
}

fn pick<'a, T>(dice: &mut Forge, choices: &'a [T]) -> Option<&'a T> {
    let last = u64::try_from(choices.len()).ok()?.checked_sub(1)?;
    choices.get(usize::try_from(dice.between(0, last)).unwrap_or(0))
}

fn ascii(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect()
}
