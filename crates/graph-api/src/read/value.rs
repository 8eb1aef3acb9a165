//! Owns reading one JSON value in every form in which the platform has been seen to write it.

use super::object::Object;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::value::RawValue;

/// A text; a number or a boolean is given as its text, exactly as written.
pub(crate) fn text(raw: &RawValue) -> Option<String> {
    let json = raw.get();
    match json.as_bytes().first()? {
        b'"' => serde_json::from_str(json).ok(),
        b'{' | b'[' => None,
        _ if json == "null" => None,
        _ => Some(json.to_owned()),
    }
}

/// An id: a text that is not blank, or a whole number of any length.
pub(crate) fn id(raw: &RawValue) -> Option<String> {
    let text = text(raw)?;
    if raw.get().starts_with('"') {
        return Some(text).filter(|text| !text.trim().is_empty());
    }
    // A float or a boolean cannot be an id without guessing.
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(text)
}

/// A boolean as such, as a text, or as 0 and 1.
pub(crate) fn flag(raw: &RawValue) -> Option<bool> {
    match text(raw)?.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" | "" => Some(false),
        _ => None,
    }
}

/// A whole number as such or as a text.
pub(crate) fn integer(raw: &RawValue) -> Option<i64> {
    let text = text(raw)?;
    let text = text.trim();
    // `25.0` is a whole number too; a real fraction is not.
    let whole = text.split_once('.').map_or(text, |(whole, fraction)| {
        if fraction.bytes().all(|digit| digit == b'0') {
            whole
        } else {
            text
        }
    });
    whole.parse().ok()
}

/// A time: `2026-03-04T05:06:07+0000` (not RFC 3339, but what Graph writes), RFC 3339, or seconds
/// since 1970, where a number beyond 1e11 can only be milliseconds.
pub(crate) fn time(raw: &RawValue) -> Option<DateTime<Utc>> {
    const MILLISECONDS: u64 = 100_000_000_000;
    if let Some(number) = integer(raw) {
        return if number.unsigned_abs() > MILLISECONDS {
            DateTime::from_timestamp_millis(number)
        } else {
            DateTime::from_timestamp(number, 0)
        };
    }
    let text = text(raw)?;
    let text = text.trim();
    let zoned = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z")
        .or_else(|_| DateTime::parse_from_rfc3339(text));
    match zoned {
        Ok(time) => Some(time.with_timezone(&Utc)),
        // Without a zone nothing but UTC makes sense for a server.
        Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
            .ok()
            .map(|naive| naive.and_utc()),
    }
}

/// The items of a list, bare or wrapped in `{"data":[…]}`. An empty object counts as an empty list,
/// because that is how some servers write one.
pub(crate) fn list(raw: &RawValue) -> Option<Vec<&RawValue>> {
    match raw.get().as_bytes().first()? {
        b'[' => serde_json::from_str(raw.get()).ok(),
        b'{' => {
            let object = Object::from_raw(raw)?;
            match object.get("data") {
                Some(data) if data.get().starts_with('[') => serde_json::from_str(data.get()).ok(),
                Some(data) if data.get().starts_with('{') => Object::from_raw(data)?
                    .entries()
                    .next()
                    .is_none()
                    .then(Vec::new),
                Some(_) => None,
                None => object.entries().next().is_none().then(Vec::new),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_id_keeps_every_digit() {
        for json in ["17841400000000001", "\"17841400000000001\""] {
            assert_eq!(id(&raw(json)).as_deref(), Some("17841400000000001"));
        }
        let beyond_every_integer = "123456789012345678901234567890";
        assert_eq!(
            id(&raw(beyond_every_integer)).as_deref(),
            Some(beyond_every_integer)
        );
        for json in [
            "1.5", "1e3", "-4", "true", "\" \"", "\"\"", "{}", "[1]", "null",
        ] {
            assert_eq!(id(&raw(json)), None, "{json}");
        }
    }

    #[test]
    fn a_time_is_read_in_every_form_that_was_seen() {
        let expected = DateTime::from_timestamp(1_772_600_767, 0);
        for json in [
            "\"2026-03-04T05:06:07+0000\"",
            "\"2026-03-04T05:06:07+00:00\"",
            "\"2026-03-04T05:06:07Z\"",
            "\"2026-03-04T08:06:07+0300\"",
            "\"2026-03-04T05:06:07\"",
            "1772600767",
            "\"1772600767\"",
            "1772600767000",
        ] {
            assert_eq!(time(&raw(json)), expected, "{json}");
        }
        for json in [
            "\"yesterday\"",
            "{}",
            "\"\"",
            "9223372036854775807",
            "\"2026-13-04T05:06:07Z\"",
        ] {
            assert_eq!(time(&raw(json)), None, "{json}");
        }
    }

    #[test]
    fn a_flag_is_read_in_every_form_that_was_seen() {
        for (json, expected) in [
            ("true", Some(true)),
            ("\"true\"", Some(true)),
            ("\"True\"", Some(true)),
            ("1", Some(true)),
            ("false", Some(false)),
            ("\"\"", Some(false)),
            ("0", Some(false)),
            ("\"maybe\"", None),
            ("[]", None),
        ] {
            assert_eq!(flag(&raw(json)), expected, "{json}");
        }
    }

    #[test]
    fn a_whole_number_may_be_written_as_text_or_with_a_point() {
        assert_eq!(integer(&raw("\"42\"")), Some(42));
        assert_eq!(integer(&raw("25.0")), Some(25));
        assert_eq!(integer(&raw("25.5")), None);
        assert_eq!(integer(&raw("-1")), Some(-1));
    }

    #[test]
    fn a_list_may_be_bare_or_wrapped() {
        assert_eq!(list(&raw("[1,2]")).map(|items| items.len()), Some(2));
        assert_eq!(
            list(&raw("{\"data\":[1]}")).map(|items| items.len()),
            Some(1)
        );
        assert_eq!(list(&raw("{}")).map(|items| items.len()), Some(0));
        assert_eq!(
            list(&raw("{\"data\":{}}")).map(|items| items.len()),
            Some(0)
        );
        assert!(list(&raw("{\"id\":1}")).is_none());
        assert!(list(&raw("\"text\"")).is_none());
    }
}
