//! Owns what may be known of a person who wrote.

use crate::auth::instagram_login::unwrapped;
use crate::read::Document;

/// A person who wrote to the account. Everything but the id may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The id of the person for this account, when the reply repeats it.
    pub id: Option<String>,
    /// The name that people read.
    pub name: Option<String>,
    /// The name without `@`.
    pub username: Option<String>,
    /// An address that dies within days; keep the bytes instead.
    pub profile_pic: Option<String>,
}

impl Profile {
    pub(crate) fn from_document(document: &Document) -> Result<Self, &'static str> {
        let object = unwrapped(document).ok_or("a profile that is no object")?;
        Ok(Self {
            id: object.id("id"),
            name: object.some_text("name"),
            username: object.some_text("username"),
            profile_pic: object.some_text("profile_pic"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_may_miss_its_name_and_picture() {
        let json = include_str!("../../tests/fixtures/profile.json");
        let profile = Profile::from_document(&Document::from_text(json).unwrap()).unwrap();
        assert_eq!(profile.username.as_deref(), Some("cust.example"));
        assert_eq!(profile.name, None);
        assert_eq!(profile.profile_pic, None);
    }
}
