//! Owns the account that a token belongs to.

use crate::auth::instagram_login::unwrapped;
use crate::read::Document;

/// The account that a token belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The id of the account for this app alone. Messages never carry it as their sender for sure,
    /// so compare with both ids.
    pub id: Option<String>,
    /// The id of the professional account: that of webhooks, of paths and of senders.
    pub user_id: String,
    /// The name without `@`.
    pub username: Option<String>,
    /// The name that people read.
    pub name: Option<String>,
    /// What kind of account it is.
    pub account_type: Option<AccountType>,
    /// An address that dies within days.
    pub profile_picture_url: Option<String>,
    /// How many follow the account.
    pub followers_count: Option<u64>,
    /// How many the account follows.
    pub follows_count: Option<u64>,
    /// How many posts there are.
    pub media_count: Option<u64>,
}

/// The kinds of account that may use the API.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountType {
    /// A business.
    Business,
    /// A creator.
    MediaCreator,
    /// A kind that is not known, as the platform writes it.
    Other(String),
}

impl AccountType {
    fn read(text: String) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "business" => Self::Business,
            "media_creator" | "creator" => Self::MediaCreator,
            _ => Self::Other(text),
        }
    }
}

impl Me {
    pub(crate) fn from_document(document: &Document) -> Result<Self, &'static str> {
        let object = unwrapped(document).ok_or("an account that is no object")?;
        Ok(Self {
            id: object.id("id"),
            // The app-scoped `id` alone would make every message of the owner look like a
            // customer's; with a handle beside it the owner is still known.
            user_id: object
                .id("user_id")
                .or_else(|| object.some_text("username").and_then(|_| object.id("id")))
                .ok_or("an account without user_id")?,
            username: object.some_text("username"),
            name: object.some_text("name"),
            account_type: object.some_text("account_type").map(AccountType::read),
            profile_picture_url: object.some_text("profile_picture_url"),
            followers_count: object.unsigned("followers_count"),
            follows_count: object.unsigned("follows_count"),
            media_count: object.unsigned("media_count"),
        })
    }

    /// The account that is linked to a Page. It has one id there, the professional one.
    pub(crate) fn from_page(document: &Document) -> Result<Self, &'static str> {
        let page = unwrapped(document).ok_or("a Page that is no object")?;
        let linked = page
            .object("instagram_business_account")
            .ok_or("a Page without an Instagram account")?;
        Ok(Self {
            id: None,
            user_id: linked.id("id").ok_or("an account without an id")?,
            username: linked.some_text("username"),
            name: linked.some_text("name"),
            account_type: None,
            profile_picture_url: linked.some_text("profile_picture_url"),
            followers_count: None,
            follows_count: None,
            media_count: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me(json: &str) -> Result<Me, &'static str> {
        Me::from_document(&Document::from_text(json).unwrap())
    }

    #[test]
    fn the_documented_and_the_real_reply_read_the_same() {
        let documented = me(include_str!("../../tests/fixtures/me_documented.json")).unwrap();
        let flat = me(include_str!("../../tests/fixtures/me_flat.json")).unwrap();
        assert_eq!(documented, flat);
        assert_eq!(flat.user_id, "17840000000000001");
        assert_eq!(flat.id.as_deref(), Some("9000000000000001"));
        assert_eq!(flat.account_type, Some(AccountType::Business));
        assert_eq!(flat.followers_count, Some(1234));
    }

    #[test]
    fn an_account_that_could_not_be_told_from_a_customer_is_refused() {
        assert!(me(r#"{"id":"1"}"#).is_err());
        let known_by_handle = me(r#"{"id":"1","username":"x"}"#).unwrap();
        assert_eq!(known_by_handle.user_id, "1");
        assert!(me("[]").is_err());
        assert!(me(r#"{"data":[]}"#).is_err());
    }

    #[test]
    fn a_page_tells_of_the_account_that_is_linked_to_it() {
        let page = |json: &str| Me::from_page(&Document::from_text(json).unwrap());
        let linked = page(
            r#"{"id":"11","name":"Shop","instagram_business_account":{"id":17840000000000001,"username":"our_shop"}}"#,
        )
        .unwrap();
        assert_eq!(linked.user_id, "17840000000000001");
        assert_eq!(linked.username.as_deref(), Some("our_shop"));
        assert!(page(r#"{"id":"11","name":"Shop"}"#).is_err());
    }

    #[test]
    fn an_unknown_kind_of_account_is_kept() {
        let kind = me(r#"{"user_id":1,"account_type":"MEDIA_CREATOR"}"#)
            .unwrap()
            .account_type;
        assert_eq!(kind, Some(AccountType::MediaCreator));
        let kind = me(r#"{"user_id":1,"account_type":"Robot"}"#)
            .unwrap()
            .account_type;
        assert_eq!(kind, Some(AccountType::Other("Robot".to_owned())));
    }
}
