//! A store on a real file, with one account and one conversation.

use desk_core::{
    AccountId, ConversationId, Direction, IgMessageId, IgThreadId, IgUserId, IgsId, MessageKind,
    Source, Timestamp,
};
use desk_store::table::account::{self, Connected};
use desk_store::table::conversation::{self, Customer, Heard};
use desk_store::table::message::{self, Extras, Incoming};
use desk_store::{Store, StoreError, Write};
use std::path::Path;

pub const CUSTOMER: &str = "1234567890123456";
pub const NOW: Timestamp = Timestamp(1_790_000_000_000);

pub fn open(dir: &Path) -> Store {
    Store::open(dir).unwrap()
}

/// The folder is free when the writer of the dropped store has ended.
pub async fn reopen(dir: &Path) -> Store {
    loop {
        match Store::open(dir) {
            Ok(store) => return store,
            Err(StoreError::AlreadyRunning) => tokio::task::yield_now().await,
            Err(e) => panic!("{e}"),
        }
    }
}

pub fn account(w: &mut Write<'_>) -> AccountId {
    let connected = Connected {
        user_id: IgUserId("17840000000000001".into()),
        scoped_id: "9000".into(),
        username: "shop".into(),
        name: None,
        app_id: None,
        token_obtained_at: NOW,
        token_expires_at: None,
        refresh_due_at: None,
        page: None,
    };
    account::connect(w, &connected).unwrap()
}

/// A message of the customer's, or of ours from elsewhere.
pub fn incoming(id: &str, direction: Direction, text: &str, sent_at: Timestamp) -> Incoming {
    Incoming {
        external_id: IgMessageId(id.into()),
        direction,
        kind: MessageKind::Text,
        text: text.into(),
        sent_at,
        raw: "{}".into(),
        path: desk_core::Path::Poll,
        extras: Extras::default(),
    }
}

/// An account with a conversation in which the customer has written `Merhaba`.
pub async fn seed(store: &Store) -> ConversationId {
    let made: Result<ConversationId, StoreError> = store
        .write(|w| {
            let account = account(w);
            let customer = Customer {
                id: &IgsId(CUSTOMER.into()),
                username: Some("ayse.k"),
                name: None,
            };
            let id =
                conversation::ensure(w, account, Some(&IgThreadId("t1".into())), &customer, NOW)?;
            let first = incoming("m1", Direction::In, "Merhaba", NOW);
            if let message::Upserted::New(new) = message::upsert(w, account, id, &first)? {
                let mut heard = Heard::default();
                heard.inbound(new, NOW, true);
                conversation::note_heard(w, id, &heard)?;
            }
            conversation::refresh_row(w, id, Source::Poll)?;
            Ok(id)
        })
        .await;
    made.unwrap()
}
