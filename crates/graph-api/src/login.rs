//! Owns the two ways in. An account belongs to one of them, and so do its token, its ids and the
//! host that knows them: a client acts for one login, and asks nobody else.

use std::fmt;

/// The id of a Facebook Page. Another type than the id of an Instagram account, so that one cannot
/// be written where the other belongs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageId(String);

impl PageId {
    /// Reads an id; Meta writes digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_id =
            !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_digit());
        is_id.then(|| Self(text.to_owned()))
    }

    /// The id as Meta writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How the account of a token is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// With Instagram Login: `graph.instagram.com`, a token of the account itself.
    #[default]
    Instagram,
    /// With Facebook Login: `graph.facebook.com`, a token of the Page that the account is linked to.
    Facebook(PageId),
}

impl Login {
    /// Who acts in a path: the Page, or the account itself.
    pub(crate) fn actor<'a>(&'a self, account: &'a str) -> &'a str {
        match self {
            Self::Instagram => account,
            Self::Facebook(page) => page.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_id_cannot_lead_to_another_path() {
        for text in ["", "me", "1/2", "..", "1?x", &"1".repeat(65)] {
            assert_eq!(PageId::parse(text), None, "{text}");
        }
        assert_eq!(PageId::parse("1029").unwrap().to_string(), "1029");
    }
}
