//! The words on the screen: the three languages agree, none is dead, none is written past them.

use crate::process::{self, Failure, Outcome};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::Path;

const SOURCE: &str = "en";
/// The other languages, with the plural forms that a text with a number must have.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("en", &["one", "other"]),
    ("tr", &["one", "other"]),
    ("ru", &["one", "few", "many", "other"]),
];

/// Problems of the message files and of the components.
///
/// # Errors
/// When a file cannot be read.
pub fn problems() -> Outcome<Vec<String>> {
    let ui = process::root().join("ui/src");
    let mut all = Vec::new();
    for (language, forms) in LANGUAGES {
        all.push((*language, *forms, messages(&ui, language)?));
    }
    let Some((_, _, source)) = all.iter().find(|(language, ..)| *language == SOURCE) else {
        return Ok(Vec::new());
    };
    let mut problems: Vec<String> = all
        .iter()
        .flat_map(|(language, forms, messages)| differences(source, language, forms, messages))
        .collect();
    let mut code = String::new();
    let mut files = Vec::new();
    // Notifications and the tray take their words from the same files.
    for folder in ["ui/src", "crates/desk-app/src", "src-tauri/src"] {
        collect(&process::root().join(folder), &mut files)
            .map_err(|error| Failure::new(format!("{folder} cannot be read: {error}")))?;
    }
    files.sort();
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let text = process::read(file)?;
        if name.ends_with(".svelte") {
            let shown = file.strip_prefix(process::root()).unwrap_or(file).display();
            problems.extend(
                bare_words(&text)
                    .into_iter()
                    .map(|words| format!("{shown} shows \"{words}\" in every language")),
            );
        }
        if !name.contains(".test.") {
            code.push_str(&text);
        }
    }
    problems.extend(dead_keys(source, &code));
    Ok(problems)
}

/// The words of the first screen and those that are loaded with later ones.
fn messages(ui: &Path, language: &str) -> Outcome<Map<String, Value>> {
    let mut all = Map::new();
    for folder in ["messages", "messages/later"] {
        let path = ui.join(format!("lib/i18n/{folder}/{language}.json"));
        let text = process::read(&path)?;
        let part: Map<String, Value> = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        all.extend(part);
    }
    Ok(all)
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|ending| ending == "ts" || ending == "svelte" || ending == "rs")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// What a language lacks or has too much, compared with the source.
fn differences(
    source: &Map<String, Value>,
    language: &str,
    forms: &[&str],
    messages: &Map<String, Value>,
) -> Vec<String> {
    let mut problems = Vec::new();
    for key in source.keys().filter(|key| !messages.contains_key(*key)) {
        problems.push(format!("{language}.json lacks {key}"));
    }
    for (key, value) in messages {
        let Some(original) = source.get(key) else {
            problems.push(format!(
                "{language}.json has {key}, which {SOURCE}.json has not"
            ));
            continue;
        };
        if original.is_object() != value.is_object() {
            problems.push(format!(
                "{language}.json: only one side of {key} has plural forms"
            ));
        }
        if placeholders(original) != placeholders(value) {
            problems.push(format!("{language}.json: {key} has other placeholders"));
        }
        if let Some(plural) = value.as_object() {
            let found: BTreeSet<&str> = plural.keys().map(String::as_str).collect();
            if found != forms.iter().copied().collect() {
                problems.push(format!(
                    "{language}.json: {key} needs the plural forms {}",
                    forms.join(", ")
                ));
            }
        }
        if texts(value).any(|text| text.trim().is_empty()) {
            problems.push(format!("{language}.json: {key} is empty"));
        }
    }
    problems
}

/// The text, or the text of each plural form.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let forms = value.as_object().into_iter().flat_map(Map::values);
    value
        .as_str()
        .into_iter()
        .chain(forms.filter_map(Value::as_str))
}

fn placeholders(value: &Value) -> BTreeSet<&str> {
    texts(value)
        .flat_map(|text| text.split('{').skip(1))
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// Keys that no code names: neither whole, nor by a beginning that ends in `${`.
fn dead_keys(source: &Map<String, Value>, code: &str) -> Vec<String> {
    let begun = |key: &str| {
        key.match_indices(['.', '_'])
            .filter_map(|(at, _)| key.get(..=at))
            .any(|beginning| code.contains(&format!("`{beginning}${{")))
    };
    let named = |key: &str| {
        ["'", "\"", "`"]
            .iter()
            .any(|quote| code.contains(&format!("{quote}{key}{quote}")))
    };
    source
        .keys()
        .filter(|key| !named(key) && !begun(key))
        .map(|key| format!("{SOURCE}.json: nothing uses {key}"))
        .collect()
}

/// Names that are the same in every language.
const SAME_EVERYWHERE: &[&str] = &[
    "ReplyDesk",
    "Instagram",
    "Meta",
    "OpenAI",
    "Ctrl",
    "Cmd",
    "Enter",
    "Esc",
    "Shift",
    "Alt",
    "Tab",
];
/// Attributes whose value is read by a person.
const READ_ATTRIBUTES: &[&str] = &["aria-label", "title", "placeholder", "alt"];

/// Words of a component's markup that do not come from the message files.
fn bare_words(component: &str) -> Vec<String> {
    let mut rest = without(component, "<!--", "-->");
    for element in ["script", "style", "svg"] {
        rest = without(&rest, &format!("<{element}"), &format!("</{element}>"));
    }
    let mut found = Vec::new();
    let mut text = String::new();
    let mut tag = String::new();
    let mut in_tag = false;
    let mut depth = 0_u32;
    let mut quote: Option<char> = None;
    for c in rest.chars() {
        match (quote, c) {
            // Inside an expression nothing is shown as it stands; strings may hold braces.
            (Some(open), _) if depth > 0 => {
                if c == open {
                    quote = None;
                }
            }
            (None, '\'' | '"' | '`') if depth > 0 => quote = Some(c),
            (_, '{') => depth += 1,
            (_, '}') => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            (None, '<') if !in_tag => {
                found.extend(words(&text));
                text.clear();
                in_tag = true;
            }
            (None, '>') if in_tag => {
                found.extend(attribute_words(&tag));
                tag.clear();
                in_tag = false;
            }
            (open, _) if in_tag => {
                if c == '"' {
                    quote = if open.is_some() { None } else { Some('"') };
                }
                tag.push(c);
            }
            _ => text.push(c),
        }
    }
    found.extend(words(&text));
    found
}

fn without(text: &str, begin: &str, end: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(begin) {
        kept.push_str(before);
        rest = after.split_once(end).map_or("", |(_, after)| after);
    }
    kept + rest
}

fn attribute_words(tag: &str) -> Vec<String> {
    READ_ATTRIBUTES
        .iter()
        .filter_map(|name| tag.split_once(&format!(" {name}=\"")))
        .filter_map(|(_, after)| after.split_once('"'))
        .filter_map(|(value, _)| words(value))
        .collect()
}

/// The text, when it holds a word of two letters or more that is not the same everywhere.
fn words(text: &str) -> Option<String> {
    let shown = text.trim();
    // One piece with such a sign in it is an address or a name, shown as an example.
    if !shown.contains(char::is_whitespace) && shown.contains([':', '/', '@']) {
        return None;
    }
    shown
        .split(|c: char| !c.is_alphabetic() && c != '&')
        .any(|word| {
            word.chars().count() > 1 && !word.starts_with('&') && !SAME_EVERYWHERE.contains(&word)
        })
        .then(|| shown.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    fn against_english(other: Value) -> Vec<String> {
        let source =
            map(json!({"a": "Hello {name}", "n": {"one": "{count} x", "other": "{count} xs"}}));
        differences(&source, "ru", &["one", "few", "many", "other"], &map(other))
    }

    #[test]
    fn a_complete_translation_has_no_problem() {
        let forms = json!({"one": "{count} а", "few": "{count} б", "many": "{count} в", "other": "{count} г"});
        assert!(against_english(json!({"a": "Привет, {name}", "n": forms})).is_empty());
    }

    #[test]
    fn each_difference_is_told() {
        let forms = json!({"one": "{count} а", "other": "{count} г"});
        let found = against_english(json!({"a": "Привет, {nmae}", "n": forms, "z": " "}));
        let told = found.join("\n");
        assert!(told.contains("a has other placeholders"), "{told}");
        assert!(told.contains("n needs the plural forms"), "{told}");
        assert!(told.contains("has z, which"), "{told}");
        assert!(
            against_english(json!({}))
                .iter()
                .any(|line| line.contains("lacks a"))
        );
        assert!(
            against_english(json!({"a": {"other": "{name}"}}))
                .join("")
                .contains("plural")
        );
    }

    #[test]
    fn a_key_is_alive_when_code_names_it_or_its_beginning() {
        let source = map(json!({"time.now": "", "error.network_down": "", "old": ""}));
        let code = "t('time.now'); t(`error.${code}`)";
        assert_eq!(dead_keys(&source, code), ["en.json: nothing uses old"]);
    }

    #[test]
    fn words_past_the_message_files_are_found() {
        for (markup, words) in [
            ("<p>Send now</p>", "Send now"),
            (
                "<button aria-label=\"Close\" class=\"x\">×</button>",
                "Close",
            ),
            ("<p>{t('a')} left</p>", "left"),
        ] {
            assert_eq!(bare_words(markup), [words]);
        }
    }

    #[test]
    fn everything_else_in_a_component_is_no_word() {
        for markup in [
            "<script lang=\"ts\">const a = 'words';</script><p>{t('a.b')}</p>",
            "<style>p { color: red }</style>",
            "{#if a < b}<b class=\"bold text\" title={t('x')}>{'}'} · 3</b>{/if}",
            "<input placeholder=\"https://…?code=…\"><input placeholder=\"llama3.1:8b\">",
            "<kbd>Ctrl</kbd>&nbsp;<kbd>J</kbd> ReplyDesk",
            "<!-- a remark --><i onclick={() => a > b ? go('now') : `it ${x}`}></i>",
        ] {
            assert!(
                bare_words(markup).is_empty(),
                "{markup}: {:?}",
                bare_words(markup)
            );
        }
    }
}
