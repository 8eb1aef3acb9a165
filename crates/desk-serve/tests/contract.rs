//! The contract of `replydesk-serve` with a caller: address, token, errors, events.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as expected"
)]

mod program;

use graph_sim::Sim;
use program::Program;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn every_command_answers_under_its_name() {
    let sim = Sim::start().await;
    sim.customer("ayse.k")
        .writes("Merhaba, kargo ücreti ne kadar?");
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(&sim, data.path()).await;
    program.connect(&sim).await;
    let entry = json!({ "questions": ["kargo ücreti"], "answer": "90 TL", "lang": "tr", "autoOk": true, "internal": false });
    assert_eq!(program.call("knowledge_add", entry).await["autoOk"], true);
    assert_eq!(
        program
            .call("knowledge_list", json!({}))
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let id = program.first_conversation().await;
    let row = program
        .call(
            "auto_reply_set",
            json!({ "conversationId": id, "mode": "auto" }),
        )
        .await;
    assert_eq!(row["mode"], "auto");
    assert_eq!(
        program.call("ai_pause", json!({ "paused": true })).await["paused"],
        true
    );
    assert_eq!(
        program.call("ai_settings_get", json!({})).await["paused"],
        true
    );
    let hits = program
        .call("search", json!({ "query": "UCRETI", "limit": 5 }))
        .await;
    assert_eq!(hits[0]["conversationId"], id);
    program.call("sync_now", json!({ "accountId": "1" })).await;
    assert!(
        program.call("sync_status", json!({})).await["accounts"][0]["callsTotal"].as_u64()
            > Some(0)
    );
    let view = program
        .call(
            "conversation_open",
            json!({ "conversationId": id, "limit": 10 }),
        )
        .await;
    let message = &view["messages"][0];
    for field in [
        "id",
        "externalId",
        "direction",
        "author",
        "kind",
        "text",
        "sentAt",
        "state",
    ] {
        assert!(message[field].is_string(), "{field}: {message}");
    }
    assert!(message["sentAt"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_token_learns_nothing() {
    let sim = Sim::start().await;
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(&sim, data.path()).await;
    for (token, host) in [
        (None, None),
        (Some("wrong"), None),
        (Some(program.token()), Some("evil.test")),
    ] {
        let status = program.status("app_state", token, host).await;
        assert!(
            status == 401 || status == 421,
            "{token:?} {host:?} got {status}"
        );
    }
    assert_eq!(
        program
            .status("no_such_command", Some(program.token()), None)
            .await,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_come_as_events() {
    let sim = Sim::start().await;
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(&sim, data.path()).await;
    let mut events = program.events().await;
    program.connect(&sim).await;
    let event = events.next_with("\"entity\":\"account\"").await;
    assert!(event.contains("event: changes"), "{event}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_and_a_second_start_are_said_clearly() {
    let sim = Sim::start().await;
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(&sim, data.path()).await;
    let other = tempfile::tempdir().unwrap();
    let taken = Program::fails(&sim, other.path(), &["--port", &program.port()]).await;
    assert!(taken.contains("\"code\":\"port_taken\""), "{taken}");
    let second = Program::fails(&sim, data.path(), &[]).await;
    assert!(second.contains("\"code\":\"already_running\""), "{second}");
}
