//! What the owner does in the phone app: `sim.owner_phone().writes(&ayse, "On its way!")`.

use chrono::{DateTime, Utc};

use crate::sim::Sim;
use crate::state::Draft;
use crate::threads::Author;
use crate::verbs::customer::Customer;

/// The owner with a phone in hand.
#[derive(Debug)]
pub struct OwnerPhone<'s> {
    sim: &'s Sim,
}

impl Sim {
    /// The owner's phone.
    pub fn owner_phone(&self) -> OwnerPhone<'_> {
        OwnerPhone { sim: self }
    }
}

impl OwnerPhone<'_> {
    /// Writes to a customer now; returns the message's id.
    pub fn writes(&self, to: &Customer, text: &str) -> String {
        let now = self.sim.now();
        self.writes_at(now, to, text)
    }

    /// Writes to a customer at a given time; returns the message's id.
    pub fn writes_at(&self, at: DateTime<Utc>, to: &Customer, text: &str) -> String {
        self.sim
            .world()
            .post(to.igsid(), Author::Phone, Draft::text(text), at)
    }
}
