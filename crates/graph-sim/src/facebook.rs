//! What the platform knows of the Facebook side: the app's other pair of id and secret, and the Pages
//! of the person who signs in. A Page may be linked to the shop's Instagram account, to another one
//! or to none.

use crate::state::World;
use crate::tokens::Way;

/// A Facebook Page of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The Instagram account that is linked to it: professional id and user name.
    pub(crate) linked: Option<(String, String)>,
}

impl Page {
    /// Whether it is linked to the account with this id.
    pub(crate) fn is_of(&self, user_id: &str) -> bool {
        self.linked.as_ref().is_some_and(|(id, _)| id == user_id)
    }
}

/// The Facebook side.
#[derive(Debug)]
pub(crate) struct Facebook {
    pub(crate) app_id: String,
    pub(crate) secret: String,
    pub(crate) pages: Vec<Page>,
}

impl Facebook {
    /// A person with one Page, which is linked to the account with this id.
    pub(crate) fn with_page_of(user_id: u64) -> Self {
        let page = Page {
            id: (102_938_475_610_293 + user_id % 1_000_000).to_string(),
            name: "Our Shop".to_owned(),
            linked: Some((user_id.to_string(), "our_shop".to_owned())),
        };
        Self {
            app_id: "771029384756102".to_owned(),
            secret: "c21f5f0c1b7a9e2d4863b1f7c05d9a8e".to_owned(),
            pages: vec![page],
        }
    }
}

impl World {
    /// The Page that a token acts for.
    pub(crate) fn page_of(&self, token: Option<&str>) -> Option<&Page> {
        match self.tokens.way(token?)? {
            Way::Page(id) => self.facebook.pages.iter().find(|page| page.id == *id),
            _ => None,
        }
    }
}
