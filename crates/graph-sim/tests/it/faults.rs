//! What goes wrong, and the limits and headers that go with it.

use std::time::Duration;

use graph_sim::{Endpoint, RateLimit, Sim};
use serde_json::{Value, json};

use crate::http::{FULL, Http, standing};

#[tokio::test]
async fn a_send_may_fail_after_it_was_delivered() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    let http = Http::new(&sim);
    sim.send_message().fails_after_delivery().times(2);
    assert_eq!(http.send(ayse.igsid(), "one").await.code(), (500, 1, None));
    assert_eq!(http.send(ayse.igsid(), "two").await.code(), (500, 1, None));
    assert_eq!(
        http.send(ayse.igsid(), "three").await.status,
        200,
        "two times and no more"
    );
    assert_eq!(sim.ledger().len(), 3, "all three were delivered");
    assert_eq!(sim.faults_left(), 0);
}

#[tokio::test]
async fn a_send_may_fail_before_it_was_delivered() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    let http = Http::new(&sim);
    sim.send_message().fails_before_delivery().once();
    assert_eq!(http.send(ayse.igsid(), "one").await.code(), (500, 1, None));
    assert!(sim.ledger().is_empty());
}

#[tokio::test]
async fn a_closed_connection_leaves_the_client_in_doubt() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    let http = Http::new(&sim);
    let body = crate::http::message(ayse.igsid(), "one");
    sim.send_message().closes_after_delivery().once();
    let error = http
        .try_post("/v25.0/me/messages", &body)
        .await
        .expect_err("no answer");
    assert!(
        !error.is_status() && !error.is_decode(),
        "not even a status line came: {error:?}"
    );
    assert_eq!(sim.ledger().len(), 1);
    sim.send_message().closes_before_delivery().once();
    assert!(http.try_post("/v25.0/me/messages", &body).await.is_err());
    assert_eq!(sim.ledger().len(), 1);
    assert_eq!(sim.calls().last().expect("a call").status, None);
}

#[tokio::test]
async fn a_hanging_send_is_delivered_and_ends_with_the_simulator() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    let http = Http::new(&sim);
    sim.send_message().hangs_after_delivery().once();
    let body = crate::http::message(ayse.igsid(), "one");
    let send = http.try_post("/v25.0/me/messages", &body);
    let watch = async {
        while sim.ledger().is_empty() {
            tokio::task::yield_now().await;
        }
        drop(sim);
    };
    let (answer, ()) = tokio::join!(send, watch);
    assert!(answer.is_err(), "the answer never came");
}

#[tokio::test]
async fn answers_can_be_no_json_half_json_or_any_json() {
    let sim = Sim::start().await;
    sim.customer("ayse.k").writes("hi");
    let http = Http::new(&sim);
    let path = "/v25.0/me/conversations";
    sim.conversations().answers_html().once();
    assert!(
        http.get(path, &[])
            .await
            .text
            .starts_with("<!doctype html>")
    );
    sim.conversations().answers_truncated_json().once();
    let half = http.get(path, &[]).await;
    assert!(half.status == 200 && serde_json::from_str::<Value>(&half.text).is_err());
    sim.conversations()
        .answers(200, json!({ "data": 7 }))
        .once();
    assert_eq!(http.get(path, &[]).await.json(), json!({ "data": 7 }));
    sim.me().answers(503, json!({})).once();
    assert_eq!(http.get("/v25.0/me", &[]).await.status, 503);
    sim.conversations().slow(Duration::from_millis(1)).once();
    assert_eq!(
        http.list(FULL).await["data"].as_array().map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn faults_stay_with_their_endpoint_until_cleared() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    sim.any_call().fails_before_delivery().always();
    for path in [
        "/v25.0/me",
        "/v25.0/me/conversations",
        "/refresh_access_token",
    ] {
        assert_eq!(http.get(path, &[]).await.code(), (500, 1, None));
    }
    sim.clear_faults();
    sim.profile().rate_limited(5).once();
    assert_eq!(http.get("/v25.0/me", &[]).await.status, 200);
}

#[tokio::test]
async fn a_cursor_can_repeat_for_ever() {
    let sim = Sim::start().await;
    for name in ["a", "b", "c"] {
        sim.customer(name).writes("hi");
    }
    let http = Http::new(&sim);
    let path = "/v25.0/me/conversations";
    let first = http.get(path, &[("limit", "1")]).await.json();
    let after = first["paging"]["cursors"]["after"]
        .as_str()
        .expect("a cursor")
        .to_owned();
    sim.conversations().repeats_cursor().always();
    let page = http
        .get(path, &[("limit", "1"), ("after", &after)])
        .await
        .json();
    assert_eq!(page["paging"]["cursors"]["after"], after.as_str());
    assert!(page["paging"]["next"].is_string());
}

#[tokio::test]
async fn a_rate_limit_comes_with_the_minutes_to_wait() {
    let sim = standing().await;
    let http = Http::new(&sim);
    sim.conversations().rate_limited(7).once();
    let limited = http.get("/v25.0/me/conversations", &[]).await;
    assert_eq!(limited.code(), (400, 613, Some(2_534_040)));
    let usage: Value =
        serde_json::from_str(limited.header("X-Business-Use-Case-Usage")).expect("JSON");
    assert_eq!(
        usage[&sim.user_id()][0]["estimated_time_to_regain_access"],
        7
    );
    sim.change(|modes| modes.rate_limit_code = 80_002);
    sim.send_message().rate_limited(1).once();
    assert_eq!(http.send("1", "x").await.code(), (400, 80_002, None));
}

#[tokio::test]
async fn two_conversation_calls_a_second_are_allowed_when_the_limit_is_on() {
    let sim = standing().await;
    sim.change(|modes| {
        modes.rate_limit = Some(RateLimit {
            per_second: 2.0,
            burst: 2.0,
        })
    });
    let http = Http::new(&sim);
    let path = "/v25.0/me/conversations";
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(http.get(path, &[]).await.status);
    }
    assert_eq!(statuses, [200, 200, 400]);
    assert_eq!(
        http.get("/v25.0/me", &[]).await.status,
        200,
        "other calls are not limited"
    );
    sim.advance(Duration::from_millis(500));
    assert_eq!(http.get(path, &[]).await.status, 200);
    assert_eq!(
        http.get(path, &[]).await.code(),
        (400, 613, Some(2_534_040))
    );
}

#[tokio::test]
async fn usage_headers_show_a_percentage_and_can_be_missing() {
    let sim = Sim::start().await;
    sim.change(|modes| modes.usage_percent = Some(91));
    let http = Http::new(&sim);
    let answer = http.get("/v25.0/me", &[]).await;
    let usage: Value = serde_json::from_str(answer.header("X-App-Usage")).expect("JSON");
    assert_eq!(usage["call_count"], 91);
    sim.change(|modes| modes.usage_headers = false);
    assert_eq!(http.get("/v25.0/me", &[]).await.header("X-App-Usage"), "");
}

#[tokio::test]
async fn errors_carry_a_trace_id_unless_switched_off() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let trace = async || http.get("/v25.0/99999", &[]).await.json()["error"]["fbtrace_id"].clone();
    assert!(trace().await.is_string());
    sim.change(|modes| modes.trace_ids = false);
    assert!(trace().await.is_null());
}

#[tokio::test]
async fn an_unexpected_request_is_refused_readably_and_remembered() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let answer = http.get("/v25.0/v25.0/me", &[]).await;
    assert_eq!(answer.code(), (404, 2500, None));
    assert!(answer.text.contains("Unknown path components: /v25.0/me"));
    assert_eq!(sim.unexpected(), ["GET /v25.0/v25.0/me"]);
}

#[tokio::test]
async fn the_log_of_calls_holds_status_and_endpoint_but_no_token() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    http.get_plain(
        "/v25.0/me/conversations",
        &[("access_token", &http.token), ("limit", "5")],
    )
    .await;
    http.get("/v25.0/nothing", &[]).await;
    let calls = sim.calls();
    assert_eq!(
        (calls[0].endpoint, calls[0].status),
        ("conversations", Some(200))
    );
    assert_eq!(calls[0].query, "limit=5");
    assert_eq!(calls[1].status, Some(404));
    assert!(
        !format!("{calls:?}").contains(&http.token),
        "no token in the log"
    );
    assert_eq!(sim.calls_at(Endpoint::Conversations), 1);
    assert_eq!(sim.calls_at(Endpoint::Any), 2);
    sim.forget_calls();
    assert!(sim.calls().is_empty());
}
