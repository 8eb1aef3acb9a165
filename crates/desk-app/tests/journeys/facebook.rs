//! The second way in: Facebook's page, the choice of a Page, and an inbox that is reached through it.

use crate::world::World;
use desk_app::dto::{Account, ConnectMethod, LoginKind, SecretInput};
use desk_app::{AccountId, Code, IpcError};
use desk_core::SendState;
use graph_api::SecretString;
use graph_sim::Endpoint;
use std::time::Duration;

async fn begin(world: &World, secret: &str, account: Option<AccountId>) -> String {
    let secret = SecretInput(SecretString::from(secret.to_owned()));
    let (method, app) = (ConnectMethod::FacebookLogin, world.sim.facebook_app_id());
    let redirect = world.sim.redirect_uri();
    let start = world
        .desk
        .account_connect_start(method, app, secret, redirect, account);
    start.await.unwrap().authorize_url
}

/// Presses Continue on Facebook's page and comes back.
async fn log_in(world: &World) -> Result<Account, IpcError> {
    let address = begin(world, &world.sim.facebook_app_secret(), None).await;
    let callback = world.sim.allow(&address).unwrap();
    world.desk.account_connect_finish(callback).await
}

async fn until_synced(world: &World) {
    world
        .until("the first synchronisation has ended", async |desk| {
            let accounts = desk.account_list().await.unwrap();
            !accounts.is_empty() && accounts.iter().all(|a| a.synced)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_page_is_taken_at_once_and_is_an_inbox_that_answers() {
    let world = World::unconnected().await;
    let ayse = world.sim.customer("ayse.k");
    ayse.writes("Merhaba");
    let account = log_in(&world).await.unwrap();
    assert_eq!(account.login, LoginKind::Facebook);
    assert_eq!(account.page_name.as_deref(), Some("Our Shop"));
    assert_eq!(account.username, world.sim.username());
    assert_eq!(
        account.token_expires_at, None,
        "the token of a Page does not run out"
    );
    until_synced(&world).await;
    let (id, _) = world.drafted(&ayse, "Fiyatı nedir?").await;
    world
        .desk
        .message_send(id, "89 TL.".into(), "press-1".into())
        .await
        .unwrap();
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["89 TL."]);
    world.poll().await;
    assert_eq!(world.messages(id).await.len(), 3, "the echo is no message");
    let page = world.sim.page_id().unwrap();
    for call in world.sim.calls() {
        assert!(
            call.path.starts_with("/facebook/"),
            "a token left for the other host: {}",
            call.path
        );
        if call.path.ends_with("/messages") && call.method == "POST" {
            assert!(call.path.contains(&page), "{}", call.path);
        }
    }
    assert_eq!(world.sim.unexpected(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_pages_the_owner_chooses() {
    let world = World::unconnected().await;
    let ours = world.sim.page_id().unwrap();
    let other = world.sim.has_page("The other shop", Some("other_shop"));
    let family = world.sim.has_page("Family pictures", None);
    let asked = log_in(&world).await.unwrap_err();
    assert_eq!(asked.code, Code::PageNeeded);
    assert!(world.desk.account_list().await.unwrap().is_empty());
    let state = world.desk.app_state().await.unwrap();
    let question = state.connect_question.unwrap();
    let shown: Vec<_> = question
        .pages
        .iter()
        .map(|p| (p.page_id.as_str(), p.username.as_deref(), p.linked))
        .collect();
    assert_eq!(
        shown,
        [
            (ours.as_str(), Some("our_shop"), true),
            (other.as_str(), Some("other_shop"), true),
            (family.as_str(), None, false),
        ]
    );
    for page in [family.as_str(), "1", ""] {
        let refused = world.desk.account_page_choose(page.to_owned()).await;
        assert_eq!(refused.unwrap_err().code, Code::NoPage, "{page}");
    }
    let account = world.desk.account_page_choose(ours).await.unwrap();
    assert_eq!(account.username, "our_shop");
    until_synced(&world).await;
    let state = world.desk.app_state().await.unwrap();
    assert!(state.connect_question.is_none());
    let again = world.desk.account_page_choose(other).await.unwrap_err();
    assert_eq!(again.code, Code::LoginUnknown, "a choice is good once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_comes_too_late_or_is_let_go_connects_nothing() {
    let world = World::unconnected().await;
    let ours = world.sim.page_id().unwrap();
    world.sim.has_page("The other shop", Some("other_shop"));
    log_in(&world).await.unwrap_err();
    world.advance(Duration::from_secs(601));
    let late = world.desk.account_page_choose(ours.clone()).await;
    assert_eq!(late.unwrap_err().code, Code::LoginExpired);
    log_in(&world).await.unwrap_err();
    world.desk.account_connect_stop().await.unwrap();
    let stopped = world.desk.account_page_choose(ours).await;
    assert_eq!(stopped.unwrap_err().code, Code::LoginUnknown);
    assert!(world.desk.account_list().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_page_that_has_an_account_the_owner_is_told_so() {
    let world = World::unconnected().await;
    world.sim.has_no_pages();
    assert_eq!(log_in(&world).await.unwrap_err().code, Code::NoPage);
    world.sim.has_page("Family pictures", None);
    assert_eq!(log_in(&world).await.unwrap_err().code, Code::NoPage);
    // Beside one that has none, the only one that has is taken.
    world.sim.has_page("Our Shop", Some("our_shop"));
    assert_eq!(log_in(&world).await.unwrap().username, "our_shop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_a_wrong_and_a_spent_login_connect_nothing() {
    let world = World::unconnected().await;
    let secret = world.sim.facebook_app_secret();
    let finish = |callback: String| world.desk.account_connect_finish(callback);
    let denied = world.sim.deny(&begin(&world, &secret, None).await).unwrap();
    assert_eq!(finish(denied).await.unwrap_err().code, Code::ConsentDenied);
    // Instagram's secret of the same app is another one.
    let address = begin(&world, &world.sim.app_secret(), None).await;
    let callback = world.sim.allow(&address).unwrap();
    assert_eq!(finish(callback).await.unwrap_err().code, Code::WrongApp);
    let address = begin(&world, &secret, None).await;
    let callback = world.sim.allow(&address).unwrap();
    world.advance(Duration::from_secs(300));
    let spent = callback.replace("code=", "code=AQBspent");
    assert_eq!(
        finish(spent).await.unwrap_err().code,
        Code::LoginCodeRefused
    );
    let used = finish(callback).await.unwrap_err();
    assert_eq!(used.code, Code::LoginUsed, "a state is good once");
    assert!(world.desk.account_list().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn facebook_failing_on_the_way_is_told_and_can_be_tried_again() {
    let world = World::unconnected().await;
    for (endpoint, code) in [
        (Endpoint::TokenExchange, Code::InstagramFault),
        (Endpoint::Pages, Code::InstagramFault),
        (Endpoint::Me, Code::InstagramFault),
    ] {
        world.sim.endpoint(endpoint).fails_before_delivery().once();
        let failed = log_in(&world).await.unwrap_err();
        assert_eq!(failed.code, code, "{endpoint:?}");
        assert!(world.desk.account_list().await.unwrap().is_empty());
    }
    log_in(&world).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_account_by_the_other_login_keeps_its_history() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let before = world.desk.account_list().await.unwrap().remove(0);
    assert_eq!(before.login, LoginKind::Instagram);
    let after = log_in(&world).await.unwrap();
    assert_eq!((after.id, after.login), (before.id, LoginKind::Facebook));
    world.sim.forget_calls();
    ayse.writes("Orada mısınız?");
    world.poll().await;
    assert_eq!(world.messages(id).await.len(), 2);
    let mut calls = world.sim.calls().into_iter();
    assert!(calls.all(|call| call.path.starts_with("/facebook/")));
    // And back again: the Page is forgotten with its login.
    world.connect().await;
    let back = world.desk.account_list().await.unwrap().remove(0);
    assert_eq!((back.id, back.page_name), (before.id, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_lost_its_role_is_one_banner_and_holds_what_was_to_be_sent() {
    let world = World::unconnected().await;
    let ayse = world.sim.customer("ayse.k");
    ayse.writes("Merhaba");
    log_in(&world).await.unwrap();
    until_synced(&world).await;
    let id = world.conversation(&ayse).await.id;
    world.sim.revoke_tokens(492);
    world
        .desk
        .message_send(id, "Buyurun".into(), "press-1".into())
        .await
        .unwrap();
    world
        .until("the account needs the owner", async |desk| {
            let account = desk.account_list().await.unwrap().remove(0);
            account.fault == Some(Code::TokenInvalid)
        })
        .await;
    assert!(world.delivered().is_empty());
    log_in(&world).await.unwrap();
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["Buyurun"], "held, and sent once");
}
