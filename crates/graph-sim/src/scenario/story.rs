//! What happens while one watches: customers keep writing, and react to what they are answered.
//!
//! A story is pure data and time. It is asked what is due whenever somebody looks at the platform,
//! so it needs no task of its own, and a fixed clock plays it back word for word.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::clock::plus_seconds;
use crate::ids::Forge;

/// Lines that may fall due at once after a long pause; the rest moves on to later.
const AT_ONCE: usize = 5;

/// The part of a scenario file that describes the story.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StoryFile {
    /// Shortest and longest time between two lines, in seconds.
    every_seconds: (u64, u64),
    /// Shortest and longest time until a reaction, in seconds.
    react_after_seconds: (u64, u64),
    /// Reactions of one customer in all.
    max_reactions: usize,
    /// What customers write by themselves, in turn.
    lines: Vec<LineFile>,
    /// What they say to an answer; the first rule that fits is taken.
    reactions: Vec<Rule>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LineFile {
    username: String,
    #[serde(default)]
    name: Option<String>,
    lang: String,
    text: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rule {
    /// The answer holds one of these; any answer fits an empty list.
    #[serde(default)]
    contains: Vec<String>,
    /// The answer also holds a digit.
    #[serde(default)]
    digit: bool,
    /// By language, what may be said.
    says: BTreeMap<String, Vec<String>>,
}

/// A line that is due.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// When it is written.
    pub(crate) at: DateTime<Utc>,
    /// The writer, when already known.
    pub(crate) igsid: Option<String>,
    /// The writer's user name.
    pub(crate) username: String,
    /// The writer's display name.
    pub(crate) name: Option<String>,
    /// The writer's language.
    pub(crate) lang: Option<String>,
    /// What is written.
    pub(crate) text: String,
}

/// A story under way.
#[derive(Debug)]
pub(crate) struct Story {
    file: StoryFile,
    dice: Forge,
    place: usize,
    next: DateTime<Utc>,
    waiting: Vec<Line>,
    reacted: BTreeMap<String, usize>,
}

impl Story {
    /// Begins at `now`; the first line comes after one interval.
    pub(crate) fn start(file: StoryFile, seed: u64, now: DateTime<Utc>, pace: f64) -> Self {
        let mut story = Self {
            file,
            dice: Forge::seeded(seed),
            place: 0,
            next: now,
            waiting: Vec::new(),
            reacted: BTreeMap::new(),
        };
        story.next = story.later(now, story.file.every_seconds, pace);
        story
    }

    /// Plans the next line anew, at another pace.
    pub(crate) fn repace(&mut self, now: DateTime<Utc>, pace: f64) {
        self.next = self.later(now, self.file.every_seconds, pace);
    }

    fn later(&mut self, from: DateTime<Utc>, range: (u64, u64), pace: f64) -> DateTime<Utc> {
        let millis = self
            .dice
            .between(range.0 * 1000, range.1.max(range.0) * 1000) as f64;
        // The conversion saturates; a pace of zero still leaves a little time between lines.
        let millis = (millis * pace.clamp(0.0, 1000.0)).max(200.0) as i64;
        from.checked_add_signed(TimeDelta::milliseconds(millis))
            .unwrap_or(from)
    }

    /// The lines that fall due up to `now`, in order of time.
    pub(crate) fn due(&mut self, now: DateTime<Utc>, pace: f64) -> Vec<Line> {
        let (mut due, waiting): (Vec<Line>, Vec<Line>) =
            self.waiting.drain(..).partition(|line| line.at <= now);
        self.waiting = waiting;
        let mut taken = 0;
        while self.next <= now {
            if taken == AT_ONCE {
                // After a long pause the rest of the story moves on instead of pouring in.
                self.next = self.later(now, self.file.every_seconds, pace);
                break;
            }
            let Some(line) = self.file.lines.get(self.place).cloned() else {
                break;
            };
            self.place += 1;
            taken += 1;
            due.push(Line {
                at: self.next,
                igsid: None,
                username: line.username,
                name: line.name,
                lang: Some(line.lang),
                text: line.text,
            });
            self.next = self.later(self.next, self.file.every_seconds, pace);
        }
        due.sort_by_key(|line| line.at);
        due
    }

    /// A customer got an answer: plans what is said to it, unless enough was said already.
    pub(crate) fn answered(
        &mut self,
        igsid: &str,
        lang: &str,
        answer: &str,
        now: DateTime<Utc>,
        pace: f64,
    ) {
        let said = self.reacted.get(igsid).copied().unwrap_or(0);
        let is_waiting = self
            .waiting
            .iter()
            .any(|line| line.igsid.as_deref() == Some(igsid));
        if said >= self.file.max_reactions || is_waiting {
            return;
        }
        let Some(text) = self.reaction(lang, answer) else {
            return;
        };
        self.reacted.insert(igsid.to_owned(), said + 1);
        let at = self.later(now, self.file.react_after_seconds, pace);
        self.waiting.push(Line {
            at: at.max(plus_seconds(now, 1)),
            igsid: Some(igsid.to_owned()),
            username: String::new(),
            name: None,
            lang: None,
            text,
        });
    }

    fn reaction(&mut self, lang: &str, answer: &str) -> Option<String> {
        let folded = answer.to_lowercase();
        let digit = answer.chars().any(|letter| letter.is_ascii_digit());
        let fits = |rule: &&Rule| {
            (!rule.digit || digit)
                && (rule.contains.is_empty()
                    || rule
                        .contains
                        .iter()
                        .any(|word| folded.contains(word.as_str())))
        };
        let says = self.file.reactions.iter().find(fits)?.says.get(lang)?;
        let last = u64::try_from(says.len()).ok()?.checked_sub(1)?;
        let place = usize::try_from(self.dice.between(0, last)).unwrap_or(0);
        says.get(place).cloned()
    }
}
