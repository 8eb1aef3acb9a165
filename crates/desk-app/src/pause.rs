//! "Pause checking": for a while nobody asks Instagram for news. What the owner sends still goes out.
//!
//! The pause lives in memory alone: a ReplyDesk that is started looks for messages.

use crate::{Desk, IpcError};
use desk_core::{Change, Entity, Source, Timestamp};
use desk_store::StoreError;
use desk_store::table::account;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Longer is no pause but an end: that is what "disconnect" is for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Until when nobody asks.
#[derive(Debug)]
pub(crate) struct Pause(watch::Sender<Option<Timestamp>>);

impl Default for Pause {
    fn default() -> Self {
        Pause(watch::Sender::new(None))
    }
}

/// Ends each pause when its time has come.
pub(crate) async fn run(desk: Weak<Desk>, stop: CancellationToken) {
    let Some((mut until, clock)) = desk
        .upgrade()
        .map(|desk| (desk.pause.0.subscribe(), Arc::clone(&desk.clock)))
    else {
        return;
    };
    loop {
        let end = *until.borrow_and_update();
        let over = async {
            match end {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            changed = until.changed() => if changed.is_err() { return },
            () = over => {
                let Some(desk) = desk.upgrade() else { return };
                if let Err(e) = desk.sync_pause(0).await {
                    tracing::warn!(code = %e.code, message = %e.message, "the pause could not be ended");
                }
            }
        }
    }
}

impl Desk {
    /// Until when Instagram is not asked; `None` when it is.
    #[must_use]
    pub fn sync_paused_until(&self) -> Option<Timestamp> {
        *self.pause.0.borrow()
    }

    /// For how many minutes Instagram is still not to be asked, for who goes on in our place.
    #[must_use]
    pub fn sync_pause_minutes(&self) -> u32 {
        let left = self
            .sync_paused_until()
            .map_or(Duration::ZERO, |until| until.since(self.clock.now()));
        u32::try_from(left.as_secs().div_ceil(60)).unwrap_or(u32::MAX)
    }

    /// Command `sync_pause`: for so many minutes; zero goes on at once.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn sync_pause(&self, minutes: u32) -> Result<(), IpcError> {
        let accounts: Result<Vec<account::Account>, StoreError> =
            self.store.read(account::connected).await;
        let length = Duration::from_secs(60 * u64::from(minutes)).min(LONGEST);
        let until = (minutes > 0).then(|| self.clock.now() + length);
        self.pause.0.send_replace(until);
        for account in accounts? {
            match until {
                Some(_) => self.engine.unwatch(account.id),
                None => self.engine.watch(account.id),
            }
        }
        self.announce(Change::upserted(Entity::Sync, "", Source::Owner));
        Ok(())
    }
}
