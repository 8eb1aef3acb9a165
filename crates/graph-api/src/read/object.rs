//! Owns reading the fields of one JSON object. It must not refuse an object because of one field.

use super::value;
use chrono::{DateTime, Utc};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

/// The fields of one JSON object, not yet read.
pub(crate) struct Object<'a> {
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// The fields of `raw`, or nothing when it is no object.
    pub(crate) fn from_raw(raw: &'a RawValue) -> Option<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(raw.get());
        let fields = deserializer.deserialize_map(Fields).ok()?;
        Some(Self { fields })
    }

    /// Every field in the order of the text, with those that come twice.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.fields.iter().map(|(name, raw)| (name.as_ref(), *raw))
    }

    /// A field that is there and not null; the last one when it comes twice.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let found = self
            .fields
            .iter()
            .rev()
            .find(|(key, raw)| key == name && raw.get() != "null");
        found.map(|(_, raw)| *raw)
    }

    /// A text; a number or a boolean is given as its text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(value::text)
    }

    /// A text that is not empty.
    pub(crate) fn some_text(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// An id, from a text or a number of any length.
    pub(crate) fn id(&self, name: &str) -> Option<String> {
        self.get(name).and_then(value::id)
    }

    /// A boolean in any of its forms.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(value::flag)
    }

    /// A time in any of its forms.
    pub(crate) fn time(&self, name: &str) -> Option<DateTime<Utc>> {
        self.get(name).and_then(value::time)
    }

    /// A whole number, also from a text.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(value::integer)
    }

    /// A whole number that is not negative.
    pub(crate) fn unsigned(&self, name: &str) -> Option<u64> {
        self.integer(name)
            .and_then(|number| u64::try_from(number).ok())
    }

    /// An object inside this one.
    pub(crate) fn object(&self, name: &str) -> Option<Object<'a>> {
        self.get(name).and_then(Object::from_raw)
    }

    /// The items of a list, wrapped in `data` or bare; empty when there is none.
    pub(crate) fn list(&self, name: &str) -> Vec<&'a RawValue> {
        self.get(name).and_then(value::list).unwrap_or_default()
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut fields = Vec::new();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            fields.push((key, map.next_value::<&'de RawValue>()?));
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use crate::read::Document;

    #[test]
    fn a_null_is_as_good_as_absent_and_the_last_of_two_wins() {
        let document = Document::from_text(r#"{"a":1,"a":2,"a":null,"b":null}"#).unwrap();
        let object = document.object().unwrap();
        assert_eq!(object.integer("a"), Some(2));
        assert!(object.get("b").is_none() && object.get("c").is_none());
        assert_eq!(object.entries().count(), 4);
    }

    #[test]
    fn a_field_of_another_kind_is_absent_and_the_rest_is_read() {
        let document = Document::from_text(r#"{"a":{"x":[]},"b":"t","n":-3}"#).unwrap();
        let object = document.object().unwrap();
        assert_eq!(object.text("a"), None);
        assert_eq!(object.time("a"), None);
        assert_eq!(object.unsigned("n"), None);
        assert_eq!(object.text("b").as_deref(), Some("t"));
        assert!(object.object("b").is_none());
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        for text in ["[]", "1", "\"a\"", "null"] {
            assert!(
                Document::from_text(text).unwrap().object().is_none(),
                "{text}"
            );
        }
    }
}
