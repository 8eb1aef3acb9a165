//! Deliveries of events to the app: what happened is written as the platform writes it, signed, and
//! posted to the callback until it answers 200. Written from the reference alone.

pub(crate) mod payload;
mod post;
mod wire;

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::clock::plus_seconds;
use crate::server::Shared;
use crate::sim::Sim;
use crate::state::World;

/// Which of the app's two secrets signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signer {
    /// The secret of the Instagram product.
    #[default]
    Instagram,
    /// The secret of the Meta app.
    Meta,
}

/// How the next deliveries look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) signer: Signer,
    /// A list around the object.
    pub(crate) as_list: bool,
    /// `changes` instead of `messaging`.
    pub(crate) as_changes: bool,
    /// Another app owns the thread.
    pub(crate) standby: bool,
}

/// Where deliveries go, and what waits to be delivered.
#[derive(Debug, Default)]
pub(crate) struct Outlet {
    pub(crate) callback: Option<String>,
    pub(crate) form: Form,
    /// One event each, oldest first.
    pub(crate) waiting: VecDeque<Value>,
    /// Bodies as they were delivered and accepted.
    pub(crate) delivered: Vec<String>,
    /// Answers of the callback that were not 200.
    pub(crate) refused: Vec<u16>,
}

/// What became of a check of the callback or of deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It answered as it should.
    Accepted,
    /// It answered otherwise: the status, or 0 when there was no answer.
    Refused(u16),
}

/// The webhooks of the app, as tests move them.
#[derive(Debug)]
pub struct Webhooks<'s> {
    sim: &'s Sim,
}

impl Sim {
    /// The app's webhooks.
    #[must_use]
    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks { sim: self }
    }

    /// The secret of the Meta app, which is not that of the Instagram product.
    #[must_use]
    pub fn meta_secret(&self) -> String {
        self.world().app.meta_secret.clone()
    }
}

impl Webhooks<'_> {
    /// Enters a callback at the dashboard: it has to repeat the challenge. From then on what happens
    /// waits to be delivered.
    pub async fn subscribe(&self, callback: &str, verify_token: &str) -> Answer {
        let challenge = self.sim.world().ids.between(100_000_000, 1_999_999_999);
        let answer = post::check(callback, verify_token, &challenge.to_string()).await;
        if answer == Answer::Accepted {
            self.sim.world().webhooks.callback = Some(callback.to_owned());
        }
        answer
    }

    /// Signs with another secret.
    pub fn signed_by(&self, signer: Signer) -> &Self {
        self.sim.world().webhooks.form.signer = signer;
        self
    }

    /// Puts a list around each delivery, or no longer.
    pub fn as_list(&self, yes: bool) -> &Self {
        self.sim.world().webhooks.form.as_list = yes;
        self
    }

    /// Writes `changes` with a field and a value instead of `messaging`, or no longer.
    pub fn as_changes(&self, yes: bool) -> &Self {
        self.sim.world().webhooks.form.as_changes = yes;
        self
    }

    /// Another app owns the thread: events come as `standby`, or no longer.
    pub fn in_standby(&self, yes: bool) -> &Self {
        self.sim.world().webhooks.form.standby = yes;
        self
    }

    /// How many events wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.sim.world().webhooks.waiting.len()
    }

    /// Throws away what waits, as the platform does in the end.
    pub fn drop_waiting(&self) -> usize {
        std::mem::take(&mut self.sim.world().webhooks.waiting).len()
    }

    /// Turns the order of what waits around.
    pub fn reverse_waiting(&self) {
        let mut world = self.sim.world();
        let turned = std::mem::take(&mut world.webhooks.waiting)
            .into_iter()
            .rev()
            .collect();
        world.webhooks.waiting = turned;
    }

    /// Delivers what waits, each event by itself, in order; stops at the first refusal.
    pub async fn deliver(&self) -> Answer {
        self.deliver_in(1).await
    }

    /// Delivers what waits, up to `size` events in one post; stops at the first refusal, and what
    /// was refused goes on waiting.
    pub async fn deliver_in(&self, size: usize) -> Answer {
        loop {
            let (batch, callback, body, secret) = {
                let mut world = self.sim.world();
                let size = size.clamp(1, 1000).min(world.webhooks.waiting.len());
                let batch: Vec<Value> = world.webhooks.waiting.drain(..size).collect();
                let Some(callback) = world.webhooks.callback.clone().filter(|_| size > 0) else {
                    return Answer::Accepted;
                };
                let body = wire::written(&payload::envelope(&world, &batch));
                (batch, callback, body, secret(&world))
            };
            let answer = post::deliver(&callback, &body, &secret).await;
            let mut world = self.sim.world();
            match answer {
                Answer::Accepted => world.webhooks.delivered.push(body),
                Answer::Refused(status) => {
                    world.webhooks.refused.push(status);
                    for event in batch.into_iter().rev() {
                        world.webhooks.waiting.push_front(event);
                    }
                    return answer;
                }
            }
        }
    }

    /// Delivers everything that was ever accepted once more.
    pub async fn repeat(&self) -> Answer {
        let (callback, bodies, secret) = {
            let world = self.sim.world();
            let bodies = world.webhooks.delivered.clone();
            (world.webhooks.callback.clone(), bodies, secret(&world))
        };
        for body in bodies {
            let callback = callback.clone().unwrap_or_default();
            let answer = post::deliver(&callback, &body, &secret).await;
            if answer != Answer::Accepted {
                return answer;
            }
        }
        Answer::Accepted
    }

    /// Posts any body, signed as everything else: for what no simulator thinks of.
    pub async fn post_raw(&self, body: &str) -> Answer {
        let (callback, secret) = {
            let world = self.sim.world();
            (world.webhooks.callback.clone(), secret(&world))
        };
        post::deliver(&callback.unwrap_or_default(), body, &secret).await
    }

    /// Posts a body that somebody else signed.
    pub async fn post_forged(&self, body: &str) -> Answer {
        let callback = self.sim.world().webhooks.callback.clone();
        post::deliver(&callback.unwrap_or_default(), body, "not the secret").await
    }

    /// Presses "Test" at the dashboard.
    pub async fn test(&self) -> Answer {
        let body = wire::written(&json!({
            "object": "instagram",
            "entry": [{ "id": "0", "time": 1_769_000_000, "changes": [{
                "field": "messages",
                "value": {
                    "sender": { "id": "12334" }, "recipient": { "id": "23245" },
                    "timestamp": "1527459824",
                    "message": { "mid": "random_mid", "text": "random_text" },
                },
            }] }],
        }));
        self.post_raw(&body).await
    }

    /// Somebody comments under a post; in the form of the documents or in the real one.
    pub async fn comment(&self, text: &str, documented: bool) -> Answer {
        let body = {
            let mut world = self.sim.world();
            payload::comment(&mut world, text, documented)
        };
        self.post_raw(&body).await
    }
}

fn secret(world: &World) -> String {
    match world.webhooks.form.signer {
        Signer::Instagram => world.app.secret.clone(),
        Signer::Meta => world.app.meta_secret.clone(),
    }
}

/// Delivers what waits, over and over, for programs without a test that does it by hand: at once,
/// and again after a refusal with growing waits.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut wait = 1;
    loop {
        tokio::select! {
            () = shared.stopped() => return,
            () = tokio::time::sleep(std::time::Duration::from_secs(wait)) => {}
        }
        let next = {
            let mut world = shared.world();
            let callback = world.webhooks.callback.clone();
            let event = callback
                .is_some()
                .then(|| world.webhooks.waiting.pop_front());
            event.flatten().zip(callback).map(|(event, callback)| {
                let body = wire::written(&payload::envelope(&world, std::slice::from_ref(&event)));
                (event, callback, body, secret(&world))
            })
        };
        let Some((event, callback, body, secret)) = next else {
            wait = 1;
            continue;
        };
        match post::deliver(&callback, &body, &secret).await {
            Answer::Accepted => {
                wait = 1;
                shared.world().webhooks.delivered.push(body);
            }
            Answer::Refused(status) => {
                wait = (wait * 2).min(60);
                let mut world = shared.world();
                world.webhooks.refused.push(status);
                world.webhooks.waiting.push_front(event);
            }
        }
    }
}

impl World {
    /// Lets an event wait, while there is a callback.
    pub(crate) fn tell(&mut self, event: Option<Value>) {
        if let Some(event) = event.filter(|_| self.webhooks.callback.is_some()) {
            self.webhooks.waiting.push_back(event);
        }
    }

    /// The time as events carry it, a little after the moment itself.
    pub(crate) fn event_time(&self) -> i64 {
        plus_seconds(self.clock.now(), 0).timestamp_millis() + 311
    }
}
