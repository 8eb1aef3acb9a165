//! The fault matrix: every way in which HTTP fails, at every call that the engine makes. Each cell has
//! a state that it must lead to, and each ends in order once the fault is gone.

use crate::world::World;
use desk_app::dto::{Account, MessageState};
use desk_app::{Code, ConversationId};
use desk_core::message::Health;
use desk_core::{AttachmentId, Direction, SendState};
use graph_api::Limits;
use graph_sim::{AttachmentKind, Customer, Endpoint, Fault, Wire};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Long enough for an answer on a machine with other work, short enough for answers that never come.
const PATIENT: Duration = Duration::from_secs(2);

/// The longest wait that is believed, in minutes.
const A_DAY: u64 = 24 * 60;

/// One row of the matrix.
#[derive(Clone, Debug)]
struct Row {
    name: &'static str,
    /// `None`: nobody listens at all.
    fault: Option<Fault>,
    /// What the owner is told of a call that read nothing.
    code: Code,
    kind: Kind,
}

/// What a fault tells about the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It surely had no effect.
    NotSent,
    /// It may have had one.
    Unclear,
    /// The token is dead.
    Dead,
    /// Too many calls: not before the minutes have passed.
    Wait(u64),
}

fn row(name: &'static str, fault: Fault, code: Code, kind: Kind) -> Row {
    Row {
        name,
        fault: Some(fault),
        code,
        kind,
    }
}

fn rows() -> Vec<Row> {
    use Code::{
        InstagramFault as Fails, InstagramThrottled as Throttled,
        InstagramUnreachable as Unreachable, InstagramUnreadable as Unreadable, TokenInvalid,
    };
    use Kind::{Dead, NotSent, Unclear, Wait};
    let wire = |wire| Fault::Wire(wire);
    let mut rows = vec![
        Row {
            name: "refused",
            fault: None,
            code: Unreachable,
            kind: NotSent,
        },
        row(
            "reset before the body",
            Fault::ClosesAfterDelivery,
            Unreachable,
            Unclear,
        ),
        row(
            "reset in the body",
            wire(Wire::BreaksInBody),
            Unreachable,
            Unclear,
        ),
        row(
            "stalls before the head",
            Fault::HangsAfterDelivery,
            Unreachable,
            Unclear,
        ),
        row(
            "stalls in the body",
            wire(Wire::StallsInBody),
            Unreachable,
            Unclear,
        ),
        row("one byte a second", wire(Wire::Drips), Unreachable, Unclear),
        row("cut JSON", Fault::AnswersTruncatedJson, Unreadable, Unclear),
        row("no UTF-8", wire(Wire::NotText), Unreadable, Unclear),
        row(
            "wrong length",
            wire(Wire::ShorterThanSaid),
            Unreachable,
            Unclear,
        ),
        row("a web page", Fault::AnswersHtml(200), Unreadable, Unclear),
        row(
            "a redirect to itself",
            wire(Wire::RedirectsToItself),
            Fails,
            Unclear,
        ),
        row("401", wire(Wire::Status(401)), TokenInvalid, Dead),
        row("429", wire(Wire::Status(429)), Throttled, Wait(1)),
        row(
            "wait for ever",
            wire(Wire::RetryAfter("99999999999".into())),
            Throttled,
            Wait(A_DAY),
        ),
        row(
            "wait before now",
            wire(Wire::RetryAfter("-5".into())),
            Throttled,
            Wait(1),
        ),
        row(
            "wait until a date",
            wire(Wire::RetryAfter("Wed, 21 Oct 2026 07:28:00 GMT".into())),
            Throttled,
            Wait(1),
        ),
    ];
    for (name, status) in [
        ("400", 400),
        ("403", 403),
        ("404", 404),
        ("500", 500),
        ("502", 502),
        ("503", 503),
        ("520", 520),
    ] {
        rows.push(row(name, wire(Wire::Status(status)), Fails, Unclear));
    }
    rows
}

/// A world whose desk gives up soon.
async fn world() -> World {
    let limits = Limits {
        connect_timeout: PATIENT,
        read_timeout: PATIENT,
        send_timeout: PATIENT,
        ..Limits::default()
    };
    let world = World::with_limits(limits).await;
    world.connect().await;
    world
}

async fn break_at(world: &World, endpoint: Endpoint, row: &Row) {
    match &row.fault {
        Some(fault) => world.sim.endpoint(endpoint).fault(fault.clone()).always(),
        None => world.sim.goes_dark().await,
    }
}

/// Takes the fault away, and lets so much time pass that nothing has to be waited for.
async fn mend(world: &World, row: &Row) {
    if row.fault.is_none() {
        world.sim.comes_back().await.unwrap();
    }
    world.sim.clear_faults();
    let wait = match row.kind {
        Kind::Wait(minutes) => MINUTE * u32::try_from(minutes).unwrap() + MINUTE,
        _ => MINUTE * 3,
    };
    world.advance(wait);
}

async fn account(world: &World) -> Account {
    world.desk.account_list().await.unwrap().remove(0)
}

async fn until_fault(world: &World, row: &Row, code: Code) {
    let what = format!("{}: the account says {code}", row.name);
    world
        .until(&what, async |desk| {
            desk.account_list().await.unwrap()[0].fault == Some(code)
        })
        .await;
    let health = account(world).await.receiving;
    let expected = match row.kind {
        Kind::Dead => Health::Broken,
        _ => Health::Troubled,
    };
    assert_eq!(health, expected, "{}", row.name);
}

async fn until_good(world: &World, row: &Row) {
    let what = format!("{}: the account is well again", row.name);
    world
        .until(&what, async |desk| {
            let account = desk.account_list().await.unwrap().remove(0);
            let id = account.id;
            let good = account.fault.is_none() && account.receiving == Health::Good;
            if !good {
                desk.sync_now(id).await.unwrap();
            }
            good
        })
        .await;
}

async fn until_count(world: &World, row: &Row, id: ConversationId, count: usize) {
    let what = format!("{}: there are {count} messages", row.name);
    world
        .until(&what, async |desk| {
            let open = desk.conversation_open(id, None, 200).await.unwrap();
            open.messages.len() == count
        })
        .await;
}

/// Customers write while a read fails; afterwards all of it is there, once.
async fn reads_fail(endpoint: Endpoint, burst: usize) {
    let world = world().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    let mut count = 1;
    for row in rows() {
        break_at(&world, endpoint, &row).await;
        world.sim.forget_calls();
        for n in 0..burst {
            ayse.writes(&format!("{} {n}", row.name));
        }
        count += burst;
        let account = account(&world).await.id;
        world.advance(MINUTE);
        world.desk.sync_now(account).await.unwrap();
        until_fault(&world, &row, row.code).await;
        // A fault must not be answered with a storm of calls.
        assert!(world.sim.calls().len() <= 8, "{}", row.name);
        mend(&world, &row).await;
        until_good(&world, &row).await;
        until_count(&world, &row, id, count).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_fails_in_every_way_and_nothing_is_lost() {
    reads_fail(Endpoint::Conversations, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_fails_in_every_way_and_nothing_is_lost() {
    // More than the list shows, so that the thread is read on its own.
    reads_fail(Endpoint::Messages, 7).await;
}

async fn last_state(world: &World, id: ConversationId) -> SendState {
    let messages = world.messages(id).await;
    let last = messages
        .iter()
        .rev()
        .find(|m| m.direction == Direction::Out);
    match last.unwrap().state {
        MessageState::Outgoing(state) => state,
        MessageState::Received => panic!("an outgoing message without a state"),
    }
}

/// Time passes until the reply is sent: found where it was delivered, and where it was not, sent once
/// more by the owner, who is asked.
async fn until_sent(world: &World, row: &Row, id: ConversationId, text: &str) {
    for _ in 0..60 {
        if last_state(world, id).await == SendState::Sent {
            return;
        }
        let asked = world.desk.outbox_list().await.unwrap().into_iter();
        let mut asked =
            asked.filter(|item| item.state == SendState::Unconfirmed && item.next_try_at.is_none());
        if let Some(item) = asked.next() {
            let delivered = world.delivered();
            assert!(
                !delivered.iter().any(|t| t == text),
                "{}: the owner is asked about a reply that arrived",
                row.name
            );
            world.desk.outbox_retry(item.id).await.unwrap();
        }
        let mut changes = world.desk.changes();
        world.advance(Duration::from_secs(15));
        let account = account(world).await.id;
        world.desk.sync_now(account).await.unwrap();
        let _ = tokio::time::timeout(Duration::from_millis(100), changes.recv()).await;
    }
    panic!("{}: the reply was not settled", row.name);
}

fn times(world: &World, text: &str) -> usize {
    world.delivered().iter().filter(|t| *t == text).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_fails_in_every_way_and_is_delivered_once_or_the_owner_is_asked() {
    let world = world().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    for row in rows() {
        // The window must be open, and nothing of the row before under way.
        ayse.writes("?");
        world.poll().await;
        break_at(&world, Endpoint::SendMessage, &row).await;
        let text = format!("reply after: {}", row.name);
        let sent = world.desk.message_send(id, text.clone(), text.clone());
        sent.await.unwrap();
        let expected = match row.kind {
            Kind::Unclear => SendState::Unconfirmed,
            _ => SendState::Retrying,
        };
        world
            .until(
                &format!("{}: the reply is {expected}", row.name),
                async |_| {
                    let state = last_state(&world, id).await;
                    // A look may have found it by now.
                    state == expected || (row.kind == Kind::Unclear && state == SendState::Sent)
                },
            )
            .await;
        if row.kind != Kind::Unclear {
            assert_eq!(times(&world, &text), 0, "{}", row.name);
        }
        mend(&world, &row).await;
        if row.kind == Kind::Dead {
            world.connect_without_waiting().await;
        }
        if row.kind == Kind::Wait(A_DAY) {
            // The longest wait that is believed outlasts the reply window: the owner is told.
            let what = format!("{}: the reply has failed", row.name);
            world
                .until(&what, async |_| {
                    last_state(&world, id).await == SendState::Failed
                })
                .await;
            assert_eq!(times(&world, &text), 0, "{}", row.name);
            continue;
        }
        until_good(&world, &row).await;
        until_sent(&world, &row, id, &text).await;
        assert_eq!(times(&world, &text), 1, "{}", row.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_for_a_reply_fails_in_every_way_and_is_taken_again() {
    let world = world().await;
    let ayse = world.sim.customer("ayse.k");
    let id = world.receives(&ayse, "Merhaba").await;
    for row in rows() {
        ayse.writes("?");
        world.poll().await;
        world.sim.send_message().fails_after_delivery().once();
        if row.fault.is_some() {
            break_at(&world, Endpoint::Conversations, &row).await;
        }
        let text = format!("reply before: {}", row.name);
        let sent = world.desk.message_send(id, text.clone(), text.clone());
        sent.await.unwrap();
        let what = format!("{}: the reply is unconfirmed", row.name);
        world
            .until(&what, async |_| world.delivered().contains(&text))
            .await;
        if row.fault.is_none() {
            // Only now: the send has to reach Instagram.
            break_at(&world, Endpoint::Conversations, &row).await;
        }
        world.advance(Duration::from_secs(4));
        if row.fault.is_some() {
            world
                .until(&what, async |_| {
                    last_state(&world, id).await == SendState::Unconfirmed
                })
                .await;
        }
        mend(&world, &row).await;
        until_good(&world, &row).await;
        until_sent(&world, &row, id, &text).await;
        assert_eq!(times(&world, &text), 1, "{}", row.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_fails_in_every_way_and_the_old_token_goes_on() {
    for row in rows() {
        let world = world().await;
        let ayse = world.sim.customer("ayse.k");
        let id = world.receives(&ayse, "Merhaba").await;
        break_at(&world, Endpoint::Refresh, &row).await;
        world.advance(Duration::from_secs(26 * 3600));
        if row.fault.is_some() {
            world
                .until(&format!("{}: it was asked for", row.name), async |_| {
                    world.sim.calls_at(Endpoint::Refresh) == 1
                })
                .await;
        }
        mend(&world, &row).await;
        until_good(&world, &row).await;
        ayse.writes("Orada mısınız?");
        until_good(&world, &row).await;
        world.poll().await;
        until_count(&world, &row, id, 2).await;
        assert_eq!(account(&world).await.fault, None, "{}", row.name);
        world.advance(Duration::from_secs(7 * 3600));
        if row.kind == Kind::Dead {
            // A token that Instagram calls dead is not shown to it again and again.
            world.advance(DAY);
            world.poll().await;
            assert_eq!(world.sim.calls_at(Endpoint::Refresh), 1, "{}", row.name);
            continue;
        }
        world
            .until(&format!("{}: it is refreshed", row.name), async |desk| {
                let expires = desk.account_list().await.unwrap()[0].token_expires_at;
                expires.is_some()
            })
            .await;
        world.poll().await;
        assert_eq!(account(&world).await.fault, None, "{}", row.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_fails_in_every_way_and_the_customer_keeps_the_initials_for_a_while() {
    let world = world().await;
    for (n, row) in rows().into_iter().enumerate() {
        let customer = world.sim.customer(&format!("customer.{n}"));
        customer.is_named(Some("Ayşe Kaya"));
        let id = world.receives(&customer, "Merhaba").await;
        break_at(&world, Endpoint::Profile, &row).await;
        world.sim.forget_calls();
        for _ in 0..3 {
            let none = world.desk.customer_picture(id).await.unwrap();
            assert!(none.is_none(), "{}", row.name);
        }
        if row.fault.is_some() {
            world
                .until(&format!("{}: it was asked for", row.name), async |_| {
                    world.sim.calls_at(Endpoint::Profile) == 1
                })
                .await;
        }
        mend(&world, &row).await;
        world.advance(MINUTE * 20);
        until_good(&world, &row).await;
        until_face(&world, &row, &customer, id).await;
    }
}

async fn until_face(world: &World, row: &Row, customer: &Customer, id: ConversationId) {
    let what = format!("{}: the customer has a face", row.name);
    world
        .until(&what, async |desk| {
            // Somebody looks from time to time; a look-up that failed late is put off for a day at most.
            world.advance(MINUTE * 60);
            let shown = desk.customer_picture(id).await.unwrap();
            shown.is_some() && world.conversation(customer).await.name == "Ayşe Kaya"
        })
        .await;
}

async fn newest_picture(world: &World, id: ConversationId) -> AttachmentId {
    let messages = world.messages(id).await;
    let newest = messages.last().unwrap();
    newest.attachments.first().unwrap().id
}

/// What a picture that failed is said to be: for good, or for now.
fn media_code(row: &Row) -> (Code, bool) {
    match row.name {
        // A link that is dead at its host is dead.
        "403" | "404" => (Code::MediaGone, true),
        "a web page" | "no UTF-8" | "cut JSON" => (Code::MediaRefused, true),
        "a redirect to itself" => (Code::MediaRefused, false),
        _ => (Code::InstagramUnreachable, false),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn media_fail_in_every_way_and_what_passes_is_tried_again() {
    let world = world().await;
    let ayse = world.sim.customer("ayse.k");
    for row in rows() {
        // A picture is no JSON: half of it is what "reset in the body" brings.
        if row.name == "cut JSON" {
            continue;
        }
        ayse.sends_attachment(AttachmentKind::Image);
        world.poll().await;
        let id = world.conversation(&ayse).await.id;
        let picture = newest_picture(&world, id).await;
        break_at(&world, Endpoint::Media, &row).await;
        let failed = world.desk.media_read(picture).await.unwrap_err();
        let (code, stays) = media_code(&row);
        assert_eq!(failed.code, code, "{}", row.name);
        mend(&world, &row).await;
        let again = world.desk.media_read(picture).await;
        assert_eq!(again.is_err(), stays, "{}", row.name);
        until_good(&world, &row).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_read_anew_for_its_link_fails_in_every_way_and_the_link_is_not_given_up() {
    let world = world().await;
    let ayse = world.sim.customer("ayse.k");
    for row in rows().into_iter().filter(|row| row.fault.is_some()) {
        ayse.sends_attachment(AttachmentKind::Image);
        world.poll().await;
        let id = world.conversation(&ayse).await.id;
        let picture = newest_picture(&world, id).await;
        // All links run out, and the message would tell a new one.
        world.sim.change(|s| s.media_generation += 1);
        break_at(&world, Endpoint::Messages, &row).await;
        let failed = world.desk.media_read(picture).await.unwrap_err();
        assert_eq!(failed.code, row.code, "{}", row.name);
        mend(&world, &row).await;
        let shown = world.desk.media_read(picture).await;
        assert!(shown.is_ok(), "{}: {:?}", row.name, shown.err());
        until_good(&world, &row).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_fails_in_every_way_and_is_told() {
    let world = world().await;
    for row in rows() {
        break_at(&world, Endpoint::Subscription, &row).await;
        let id = account(&world).await.id;
        world.desk.webhook_set(id, true, None).await.unwrap();
        let status = world.desk.webhook_status(id).await.unwrap();
        assert_eq!(status.fault, Some(row.code), "{}", row.name);
        mend(&world, &row).await;
        world.desk.webhook_set(id, true, None).await.unwrap();
        let status = world.desk.webhook_status(id).await.unwrap();
        assert_eq!(status.fault, None, "{}", row.name);
        world.desk.webhook_set(id, false, None).await.unwrap();
        until_good(&world, &row).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_dies_in_the_middle_stops_calls_and_loses_nothing() {
    let world = world().await;
    let customers: Vec<Customer> = (0..60)
        .map(|n| world.sim.customer(&format!("customer.{n}")))
        .collect();
    for customer in &customers {
        customer.writes("first");
    }
    // In the middle of a page: the first is read, the token is dead at the next one.
    let dead = serde_json::json!({ "error": {
        "message": "Error validating access token: The session has been invalidated.",
        "type": "OAuthException", "code": 190, "error_subcode": 460,
    }});
    world.sim.conversations().slow(Duration::ZERO).once();
    world.sim.conversations().answers(400, dead).always();
    let id = account(&world).await.id;
    world.desk.sync_now(id).await.unwrap();
    let broken = Row {
        name: "dead in a page",
        fault: None,
        code: Code::TokenInvalid,
        kind: Kind::Dead,
    };
    until_fault(&world, &broken, Code::TokenInvalid).await;
    let calls = world.sim.calls().len();
    world.advance(Duration::from_secs(30));
    assert!(world.sim.calls().len() <= calls + 1, "no hot loop");
    world.sim.clear_faults();
    world.connect().await;
    until_good(&world, &broken).await;
    world.poll().await;
    for customer in &customers {
        world.conversation(customer).await;
    }
}
