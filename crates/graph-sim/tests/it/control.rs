//! The control endpoints, driven as another process would.

use graph_sim::Sim;
use serde_json::json;

use crate::http::{FULL, Http};

#[tokio::test]
async fn another_process_can_play_a_whole_exchange() {
    let sim = Sim::start().await;
    let given = Http::new(&sim).get("/_sim/token", &[]).await.json();
    let http = Http::with_token(&sim, given["token"].as_str().expect("a token"));
    assert_eq!(given["appId"], sim.app_id());
    assert_eq!(given["redirectUri"], sim.redirect_uri());
    let wrote = http
        .post(
            "/_sim/customers/ay%C5%9Fe.k/messages",
            &json!({ "text": "kaç para?" }),
        )
        .await
        .json();
    let igsid = wrote["igsid"].as_str().expect("an id");
    let fault = json!({ "endpoint": "send_message", "fault": "fails_after_delivery", "times": 1 });
    assert_eq!(http.post("/_sim/faults", &fault).await.status, 200);
    assert_eq!(http.send(igsid, "480 TL").await.status, 500);
    let ledger = http.get("/_sim/ledger", &[]).await.json();
    assert_eq!(
        (&ledger[0]["text"], &ledger[0]["username"]),
        (&"480 TL".into(), &"ayşe.k".into())
    );
    let owner = json!({ "to": "ayşe.k", "text": "buyrun" });
    assert_eq!(http.post("/_sim/owner/messages", &owner).await.status, 200);
    let list = http.list(FULL).await;
    assert_eq!(
        list["data"][0]["messages"]["data"].as_array().map(Vec::len),
        Some(3)
    );
    let calls = http.get("/_sim/calls", &[]).await.json();
    assert_eq!(
        calls.as_array().map(Vec::len),
        Some(2),
        "control calls are not counted"
    );
    assert_eq!(calls[0]["fault"], "fails_after_delivery");
    let state = http.get("/_sim/state", &[]).await.json();
    assert_eq!(
        (&state["messages"], &state["delivered"]),
        (&3.into(), &1.into())
    );
}

#[tokio::test]
async fn modes_clock_tokens_and_faults_are_driven_by_control_calls() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let modes = json!({ "wrappedMe": true, "mode": "dev", "rateLimit": { "perSecond": 2.0, "burst": 1.0 } });
    assert_eq!(http.post("/_sim/settings", &modes).await.status, 200);
    assert!(sim.settings().wrapped_me);
    let unknown = http
        .post("/_sim/settings", &json!({ "wrapedMe": true }))
        .await;
    assert!(
        unknown.status == 400 && unknown.text.contains("wrapedMe"),
        "the mistake is named"
    );
    let before = sim.now();
    http.post("/_sim/clock", &json!({ "advanceSeconds": 3600 }))
        .await;
    assert!(sim.now() - before >= chrono::TimeDelta::hours(1));
    http.post("/_sim/tokens/revoke", &json!({ "subcode": 458 }))
        .await;
    assert_eq!(
        http.get("/v25.0/me", &[]).await.code(),
        (400, 190, Some(458))
    );
    let forever =
        json!({ "endpoint": "me", "fault": "answers", "status": 418, "body": {}, "always": true });
    http.post("/_sim/faults", &forever).await;
    assert_eq!(http.get("/v25.0/me", &[]).await.status, 418);
    http.delete("/_sim/faults").await;
    assert_ne!(http.get("/v25.0/me", &[]).await.status, 418);
    for (path, body) in [
        ("/_sim/faults", json!({ "endpoint": "x" })),
        ("/_sim/nothing", json!({})),
    ] {
        assert_eq!(http.post(path, &body).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn customers_can_change_and_consent_can_be_given_by_control_calls() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let wrote = http
        .post(
            "/_sim/customers/tom/messages",
            &json!({ "attachment": "image" }),
        )
        .await
        .json();
    http.post(
        "/_sim/customers/tom",
        &json!({ "blocked": true, "name": "Tom" }),
    )
    .await;
    assert_eq!(
        http.send(wrote["igsid"].as_str().expect("an id"), "x")
            .await
            .code()
            .1,
        551
    );
    let mid = wrote["messageId"].as_str().expect("an id");
    let love = json!({ "reaction": "love" });
    assert_eq!(
        http.post(&format!("/_sim/messages/{mid}/reactions"), &love)
            .await
            .status,
        200
    );
    http.delete(&format!("/_sim/messages/{mid}")).await;
    assert_eq!(
        http.get(&format!("/v25.0/{mid}"), &[]).await.code(),
        (400, 100, Some(33))
    );
    let url = format!(
        "{}/oauth/authorize?client_id={}&redirect_uri=https://example.test/connect&\
         response_type=code&scope=instagram_business_basic&state=1",
        sim.url(),
        sim.app_id()
    );
    let answer = http
        .post("/_sim/consent", &json!({ "url": url, "allow": true }))
        .await
        .json();
    assert!(
        answer["redirect"]
            .as_str()
            .is_some_and(|to| to.contains("code=") && to.ends_with("#_"))
    );
}
