//! `/me` and the life of tokens.

use std::time::Duration;

use graph_sim::Sim;

use crate::http::{Http, noon, standing};

const DAY: u64 = 24 * 3600;

async fn refresh(http: &Http, token: &str) -> crate::http::Answer {
    let query = [("grant_type", "ig_refresh_token"), ("access_token", token)];
    http.get_plain("/refresh_access_token", &query).await
}

#[tokio::test]
async fn me_names_both_ids_flat_or_wrapped() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let fields = [("fields", "id,user_id,username,account_type")];
    let flat = http.get("/v25.0/me", &fields).await.json();
    assert_eq!(flat["user_id"], sim.user_id());
    assert_eq!(flat["id"], sim.app_scoped_id());
    assert_ne!(flat["id"], flat["user_id"], "the ids are different ones");
    sim.change(|modes| modes.wrapped_me = true);
    assert_eq!(
        http.get("/me", &fields).await.json()["data"][0]["user_id"],
        sim.user_id()
    );
}

#[tokio::test]
async fn a_missing_tester_role_refuses_every_call() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("?");
    sim.change(|modes| modes.tester_accepted = false);
    let http = Http::new(&sim);
    for path in [
        "/v25.0/me",
        "/v25.0/me/conversations",
        &format!("/v25.0/{}", ayse.igsid()),
    ] {
        let answer = http.get(path, &[]).await;
        assert_eq!(answer.code(), (400, 100, None), "{path}");
        assert!(
            answer
                .text
                .contains("Unsupported request - method type: get")
        );
        assert!(answer.text.contains("IGApiException"));
    }
    let answer = http.send(ayse.igsid(), "x").await;
    assert!(
        answer
            .text
            .contains("Unsupported request - method type: post")
    );
}

#[tokio::test]
async fn tokens_come_as_header_or_parameter_and_garbage_is_told_apart() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let by_query = http
        .get_plain("/v25.0/me", &[("access_token", &http.token)])
        .await;
    assert_eq!(by_query.status, 200);
    let garbage = http
        .get_plain("/v25.0/me", &[("access_token", "IGnonsense")])
        .await;
    assert_eq!(garbage.code(), (400, 190, None));
    assert!(
        garbage
            .text
            .contains("Invalid OAuth access token - Cannot parse access token")
    );
    assert_eq!(
        http.get_plain("/v25.0/me", &[]).await.code(),
        (400, 2500, None)
    );
}

#[tokio::test]
async fn a_token_expires_after_sixty_days_and_can_then_never_be_refreshed() {
    let sim = standing().await;
    let http = Http::new(&sim);
    sim.advance(Duration::from_secs(59 * DAY));
    assert_eq!(http.get("/v25.0/me", &[]).await.status, 200);
    sim.advance(Duration::from_secs(DAY));
    let expired = http.get("/v25.0/me", &[]).await;
    assert_eq!(expired.code(), (400, 190, Some(463)));
    assert!(
        expired
            .text
            .contains("Session has expired on Saturday, 14-Nov-26"),
        "{}",
        expired.text
    );
    assert_eq!(
        refresh(&http, &http.token).await.code(),
        (400, 190, Some(463))
    );
}

#[tokio::test]
async fn a_refresh_needs_a_day_of_age_and_renews_the_sixty_days() {
    let sim = standing().await;
    let http = Http::new(&sim);
    sim.advance(Duration::from_secs(DAY - 1));
    assert_eq!(refresh(&http, &http.token).await.code(), (400, 100, None));
    sim.advance(Duration::from_secs(1));
    let body = refresh(&http, &http.token).await.json();
    assert_eq!(body["expires_in"], 5_183_000);
    let new = body["access_token"].as_str().expect("a token").to_owned();
    assert_ne!(new, http.token, "a new string by default");
    sim.advance(Duration::from_secs(2 * DAY));
    sim.change(|modes| modes.refresh_keeps_token = true);
    let body = refresh(&http, &new).await.json();
    assert_eq!(
        body["access_token"],
        new.as_str(),
        "the same string when switched so"
    );
    sim.advance(Duration::from_secs(59 * DAY));
    let http = Http::with_token(&sim, &new);
    assert_eq!(
        http.get("/v25.0/me", &[]).await.status,
        200,
        "counted from the refresh"
    );
}

#[tokio::test]
async fn revoked_tokens_name_their_reason() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    sim.revoke_tokens(460);
    assert_eq!(
        http.get("/v25.0/me", &[]).await.code(),
        (400, 190, Some(460))
    );
    sim.revoke_tokens(458);
    assert_eq!(
        http.get("/v25.0/me", &[]).await.code(),
        (400, 190, Some(458))
    );
    assert_eq!(
        Http::new(&sim).get("/v25.0/me", &[]).await.status,
        200,
        "later tokens are good"
    );
    sim.expire_tokens();
    assert_eq!(
        Http::with_token(&sim, &sim.token())
            .get("/me", &[])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_backdated_token_is_as_old_as_it_says() {
    let sim = standing().await;
    let token = sim.token_issued_at(noon() - chrono::TimeDelta::days(30));
    let http = Http::with_token(&sim, &token);
    assert_eq!(refresh(&http, &token).await.status, 200);
}

#[tokio::test]
async fn a_long_token_cannot_be_exchanged_again() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let secret = sim.app_secret();
    let query = [
        ("grant_type", "ig_exchange_token"),
        ("client_secret", secret.as_str()),
        ("access_token", http.token.as_str()),
    ];
    let answer = http.get_plain("/access_token", &query).await;
    assert_eq!(answer.code(), (400, 452, None));
    assert!(answer.text.contains("Session key invalid"));
}

#[tokio::test]
async fn a_subscription_to_events_is_remembered() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let path = format!("/v25.0/{}/subscribed_apps", sim.user_id());
    let fields = serde_json::json!({ "subscribed_fields": ["messages", "message_reactions"] });
    assert_eq!(http.post(&path, &fields).await.json()["success"], true);
    let body = http.get(&path, &[]).await.json();
    assert_eq!(body["data"][0]["subscribed_fields"][1], "message_reactions");
    assert_eq!(
        http.post(&path, &serde_json::json!({})).await.code(),
        (400, 100, None)
    );
}
