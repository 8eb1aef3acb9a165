//! What each call writes, and what it reads from a recorded reply.

use crate::server::{Answer, MARKED, Server, json, token, with_headers};
use graph_api::{
    AppCredentials, ConversationFields, ConversationsQuery, MessageField, MessageFields,
    MessagesPart, ProfileField, SecretString,
};
use secrecy::ExposeSecret;
use std::time::Duration;

fn only_request(server: &Server) -> String {
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "one call is one request");
    requests[0].clone()
}

/// The request line, decoded as far as these tests need.
fn line(request: &str) -> String {
    let line = request.lines().next().unwrap_or_default();
    ["%2C,", "%7B{", "%7D}", "%28(", "%29)"]
        .iter()
        .fold(line.to_owned(), |line, pair| {
            let (code, sign) = pair.split_at(3);
            line.replace(code, sign)
        })
}

fn bearer(request: &str) -> bool {
    request.contains(&format!("authorization: Bearer {MARKED}\r\n"))
}

#[tokio::test]
async fn me_is_read_with_the_usage_the_time_and_the_trace() {
    let headers = "date: Tue, 15 Sep 2026 08:00:00 GMT\r\nx-fb-trace-id: Trace1\r\n\
                   X-App-Usage: {\"call_count\":41,\"total_time\":12,\"total_cputime\":9}\r\n";
    let body = include_str!("../fixtures/me_flat.json");
    let server = Server::with(vec![with_headers(200, headers, body)]).await;
    let reply = server.client().me(&token()).await.unwrap();
    assert_eq!(reply.value.user_id, "17840000000000001");
    assert_eq!(reply.usage.max_percent(), Some(41));
    assert_eq!(reply.date.unwrap().timestamp(), 1_789_459_200);
    assert_eq!(reply.trace_id.as_deref(), Some("Trace1"));
    let request = only_request(&server);
    assert!(line(&request).starts_with("GET /v25.0/me?fields=id,user_id,username,"));
    assert!(bearer(&request));
    assert!(request.contains("user-agent: ReplyDesk/"));
    assert!(
        !line(&request).contains(MARKED),
        "the token travels in the header alone"
    );
}

#[tokio::test]
async fn conversations_are_asked_for_with_their_newest_messages() {
    let server = Server::json(200, include_str!("../fixtures/conversations.json")).await;
    let query = ConversationsQuery {
        limit: Some(20),
        after: Some("QVFI=".to_owned()),
        user_id: Some("123".to_owned()),
        fields: ConversationFields {
            participants: true,
            messages: Some(MessagesPart {
                limit: 5,
                fields: MessageFields::documented(),
            }),
        },
    };
    let page = server
        .client()
        .conversations(&token(), &query)
        .await
        .unwrap()
        .value;
    assert_eq!(page.items.len(), 2);
    assert_eq!(page.after.as_deref(), Some("QVFIUafter"));
    let request = only_request(&server);
    assert!(bearer(&request));
    assert_eq!(
        line(&request),
        "GET /v25.0/me/conversations?platform=instagram&fields=id,updated_time,participants,\
         messages.limit(5){id,created_time,from,to,message}&limit=20&user_id=123&after=QVFI%3D \
         HTTP/1.1"
    );
}

#[tokio::test]
async fn messages_of_a_conversation_are_paged_inside_the_expression() {
    let server = Server::json(200, include_str!("../fixtures/conversation_messages.json")).await;
    let fields = MessageFields::documented().with_optional([MessageField::Attachments]);
    let client = server.client();
    let page = client
        .conversation_messages(&token(), "aW/d?f", 20, Some("cur"), &fields)
        .await
        .unwrap()
        .value;
    assert_eq!(page.items.len(), 3);
    assert_eq!(page.items[0].text.as_deref(), Some("Merhaba! 😊"));
    assert_eq!(
        line(&only_request(&server)),
        "GET /v25.0/aW%2Fd%3Ff?fields=id,messages.limit(20).after(cur)\
         {id,created_time,from,to,message,attachments} HTTP/1.1"
    );
}

#[tokio::test]
async fn a_message_and_a_profile_are_asked_for_by_id() {
    let message = r#"{"id":"m1","created_time":"2026-09-15T08:00:00+0000","message":"a\ud83d"}"#;
    let profile = include_str!("../fixtures/profile.json");
    let server = Server::with(vec![json(200, message), json(200, profile)]).await;
    let client = server.client();
    let read = client
        .message(&token(), "m1", &MessageFields::documented())
        .await
        .unwrap()
        .value;
    assert_eq!(
        read.text.as_deref(),
        Some("a\u{fffd}"),
        "half a pair does not lose the message"
    );
    let profile = client
        .profile(&token(), "1234567890123456", &ProfileField::ALL)
        .await
        .unwrap()
        .value;
    assert_eq!(profile.username.as_deref(), Some("cust.example"));
    let lines: Vec<String> = server
        .requests()
        .iter()
        .map(|request| line(request))
        .collect();
    assert!(lines[0].starts_with("GET /v25.0/m1?fields=id,created_time,from,to,message "));
    assert!(lines[1].starts_with("GET /v25.0/1234567890123456?fields=name,username,profile_pic "));
}

#[tokio::test]
async fn a_text_is_sent_as_json_with_the_numeric_id_in_the_path() {
    let server = Server::json(200, include_str!("../fixtures/send_receipt.json")).await;
    let text = "Selam \"Ayşe\" 😊\nline";
    let reply = server
        .client()
        .send_text(&token(), "178", "123", text)
        .await
        .unwrap();
    assert!(reply.value.message_id.starts_with("aWdfZAG1"));
    let request = only_request(&server);
    assert!(bearer(&request));
    assert!(request.starts_with("POST /v25.0/178/messages HTTP/1.1"));
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: application/json"));
    assert_eq!(
        body,
        r#"{"recipient":{"id":"123"},"message":{"text":"Selam \"Ayşe\" 😊\nline"}}"#
    );
}

#[tokio::test]
async fn the_sign_in_goes_from_code_to_long_lived_token_to_refresh() {
    let short = include_str!("../fixtures/token_short_documented.json");
    let long = include_str!("../fixtures/token_long.json");
    let server = Server::with(vec![json(200, short), json(200, long), json(200, long)]).await;
    let client = server.client();
    let app = AppCredentials {
        app_id: "77".to_owned(),
        secret: SecretString::from("s3cr3t&x"),
    };
    let code = SecretString::from("AQB1#_");
    let token = client
        .exchange_code(&app, "https://x.example/cb", &code)
        .await
        .unwrap();
    assert_eq!(token.token.expose_secret(), "IGAAshort0001");
    let token = client
        .exchange_for_long_lived(&app.secret, &token.token)
        .await
        .unwrap();
    let token = client.refresh(&token.token).await.unwrap();
    assert_eq!(
        token.token.expose_secret(),
        "IGAAlong0001",
        "the same token may come back"
    );
    assert_eq!(token.expires_in, Some(Duration::from_secs(5_183_000)));

    let requests = server.requests();
    assert!(requests[0].starts_with("POST /oauth/access_token HTTP/1.1"));
    assert!(requests[0].ends_with(
        "client_id=77&client_secret=s3cr3t%26x&grant_type=authorization_code\
         &redirect_uri=https%3A%2F%2Fx.example%2Fcb&code=AQB1"
    ));
    assert_eq!(
        line(&requests[1]),
        "GET /access_token?grant_type=ig_exchange_token&client_secret=s3cr3t%26x\
         &access_token=IGAAshort0001 HTTP/1.1"
    );
    assert_eq!(
        line(&requests[2]),
        "GET /refresh_access_token?grant_type=ig_refresh_token&access_token=IGAAlong0001 HTTP/1.1"
    );
}

#[tokio::test]
async fn an_id_or_cursor_that_could_lead_elsewhere_never_leaves() {
    let server = Server::with(Vec::<Answer>::new()).await;
    let client = server.client();
    let fields = MessageFields::documented();
    for id in ["", " ", ".", ".."] {
        assert!(
            client
                .profile(&token(), id, &ProfileField::ALL)
                .await
                .is_err(),
            "{id:?}"
        );
        assert!(
            client.send_text(&token(), id, "1", "x").await.is_err(),
            "{id:?}"
        );
    }
    let odd = Some("a){id}");
    assert!(
        client
            .conversation_messages(&token(), "c", 5, odd, &fields)
            .await
            .is_err()
    );
    let broken = SecretString::from("line\nbreak");
    assert!(client.me(&broken).await.is_err());
    assert_eq!(server.requests(), Vec::<String>::new());
}
