//! The whole way of a turn over an endpoint that misbehaves in the middle of its answer: each
//! ends in a typed fault or a held draft, never in an automatic reply.

#![expect(clippy::unwrap_used, reason = "a test that cannot start should stop")]

use desk_ai::{
    Capabilities, Drafter, Endpoint, Entry, Knowledge, Lang, Nonce, Policy, Prompt, Provider,
    ProviderFault, Turn, Utterance, Verdict, draft,
};
use desk_core::{
    Author, Engine, EntryId, MessageId, MessageKind, Outcome, Reason, ReplyMode, Timestamp,
};
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What the server does with a connection, in order.
#[derive(Clone)]
enum Act {
    Head(&'static str),
    Say(String),
    /// Keeps silent for ever.
    Hang,
}

const STREAM: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// A server that plays the acts for every request and closes; what it was asked is kept.
async fn server(acts: Vec<Act>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (acts, seen) = (acts.clone(), Arc::clone(&seen));
            tokio::spawn(async move {
                let request = request(&mut socket).await;
                seen.lock().unwrap().push(request);
                for act in acts {
                    match act {
                        Act::Head(head) => socket.write_all(head.as_bytes()).await.unwrap(),
                        Act::Say(text) => socket.write_all(text.as_bytes()).await.unwrap(),
                        Act::Hang => std::future::pending::<()>().await,
                    }
                }
            });
        }
    });
    (base, asked)
}

/// One request, read to its end.
async fn request(socket: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0u8; 4096];
        let n = socket.read(&mut part).await.unwrap();
        bytes.extend_from_slice(part.get(..n).unwrap());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head.to_lowercase();
            let length = length.split("content-length: ").nth(1).unwrap_or("0");
            let length = length.split("\r\n").next().unwrap().parse().unwrap_or(0);
            body.len() >= length
        });
        if whole || n == 0 {
            return text;
        }
    }
}

fn piece(content: &str) -> Act {
    let data = json!({ "choices": [{ "delta": { "content": content } }] });
    Act::Say(format!("data: {data}\n\n"))
}

fn thought(text: &str) -> Act {
    let data = json!({ "choices": [{ "delta": { "reasoning_content": text } }] });
    Act::Say(format!("data: {data}\n\n"))
}

fn done() -> Act {
    Act::Say("data: [DONE]\n\n".to_owned())
}

fn answer(reply: &str) -> String {
    json!({ "action": "reply", "reason": "known", "language": "en", "reply": reply,
            "cites": ["K1"], "confidence": "high" })
    .to_string()
}

fn entry(id: i64, question: &str, answer: &str) -> Entry {
    Entry {
        id: EntryId(id),
        questions: vec![question.to_owned()],
        answer: answer.to_owned(),
        lang: Lang::En,
        auto_ok: true,
        internal: false,
        answers: Vec::new(),
    }
}

struct Told {
    verdict: Verdict,
    parts: Vec<String>,
}

async fn write(base: &str, text: &str, policy: &Policy) -> Told {
    let endpoint = Endpoint::new(base, "small", None, Duration::from_millis(400)).unwrap();
    let knowledge = Knowledge::new(vec![
        entry(1, "How much is shipping?", "Shipping costs 50 TL."),
        entry(2, "Where are you?", "Our shop is in Kadikoy."),
    ]);
    let burst = [Utterance {
        author: Author::Customer,
        kind: MessageKind::Text,
        text: text.to_owned(),
        at: Timestamp(0),
        id: MessageId(1),
    }];
    let turn = Turn {
        history: &[],
        burst: &burst,
        declined: &[],
    };
    let parts = Mutex::new(Vec::new());
    let told = |part: &str| parts.lock().unwrap().push(part.to_owned());
    let drafter = Drafter::Streaming(&endpoint, &told);
    let verdict = draft(&turn, &knowledge, policy, drafter, Nonce(5)).await;
    Told {
        verdict,
        parts: parts.into_inner().unwrap(),
    }
}

fn auto() -> Policy {
    Policy {
        mode: ReplyMode::Auto,
        disclosure: false,
        ..Policy::default()
    }
}

const QUESTION: &str = "How much is shipping?";

#[tokio::test]
async fn a_good_stream_is_shown_as_it_comes_and_judged_as_a_whole() {
    let whole = answer("Shipping costs 50 TL.");
    let (a, b) = whole.split_at(whole.find("costs").unwrap());
    let acts = vec![Act::Head(STREAM), thought("hm"), piece(a), piece(b), done()];
    let (base, _) = server(acts).await;
    let told = write(&base, QUESTION, &auto()).await;
    assert_eq!(
        told.verdict.outcome,
        Outcome::Countdown,
        "{:?}",
        told.verdict
    );
    let draft = told.verdict.draft.unwrap();
    assert_eq!(
        (draft.text.as_str(), draft.engine),
        ("Shipping costs 50 TL.", Engine::Endpoint)
    );
    assert_eq!(told.parts.last().unwrap(), "Shipping costs 50 TL.");
    assert!(
        told.parts.iter().any(|p| p == "Shipping "),
        "{:?}",
        told.parts
    );
    assert!(told.verdict.usage.tokens_in > 0);
}

#[tokio::test]
async fn every_broken_stream_ends_in_a_fault_and_the_embedded_proposal() {
    let body = answer("Shipping costs 50 TL.");
    let cases: Vec<(&str, Vec<Act>, ProviderFault)> = vec![
        (
            "cut",
            vec![Act::Head(STREAM), piece(&body)],
            ProviderFault::Cut,
        ),
        (
            "bad JSON in the stream",
            vec![
                Act::Head(STREAM),
                Act::Say("data: {\"choi\n\n".into()),
                done(),
            ],
            ProviderFault::Nonsense,
        ),
        (
            "bad JSON in the answer",
            vec![
                Act::Head(STREAM),
                piece("{\"action\": \"reply\", \"rep"),
                done(),
            ],
            ProviderFault::Nonsense,
        ),
        (
            "thoughts alone",
            vec![Act::Head(STREAM), thought("I think about it"), done()],
            ProviderFault::Nonsense,
        ),
        (
            "an unclosed thought",
            vec![Act::Head(STREAM), piece("<think>so the customer"), done()],
            ProviderFault::Nonsense,
        ),
        (
            "nothing",
            vec![Act::Head(STREAM), done()],
            ProviderFault::Nonsense,
        ),
        (
            "slow drip",
            vec![Act::Head(STREAM), piece("{\"act"), Act::Hang],
            ProviderFault::Slow,
        ),
        ("silence", vec![Act::Hang], ProviderFault::Slow),
        (
            "401",
            vec![Act::Head(
                "HTTP/1.1 401 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            )],
            ProviderFault::KeyRefused,
        ),
        (
            "404",
            vec![
                Act::Head("HTTP/1.1 404 No\r\nconnection: close\r\n\r\n"),
                Act::Say("{\"error\":{\"message\":\"model 'small' not found\"}}".into()),
            ],
            ProviderFault::ModelUnknown,
        ),
        (
            "404 of another kind of server",
            vec![Act::Head(
                "HTTP/1.1 404 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            )],
            ProviderFault::AddressUnknown,
        ),
        (
            "429",
            vec![Act::Head(
                "HTTP/1.1 429 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            )],
            ProviderFault::Quota,
        ),
        (
            "500",
            vec![Act::Head(
                "HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            )],
            ProviderFault::Unreachable,
        ),
    ];
    for (name, acts, fault) in cases {
        let (base, _) = server(acts).await;
        let verdict = write(&base, QUESTION, &auto()).await.verdict;
        assert_eq!(verdict.endpoint_fault, Some(fault), "{name}");
        assert_ne!(verdict.outcome, Outcome::Countdown, "{name}");
        assert!(verdict.reasons.contains(&Reason::EndpointFailed), "{name}");
        let draft = verdict.draft.unwrap();
        assert_eq!(draft.engine, Engine::Embedded, "{name}");
        assert_eq!(draft.text, "Shipping costs 50 TL.", "{name}");
    }
}

#[tokio::test]
async fn what_came_whole_but_is_no_good_reply_stays_a_draft() {
    let cases = [
        (
            "wrong language",
            answer("Die Lieferung kostet 50 TL und dauert nicht lange."),
            Reason::LanguageWrong,
        ),
        (
            "5,000 bytes",
            answer(&"Shipping costs 50 TL. ".repeat(230)),
            Reason::TooLong,
        ),
        (
            "another price",
            answer("Shipping costs 5 TL."),
            Reason::FigureUnfounded,
        ),
        (
            "another currency",
            answer("Shipping costs 50 EUR."),
            Reason::FigureUnfounded,
        ),
        (
            "plain text",
            "Shipping costs 50 TL.".to_owned(),
            Reason::ModelUnsure,
        ),
    ];
    for (name, content, reason) in cases {
        let (base, _) = server(vec![Act::Head(STREAM), piece(&content), done()]).await;
        let verdict = write(&base, QUESTION, &auto()).await.verdict;
        assert_ne!(verdict.outcome, Outcome::Countdown, "{name}");
        assert!(
            verdict.reasons.contains(&reason),
            "{name}: {:?}",
            verdict.reasons
        );
        assert_eq!(verdict.endpoint_fault, None, "{name}");
    }
}

#[tokio::test]
async fn an_answer_in_the_place_of_thoughts_and_behind_thoughts_is_read() {
    let body = answer("Shipping costs 50 TL.");
    for acts in [
        vec![Act::Head(STREAM), thought(&body), done()],
        vec![
            Act::Head(STREAM),
            piece(&format!("<think>hm</think>\n```json\n{body}\n```")),
            done(),
        ],
    ] {
        let (base, _) = server(acts).await;
        let verdict = write(&base, QUESTION, &auto()).await.verdict;
        assert_eq!(verdict.outcome, Outcome::Countdown, "{:?}", verdict.reasons);
    }
}

#[tokio::test]
async fn what_is_masked_never_leaves_and_comes_back_in_the_reply() {
    let body = answer("Shipping costs 50 TL.");
    let (base, asked) = server(vec![Act::Head(STREAM), piece(&body), done()]).await;
    let policy = Policy {
        mask: true,
        ..auto()
    };
    let text = "How much is shipping? My number is 0532 123 45 67, mail ayse@example.com";
    let verdict = write(&base, text, &policy).await.verdict;
    let asked = asked.lock().unwrap().join("\n");
    assert!(
        asked.contains("[PHONE_1]") && asked.contains("[EMAIL_1]"),
        "{asked}"
    );
    assert!(
        !asked.contains("0532") && !asked.contains("ayse@"),
        "{asked}"
    );
    let endpoint = verdict.trace.iter().find(|s| s.name == "endpoint").unwrap();
    assert_eq!(endpoint.detail["masked"], json!({ "email": 1, "phone": 1 }));
}

#[tokio::test]
async fn a_server_that_cannot_stream_answers_in_one_piece() {
    let body = json!({ "choices": [{ "message": { "content": answer("Shipping costs 50 TL.") } }],
                       "usage": { "prompt_tokens": 70, "completion_tokens": 30 } })
    .to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
    let (base, _) = server(vec![Act::Head(head), Act::Say(body)]).await;
    let told = write(&base, QUESTION, &auto()).await;
    assert_eq!(told.verdict.outcome, Outcome::Countdown);
    let usage = told.verdict.usage;
    assert_eq!((usage.tokens_in, usage.tokens_out), (70, 30));
}

#[tokio::test]
async fn what_was_probed_is_not_probed_again() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
    let body = json!({ "choices": [{ "message": { "content": "{\"ok\":true}" } }] }).to_string();
    let (base, asked) = server(vec![Act::Head(head), Act::Say(body)]).await;
    let endpoint = Endpoint::new(&base, "small", None, Duration::from_secs(5)).unwrap();
    assert_eq!(
        endpoint.probe().await.unwrap().capabilities.format(),
        "json_schema"
    );
    let known = endpoint.with_capabilities(Capabilities(2));
    assert_eq!(known.capabilities().format(), "plain");
    known.complete(&Prompt::probe()).await.unwrap();
    let asked = asked.lock().unwrap();
    assert!(asked[0].contains("json_schema") && !asked[1].contains("response_format"));
}
