//! Owns one page of a list. It must not follow `paging.next`, which carries the access token: the
//! next page is asked for with the cursor alone.

use crate::read::{Object, Raw, Read, list};
use serde_json::value::RawValue;
use url::Url;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What could be read, in the order of the platform.
    pub items: Vec<T>,
    /// What could not be read; the rest of the page does not suffer from it.
    pub unreadable: Vec<Unreadable>,
    /// The cursor of the next page; nothing on the last one.
    pub after: Option<String>,
}

/// One item of a page that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its id, when at least that was there.
    pub id: Option<String>,
    /// What is wrong with it; never its content.
    pub reason: &'static str,
    /// The item as it came.
    pub raw: Raw,
}

impl<T> Page<T> {
    /// A page with nothing on it and nothing behind it.
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            unreadable: Vec::new(),
            after: None,
        }
    }
}

impl<T> Page<T> {
    /// Reads `{"data":[…],"paging":{…}}` or a bare list. A value without any list is an error: it
    /// must not be taken for an empty inbox.
    pub(crate) fn read(raw: &RawValue) -> Result<Self, &'static str>
    where
        T: Read,
    {
        let object = Object::from_raw(raw);
        let wrapped = match &object {
            Some(object) => {
                let data = object.entries().find(|(name, _)| *name == "data");
                data.map(|(_, raw)| raw).ok_or("a list without data")?
            }
            None => raw,
        };
        let mut page = Self::empty();
        let null_inside = object.is_some() && wrapped.get() == "null";
        let found = if null_inside {
            Some(Vec::new())
        } else {
            list(wrapped)
        };
        for item in found.ok_or("data that is no list")? {
            match T::read(item) {
                Ok(item) => page.items.push(item),
                Err(reason) => page.unreadable.push(Unreadable {
                    id: Object::from_raw(item).and_then(|item| item.id("id")),
                    reason,
                    raw: Raw::from_value(item),
                }),
            }
        }
        page.after = object.and_then(|object| next_cursor(&object));
        Ok(page)
    }
}

/// The cursor behind this page: the platform writes cursors on the last page too, and only the
/// absence of `next` says that it is the last.
fn next_cursor(object: &Object<'_>) -> Option<String> {
    let paging = object.object("paging")?;
    let next = paging.some_text("next")?;
    let cursors = paging.object("cursors");
    cursors
        .and_then(|cursors| cursors.some_text("after"))
        .or_else(|| cursor_in_address(&next))
        .filter(|cursor| is_plain(cursor))
}

fn cursor_in_address(next: &str) -> Option<String> {
    let url = Url::parse(next).ok()?;
    let found = url
        .query_pairs()
        .find(|(name, value)| name == "after" && !value.is_empty());
    found.map(|(_, value)| value.into_owned())
}

/// A cursor is also written inside a field expression, where these characters mean something.
pub(crate) fn is_plain(cursor: &str) -> bool {
    !cursor.is_empty()
        && !cursor.contains(|c: char| c.is_control() || matches!(c, '(' | ')' | '{' | '}' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Document;

    #[derive(Debug, PartialEq)]
    struct Id(String);

    impl Read for Id {
        fn read(raw: &RawValue) -> Result<Self, &'static str> {
            let object = Object::from_raw(raw).ok_or("not an object")?;
            object.id("id").map(Id).ok_or("no id")
        }
    }

    fn page(json: &str) -> Result<Page<Id>, &'static str> {
        Page::read(Document::from_text(json).unwrap().raw())
    }

    #[test]
    fn one_bad_item_does_not_cost_the_others() {
        let page = page(r#"{"data":[{"id":1},{"name":"x"},7,null,{"id":"b"}]}"#).unwrap();
        assert_eq!(page.items, [Id("1".to_owned()), Id("b".to_owned())]);
        let raw: Vec<&str> = page.unreadable.iter().map(|item| item.raw.get()).collect();
        assert_eq!(raw, [r#"{"name":"x"}"#, "7", "null"]);
        assert_eq!(page.unreadable[0].reason, "no id");
    }

    #[test]
    fn only_a_next_address_makes_a_next_page() {
        let with_next = r#"{"data":[],"paging":{"cursors":{"after":"A"},"next":"https://g/?x"}}"#;
        assert_eq!(page(with_next).unwrap().after.as_deref(), Some("A"));
        let last = r#"{"data":[{"id":1}],"paging":{"cursors":{"before":"B","after":"A"}}}"#;
        assert_eq!(page(last).unwrap().after, None);
        let only_address = r#"{"data":[],"paging":{"next":"https://g/me?after=C%3D&limit=5"}}"#;
        assert_eq!(page(only_address).unwrap().after.as_deref(), Some("C="));
        let odd = r#"{"data":[],"paging":{"cursors":{"after":"A){x}"},"next":"https://g/"}}"#;
        assert_eq!(page(odd).unwrap().after, None);
    }

    #[test]
    fn an_empty_list_is_a_page_and_no_list_is_an_error() {
        for json in ["[]", r#"{"data":[]}"#, r#"{"data":null}"#, r#"{"data":{}}"#] {
            assert_eq!(page(json), Ok(Page::empty()), "{json}");
        }
        for json in ["{}", r#"{"id":"1"}"#, "7", "null", r#"{"data":"x"}"#] {
            assert!(page(json).is_err(), "{json}");
        }
    }
}
