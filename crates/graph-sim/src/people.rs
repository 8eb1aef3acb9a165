//! The people who write to the shop: who they are, what they allow, and finding them by either of
//! their names.

use std::collections::BTreeMap;

use crate::ids::Forge;

/// A person as the platform knows them.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about one person"
)]
pub(crate) struct Person {
    /// Instagram-scoped id.
    pub(crate) igsid: String,
    /// User name, unique.
    pub(crate) username: String,
    /// Display name; may be null on the wire.
    pub(crate) name: Option<String>,
    /// Language the person writes in, for the story.
    pub(crate) lang: String,
    /// The person blocked the shop.
    pub(crate) blocked: bool,
    /// Overrules the rule that a message gives consent to the profile.
    pub(crate) consent: Option<bool>,
    /// The person follows the shop.
    pub(crate) follows: bool,
    /// The shop follows the person.
    pub(crate) followed: bool,
    /// Verified badge.
    pub(crate) verified: bool,
    /// Number of followers.
    pub(crate) followers: u64,
}

/// All people, in the order in which they appeared.
#[derive(Debug, Default)]
pub(crate) struct People {
    by_igsid: BTreeMap<String, Person>,
    igsid_of: BTreeMap<String, String>,
}

impl People {
    /// The person with this user name, made when unknown; returns the Instagram-scoped id.
    pub(crate) fn ensure(&mut self, username: &str, ids: &mut Forge) -> String {
        if let Some(igsid) = self.igsid_of.get(username) {
            return igsid.clone();
        }
        let mut igsid = ids.igsid();
        while self.by_igsid.contains_key(&igsid) {
            igsid = ids.igsid();
        }
        let person = Person {
            igsid: igsid.clone(),
            username: username.to_owned(),
            name: None,
            lang: "en".to_owned(),
            blocked: false,
            consent: None,
            follows: false,
            followed: false,
            verified: false,
            followers: ids.between(12, 2400),
        };
        self.by_igsid.insert(igsid.clone(), person);
        self.igsid_of.insert(username.to_owned(), igsid.clone());
        igsid
    }

    /// The person with this Instagram-scoped id.
    pub(crate) fn get(&self, igsid: &str) -> Option<&Person> {
        self.by_igsid.get(igsid)
    }

    /// The person with this Instagram-scoped id, to be changed.
    pub(crate) fn get_mut(&mut self, igsid: &str) -> Option<&mut Person> {
        self.by_igsid.get_mut(igsid)
    }

    /// How many people there are.
    pub(crate) fn len(&self) -> usize {
        self.by_igsid.len()
    }
}
