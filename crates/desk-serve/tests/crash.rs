//! The real program is killed, at named points of the send path and at odd moments, and started
//! again. The judge is the simulator's ledger: nothing lost, nothing sent twice.

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
use std::collections::BTreeMap;
use std::time::Duration;

/// How often the program is killed at an odd moment.
const KILLS: u32 = 12;

fn counts(sim: &Sim) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for delivery in sim.ledger() {
        *counts.entry(delivery.text).or_default() += 1;
    }
    counts
}

/// How long the last run may work before the ledger is read. Not all is settled then: what was
/// under way when the program was killed is looked up for two and a half minutes.
const LAST_RUN: Duration = Duration::from_secs(15);

/// Lets the program work, and gives what its outbox still holds.
async fn left_open(program: &Program) -> Vec<serde_json::Value> {
    let outbox = async |p: &Program| {
        let open = p.call("outbox_list", json!({})).await;
        open.as_array().cloned().unwrap_or_default()
    };
    program
        .until_or_for(LAST_RUN, async |p| outbox(p).await.is_empty())
        .await;
    outbox(program).await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_point_of_the_send_path() {
    for (point, delivered) in [
        ("sending_on_disk", 0),
        ("call_ended", 1),
        ("sent_on_disk", 1),
    ] {
        let sim = Sim::start().await;
        sim.customer("ayse.k").writes("Merhaba");
        let data = tempfile::tempdir().unwrap();
        let mut program =
            Program::start_with(&sim, data.path(), &[("REPLYDESK_FAIL_POINT", point)]).await;
        program.connect(&sim).await;
        let id = program.first_conversation().await;
        let sent = json!({ "conversationId": id, "text": "Kargo 90 TL", "clientId": "1" });
        program.call_to_the_end("message_send", sent).await;
        program.has_ended().await;
        assert_eq!(sim.ledger().len(), delivered, "{point}");

        let program = Program::start(&sim, data.path()).await;
        if delivered == 0 {
            // Nobody can know that it was not delivered: it is looked up, and then the owner is asked.
            program
                .until("it is being looked up", async |p| {
                    let open = p.call("outbox_list", json!({})).await;
                    open[0]["state"] == "unconfirmed"
                })
                .await;
            assert_eq!(sim.ledger().len(), 0, "{point}: it is not sent blindly");
        } else {
            program
                .until("it is found", async |p| {
                    p.call("outbox_list", json!({})).await == json!([])
                })
                .await;
            let view = program
                .call(
                    "conversation_open",
                    json!({ "conversationId": id, "limit": 10 }),
                )
                .await;
            assert_eq!(view["messages"].as_array().unwrap().len(), 2, "{point}");
            assert_eq!(view["messages"][1]["state"], "sent", "{point}");
            assert_eq!(sim.ledger().len(), 1, "{point}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_odd_moments() {
    let sim = Sim::start().await;
    for n in 0..4 {
        sim.customer(&format!("customer.{n}")).writes("Merhaba");
    }
    let data = tempfile::tempdir().unwrap();
    let mut wanted = Vec::new();
    let mut program = Program::start(&sim, data.path()).await;
    program.connect(&sim).await;
    let ids = program.conversations().await;
    for kill in 0..KILLS {
        for (n, id) in ids.iter().enumerate() {
            let text = format!("reply {kill}-{n}");
            let args = json!({ "conversationId": id, "text": text, "clientId": text });
            if program
                .call_to_the_end("message_send", args)
                .await
                .is_some()
            {
                wanted.push(text);
            }
        }
        // A different point of the work each time, without a clock: so many calls have been made.
        let reached = sim.calls().len() + usize::try_from(kill % 7).unwrap();
        program
            .until_or_for(
                Duration::from_millis(40 + 13 * u64::from(kill)),
                async |_| sim.calls().len() >= reached,
            )
            .await;
        program.kill().await;
        program = Program::start(&sim, data.path()).await;
    }
    let left = left_open(&program).await;
    let counts = counts(&sim);
    for text in &wanted {
        let times = counts.get(text).copied().unwrap_or(0);
        let is_open = left.iter().any(|i| i["text"] == *text);
        assert!(times <= 1, "{text} was sent {times} times");
        assert!(
            times == 1 || is_open,
            "{text} was lost: neither sent nor in the outbox"
        );
    }
    assert_eq!(wanted.len(), usize::try_from(KILLS).unwrap() * ids.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_it_in_good_order() {
    let sim = Sim::start().await;
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(&sim, data.path()).await;
    assert_eq!(program.terminate().await, Some(0));
    let again = Program::start(&sim, data.path()).await;
    again.call("app_state", json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_says_tells_no_secret_and_no_message() {
    let sim = Sim::start().await;
    let secret_text = "MARKED-MESSAGE-7141";
    sim.customer("marked.person").writes(secret_text);
    sim.send_message().fails_before_delivery().once();
    let data = tempfile::tempdir().unwrap();
    let program = Program::start_with(&sim, data.path(), &[("REPLYDESK_LOG", "trace")]).await;
    program.connect(&sim).await;
    let id = program.first_conversation().await;
    let sent = json!({ "conversationId": id, "text": "MARKED-REPLY-7142", "clientId": "1" });
    program.call("message_send", sent).await;
    program
        .until("its outcome is unclear", async |p| {
            p.call("outbox_list", json!({})).await[0]["state"] == "unconfirmed"
        })
        .await;
    let token = sim.token();
    let said = program.log();
    assert!(
        said.contains("a send did not succeed"),
        "the log says something at all"
    );
    let ours: String = said
        .lines()
        .filter(|l| !l.contains("hyper"))
        .collect::<Vec<_>>()
        .join("\n");
    for marked in [
        secret_text,
        "MARKED-REPLY-7142",
        "marked.person",
        token.as_str(),
        "Bearer IGAA",
    ] {
        assert!(!ours.contains(marked), "the log holds {marked}");
    }
}
