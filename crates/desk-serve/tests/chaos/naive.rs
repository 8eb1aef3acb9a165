//! The comparison: a client as many are written. It notes what it has to send, sends it, repeats
//! until it is acknowledged, and after a crash begins with whatever is not acknowledged yet.

use crate::{Fault, Tally};
use graph_sim::Sim;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// What it sends with.
struct Client {
    http: reqwest::Client,
    address: String,
    token: String,
    to: String,
}

impl Client {
    /// One call; whether it was acknowledged.
    async fn send(&self, text: &str) -> bool {
        let body = json!({ "recipient": { "id": self.to }, "message": { "text": text } });
        let call = self.http.post(&self.address).bearer_auth(&self.token);
        let Ok(answer) = call.json(&body).send().await else {
            return false;
        };
        let answer: Value = answer.json().await.unwrap_or_default();
        answer.get("message_id").is_some()
    }
}

/// Runs it under the same faults, with as many messages and as many kills.
pub(crate) async fn run(kills: u64, messages: u64, seed: u64) -> Result<Tally, Fault> {
    let sim = Sim::start().await;
    let customer = sim.customer("customer");
    customer.writes("Merhaba");
    let client = Client {
        http: reqwest::Client::new(),
        address: format!("{}/v25.0/{}/messages", sim.url(), sim.user_id()),
        token: sim.token(),
        to: customer.igsid().to_owned(),
    };
    let mut chance = StdRng::seed_from_u64(seed);
    let mut tally = Tally {
        accepted: messages,
        ..Tally::default()
    };
    for n in 0..messages {
        let sends = sim.send_message();
        // One fault in twenty starts and four messages a start, as in the other run.
        match chance.random_range(0..80) {
            0 => sends.fails_after_delivery().once(),
            1 => sends.fails_before_delivery().once(),
            2 => sends.closes_after_delivery().once(),
            3 => sends.answers_truncated_json().once(),
            _ => {}
        }
        let text = format!("message {n}");
        loop {
            let call = client.send(&text);
            let killed = tally.kills < kills && chance.random_range(0..messages) < kills;
            let answer = if killed {
                tally.kills += 1;
                let life = Duration::from_micros(chance.random_range(0..3_000));
                tokio::time::timeout(life, call).await.ok()
            } else {
                Some(call.await)
            };
            if answer == Some(true) {
                break;
            }
        }
    }
    let mut times: BTreeMap<String, u64> = BTreeMap::new();
    for delivery in sim.ledger() {
        *times.entry(delivery.text).or_default() += 1;
    }
    let delivered = u64::try_from(times.len()).unwrap_or(0);
    tally.lost = messages.saturating_sub(delivered);
    tally.doubled = u64::try_from(times.values().filter(|n| **n > 1).count()).unwrap_or(0);
    Ok(tally)
}
