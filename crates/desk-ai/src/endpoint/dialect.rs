//! What a server understands. "OpenAI-compatible" covers servers that refuse response formats
//! (with 400, 422 or 500), that know only `max_tokens`, or only `max_completion_tokens`, and that
//! take no temperature. It is found out by asking and remembered. Must not do I/O.

use crate::contract;
use crate::prompt::Prompt;
use serde_json::{Map, Value, json};

/// The words that a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// 0: JSON schema, 1: some JSON object, 2: only text.
    format: u8,
    /// It wants `max_completion_tokens` instead of `max_tokens`.
    new_limit: bool,
    /// It takes no temperature.
    fixed_temperature: bool,
}

impl Dialect {
    pub(super) const fn from_bits(bits: u8) -> Self {
        Self {
            format: if bits & 3 > 2 { 2 } else { bits & 3 },
            new_limit: bits & 4 != 0,
            fixed_temperature: bits & 8 != 0,
        }
    }

    pub(super) const fn bits(self) -> u8 {
        self.format | (self.new_limit as u8) << 2 | (self.fixed_temperature as u8) << 3
    }

    /// The body of a request.
    pub(super) fn request(self, model: &str, prompt: &Prompt) -> Value {
        let mut body = Map::new();
        body.insert("model".to_owned(), json!(model));
        body.insert(
            "messages".to_owned(),
            json!([
                { "role": "system", "content": prompt.system },
                { "role": "user", "content": prompt.user },
            ]),
        );
        body.insert("stream".to_owned(), json!(false));
        let limit = if self.new_limit {
            "max_completion_tokens"
        } else {
            "max_tokens"
        };
        body.insert(limit.to_owned(), json!(prompt.max_tokens));
        if !self.fixed_temperature {
            body.insert("temperature".to_owned(), json!(0.2));
        }
        let format = match self.format {
            0 => Some(json!({ "type": "json_schema", "json_schema": {
                "name": "reply", "strict": true, "schema": contract::schema() } })),
            1 => Some(json!({ "type": "json_object" })),
            _ => None,
        };
        if let Some(format) = format {
            body.insert("response_format".to_owned(), format);
        }
        Value::Object(body)
    }

    /// The body of a request whose answer is read as it comes.
    pub(super) fn streamed(self, model: &str, prompt: &Prompt) -> Value {
        let mut body = self.request(model, prompt);
        if let Some(object) = body.as_object_mut() {
            object.insert("stream".to_owned(), json!(true));
            object.insert(
                "stream_options".to_owned(),
                json!({ "include_usage": true }),
            );
        }
        body
    }

    /// The word for the format that it answers in.
    pub(super) const fn format_word(self) -> &'static str {
        match self.format {
            0 => "json_schema",
            1 => "json_object",
            _ => "plain",
        }
    }

    /// The next simpler words after a refusal, if the refusal may be about words.
    pub(super) fn simpler(self, status: u16, message: &str) -> Option<Self> {
        if !matches!(status, 400 | 415 | 422 | 500 | 501) {
            return None;
        }
        let message = message.to_lowercase();
        if message.contains("max_completion_tokens") && !self.new_limit {
            return Some(Self {
                new_limit: true,
                ..self
            });
        }
        if message.contains("temperature") && !self.fixed_temperature {
            return Some(Self {
                fixed_temperature: true,
                ..self
            });
        }
        (self.format < 2).then_some(Self {
            format: self.format + 1,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_remembered_in_one_byte() {
        for bits in 0..16 {
            let dialect = Dialect::from_bits(bits);
            assert_eq!(Dialect::from_bits(dialect.bits()), dialect);
        }
    }

    #[test]
    fn each_refusal_leads_to_simpler_words() {
        let first = Dialect::from_bits(0);
        let limit = first
            .simpler(400, "Use 'max_completion_tokens' instead.")
            .unwrap();
        assert!(
            limit
                .request("m", &Prompt::probe())
                .get("max_tokens")
                .is_none()
        );
        let cold = first
            .simpler(400, "'temperature' does not support 0.2")
            .unwrap();
        assert!(
            cold.request("m", &Prompt::probe())
                .get("temperature")
                .is_none()
        );
        let object = first.simpler(500, "response_format").unwrap();
        assert_eq!(
            object.request("m", &Prompt::probe())["response_format"]["type"],
            "json_object"
        );
        let text = object.simpler(500, "").unwrap();
        assert!(
            text.request("m", &Prompt::probe())
                .get("response_format")
                .is_none()
        );
        assert_eq!(text.simpler(500, ""), None);
        assert_eq!(first.simpler(401, ""), None);
    }
}
