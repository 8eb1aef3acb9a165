//! Connecting: three ways in, and every way in which they fail.

use crate::world::World;
use desk_app::dto::{ConnectMethod, SecretInput};
use desk_app::{Code, IpcError};
use graph_api::SecretString;
use std::time::Duration;

async fn start(world: &World, secret: &str) -> Result<String, IpcError> {
    let started = world
        .desk
        .account_connect_start(
            ConnectMethod::InstagramLogin,
            world.sim.app_id(),
            SecretInput(SecretString::from(secret.to_owned())),
            world.sim.redirect_uri(),
            None,
        )
        .await?;
    Ok(started.authorize_url)
}

async fn finish(world: &World, address: &str) -> Result<(), Code> {
    world
        .desk
        .account_connect_finish(address.to_owned())
        .await
        .map(|_| ())
        .map_err(|e| e.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_ends_with_a_connected_account_and_counts_once() {
    let world = World::unconnected().await;
    let address = start(&world, &world.sim.app_secret()).await.unwrap();
    let callback = world.sim.allow(&address).unwrap();
    assert_eq!(finish(&world, &callback).await, Ok(()));
    let account = world.desk.account_list().await.unwrap().remove(0);
    assert_eq!(account.username, world.sim.username());
    assert!(account.token_expires_at.is_some());
    assert_eq!(finish(&world, &callback).await, Err(Code::LoginUsed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_old_or_denied_login_connects_nothing() {
    let world = World::unconnected().await;
    let address = start(&world, &world.sim.app_secret()).await.unwrap();
    let callback = world.sim.allow(&address).unwrap();
    assert_eq!(
        finish(&world, "replydesk://oauth/instagram?code=x&state=forged").await,
        Err(Code::LoginUnknown)
    );
    assert_eq!(finish(&world, "hello").await, Err(Code::CallbackUnreadable));
    world.advance(Duration::from_secs(601));
    assert_eq!(finish(&world, &callback).await, Err(Code::LoginExpired));
    let address = start(&world, &world.sim.app_secret()).await.unwrap();
    let denied = world.sim.deny(&address).unwrap();
    assert_eq!(finish(&world, &denied).await, Err(Code::ConsentDenied));
    assert!(world.desk.account_list().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_app_is_named_as_the_fault() {
    let world = World::unconnected().await;
    for (id, secret) in [("", "x"), ("abc", "x"), ("123", "")] {
        let secret = SecretInput(SecretString::from(secret.to_owned()));
        let refused = world
            .desk
            .account_connect_start(
                ConnectMethod::InstagramLogin,
                id.into(),
                secret,
                world.sim.redirect_uri(),
                None,
            )
            .await
            .unwrap_err();
        assert_eq!(refused.code, Code::WrongApp);
    }
    let address = start(&world, "0123456789abcdef0123456789abcdef")
        .await
        .unwrap();
    let callback = world.sim.allow(&address).unwrap();
    assert_eq!(finish(&world, &callback).await, Err(Code::WrongApp));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_was_begun_before_a_restart_still_ends() {
    let mut world = World::unconnected().await;
    let address = start(&world, &world.sim.app_secret()).await.unwrap();
    let callback = world.sim.allow(&address).unwrap();
    world.restart().await;
    assert_eq!(finish(&world, &callback).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_fails_tells_the_screen_why() {
    let world = World::unconnected().await;
    world
        .desk
        .finish_login_by_link("replydesk://oauth/instagram?code=x&state=forged".into())
        .await;
    assert_eq!(
        world.desk.app_state().await.unwrap().connect_fault,
        Some(Code::LoginUnknown)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_none_is_refused() {
    let world = World::unconnected().await;
    for token in ["", "two words", "IGAAnonsense", "ü", &"a".repeat(5000)] {
        let refused = world.add_token(token).await.unwrap_err();
        assert_eq!(refused.code, Code::TokenInvalid, "{token:.20}");
    }
    let token = world.sim.token();
    world.sim.expire_tokens();
    assert_eq!(
        world.add_token(&token).await.unwrap_err().code,
        Code::TokenExpired
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_no_tester_is_told_so() {
    let world = World::unconnected().await;
    world.sim.change(|s| s.tester_accepted = false);
    let refused = world.add_token(&world.sim.token()).await.unwrap_err();
    assert_eq!(refused.code, Code::NotATester);
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_lists_of_an_unpublished_app_are_noticed() {
    let world = World::unconnected().await;
    world.sim.customer("ayse.k").writes("Merhaba");
    world.sim.change(|s| s.mode = graph_sim::AppMode::Dev);
    world.connect().await;
    assert!(world.desk.account_list().await.unwrap()[0].maybe_unpublished);
    world.sim.change(|s| s.mode = graph_sim::AppMode::Live);
    world.poll().await;
    assert!(!world.desk.account_list().await.unwrap()[0].maybe_unpublished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refreshed_from_the_second_day_on() {
    let mut world = World::connected().await;
    world.advance(Duration::from_secs(26 * 3600));
    world.restart().await;
    world
        .until("the token was refreshed", async |desk| {
            desk.account_list().await.unwrap()[0]
                .token_expires_at
                .is_some()
        })
        .await;
    world.poll().await;
    assert_eq!(
        world.desk.account_list().await.unwrap()[0].fault,
        None,
        "the new token works"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_keeps_the_history() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let account = world.desk.account_list().await.unwrap().remove(0).id;
    world.desk.account_disconnect(account).await.unwrap();
    assert!(world.desk.account_list().await.unwrap().is_empty());
    assert_eq!(world.messages(id).await.len(), 1);
    world.connect().await;
    assert_eq!(world.desk.account_list().await.unwrap()[0].id, account);
}
