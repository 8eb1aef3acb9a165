//! Several accounts: none hears, speaks or fails for another, and one never takes another's place.

use crate::world::World;
use desk_app::dto::{Account, ConnectMethod, SecretInput};
use desk_app::{AccountId, Code, ConversationId, InboxView};
use desk_core::SendState;
use desk_core::message::Health;
use graph_api::SecretString;
use graph_sim::{Customer, Sim};
use std::time::Duration;

const OTHER: &str = "other_shop";

fn input(text: String) -> SecretInput {
    SecretInput(SecretString::from(text))
}

async fn accounts(world: &World) -> Vec<Account> {
    world.desk.account_list().await.unwrap()
}

async fn handles(world: &World) -> Vec<String> {
    let all = accounts(world).await.into_iter();
    all.map(|account| account.username).collect()
}

/// Begins to connect an account again; the address of Instagram's page.
async fn again(world: &World, account: AccountId) -> String {
    let (method, app) = (ConnectMethod::InstagramLogin, world.sim.app_id());
    let (secret, redirect) = (input(world.sim.app_secret()), world.sim.redirect_uri());
    let start = world
        .desk
        .account_connect_start(method, app, secret, redirect, Some(account));
    start.await.unwrap().authorize_url
}

async fn finish(world: &World, callback: String) -> Result<Account, Code> {
    let finished = world.desk.account_connect_finish(callback).await;
    finished.map_err(|e| e.code)
}

async fn question(world: &World) -> Option<(String, String)> {
    let state = world.desk.app_state().await.unwrap();
    let switch = state.connect_question?.switch?;
    Some((switch.expected, switch.came))
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_in_the_browser_is_asked_about_and_changes_nothing() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let ours = accounts(&world).await.remove(0);
    let other = world.sim.neighbour(77, OTHER);
    other.customer("mehmet").writes("for the other shop");
    let callback = other.allow(&again(&world, ours.id).await).unwrap();
    assert_eq!(
        finish(&world, callback).await.err(),
        Some(Code::OtherAccount)
    );
    let asked = question(&world).await;
    assert_eq!(asked, Some(("our_shop".into(), OTHER.into())));
    // The link into the window asks the same, and is no fault.
    let callback = other.allow(&again(&world, ours.id).await).unwrap();
    world.desk.finish_login_by_link(callback).await;
    let state = world.desk.app_state().await.unwrap();
    assert!(state.connect_fault.is_none() && state.connect_question.is_some());
    world.desk.account_connect_stop().await.unwrap();
    assert_eq!(question(&world).await, None);
    let stopped = world.desk.account_switch_accept().await.unwrap_err();
    assert_eq!(stopped.code, Code::LoginUnknown);
    // The one that was to be connected again works on with its old token.
    assert_eq!(handles(&world).await, ["our_shop"]);
    ayse.writes("Orada mısınız?");
    world.poll().await;
    assert_eq!(world.messages(id).await.len(), 2);
    let all = world.desk.inbox_list(InboxView::All, None, None, 50, None);
    assert_eq!(all.await.unwrap().items.len(), 1, "no history was mixed");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_becomes_a_further_one_only_when_the_owner_says_so() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let ours = accounts(&world).await.remove(0);
    let other = world.sim.neighbour(77, OTHER);
    let mehmet = other.customer("mehmet");
    mehmet.writes("for the other shop");
    let pasted = world
        .desk
        .account_add_token(input(other.token()), Some(ours.id))
        .await;
    assert_eq!(pasted.unwrap_err().code, Code::OtherAccount);
    world.advance(Duration::from_secs(601));
    let late = world.desk.account_switch_accept().await.unwrap_err();
    assert_eq!(late.code, Code::LoginExpired);
    other.set_clock(world.sim.now());
    let callback = other.allow(&again(&world, ours.id).await).unwrap();
    assert_eq!(
        finish(&world, callback).await.err(),
        Some(Code::OtherAccount)
    );
    let added = world.desk.account_switch_accept().await.unwrap();
    assert_ne!(added.id, ours.id);
    assert_eq!(handles(&world).await, ["our_shop", OTHER]);
    until_there(&world, &mehmet).await;
    assert_eq!(world.conversation(&mehmet).await.account_id, added.id);
    assert_eq!(world.conversation(&ayse).await.account_id, ours.id);
    assert_eq!(world.messages(id).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_account_is_connected_again_without_a_question() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let ours = accounts(&world).await.remove(0);
    world.sim.revoke_tokens(460);
    let callback = world.sim.allow(&again(&world, ours.id).await).unwrap();
    assert_eq!(finish(&world, callback).await.unwrap().id, ours.id);
    assert_eq!(question(&world).await, None);
    ayse.writes("Orada mısınız?");
    world.poll().await;
    assert_eq!(world.messages(id).await.len(), 2, "history and news");
}

async fn until_there(world: &World, customer: &Customer) {
    world
        .until("the customer is in the inbox", async |desk| {
            let name = Some(customer.username().to_owned());
            let page = desk.inbox_list(InboxView::All, name, None, 5, None);
            !page.await.unwrap().items.is_empty()
        })
        .await;
}

/// A desk with two accounts, each with one conversation.
struct Two {
    world: World,
    other: Sim,
    ayse: Customer,
    mehmet: Customer,
    here: ConversationId,
    there: ConversationId,
}

impl Two {
    async fn shops() -> Two {
        let world = World::connected().await;
        let other = world.sim.neighbour(77, OTHER);
        let (ayse, mehmet) = (world.sim.customer("ayse.k"), other.customer("mehmet"));
        ayse.writes("for our shop");
        mehmet.writes("for the other shop");
        let token = input(other.token());
        world.desk.account_add_token(token, None).await.unwrap();
        let two = Two {
            here: ConversationId(0),
            there: ConversationId(0),
            world,
            other,
            ayse,
            mehmet,
        };
        two.check().await;
        until_there(&two.world, &two.ayse).await;
        until_there(&two.world, &two.mehmet).await;
        Two {
            here: two.world.conversation(&two.ayse).await.id,
            there: two.world.conversation(&two.mehmet).await.id,
            ..two
        }
    }

    fn advance(&self, by: Duration) {
        self.other.advance(by);
        self.world.advance(by);
    }

    /// Asks for a check of both accounts.
    async fn check(&self) {
        self.advance(Duration::from_millis(1));
        for account in accounts(&self.world).await {
            self.world.desk.sync_now(account.id).await.unwrap();
        }
    }

    async fn send(&self, to: ConversationId, text: &str) {
        let (text, press) = (text.to_owned(), format!("press {text}"));
        let sent = self.world.desk.message_send(to, text, press).await;
        sent.unwrap();
    }

    async fn until_count(&self, id: ConversationId, count: usize) {
        self.world
            .until(&format!("{id} has {count} messages"), async |desk| {
                let open = desk.conversation_open(id, None, 50).await.unwrap();
                open.messages.len() == count
            })
            .await;
    }
}

fn texts(sim: &Sim) -> Vec<String> {
    sim.ledger().into_iter().map(|d| d.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_poll_and_send_and_nothing_crosses() {
    let two = Two::shops().await;
    let world = &two.world;
    two.send(two.here, "from our shop").await;
    two.send(two.there, "from the other shop").await;
    world.until_state(two.here, SendState::Sent).await;
    world.until_state(two.there, SendState::Sent).await;
    assert_eq!(texts(&world.sim), ["from our shop"]);
    assert_eq!(texts(&two.other), ["from the other shop"]);
    two.ayse.writes("again for our shop");
    two.mehmet.writes("again for the other shop");
    two.check().await;
    two.until_count(two.here, 3).await;
    two.until_count(two.there, 3).await;
    for (id, shop) in [(two.here, "our shop"), (two.there, "other shop")] {
        let all = world.messages(id).await;
        assert!(all.iter().all(|m| m.text.contains(shop)), "{shop}");
    }
    let by_account: Vec<AccountId> = accounts(world).await.iter().map(|a| a.id).collect();
    assert_eq!(
        world.conversation(&two.ayse).await.account_id,
        by_account[0]
    );
    assert_eq!(
        world.conversation(&two.mehmet).await.account_id,
        by_account[1]
    );
    let (ours, theirs) = (world.sim.unexpected(), two.other.unexpected());
    assert!(ours.is_empty() && theirs.is_empty(), "{ours:?} {theirs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_dead_token_does_not_stop_the_other_account() {
    let two = Two::shops().await;
    let world = &two.world;
    two.other.revoke_tokens(460);
    two.send(two.there, "held").await;
    two.check().await;
    world
        .until("the second account is broken", async |desk| {
            let accounts = desk.account_list().await.unwrap();
            accounts[1].receiving == Health::Broken && accounts[1].sending == Health::Broken
        })
        .await;
    two.ayse.writes("still there?");
    two.send(two.here, "yes").await;
    two.check().await;
    two.until_count(two.here, 3).await;
    world.until_state(two.here, SendState::Sent).await;
    let first = accounts(world).await.remove(0);
    assert_eq!((first.fault, first.receiving), (None, Health::Good));
    assert!(texts(&two.other).is_empty(), "held, and not lost");
    // Connected again, it goes on where it was, and what was held goes out once.
    let second = accounts(world).await.remove(1);
    let token = input(two.other.token());
    let back = world.desk.account_add_token(token, Some(second.id)).await;
    assert_eq!(back.unwrap().id, second.id);
    world.until_state(two.there, SendState::Sent).await;
    assert_eq!(texts(&two.other), ["held"]);
    assert_eq!(texts(&world.sim), ["yes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_account_keeps_the_wait_to_itself() {
    let two = Two::shops().await;
    let world = &two.world;
    two.other.conversations().rate_limited(30).always();
    two.check().await;
    world
        .until("the second account is told to wait", async |desk| {
            let status = desk.sync_status().await.unwrap();
            status.accounts[1].throttled_until.is_some()
        })
        .await;
    two.ayse.writes("still there?");
    two.check().await;
    two.until_count(two.here, 2).await;
    let status = world.desk.sync_status().await.unwrap();
    assert_eq!(status.accounts[0].throttled_until, None);
}
