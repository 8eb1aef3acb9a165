//! Bad input: said clearly, nothing lost, no crash.

use crate::world::World;
use desk_app::dto::AiSettingsChange;
use desk_app::{Code, Config, Desk};
use desk_core::{Engine, Outcome, Reason, SystemClock};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_cannot_be_read_lose_nothing() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    ayse.writes("Merhaba");
    world.sim.conversations().answers_html().once();
    world.poll().await;
    let fault = world.desk.account_list().await.unwrap()[0].fault;
    assert_eq!(fault, Some(Code::InstagramUnreadable));
    world.sim.conversations().answers_truncated_json().once();
    world.poll().await;
    world.poll().await;
    let id = world.conversation(&ayse).await.id;
    assert_eq!(world.messages(id).await.len(), 1);
    assert_eq!(
        world.desk.account_list().await.unwrap()[0].fault,
        None,
        "it works again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_texts_arrive_whole() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let large = "a".repeat(1 << 20);
    let texts = [
        "<img src=x onerror=alert(1)>",
        "\u{202E}gnp.exe",
        "z\u{0300}\u{0301}\u{0302}",
        "👩‍👩‍👧‍👦",
        large.as_str(),
    ];
    for text in texts {
        world.receives(&ayse, text).await;
    }
    let id = world.conversation(&ayse).await.id;
    let stored: Vec<String> = world
        .messages(id)
        .await
        .into_iter()
        .map(|m| m.text)
        .collect();
    assert_eq!(stored, texts);
    world.receives(&ayse, "nul \0 inside").await;
    let last = world.messages(id).await.pop().unwrap();
    assert_eq!(last.text, "nul \u{FFFD} inside");
    world.draft_of(id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lone_surrogates_and_unknown_shapes_do_not_stop_a_poll() {
    let world = World::connected().await;
    let user = world.sim.user_id();
    let body = serde_json::json!({ "data": [
        { "id": "t1", "updated_time": "2026-03-04T05:06:07+0000",
          "participants": { "data": [{ "id": 77_000_000_000_000_001_u64, "username": "odd.one" }, { "id": user }] },
          "messages": { "data": [
              { "id": "m1", "created_time": 1_790_000_000, "from": { "id": 77_000_000_000_000_001_u64 }, "message": "fine", "mystery": [1, {}] },
              { "created_time": "2026-03-04T05:06:07+0000", "message": "no id" },
              "nonsense", null ] } },
        "nonsense", { "no": "id" } ] });
    world.sim.conversations().answers(200, body).once();
    world.poll().await;
    let odd = world.sim.customer("odd.one");
    let id = world.conversation(&odd).await.id;
    assert_eq!(world.messages(id).await[0].text, "fine");
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_that_instagram_would_refuse_are_refused_here() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let send = |text: String| world.desk.message_send(id, text, uuid());
    assert_eq!(
        send(" \n\u{200B}".into()).await.unwrap_err().code,
        Code::ReplyEmpty
    );
    assert_eq!(
        send("я".repeat(501)).await.unwrap_err().code,
        Code::ReplyTooLong
    );
    assert!(send("я".repeat(500)).await.is_ok());
}

fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_desk_on_the_same_data_is_refused() {
    let world = World::unconnected().await;
    let config = Config {
        data_dir: world.data.path().to_owned(),
        ..Config::from_environment(None, false).unwrap()
    };
    let refused = Desk::open_with(config, None, Arc::new(SystemClock))
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::AlreadyRunning);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_is_a_file_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let config = Config {
        data_dir: file.path().join("data"),
        ..Config::from_environment(None, false).unwrap()
    };
    let refused = Desk::open_with(config, None, Arc::new(SystemClock))
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::DataFolderUnwritable);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_down_leaves_the_owners_own_answers() {
    let world = World::connected().await;
    world
        .knows(&["how much is shipping?"], "Shipping is 90 TL.", "en")
        .await;
    let settings = AiSettingsChange {
        engine: Some(Engine::Endpoint),
        base_url: Some("http://127.0.0.1:9/v1".into()),
        model: Some("none".into()),
        ..AiSettingsChange::default()
    };
    world.desk.ai_settings_set(settings).await.unwrap();
    assert_eq!(
        world.desk.ai_probe().await.unwrap_err().code,
        Code::AiUnreachable
    );
    let tom = world.sim.customer("tom.h");
    let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(
        (draft.outcome, draft.text.as_str()),
        (Outcome::Proposed, "Shipping is 90 TL.")
    );
    assert_eq!(
        (draft.engine, draft.fault),
        (Some(Engine::Embedded), Some(Code::AiUnreachable))
    );
    assert!(draft.reasons.contains(&Reason::EndpointFailed));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_on_another_machine_needs_https() {
    let world = World::unconnected().await;
    let settings = AiSettingsChange {
        base_url: Some("http://10.0.0.1/v1".into()),
        ..AiSettingsChange::default()
    };
    assert_eq!(
        world.desk.ai_settings_set(settings).await.unwrap_err().code,
        Code::AiAddressUnusable
    );
}
