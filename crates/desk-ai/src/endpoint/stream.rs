//! Reads a streamed answer piece by piece. Pure; the reading from the socket is in
//! [`super`]. What is shown on the way is only shown: nothing is decided before the end.

use crate::provider::{Completion, ProviderFault, Usage};
use serde_json::Value;

/// One line longer than this is no answer.
const MAX_LINE: usize = 256 * 1024;

/// What came so far.
#[derive(Debug, Default)]
pub(super) struct Stream {
    line: Vec<u8>,
    content: String,
    reasoning: String,
    usage: Usage,
    /// The server said that it is done.
    done: bool,
    /// It sent a fault, or lines that are none of the protocol.
    broken: bool,
}

impl Stream {
    /// Takes bytes as they come, cut anywhere; true when there is more content than before.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> bool {
        let before = self.content.len();
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.read_line(&line);
            } else if self.line.len() < MAX_LINE {
                self.line.push(*byte);
            } else {
                self.broken = true;
            }
        }
        self.content.len() > before
    }

    /// The content so far.
    pub(super) fn content(&self) -> &str {
        &self.content
    }

    /// Whether nothing more will come.
    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// The whole answer. A stream that ends without saying so was cut: what came is not a reply.
    pub(super) fn finish(mut self) -> Result<Completion, ProviderFault> {
        let rest = std::mem::take(&mut self.line);
        self.read_line(&rest);
        if self.broken {
            return Err(ProviderFault::Nonsense);
        }
        if !self.done {
            return Err(ProviderFault::Cut);
        }
        if self.content.is_empty() && self.reasoning.is_empty() {
            return Err(ProviderFault::Nonsense);
        }
        Ok(Completion {
            content: self.content,
            reasoning: (!self.reasoning.is_empty()).then_some(self.reasoning),
            usage: self.usage,
        })
    }

    fn read_line(&mut self, line: &[u8]) {
        let Ok(line) = std::str::from_utf8(line) else {
            self.broken = true;
            return;
        };
        // Comments keep a connection alive; event names and ids say nothing here.
        let Some(data) = line.trim_end().strip_prefix("data:") else {
            return;
        };
        let data = data.trim();
        if data == "[DONE]" {
            self.done = true;
            return;
        }
        let Ok(part) = serde_json::from_str::<Value>(data) else {
            self.broken = true;
            return;
        };
        if part.get("error").is_some_and(|e| !e.is_null()) {
            self.broken = true;
        }
        let delta = part.pointer("/choices/0/delta");
        let text = |name: &str| delta.and_then(|d| d.get(name)).and_then(Value::as_str);
        self.content.push_str(text("content").unwrap_or_default());
        let thought = text("reasoning_content").or_else(|| text("reasoning"));
        self.reasoning.push_str(thought.unwrap_or_default());
        let ended = part.pointer("/choices/0/finish_reason");
        self.done |= ended.is_some_and(Value::is_string);
        if let Some(usage) = part.get("usage").filter(|u| u.is_object()) {
            self.usage = super::usage(usage);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANSWER: &str = concat!(
        ": keep-alive\n\n",
        "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\r\n\r\n",
        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hmm\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"Kargo ücretsiz \"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"değil.\"},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n",
        "data: [DONE]\n\n",
    );

    proptest! {
        #[test]
        fn the_answer_is_the_same_wherever_it_is_cut(cut in 0usize..ANSWER.len()) {
            let mut stream = Stream::default();
            let (a, b) = ANSWER.as_bytes().split_at(cut);
            stream.feed(a);
            stream.feed(b);
            let completion = stream.finish().unwrap();
            prop_assert_eq!(completion.content, "Kargo ücretsiz değil.");
            prop_assert_eq!(completion.reasoning.as_deref(), Some("hmm"));
            prop_assert_eq!((completion.usage.tokens_in, completion.usage.tokens_out), (7, 3));
        }

        #[test]
        fn any_bytes_can_be_fed(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut stream = Stream::default();
            stream.feed(&bytes);
            let _ = stream.finish();
        }
    }

    #[test]
    fn half_an_answer_is_none() {
        let fault = |text: &str| {
            let mut stream = Stream::default();
            stream.feed(text.as_bytes());
            stream.finish().unwrap_err()
        };
        let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"Kargo\"}}]}\n\n";
        assert_eq!(fault(piece), ProviderFault::Cut);
        assert_eq!(fault(""), ProviderFault::Cut);
        assert_eq!(
            fault("data: {\"choices\":[{\"del\n\ndata: [DONE]\n"),
            ProviderFault::Nonsense
        );
        assert_eq!(fault("data: [DONE]\n"), ProviderFault::Nonsense);
        assert_eq!(
            fault("data: {\"error\":{\"message\":\"overloaded\"}}\n\ndata: [DONE]\n"),
            ProviderFault::Nonsense
        );
    }
}
