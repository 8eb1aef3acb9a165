//! What a model must answer in, and how leniently it is read: local models think aloud, wrap JSON
//! in fences, or put it into another field. Must not trust what it reads.

use crate::provider::Completion;
use desk_core::EntryId;
use serde_json::{Value, json};

/// What the model wants to happen. Separate from the text, which therefore cannot say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Send this reply.
    Reply,
    /// Nothing needs to be said.
    NoReply,
    /// A person should answer.
    NeedsHuman,
}

/// An answer that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it wants.
    pub action: Action,
    /// The text.
    pub reply: String,
    /// What it says that it rests on.
    pub cites: Vec<EntryId>,
    /// It calls itself sure. Never enough, but needed.
    pub sure: bool,
    /// It kept the form; a mere text is proposed at most.
    pub formed: bool,
}

/// The JSON schema of an answer, in the subset that strict servers take.
#[must_use]
pub fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["action", "reason", "language", "reply", "cites", "confidence"],
        "properties": {
            "action": { "type": "string", "enum": ["reply", "no_reply", "needs_human"] },
            "reason": { "type": "string" },
            "language": { "type": "string", "enum": ["en", "tr", "ru"] },
            "reply": { "type": "string" },
            "cites": { "type": "array", "items": { "type": "string" } },
            "confidence": { "type": "string", "enum": ["low", "standard", "high"] }
        }
    })
}

/// Reads an answer; `None` when there is nothing in it that could be a reply.
#[must_use]
pub fn read(completion: &Completion) -> Option<Answer> {
    let content = without_thoughts(&completion.content);
    if let Some(answer) = formed(&content) {
        return Some(answer);
    }
    if content.trim().is_empty() {
        // Some servers leave the content empty and put the JSON where the thoughts go; thoughts
        // alone are no reply.
        return completion
            .reasoning
            .as_deref()
            .and_then(|r| formed(&without_thoughts(r)));
    }
    let text = without_code_fence(&content);
    let looks_broken = text.starts_with(['{', '[', '<'])
        || text.contains("\"action\"")
        || text.contains("\"reply\"");
    (!looks_broken && text.chars().any(char::is_alphabetic)).then(|| Answer {
        action: Action::Reply,
        reply: text.to_owned(),
        cites: Vec::new(),
        sure: false,
        formed: false,
    })
}

/// The reply inside an answer that is still being written, for showing it as it comes. Thoughts
/// and the form around it are left out; empty as long as there is nothing of it.
#[must_use]
pub fn partial_reply(content: &str) -> String {
    let content = without_thoughts(content);
    // The word is also a value: only with a colon behind it is it the field.
    let field = content.match_indices("\"reply\"").find_map(|(at, word)| {
        let after = content.get(at + word.len()..)?.trim_start();
        after.strip_prefix(':').map(str::trim_start)
    });
    let Some(quoted) = field else {
        let plain = without_code_fence(content.trim_start());
        let is_form = plain.starts_with(['{', '`', '<']) || plain.is_empty();
        return if is_form {
            String::new()
        } else {
            plain.to_owned()
        };
    };
    let Some(inner) = quoted.strip_prefix('"') else {
        return String::new();
    };
    let (mut end, mut escaped) = (inner.len(), false);
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    // An escape that is only half there is left for later.
    let mut whole = inner.get(..end).unwrap_or_default();
    for _ in 0..12 {
        if let Ok(text) = serde_json::from_str::<String>(&format!("\"{whole}\"")) {
            return text;
        }
        let Some((cut, _)) = whole.char_indices().next_back() else {
            break;
        };
        whole = whole.get(..cut).unwrap_or_default();
    }
    String::new()
}

fn formed(text: &str) -> Option<Answer> {
    let object = objects(text)
        .filter_map(|part| serde_json::from_str::<Value>(part).ok())
        .find(|v| v.get("action").is_some() || v.get("reply").is_some())?;
    let word = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let reply = word("reply").trim().to_owned();
    let action = match word("action") {
        "needs_human" => Action::NeedsHuman,
        "no_reply" => Action::NoReply,
        "reply" | "" if !reply.is_empty() => Action::Reply,
        "reply" | "" => return None,
        _ => Action::NeedsHuman,
    };
    let cites = object.get("cites").and_then(Value::as_array);
    Some(Answer {
        action,
        cites: cites.into_iter().flatten().filter_map(entry).collect(),
        sure: word("confidence") == "high",
        formed: object.get("action").is_some(),
        reply,
    })
}

/// "K12", "12" or 12.
fn entry(cite: &Value) -> Option<EntryId> {
    match cite {
        Value::Number(n) => n.as_i64().map(EntryId),
        Value::String(s) => s.trim().trim_start_matches(['K', 'k', '#']).parse().ok(),
        _ => None,
    }
    .filter(|id| id.0 > 0)
}

/// The balanced objects of a text, first to last. A brace inside a string does not count.
fn objects(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find('{')?;
        let from = rest.get(start..)?;
        let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
        for (at, c) in from.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '{' if !quoted => depth += 1,
                '}' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && c == '}' && !quoted {
                rest = from.get(at + 1..)?;
                return from.get(..=at);
            }
        }
        rest = "";
        None
    })
    .take(16)
}

/// Without `<think>…</think>`, closed or not, and without what comes before a lone closing tag.
fn without_thoughts(text: &str) -> String {
    let mut out = text.to_owned();
    for tag in ["think", "thinking", "reasoning"] {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        while let Some(start) = out.find(&open) {
            let end = out
                .get(start..)
                .and_then(|rest| rest.find(&close))
                .map_or(out.len(), |n| start + n + close.len());
            out.replace_range(start..end, "");
        }
        if let Some(end) = out.rfind(&close) {
            out.replace_range(..end + close.len(), "");
        }
    }
    out
}

fn without_code_fence(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```") else {
        return text;
    };
    let inner = inner.strip_suffix("```").unwrap_or(inner);
    inner
        .split_once('\n')
        .map_or(inner, |(_, body)| body)
        .trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reply_is_seen_while_it_is_written() {
        let whole =
            r#"<think>hm</think>{"action":"reply","reply":"Kargo \"50\" TL\u0027dir.","cites":[]}"#;
        let mut longest = String::new();
        for (at, _) in whole.char_indices() {
            let part = partial_reply(whole.get(..at).unwrap());
            assert!(
                part.starts_with(&longest) || longest.starts_with(&part),
                "{part}"
            );
            assert!(!part.contains("think") && !part.contains('{'), "{part}");
            longest = part;
        }
        assert_eq!(partial_reply(whole), "Kargo \"50\" TL'dir.");
        assert_eq!(partial_reply("Shipping costs"), "Shipping costs");
        assert_eq!(partial_reply(r#"{"action":"reply""#), "");
    }
    use proptest::prelude::*;

    fn completion(content: &str) -> Completion {
        Completion {
            content: content.to_owned(),
            ..Completion::default()
        }
    }

    #[test]
    fn every_wrapping_is_read() {
        let plain = r#"{"action":"reply","reason":"x","language":"en","reply":"Hi {you}","cites":["K3",4],"confidence":"high"}"#;
        for content in [
            plain.to_owned(),
            format!("```json\n{plain}\n```"),
            format!("<think>maybe {{\"a\":1}}</think>\n{plain}"),
            format!("thoughts without a start</think>{plain}"),
            format!("Here you are: {plain} Hope it helps"),
        ] {
            let answer = read(&completion(&content)).unwrap();
            assert_eq!(answer.reply, "Hi {you}", "{content}");
            assert_eq!(answer.cites, [EntryId(3), EntryId(4)]);
            assert!(answer.sure && answer.formed);
        }
        let hidden = Completion {
            reasoning: Some(plain.to_owned()),
            ..Completion::default()
        };
        assert!(read(&hidden).is_some());
    }

    #[test]
    fn a_mere_text_is_a_weak_answer() {
        let answer = read(&completion("Shipping costs 50 TL.")).unwrap();
        assert!(!answer.formed && !answer.sure && answer.cites.is_empty());
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for content in [
            "",
            "  ",
            "{\"action\":\"reply\"",
            "<think>only thoughts",
            "{}",
            "<html>502</html>",
            "{\"action\":\"reply\",\"reply\":\"\"}",
        ] {
            assert_eq!(read(&completion(content)), None, "{content}");
        }
    }

    #[test]
    fn an_unknown_action_asks_for_a_person() {
        let answer = read(&completion(r#"{"action":"transfer","reply":"ok"}"#)).unwrap();
        assert_eq!(answer.action, Action::NeedsHuman);
    }

    proptest! {
        #[test]
        fn anything_can_be_read(s in any::<String>(), t in "[{}\"\\\\<>/a-zthink ]{0,80}") {
            let _ = read(&completion(&s));
            let _ = read(&completion(&t));
        }
    }
}
