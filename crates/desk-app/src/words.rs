//! The words that are shown outside the window (notifications, the tray), from the very files that
//! the window reads.
//!
//! A text is a string with `{placeholders}`, or an object of plural forms chosen by `{count}`.

use serde_json::Value;
use std::sync::OnceLock;

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, when nothing better is known.
    #[default]
    English,
    /// Turkish.
    Turkish,
    /// Russian.
    Russian,
}

impl Language {
    /// The owner's choice, else the first language of the system that is ours.
    ///
    /// `system` is a list such as that of `LANGUAGE` or `LANG`: `ru_RU.UTF-8:en`.
    #[must_use]
    pub fn choose(preferred: Option<&str>, system: &str) -> Language {
        preferred
            .into_iter()
            .chain(system.split(':'))
            .find_map(|tag| match tag.split(['_', '-', '.']).next() {
                Some("en") => Some(Language::English),
                Some("tr") => Some(Language::Turkish),
                Some("ru") => Some(Language::Russian),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// What the system's environment says.
    #[must_use]
    pub fn of_system() -> String {
        ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .collect::<Vec<_>>()
            .join(":")
    }

    fn messages(self) -> &'static Value {
        static ALL: [OnceLock<Value>; 3] = [const { OnceLock::new() }; 3];
        let (file, place) = match self {
            Language::English => (include_str!("../../../ui/src/lib/i18n/messages/en.json"), 0),
            Language::Turkish => (include_str!("../../../ui/src/lib/i18n/messages/tr.json"), 1),
            Language::Russian => (include_str!("../../../ui/src/lib/i18n/messages/ru.json"), 2),
        };
        // The files are compiled in, and a test reads all three.
        let read = || serde_json::from_str(file).unwrap_or_default();
        ALL.get(place)
            .map_or(&Value::Null, |known| known.get_or_init(read))
    }

    /// The plural form for a whole number, as Unicode's CLDR has it.
    fn plural(self, count: u32) -> &'static str {
        match self {
            Language::English | Language::Turkish if count == 1 => "one",
            Language::English | Language::Turkish => "other",
            Language::Russian => match (count % 10, count % 100) {
                (1, hundred) if hundred != 11 => "one",
                (2..=4, hundred) if !(12..=14).contains(&hundred) => "few",
                _ => "many",
            },
        }
    }

    /// The words for a key, with its placeholders filled in. An unknown key is shown as it is, so
    /// that nobody takes silence for an answer.
    #[must_use]
    pub fn text(self, key: &str, values: &[(&str, &str)]) -> String {
        fill(
            self.messages()
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or(key),
            values,
        )
    }

    /// The words for a key with a number, in the right plural form.
    #[must_use]
    pub fn count(self, key: &str, count: u32, values: &[(&str, &str)]) -> String {
        let forms = self.messages().get(key);
        let form = forms
            .and_then(|forms| forms.get(self.plural(count)).or_else(|| forms.get("other")))
            .and_then(Value::as_str)
            .unwrap_or(key);
        fill(&form.replace("{count}", &count.to_string()), values)
    }
}

/// Replaces each placeholder once, from left to right: a value that itself looks like a placeholder
/// stays as it is.
fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            text.push('{');
            rest = after_brace(rest);
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => text.push_str(value),
            None => {
                text.push('{');
                text.push_str(name);
                text.push('}');
            }
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

fn after_brace(text: &str) -> &str {
    text.split_once('{').map_or("", |(_, after)| after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owners_choice_comes_before_the_systems() {
        for (preferred, system, chosen) in [
            (None, "ru_RU.UTF-8", Language::Russian),
            (None, "de_DE:tr_TR", Language::Turkish),
            (Some("en"), "ru_RU.UTF-8", Language::English),
            (None, "C.UTF-8", Language::English),
        ] {
            assert_eq!(
                Language::choose(preferred, system),
                chosen,
                "{preferred:?} {system}"
            );
        }
    }

    #[test]
    fn russian_counts_as_russians_do() {
        for (count, form) in [
            (1, "one"),
            (2, "few"),
            (5, "many"),
            (11, "many"),
            (12, "many"),
            (21, "one"),
            (104, "few"),
        ] {
            assert_eq!(Language::Russian.plural(count), form, "{count}");
        }
    }

    #[test]
    fn a_name_that_looks_like_a_placeholder_stays_a_name() {
        assert_eq!(
            fill("{name}: {text}", &[("name", "{text}"), ("text", "hi")]),
            "{text}: hi"
        );
        assert_eq!(fill("a { b", &[]), "a { b");
    }

    #[test]
    fn every_language_has_its_words() {
        for language in [Language::English, Language::Turkish, Language::Russian] {
            let text = language.text("notify.needs_you", &[]);
            assert_ne!(text, "notify.needs_you");
            assert!(language.count("notify.new_messages", 3, &[]).contains('3'));
        }
    }
}
