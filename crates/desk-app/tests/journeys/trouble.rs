//! Trouble in the middle of things: the disk takes no more, another program holds the file, a token
//! dies between two calls, the list moves while it is read.

use crate::world::World;
use desk_app::{Code, ConversationId};
use desk_core::message::Health;
use desk_core::{Direction, SendState};
use desk_store::Connection;
use graph_sim::{Customer, Endpoint};
use std::time::Duration;

const S: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// The same file, from outside.
fn outside(world: &World) -> Connection {
    Connection::open(world.data.path().join("replydesk.db")).unwrap()
}

/// From now on the file refuses to note a state of the outbox.
fn refuse(db: &Connection, when: &str) {
    db.execute_batch(&format!(
        "CREATE TRIGGER trouble BEFORE UPDATE ON outbox WHEN {when}
         BEGIN SELECT RAISE(ABORT, 'no'); END"
    ))
    .unwrap();
}

fn take(db: &Connection) {
    db.execute_batch("DROP TRIGGER trouble").unwrap();
}

async fn send(world: &World, id: ConversationId, text: &str) {
    let sent = world.desk.message_send(id, text.into(), text.into()).await;
    sent.unwrap();
}

async fn until_delivered(world: &World, count: usize) {
    world
        .until(&format!("{count} were delivered"), async |_| {
            world.delivered().len() == count
        })
        .await;
}

async fn states(world: &World, id: ConversationId) -> Vec<SendState> {
    use desk_app::dto::MessageState::Outgoing;
    let messages = world.messages(id).await.into_iter();
    let states = messages.filter_map(|m| match m.state {
        Outgoing(state) => Some(state),
        _ => None,
    });
    states.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_the_disk_does_not_take_is_kept_until_it_does() {
    let world = World::connected().await;
    let (ayse, tom) = (world.sim.customer("ayse.k"), world.sim.customer("tom.h"));
    let id = world.receives(&ayse, "Merhaba").await;
    let with_tom = world.receives(&tom, "hello").await;
    let db = outside(&world);
    refuse(&db, "NEW.state = 'sent' AND NEW.text = 'first'");
    send(&world, id, "first").await;
    send(&world, id, "second").await;
    until_delivered(&world, 1).await;
    send(&world, with_tom, "hello Tom").await;
    world.until_state(with_tom, SendState::Sent).await;
    for _ in 0..5 {
        world.advance(11 * S);
        world.poll().await;
    }
    assert_eq!(world.delivered(), ["first", "hello Tom"], "order is kept");
    assert_eq!(
        states(&world, id).await,
        [SendState::Sending, SendState::Queued]
    );
    take(&db);
    world.advance(11 * S);
    until_delivered(&world, 3).await;
    world.until_state(id, SendState::Sent).await;
    assert_eq!(states(&world, id).await, [SendState::Sent, SendState::Sent]);
    assert_eq!(world.delivered(), ["first", "hello Tom", "second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_was_never_stored_is_found_after_a_restart() {
    let mut world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let db = outside(&world);
    refuse(&db, "NEW.state = 'sent'");
    send(&world, id, "Kargo 90 TL").await;
    until_delivered(&world, 1).await;
    world.desk.shutdown().await;
    take(&db);
    drop(db);
    world.restart().await;
    world.advance(4 * S);
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["Kargo 90 TL"], "once");
    assert_eq!(world.messages(id).await.len(), 2, "its echo is no second");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_begun_makes_no_call_rests_and_holds_up_nobody() {
    let world = World::connected().await;
    let (ayse, tom) = (world.sim.customer("ayse.k"), world.sim.customer("tom.h"));
    let id = world.receives(&ayse, "Merhaba").await;
    let with_tom = world.receives(&tom, "hello").await;
    let db = outside(&world);
    refuse(&db, "NEW.state = 'sending' AND NEW.text = 'stuck'");
    send(&world, id, "stuck").await;
    send(&world, with_tom, "one").await;
    until_delivered(&world, 1).await;
    take(&db);
    send(&world, with_tom, "two").await;
    until_delivered(&world, 2).await;
    assert_eq!(world.delivered(), ["one", "two"], "it rests");
    world.advance(11 * S);
    until_delivered(&world, 3).await;
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.sim.calls_at(Endpoint::SendMessage), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_program_holds_the_file_nothing_is_promised_and_nothing_sent() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let db = outside(&world);
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = world.desk.message_send(id, "90 TL".into(), "1".into());
    assert_eq!(refused.await.unwrap_err().code, Code::DataLocked);
    assert_eq!(world.messages(id).await.len(), 1, "reading goes on");
    db.execute_batch("ROLLBACK").unwrap();
    let again = world.desk.message_send(id, "90 TL".into(), "1".into());
    again.await.unwrap();
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["90 TL"]);
    ayse.writes("Teşekkürler");
    world.poll().await;
    assert_eq!(world.messages(id).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_dies_between_two_parts_holds_the_rest_until_the_account_is_back() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let text = "Bu cümle yeterince uzun olsun diye yazıldı. ".repeat(50);
    let preview = world.desk.message_split(text.clone()).await.unwrap();
    let parts: Vec<String> = preview.parts.into_iter().map(|part| part.text).collect();
    assert_eq!(parts.len(), 3);
    let dead = serde_json::json!({ "error": {
        "message": "Error validating access token: the session has been invalidated",
        "type": "OAuthException", "code": 190, "error_subcode": 460,
    }});
    world.sim.send_message().slow(Duration::ZERO).once();
    world.sim.send_message().answers(400, dead).always();
    let sent = world.desk.message_send(id, text, "1".into()).await;
    sent.unwrap();
    until_delivered(&world, 1).await;
    world
        .until("the second part is held", async |_| {
            states(&world, id).await.contains(&SendState::Retrying)
        })
        .await;
    let account = world.desk.account_list().await.unwrap().remove(0);
    assert_eq!(account.sending, Health::Broken);
    let calls = world.sim.calls_at(Endpoint::SendMessage);
    for _ in 0..3 {
        world.advance(HOUR);
        world.poll().await;
    }
    assert_eq!(world.sim.calls_at(Endpoint::SendMessage), calls);
    assert_eq!(
        states(&world, id).await,
        [SendState::Sent, SendState::Retrying, SendState::Queued],
        "held, not failed"
    );
    world.sim.clear_faults();
    world.add_token(&world.sim.token()).await.unwrap();
    until_delivered(&world, 3).await;
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), parts, "in order, each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_revoked_while_it_is_refreshed_is_told_once_and_costs_no_message() {
    let world = World::connected().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    // The refresh is carried out at Instagram, its answer is lost, and then all tokens end.
    world.sim.refresh().closes_after_delivery().once();
    world.advance(26 * HOUR);
    world
        .until("it was refreshed", async |_| {
            world.sim.calls_at(Endpoint::Refresh) == 1
        })
        .await;
    ayse.writes("Orada mısınız?");
    world.poll().await;
    world.sim.revoke_tokens(460);
    ayse.writes("Alo?");
    world.poll().await;
    world
        .until("the account is broken", async |desk| {
            desk.account_list().await.unwrap()[0].fault == Some(Code::TokenInvalid)
        })
        .await;
    send(&world, id, "Buradayız").await;
    world.until_state(id, SendState::Retrying).await;
    // The refresh after the fault meets the dead token, and is not tried for ever.
    for _ in 0..3 {
        world.advance(6 * HOUR);
        world.poll().await;
    }
    assert!(world.sim.calls_at(Endpoint::Refresh) <= 2);
    assert!(world.delivered().is_empty());
    world.add_token(&world.sim.token()).await.unwrap();
    world.until_state(id, SendState::Sent).await;
    assert_eq!(world.delivered(), ["Buradayız"]);
    world.poll().await;
    let texts = world.messages(id).await.into_iter();
    let heard: Vec<String> = texts
        .filter(|m| m.direction == Direction::In)
        .map(|m| m.text)
        .collect();
    assert_eq!(heard, ["Merhaba", "Orada mısınız?", "Alo?"]);
    let account = world.desk.account_list().await.unwrap().remove(0);
    assert_eq!(account.fault, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_moves_while_it_is_read_costs_no_message() {
    let world = World::unconnected().await;
    let customers: Vec<Customer> = (0..70)
        .map(|n| {
            let customer = world.sim.customer(&format!("customer.{n:02}"));
            customer.writes("first");
            world.sim.advance(S);
            customer
        })
        .collect();
    // Between the first and the second page, conversations jump to the top from everywhere: from
    // the page that was read, the one that is next, and the last.
    world.sim.conversations().slow(Duration::ZERO).once();
    world.sim.conversations().fails_before_delivery().once();
    world.connect_without_waiting().await;
    world
        .until("the second page was refused", async |_| {
            world.sim.calls_at(Endpoint::Conversations) >= 2
        })
        .await;
    // The next attempt is planned from here: time that passed before would not bring it nearer.
    world.until_checked().await;
    let movers = [69, 60, 49, 45, 20, 1, 0];
    for n in movers {
        customers[n].writes("again");
        world.sim.advance(S);
    }
    world.advance(5 * S);
    world
        .until("all is there", async |desk| {
            desk.account_list().await.unwrap().iter().all(|a| a.synced)
        })
        .await;
    world.poll().await;
    for (n, customer) in customers.iter().enumerate() {
        let id = world.conversation(customer).await.id;
        let texts: Vec<String> = world
            .messages(id)
            .await
            .into_iter()
            .map(|m| m.text)
            .collect();
        let expected: &[&str] = if movers.contains(&n) {
            &["first", "again"]
        } else {
            &["first"]
        };
        assert_eq!(texts, expected, "{}", customer.username());
    }
}
