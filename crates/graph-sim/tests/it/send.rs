//! Sends and everything that refuses them.

use std::time::Duration;

use graph_sim::Sim;
use serde_json::json;

use crate::http::{FULL, Http, message, noon, standing};

#[tokio::test]
async fn a_delivered_text_is_in_the_ledger_and_in_the_thread() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("Merhaba, fiyat nedir?");
    let http = Http::new(&sim);
    let path = format!("/v25.0/{}/messages", sim.user_id());
    let body = http
        .post(&path, &message(ayse.igsid(), "480 TL 🌷"))
        .await
        .json();
    assert_eq!(body["recipient_id"], ayse.igsid());
    let ledger = sim.ledger();
    assert_eq!(ledger.len(), 1);
    assert_eq!(
        (ledger[0].text.as_str(), ledger[0].username.as_str()),
        ("480 TL 🌷", "ayse.k")
    );
    assert_eq!(body["message_id"], ledger[0].message_id);
    let newest = http.list(FULL).await["data"][0]["messages"]["data"][0].clone();
    assert_eq!(
        newest["id"], body["message_id"],
        "the id of the send is the id in the thread"
    );
    assert_eq!(newest["from"]["id"], sim.user_id());
    assert_eq!(newest["to"]["data"][0]["id"], ayse.igsid());
}

#[tokio::test]
async fn a_form_body_with_brackets_or_json_values_is_accepted() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    let http = Http::new(&sim);
    let brackets = [
        ("recipient[id]", ayse.igsid()),
        ("message[text]", "one"),
        ("access_token", &http.token),
    ];
    assert_eq!(http.form("/v25.0/me/messages", &brackets).await.status, 200);
    let recipient = json!({ "id": ayse.igsid() }).to_string();
    let path = format!("/me/messages?access_token={}", http.token);
    let values = [
        ("recipient", recipient.as_str()),
        ("message", r#"{"text":"two"}"#),
    ];
    assert_eq!(http.form(&path, &values).await.status, 200);
    let texts: Vec<String> = sim
        .ledger()
        .into_iter()
        .map(|delivery| delivery.text)
        .collect();
    assert_eq!(texts, ["one", "two"]);
}

#[tokio::test]
async fn text_is_limited_in_bytes_and_must_not_be_empty() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    let http = Http::new(&sim);
    assert_eq!(
        http.send(ayse.igsid(), &"ş".repeat(500)).await.status,
        200,
        "1000 bytes fit"
    );
    assert_eq!(
        http.send(ayse.igsid(), &"ş".repeat(501)).await.code(),
        (400, 100, None)
    );
    assert_eq!(
        http.send(ayse.igsid(), "  \n").await.code(),
        (400, 100, None)
    );
    assert_eq!(sim.ledger().len(), 1);
}

#[tokio::test]
async fn a_send_after_twenty_four_hours_is_refused() {
    let sim = standing().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    let http = Http::new(&sim);
    sim.advance(Duration::from_secs(24 * 3600));
    assert_eq!(http.send(ayse.igsid(), "still open").await.status, 200);
    sim.advance(Duration::from_secs(1));
    assert_eq!(
        http.send(ayse.igsid(), "too late").await.code(),
        (403, 10, Some(2_534_022))
    );
    ayse.writes("hello?");
    assert_eq!(http.send(ayse.igsid(), "open again").await.status, 200);
}

#[tokio::test]
async fn the_human_agent_tag_works_only_with_the_feature_and_then_for_seven_days() {
    let sim = standing().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes_at(noon() - chrono::TimeDelta::days(6), "?");
    let http = Http::new(&sim);
    let mut body = message(ayse.igsid(), "sorry for the wait");
    body["messaging_type"] = json!("MESSAGE_TAG");
    body["tag"] = json!("HUMAN_AGENT");
    let refused = http.post("/v25.0/me/messages", &body).await;
    assert_eq!(refused.code(), (403, 10, None));
    assert!(refused.text.contains("Human Agent"));
    sim.change(|modes| modes.human_agent = true);
    assert_eq!(http.post("/v25.0/me/messages", &body).await.status, 200);
    assert_eq!(sim.ledger()[0].tag.as_deref(), Some("HUMAN_AGENT"));
    sim.advance(Duration::from_secs(25 * 3600));
    let late = http.post("/v25.0/me/messages", &body).await;
    assert_eq!(late.code(), (403, 10, Some(2_534_022)));
    body["tag"] = json!("ACCOUNT_UPDATE");
    assert_eq!(
        http.post("/v25.0/me/messages", &body).await.code(),
        (400, 100, None)
    );
}

#[tokio::test]
async fn each_reason_to_refuse_has_its_code() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    assert_eq!(
        http.send("123", "x").await.code(),
        (400, 100, Some(2_534_014))
    );
    let silent = sim.customer("silent");
    assert_eq!(
        http.send(silent.igsid(), "x").await.code(),
        (403, 10, Some(2_534_022))
    );
    let blocker = sim.customer("blocker");
    blocker.writes("bye");
    blocker.blocks_us();
    assert_eq!(
        http.send(blocker.igsid(), "x").await.code(),
        (400, 551, None)
    );
    let old = sim.customer("old");
    old.writes("hi");
    old.is_archived();
    assert_eq!(
        http.send(old.igsid(), "x").await.code(),
        (400, 100, Some(2_534_001))
    );
    sim.change(|modes| modes.message_access = false);
    assert_eq!(
        http.send(old.igsid(), "x").await.code(),
        (400, 200, Some(2_534_041))
    );
    assert!(sim.ledger().is_empty(), "nothing was delivered");
}

#[tokio::test]
async fn broken_bodies_are_refused_without_harm() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    for body in [
        "",
        "{",
        "[]",
        "null",
        r#"{"recipient":7}"#,
        r#"{"recipient":{"id":{}}}"#,
    ] {
        let answer = http
            .raw("/v25.0/me/messages", "application/json", body.to_owned())
            .await;
        assert_eq!(answer.code().0, 400, "{body}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(
        http.raw("/v25.0/me/messages", "application/json", deep)
            .await
            .status,
        400
    );
    let large = "x".repeat(2_000_000);
    assert_eq!(
        http.raw("/v25.0/me/messages", "application/json", large)
            .await
            .status,
        413
    );
}

#[tokio::test]
async fn typing_and_seen_are_accepted_alone_and_a_reaction_shows_in_the_thread() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    let mid = ayse.writes("?");
    let http = Http::new(&sim);
    let recipient = json!({ "id": ayse.igsid() });
    for action in ["typing_on", "mark_seen"] {
        let body = json!({ "recipient": recipient, "sender_action": action });
        assert_eq!(
            http.post("/v25.0/me/messages", &body).await.json(),
            json!({ "recipient_id": ayse.igsid() })
        );
    }
    let both =
        json!({ "recipient": recipient, "sender_action": "typing_on", "message": { "text": "x" } });
    assert_eq!(
        http.post("/v25.0/me/messages", &both).await.code(),
        (400, 100, None)
    );
    let react = json!({ "recipient": recipient, "sender_action": "react",
        "payload": { "message_id": mid, "reaction": "love" } });
    assert_eq!(http.post("/v25.0/me/messages", &react).await.status, 200);
    let message = http
        .get(&format!("/v25.0/{mid}"), &[("fields", "reactions")])
        .await
        .json();
    assert_eq!(
        message["reactions"]["data"][0]["users"][0]["id"],
        sim.user_id()
    );
    assert_eq!(sim.sender_actions().len(), 3);
    assert!(sim.ledger().is_empty(), "an action is no message");
}

#[tokio::test]
async fn an_image_by_link_is_accepted_and_a_local_file_is_not() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    let http = Http::new(&sim);
    let image = |url: &str| {
        json!({ "recipient": { "id": ayse.igsid() }, "message": {
            "attachments": { "type": "image", "payload": { "url": url } } } })
    };
    let good = image("https://example.test/mug.jpg");
    assert_eq!(http.post("/v25.0/me/messages", &good).await.status, 200);
    let local = image("file:///tmp/mug.jpg");
    assert_eq!(
        http.post("/v25.0/me/messages", &local).await.code(),
        (400, 100, None)
    );
}

#[tokio::test]
async fn posting_to_me_can_be_refused() {
    let sim = Sim::start().await;
    sim.change(|modes| modes.me_refuses_post = true);
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    let http = Http::new(&sim);
    assert_eq!(
        http.send(ayse.igsid(), "x").await.code(),
        (400, 100, Some(33))
    );
    let path = format!("/v25.0/{}/messages", sim.user_id());
    assert_eq!(
        http.post(&path, &message(ayse.igsid(), "x")).await.status,
        200
    );
}
