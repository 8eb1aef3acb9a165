//! The endpoint against a server on this machine that misbehaves in every known way.

#![expect(clippy::unwrap_used, reason = "a test that cannot start should stop")]

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use desk_ai::{Endpoint, Prompt, Provider, ProviderFault};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Answer = fn(&Value) -> (StatusCode, String);

/// A server, with what it was asked.
struct Server {
    base: String,
    calls: Arc<AtomicUsize>,
    keys: Arc<Mutex<Vec<String>>>,
}

async fn server(answer: Answer) -> Server {
    let calls = Arc::new(AtomicUsize::new(0));
    let keys = Arc::new(Mutex::new(Vec::new()));
    let (count, seen) = (Arc::clone(&calls), Arc::clone(&keys));
    let handler = move |headers: axum::http::HeaderMap, axum::Json(body): axum::Json<Value>| {
        count.fetch_add(1, Ordering::SeqCst);
        let key = headers
            .get("authorization")
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        seen.lock().unwrap().push(key.to_owned());
        let (status, text) = answer(&body);
        async move { (status, text).into_response() }
    };
    let app = Router::new().route("/v1/chat/completions", post(handler));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    Server { base, calls, keys }
}

fn endpoint(base: &str) -> Endpoint {
    let key = SecretString::from("sk-secret-key");
    Endpoint::new(base, "small", Some(key), Duration::from_secs(20)).unwrap()
}

fn good() -> String {
    json!({ "choices": [{ "message": { "content": "{\"action\":\"reply\",\"reply\":\"Hi\"}" } }],
            "usage": { "prompt_tokens": 7, "completion_tokens": 3 } })
    .to_string()
}

#[tokio::test]
async fn a_reply_is_read_without_the_fields_that_servers_forget() {
    let server = server(|_| (StatusCode::OK, good())).await;
    let completion = endpoint(&server.base)
        .complete(&Prompt::probe())
        .await
        .unwrap();
    assert!(completion.content.contains("Hi"));
    assert_eq!(
        (completion.usage.tokens_in, completion.usage.tokens_out),
        (7, 3)
    );
    assert_eq!(
        server.keys.lock().unwrap().as_slice(),
        ["Bearer sk-secret-key"]
    );
}

#[tokio::test]
async fn every_fault_is_told_apart_and_none_is_retried() {
    let cases: [(Answer, ProviderFault); 11] = [
        (
            |_| (StatusCode::UNAUTHORIZED, "<html>no</html>".into()),
            ProviderFault::KeyRefused,
        ),
        (
            |_| (StatusCode::FORBIDDEN, "{}".into()),
            ProviderFault::KeyRefused,
        ),
        (
            |_| (StatusCode::NOT_FOUND, "model not found".into()),
            ProviderFault::ModelUnknown,
        ),
        (
            |_| (StatusCode::NOT_FOUND, "<html>nothing here</html>".into()),
            ProviderFault::AddressUnknown,
        ),
        (
            |_| (StatusCode::METHOD_NOT_ALLOWED, String::new()),
            ProviderFault::AddressUnknown,
        ),
        (
            |_| (StatusCode::BAD_REQUEST, "API key not valid.".into()),
            ProviderFault::KeyRefused,
        ),
        (
            |_| (StatusCode::TOO_MANY_REQUESTS, "{}".into()),
            ProviderFault::Quota,
        ),
        (
            |_| (StatusCode::BAD_GATEWAY, "<html>".into()),
            ProviderFault::Unreachable,
        ),
        (
            |_| (StatusCode::OK, "<html>hello</html>".into()),
            ProviderFault::Nonsense,
        ),
        (
            |_| (StatusCode::OK, "{\"choices\":[]}".into()),
            ProviderFault::Nonsense,
        ),
        (
            |_| (StatusCode::OK, "x".repeat(3 << 20)),
            ProviderFault::Nonsense,
        ),
    ];
    for (answer, fault) in cases {
        let server = server(answer).await;
        let found = endpoint(&server.base)
            .complete(&Prompt::probe())
            .await
            .unwrap_err();
        assert_eq!(found, fault);
        assert_eq!(
            server.calls.load(Ordering::SeqCst),
            1,
            "{fault} was retried"
        );
    }
}

#[tokio::test]
async fn the_ladder_is_climbed_down_once_and_remembered() {
    let server = server(|body| {
        let format = body
            .pointer("/response_format/type")
            .and_then(Value::as_str);
        if body.get("max_tokens").is_some() {
            (
                StatusCode::BAD_REQUEST,
                "Use 'max_completion_tokens' instead.".into(),
            )
        } else if format == Some("json_schema") {
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Input should be 'text' or 'json_object'".into(),
            )
        } else {
            (StatusCode::OK, good())
        }
    })
    .await;
    let endpoint = endpoint(&server.base);
    endpoint.probe().await.unwrap();
    assert_eq!(server.calls.load(Ordering::SeqCst), 3);
    endpoint.probe().await.unwrap();
    assert_eq!(server.calls.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(
        endpoint(&base).probe().await,
        Err(ProviderFault::Unreachable)
    );
}

#[tokio::test]
async fn silence_is_slow() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let endpoint = Endpoint::new(&base, "m", None, Duration::from_millis(50)).unwrap();
    assert_eq!(endpoint.probe().await, Err(ProviderFault::Slow));
    drop(listener);
}

#[test]
fn plain_http_stays_on_this_machine_and_the_key_stays_hidden() {
    let new = |base: &str| {
        Endpoint::new(
            base,
            "m",
            Some(SecretString::from("sk-hidden")),
            Duration::from_secs(1),
        )
    };
    for bad in [
        "http://example.com/v1",
        "ftp://localhost",
        "not an address",
        "https://u:p@a.com",
        "http://127.0.0.1.example.com",
    ] {
        assert_eq!(new(bad).err(), Some(ProviderFault::BadUrl), "{bad}");
    }
    for good in [
        "https://example.com/v1/",
        "http://localhost:11434/v1",
        "http://[::1]:1/v1",
    ] {
        assert!(!format!("{:?}", new(good).unwrap()).contains("hidden"));
    }
}
