//! One run: a shop with many customers, an owner who writes, and a machine that dies all the time.

use crate::program::{Place, Program};
use crate::{Fault, Tally};
use graph_sim::Sim;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// The named points of the send path, in their order.
const POINTS: [&str; 5] = [
    "before_sending",
    "sending_on_disk",
    "call_ended",
    "outcome_on_disk",
    "sent_on_disk",
];
/// How many messages the owner sends before each kill.
const EACH: usize = 4;
/// How many messages are tried until one reaches a named point.
const PRESSES: u32 = 10;
/// A kill comes at any time up to this after the first press.
const LATEST: Duration = Duration::from_millis(260);
/// The looks for the last message take two and a half minutes.
const SETTLING: Duration = Duration::from_secs(400);

/// What the owner wants, and what became of it.
struct Story {
    sim: Sim,
    place: Place,
    chance: StdRng,
    conversations: Vec<String>,
    pressed: u64,
    /// Messages that the program said it has, with their conversations, in order.
    accepted: Vec<(String, String)>,
    asked: BTreeSet<String>,
    /// What was open when the kills ended: each waits for a look, or for the owner's decision about
    /// one before it, and what was written later may have overtaken it.
    waited: BTreeSet<String>,
    tally: Tally,
}

/// Kills the program so often, and gives the count.
pub(crate) async fn run(
    program: &Path,
    kills: u32,
    points: u32,
    seed: u64,
) -> Result<Tally, Fault> {
    let folder = tempfile::tempdir()?;
    let customers = (kills / 3).clamp(30, 400);
    let sim = Sim::start().await;
    for n in 0..customers {
        sim.customer(&format!("customer.{n}")).writes("Merhaba");
    }
    let place = Place {
        program: program.to_owned(),
        data: folder.path().join("data"),
        platform: sim.url().to_owned(),
    };
    let first = place.start().await?;
    first.connect(&sim).await?;
    let conversations = first.conversations().await?;
    first.kill().await?;
    let mut story = Story {
        sim,
        place,
        chance: StdRng::seed_from_u64(seed),
        conversations,
        pressed: 0,
        accepted: Vec::new(),
        asked: BTreeSet::new(),
        waited: BTreeSet::new(),
        tally: Tally::default(),
    };
    let began = Instant::now();
    for round in 1..=kills {
        story.kill_at_a_random_moment().await?;
        if round % 50 == 0 {
            say(&format!(
                "{round} of {kills} kills, {} s",
                began.elapsed().as_secs()
            ));
        }
    }
    for point in POINTS {
        for _ in 0..points {
            story.kill_at(point).await?;
        }
        say(&format!("{points} kills at {point}"));
    }
    story.settle().await?;
    story.judge();
    Ok(story.tally)
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

impl Story {
    /// A conversation, and words that nobody has used yet.
    fn wish(&mut self) -> (String, String) {
        self.pressed += 1;
        let at = self.chance.random_range(0..self.conversations.len());
        let conversation = self.conversations.get(at).cloned().unwrap_or_default();
        (conversation, format!("message {}", self.pressed))
    }

    async fn press(&mut self, program: &Program) -> Result<(), Fault> {
        let (conversation, text) = self.wish();
        let args = json!({ "conversationId": conversation, "text": text, "clientId": text });
        if program.try_call("message_send", &args).await?.is_some() {
            self.accepted.push((conversation, text));
        }
        Ok(())
    }

    /// One of the faults that Instagram is known for, now and then.
    fn trouble(&mut self) {
        let sends = self.sim.send_message();
        match self.chance.random_range(0..20) {
            0 => sends.fails_after_delivery().once(),
            1 => sends.fails_before_delivery().once(),
            2 => sends.closes_after_delivery().once(),
            3 => sends.answers_truncated_json().once(),
            4..8 => sends.slow(Duration::from_millis(60)).times(2),
            _ => {}
        }
    }

    async fn kill_at_a_random_moment(&mut self) -> Result<(), Fault> {
        self.trouble();
        let program = self.place.start().await?;
        let end = Instant::now() + self.chance.random_range(Duration::ZERO..LATEST);
        for _ in 0..EACH {
            if Instant::now() < end {
                self.press(&program).await?;
            }
        }
        tokio::time::sleep_until(end.into()).await;
        program.kill().await?;
        self.tally.kills += 1;
        Ok(())
    }

    async fn kill_at(&mut self, point: &str) -> Result<(), Fault> {
        // A fault that an earlier life did not meet would keep this one from the point.
        self.sim.clear_faults();
        let Some(mut program) = self.place.start_until(Some(point)).await? else {
            self.tally.kills += 1;
            return Ok(());
        };
        // What an earlier kill left over may reach the point before a press does, and may also
        // stand in the way of it: then somebody else is written to.
        for _ in 0..PRESSES {
            self.press(&program).await?;
            if program.has_ended(Duration::from_secs(4)).await? {
                self.tally.kills += 1;
                return Ok(());
            }
        }
        program.kill().await?;
        Err(format!("it never came to the point {point}").into())
    }

    /// Lets the program work in peace until nothing is open. This owner always sends again.
    async fn settle(&mut self) -> Result<(), Fault> {
        self.sim.clear_faults();
        let program = self.place.start().await?;
        let end = Instant::now() + SETTLING;
        for item in program.outbox().await? {
            let text = item.get("text").and_then(Value::as_str);
            self.waited.extend(text.map(str::to_owned));
        }
        loop {
            let open = program.outbox().await?;
            if open.is_empty() || Instant::now() > end {
                program.kill().await?;
                return Ok(());
            }
            for item in open {
                let text = |name: &str| item.get(name).and_then(Value::as_str);
                let decides = item.pointer("/sending/asked") == Some(&Value::Bool(true))
                    || text("state") == Some("failed");
                if let (true, Some(id)) = (decides, text("id")) {
                    self.asked
                        .insert(text("text").unwrap_or_default().to_owned());
                    program.call("outbox_retry", json!({ "id": id })).await?;
                }
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Compares what was promised with what was delivered.
    fn judge(&mut self) {
        let delivered: Vec<String> = self.sim.ledger().into_iter().map(|d| d.text).collect();
        let mut times: BTreeMap<&str, u64> = BTreeMap::new();
        for text in &delivered {
            *times.entry(text).or_default() += 1;
        }
        let place: BTreeMap<&str, usize> = delivered.iter().map(String::as_str).zip(0..).collect();
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (conversation, text) in &self.accepted {
            if !times.contains_key(text.as_str()) {
                say(&format!("lost: {text}"));
                self.tally.lost += 1;
            }
            // What the owner sent again after being asked has a new place, and what waited for that
            // decision comes after it.
            let is_late = self.asked.contains(text) || self.waited.contains(text);
            if let (Some(at), false) = (place.get(text.as_str()), is_late) {
                let before = last.insert(conversation, *at);
                self.tally.disordered += u64::from(before.is_some_and(|before| before > *at));
            }
        }
        self.tally.doubled = u64::try_from(times.values().filter(|n| **n > 1).count()).unwrap_or(0);
        self.tally.accepted = u64::try_from(self.accepted.len()).unwrap_or(0);
        self.tally.asked = u64::try_from(self.asked.len()).unwrap_or(0);
    }
}
