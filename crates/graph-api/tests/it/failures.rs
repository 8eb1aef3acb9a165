//! What the client makes of a platform or a network that misbehaves.

use crate::server::{Answer, Server, client_of, json, short_limits, token, with_headers};
use graph_api::{
    AppCredentials, AuthFault, Error, ErrorKind, Limits, Refusal, RetryKind, SecretString,
};
use std::time::Duration;
use tokio::net::TcpListener;

async fn send(server: &Server) -> Error {
    let client = server.client_within(short_limits());
    client
        .send_text(&token(), "178", "123", "hello")
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_closed_window_is_a_refusal_although_the_status_is_403() {
    let body = include_str!("../fixtures/error_window_closed.json");
    let error = send(&Server::json(403, body).await).await;
    assert_eq!(
        error.retry_kind(),
        RetryKind::Refused(Refusal::WindowClosed)
    );
    assert_eq!(error.status(), Some(403));
    assert_eq!(
        error.graph().and_then(|graph| graph.subcode),
        Some(2_534_022)
    );
    assert_eq!(error.trace_id(), Some("AbCdEfGhIjK"));
    assert_eq!(
        error.to_string(),
        "send_text: error 10/2534022: This message is sent outside of allowed window. (HTTP 403)"
    );
}

#[tokio::test]
async fn an_error_inside_a_success_is_still_an_error() {
    let server = Server::json(200, r#"{"error":{"code":190,"error_subcode":463}}"#).await;
    assert_eq!(
        send(&server).await.retry_kind(),
        RetryKind::Auth(AuthFault::Expired)
    );
}

#[tokio::test]
async fn a_refused_connection_is_certainly_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = client_of(&address, Limits::default());
    let error = client
        .send_text(&token(), "178", "123", "hello")
        .await
        .unwrap_err();
    assert_eq!(error.retry_kind(), RetryKind::NotSent);
    assert!(matches!(error.kind(), ErrorKind::Connect(_)));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_certainly_not_sent() {
    let server = Server::json(200, "{}").await;
    let client = client_of(
        &server.address.replace("http:", "https:"),
        Limits::default(),
    );
    let error = client
        .send_text(&token(), "178", "123", "hello")
        .await
        .unwrap_err();
    assert_eq!(error.retry_kind(), RetryKind::NotSent);
}

#[tokio::test]
async fn whatever_breaks_after_the_request_went_out_leaves_the_outcome_unknown() {
    let html = "<html><body>Sorry, something went wrong.</body></html>";
    let huge = format!("{{\"message_id\":\"{}\"}}", "x".repeat(2000));
    let deep = format!("{}{}", "[".repeat(400), "]".repeat(400));
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 60\r\n\r\n{\"message_id\":\"aWd";
    let redirect = with_headers(302, "location: http://127.0.0.1:1/\r\n", "");
    let answers = vec![
        ("closed", Answer::Close),
        ("silent", Answer::Silence),
        ("cut short", Answer::Bytes(cut.as_bytes().to_vec())),
        ("no HTTP", Answer::Bytes(b"\0\0\0".to_vec())),
        ("HTML with 200", json(200, html)),
        ("HTML with 403", json(403, html)),
        ("HTML with 502", json(502, html)),
        ("empty 200", json(200, "")),
        ("half a JSON", json(200, "{\"message_id\":\"aW")),
        ("no message id", json(200, "{\"recipient_id\":\"1\"}")),
        ("too large", json(200, &huge)),
        ("too deep", json(200, &deep)),
        (
            "code 1 with 500",
            json(500, r#"{"error":{"message":"unknown","code":1}}"#),
        ),
        ("redirect", redirect),
    ];
    for (name, answer) in answers {
        let server = Server::with(vec![answer]).await;
        let error = send(&server).await;
        assert_eq!(error.retry_kind(), RetryKind::Unclear, "{name}: {error:?}");
        assert_eq!(
            server.requests().len(),
            1,
            "{name}: a send is never repeated"
        );
    }
}

#[tokio::test]
async fn too_many_calls_tell_how_long_to_wait() {
    let body = r#"{"error":{"message":"too many calls","type":"IGApiException","code":80002}}"#;
    let usage = "x-business-use-case-usage: {\"178\":[{\"type\":\"instagram\",\"call_count\":100,\
                 \"estimated_time_to_regain_access\":7}]}\r\n";
    let error = send(&Server::with(vec![with_headers(400, usage, body)]).await).await;
    let wait = Some(Duration::from_secs(420));
    assert_eq!(
        error.retry_kind(),
        RetryKind::Throttled { retry_after: wait }
    );
    assert_eq!(
        error.usage().max_percent(),
        Some(100),
        "a refusal tells the usage too"
    );

    let plain = with_headers(429, "retry-after: 30\r\n", "slow down");
    let error = send(&Server::with(vec![plain]).await).await;
    let wait = Some(Duration::from_secs(30));
    assert_eq!(
        error.retry_kind(),
        RetryKind::Throttled { retry_after: wait }
    );
}

#[tokio::test]
async fn a_spent_code_is_told_apart_from_a_wrong_app() {
    let body = r#"{"error_type":"OAuthException","code":400,
                   "error_message":"Matching code was not found or was already used"}"#;
    let server = Server::json(400, body).await;
    let app = AppCredentials {
        app_id: "7".to_owned(),
        secret: SecretString::from("s"),
    };
    let code = SecretString::from("AQB");
    let error = server
        .client()
        .exchange_code(&app, "https://x", &code)
        .await
        .unwrap_err();
    assert_eq!(error.retry_kind(), RetryKind::Auth(AuthFault::CodeSpent));
    assert!(error.oauth().is_some() && error.graph().is_none());
}

#[tokio::test]
async fn json_that_is_made_to_hurt_is_a_typed_fault() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let packed = with_headers(200, "content-encoding: gzip\r\n", "\u{1f}\u{8b}bomb");
    for (name, answer) in [
        ("10,000 deep", json(200, &deep)),
        ("beyond every number", json(200, r#"{"data":1e400}"#)),
        ("packed, though not asked for", packed),
    ] {
        let server = Server::with(vec![answer]).await;
        let reply = server
            .client()
            .conversations(&token(), &Default::default())
            .await;
        let kind = reply.map(|_| ()).map_err(|error| format!("{error:?}"));
        assert!(kind.is_err(), "{name}");
        let request = server.requests().pop().unwrap().to_ascii_lowercase();
        assert!(
            !request.contains("accept-encoding: gzip"),
            "{name}: {request}"
        );
    }
    // A key that comes twice, and a number nobody can hold, in a list that is otherwise good.
    let odd =
        r#"{"data":[{"id":"t1","id":"t2","updated_time":1e400,"messages":{"data":[]}}],"data":[]}"#;
    let server = Server::json(200, odd).await;
    let client = server.client();
    let _ = client.conversations(&token(), &Default::default()).await;
    let server = Server::with(vec![json(200, &" ".repeat(2_000))]).await;
    let client = server.client_within(short_limits());
    let reply = client.conversations(&token(), &Default::default()).await;
    let error = reply.map(|_| ()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::TooLarge { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_list_that_is_no_list_is_an_error_and_not_an_empty_inbox() {
    for body in ["{}", "null", "[1", "{\"data\":\"x\"}"] {
        let server = Server::json(200, body).await;
        let reply = server
            .client()
            .conversations(&token(), &Default::default())
            .await;
        assert!(reply.is_err(), "{body}");
    }
}
