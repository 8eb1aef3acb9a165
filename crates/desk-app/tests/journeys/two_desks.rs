//! Two ReplyDesks that write to each other: each is the other's customer, and neither may go on.

use crate::world::{QUIET, World};
use desk_app::dto::AiSettingsChange;
use desk_app::{ConversationId, ReplyMode};
use desk_core::{Outcome, SendState};
use graph_sim::Customer;
use std::time::Duration;

const COUNTDOWN: Duration = Duration::from_secs(46);

/// Each answer asks what the other side has the next answer to, so that nothing is said twice.
const TALK: [&str; 10] = [
    "What do you sell in your shop?",
    "How much is shipping to Ankara?",
    "When are you open on weekdays?",
    "Which sizes do the bowls come in?",
    "Where can I find your workshop?",
    "Are the plates safe in an oven?",
    "Do you wrap presents as well?",
    "Can a vase be repaired by you?",
    "Who paints all of the tiles?",
    "How do I wash a painted cup?",
];

struct Side {
    world: World,
    other: Customer,
    id: ConversationId,
    passed_on: usize,
}

async fn side(name: &str, disclosure: bool) -> Side {
    let world = World::connected().await;
    for pair in TALK.windows(2) {
        if let [asked, answer] = pair {
            world.knows(&[asked], answer, "en").await;
        }
    }
    let change = AiSettingsChange {
        disclosure: Some(disclosure),
        ..AiSettingsChange::default()
    };
    world.desk.ai_settings_set(change).await.unwrap();
    let other = world.sim.customer(name);
    let (id, _) = world.drafted(&other, "hello").await;
    world
        .desk
        .auto_reply_set(id, ReplyMode::Auto)
        .await
        .unwrap();
    Side {
        world,
        other,
        id,
        passed_on: 0,
    }
}

impl Side {
    /// What this desk has sent since the last time.
    fn said(&mut self) -> Vec<String> {
        let new = self.world.delivered().split_off(self.passed_on);
        self.passed_on += new.len();
        new
    }

    /// The other desk's words arrive; what comes of them goes out, if it does.
    async fn hears(&self, words: &[String]) {
        for text in words {
            self.other.writes(text);
        }
        self.world.poll().await;
        let draft = self.world.draft_of(self.id).await;
        if draft.outcome == Outcome::Countdown {
            self.world.advance(COUNTDOWN);
            self.world.until_state(self.id, SendState::Sent).await;
        }
    }

    fn waits(&self) {
        self.world.advance(QUIET + COUNTDOWN);
    }
}

/// Lets them talk until nobody says anything more; how often each spoke.
async fn talk(disclosure: bool) -> [usize; 2] {
    let mut sides = [
        side("their.shop", disclosure).await,
        side("our.shop", disclosure).await,
    ];
    sides[0].hears(&[TALK[0].to_owned()]).await;
    sides[1].waits();
    for turn in 0..12 {
        let (from, to) = (turn % 2, (turn + 1) % 2);
        let words = sides[from].said();
        if words.is_empty() {
            break;
        }
        sides[to].hears(&words).await;
        sides[from].waits();
    }
    sides.each_ref().map(|s| s.world.delivered().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_that_say_what_they_are_stop_at_once() {
    let sent = talk(true).await;
    assert_eq!(sent, [1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_that_do_not_say_it_stop_within_three_sends_each() {
    let sent = talk(false).await;
    assert!(sent[0] >= 1, "nobody began: {sent:?}");
    assert!(sent.iter().all(|n| *n <= 3), "{sent:?}");
}
