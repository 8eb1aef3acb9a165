//! Owns the step from bytes to a JSON text that is safe to read: bad UTF-8, halves of surrogate
//! pairs and bare control characters are mended, too deep nesting is refused.

use super::object::Object;
use serde_json::value::RawValue;

/// The deepest nesting that is read. Real replies stay under twenty; `serde_json` skips raw values
/// without a limit of its own, and whoever reads `raw` later should not meet a surprise.
const MAX_DEPTH: usize = 120;

/// A whole reply, known to be valid JSON.
pub(crate) struct Document(Box<RawValue>);

/// Why bytes are no readable JSON document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// Not JSON at all, or cut short.
    NotJson,
    /// Nested deeper than anything real.
    TooDeep,
}

impl Document {
    /// Reads a text.
    pub(crate) fn from_text(text: &str) -> Result<Self, Malformed> {
        Self::from_string(text.to_owned())
    }

    /// Reads a text that is not needed any more.
    pub(crate) fn from_string(text: String) -> Result<Self, Malformed> {
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        let mended = mend(text)?;
        serde_json::from_str::<Box<RawValue>>(&mended)
            .map(Self)
            .map_err(|_| Malformed::NotJson)
    }

    /// The document as one value.
    pub(crate) fn raw(&self) -> &RawValue {
        &self.0
    }

    /// The document as an object, if it is one.
    pub(crate) fn object(&self) -> Option<Object<'_>> {
        Object::from_raw(&self.0)
    }
}

/// The text of a body; bytes that are no UTF-8 become replacement characters.
pub(crate) fn lossy(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

/// Measures the nesting and mends strings in place; every mend keeps the length.
fn mend(text: String) -> Result<String, Malformed> {
    let mut bytes = text.into_bytes();
    let (mut depth, mut in_string, mut at) = (0_usize, false, 0_usize);
    while let Some(byte) = bytes.get(at).copied() {
        let mut step = 1;
        match (in_string, byte) {
            (false, b'{' | b'[') => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Malformed::TooDeep);
                }
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (_, b'"') => in_string = !in_string,
            (true, b'\\') => step = mend_escape(&mut bytes, at),
            (true, 0..=0x1f) => {
                if let Some(control) = bytes.get_mut(at) {
                    *control = b' ';
                }
            }
            _ => {}
        }
        at += step;
    }
    String::from_utf8(bytes).map_err(|_| Malformed::NotJson)
}

/// Looks at the escape that starts at `at`, replaces it by `\ufffd` when it is half of a surrogate
/// pair, and returns how many bytes it takes.
fn mend_escape(bytes: &mut [u8], at: usize) -> usize {
    let Some(unit) = escaped_unit(bytes, at) else {
        return 2;
    };
    match unit {
        0xd800..=0xdbff => match escaped_unit(bytes, at + 6) {
            Some(0xdc00..=0xdfff) => return 12,
            _ => replace(bytes, at),
        },
        0xdc00..=0xdfff => replace(bytes, at),
        _ => {}
    }
    6
}

fn escaped_unit(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at.checked_add(6)?)?;
    let hex = std::str::from_utf8(escape.strip_prefix(b"\\u")?).ok()?;
    // `from_str_radix` alone would accept a sign.
    let digits = hex.bytes().all(|digit| digit.is_ascii_hexdigit());
    if digits {
        u16::from_str_radix(hex, 16).ok()
    } else {
        None
    }
}

fn replace(bytes: &mut [u8], at: usize) {
    if let Some(escape) = bytes.get_mut(at..at + 6) {
        escape.copy_from_slice(b"\\ufffd");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(json: &str) -> Option<String> {
        Document::from_text(json).ok()?.object()?.text("t")
    }

    #[test]
    fn half_of_a_surrogate_pair_becomes_the_replacement_character() {
        assert_eq!(
            text_of(r#"{"t":"a\ud83d b"}"#).as_deref(),
            Some("a\u{fffd} b")
        );
        assert_eq!(text_of(r#"{"t":"\udc00"}"#).as_deref(), Some("\u{fffd}"));
        assert_eq!(
            text_of(r#"{"t":"\ud83d\ud83d\ude00"}"#).as_deref(),
            Some("\u{fffd}😀")
        );
        assert_eq!(text_of(r#"{"t":"\ud83d"#), None);
    }

    #[test]
    fn whole_pairs_and_escaped_backslashes_are_left_alone() {
        assert_eq!(text_of(r#"{"t":"\ud83d\ude00"}"#).as_deref(), Some("😀"));
        assert_eq!(text_of(r#"{"t":"\\ud83d"}"#).as_deref(), Some("\\ud83d"));
        assert_eq!(text_of(r#"{"t":"\"\\\""}"#).as_deref(), Some("\"\\\""));
    }

    #[test]
    fn bytes_that_are_no_utf8_and_control_characters_do_not_lose_the_reply() {
        let document = Document::from_string(lossy(b"{\"t\":\"a\xff\nb\"}".to_vec())).unwrap();
        assert_eq!(
            document.object().unwrap().text("t").as_deref(),
            Some("a\u{fffd} b")
        );
        assert_eq!(text_of("\u{feff}{\"t\":\"x\"}").as_deref(), Some("x"));
    }

    #[test]
    fn ten_thousand_levels_are_refused_and_brackets_in_texts_are_not_levels() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(Document::from_text(&deep).err(), Some(Malformed::TooDeep));
        let flat = format!(r#"{{"t":"{}"}}"#, "[".repeat(10_000));
        assert_eq!(text_of(&flat).map(|text| text.len()), Some(10_000));
    }

    #[test]
    fn what_is_cut_short_or_no_json_is_refused() {
        for text in [
            "",
            "<html></html>",
            "{\"a\":1",
            "{\"a\":1} x",
            "{'a':1}",
            "\"abc",
        ] {
            assert_eq!(
                Document::from_text(text).err(),
                Some(Malformed::NotJson),
                "{text}"
            );
        }
    }
}
