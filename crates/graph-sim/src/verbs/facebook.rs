//! The Facebook side of the shop: which Pages the person has, and what is linked to them.

use crate::facebook::Page;
use crate::sim::Sim;

impl Sim {
    /// Facebook's id of the app; another than Instagram's.
    #[must_use]
    pub fn facebook_app_id(&self) -> String {
        self.world().facebook.app_id.clone()
    }

    /// Facebook's secret of the app.
    #[must_use]
    pub fn facebook_app_secret(&self) -> String {
        self.world().facebook.secret.clone()
    }

    /// The id of the Page that is linked to the shop's account, if there is one.
    #[must_use]
    pub fn page_id(&self) -> Option<String> {
        let world = self.world();
        let mut pages = world.facebook.pages.iter();
        let ours = pages.find(|page| page.is_of(&world.account.user_id));
        ours.map(|page| page.id.clone())
    }

    /// The person has one more Page, linked to the Instagram account with this user name or to none;
    /// returns its id.
    pub fn has_page(&self, name: &str, linked: Option<&str>) -> String {
        let mut world = self.world();
        let id = world
            .secrets
            .between(100_000_000_000_000, 199_999_999_999_999)
            .to_string();
        let linked = linked.map(|username| {
            let user_id = if username == world.account.username {
                world.account.user_id.clone()
            } else {
                world
                    .secrets
                    .between(17_841_500_000_000_000, 17_841_599_999_999_999)
                    .to_string()
            };
            (user_id, username.to_owned())
        });
        world.facebook.pages.push(Page {
            id: id.clone(),
            name: name.to_owned(),
            linked,
        });
        id
    }

    /// The person has no Page any more, or left none ticked.
    pub fn has_no_pages(&self) {
        self.world().facebook.pages.clear();
    }
}
