//! The outbox: order, idempotence, echoes, recovery.

use crate::world::{NOW, incoming, open, seed};
use desk_core::outbox::{Approval, Echo, Next, StartRefusal};
use desk_core::{
    AccountId, Author, Code, ConversationId, Direction, IgMessageId, MessageId, MessageKind,
    ReplyMode, SendState, Timestamp,
};
use desk_store::table::outbox::{self, Approved, Begin, OutboxRow};
use desk_store::table::{conversation, message, setting};
use desk_store::{Store, StoreError, Write};
use std::time::Duration;

const S: Duration = Duration::from_secs(1);

async fn write<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&mut Write<'_>) -> T + Send + 'static,
) -> T {
    let done: Result<T, StoreError> = store.write(|w| Ok(work(w))).await;
    done.unwrap()
}

fn approved(conversation: ConversationId, text: &str) -> Approved {
    Approved {
        conversation_id: conversation,
        client_id: format!("press-{text}"),
        approval: Approval::Person,
        author: Author::Owner,
        draft_id: None,
        trigger_id: None,
        text: text.to_owned(),
    }
}

fn said(text: &str, sent_at: Timestamp) -> Echo<'_> {
    Echo {
        text,
        kind: MessageKind::Text,
        sent_at,
    }
}

fn begun(w: &mut Write<'_>, row: &OutboxRow) -> OutboxRow {
    match outbox::begin(w, row.id, NOW).unwrap() {
        Begin::Go(row) => row,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_same_press_is_one_row() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let first = outbox::enqueue(w, &approved(id, "a"), NOW).unwrap();
        let second = outbox::enqueue(w, &approved(id, "a"), NOW).unwrap();
        assert_eq!(first, second);
        assert_eq!(message::page(w, id, None, 10).unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_row_waits_for_the_earlier_ones_of_its_conversation() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let texts = |w: &Write<'_>| -> Vec<String> {
            outbox::due(w, NOW + 1000 * S, 10)
                .unwrap()
                .into_iter()
                .map(|r| r.text)
                .collect()
        };
        let first = outbox::enqueue(w, &approved(id, "a"), NOW).unwrap();
        outbox::enqueue(w, &approved(id, "b"), NOW).unwrap();
        assert_eq!(texts(w), ["a"]);
        begun(w, &first);
        assert!(texts(w).is_empty(), "one call at a time");
        outbox::proceed(
            w,
            first.id,
            Next::LookAt(NOW + 3 * S),
            Some(Code::ReplyUnconfirmed),
            NOW,
        )
        .unwrap();
        assert_eq!(texts(w), ["a"], "the look comes first");
        outbox::sent(w, first.id, Some(&IgMessageId("x".into())), None).unwrap();
        assert_eq!(texts(w), ["b"]);
    })
    .await;
}

#[tokio::test]
async fn an_echo_that_is_faster_than_the_answer_is_no_second_message() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let row = outbox::enqueue(w, &approved(id, "90 TL"), NOW).unwrap();
        begun(w, &row);
        let echo = IgMessageId("m2".into());
        assert!(outbox::claim_echo(w, id, &echo, said("90 TL", NOW)).unwrap());
        outbox::sent(w, row.id, Some(&echo), None).unwrap();
        let shown = message::page(w, id, None, 10).unwrap();
        assert_eq!(shown.len(), 2);
        assert_eq!(
            (shown[1].state, shown[1].external_id.clone()),
            (Some(SendState::Sent), Some(echo))
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_finds_the_echo_stored_makes_one_of_the_two() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let row = outbox::enqueue(w, &approved(id, "90 TL"), NOW).unwrap();
        begun(w, &row);
        // Instagram stored it with other white space than we can match.
        message::upsert(
            w,
            AccountId(1),
            id,
            &incoming("m2", Direction::Out, "90TL", NOW),
        )
        .unwrap();
        outbox::sent(w, row.id, Some(&IgMessageId("m2".into())), None).unwrap();
        conversation::refresh_row(w, id, desk_core::Source::Poll).unwrap();
        let shown = message::page(w, id, None, 10).unwrap();
        assert_eq!(shown.len(), 2);
        assert_eq!(shown[1].author, Author::Owner);
    })
    .await;
}

#[tokio::test]
async fn the_same_text_from_the_phone_before_the_send_is_not_taken_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let row = outbox::enqueue(w, &approved(id, "ok"), NOW).unwrap();
        begun(w, &row);
        outbox::proceed(w, row.id, Next::LookAt(NOW), None, NOW).unwrap();
        let old = said("ok", NOW - 600 * S);
        assert!(!outbox::claim_echo(w, id, &IgMessageId("old".into()), old).unwrap());
        let other = said("no", NOW);
        assert!(!outbox::claim_echo(w, id, &IgMessageId("other".into()), other).unwrap());
    })
    .await;
}

#[tokio::test]
async fn what_was_under_way_at_the_end_is_unconfirmed_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let row = outbox::enqueue(w, &approved(id, "a"), NOW).unwrap();
        begun(w, &row);
        assert_eq!(outbox::recover(w, NOW + S).unwrap(), 1);
        let row = outbox::get(w, row.id).unwrap();
        assert_eq!(
            (row.state, row.due_at),
            (SendState::Unconfirmed, Some(NOW + S))
        );
        assert_eq!(
            message::get(w, row.message_id).unwrap().state,
            Some(SendState::Unconfirmed)
        );
        assert_eq!(
            outbox::begin(w, row.id, NOW + 1000 * S).unwrap(),
            Begin::Gone,
            "it is never sent blindly"
        );
    })
    .await;
}

#[tokio::test]
async fn an_automatic_reply_reads_everything_anew_before_the_call() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    let automatic = move |n: u32| Approved {
        client_id: format!("auto-{n}"),
        approval: Approval::Policy,
        author: Author::Ai,
        trigger_id: Some(MessageId(1)),
        ..approved(id, "90 TL")
    };
    write(&store, move |w| {
        conversation::set_mode(w, id, ReplyMode::Auto).unwrap();
        let row = outbox::enqueue(w, &automatic(1), NOW).unwrap();
        setting::set(w, setting::AI_PAUSED, &true).unwrap();
        let refused = outbox::begin(w, row.id, NOW).unwrap();
        assert!(
            matches!(refused, Begin::Refused(_, StartRefusal::NotAllowedAnyMore)),
            "{refused:?}"
        );
        assert_eq!(outbox::get(w, row.id).unwrap().state, SendState::Cancelled);
        setting::set(w, setting::AI_PAUSED, &false).unwrap();
        let again = outbox::enqueue(w, &automatic(2), NOW);
        assert!(again.is_err(), "one automatic reply for a message, ever");
    })
    .await;
}

#[tokio::test]
async fn what_is_under_way_cannot_be_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let row = outbox::enqueue(w, &approved(id, "a"), NOW).unwrap();
        let waiting = outbox::enqueue(w, &approved(id, "b"), NOW).unwrap();
        begun(w, &row);
        assert_eq!(
            outbox::discard(w, row.id).unwrap_err().code(),
            Code::TooLate
        );
        outbox::discard(w, waiting.id).unwrap();
        assert_eq!(
            outbox::get(w, waiting.id).unwrap().state,
            SendState::Cancelled
        );
    })
    .await;
}

#[tokio::test]
async fn an_echo_that_came_while_the_call_was_under_way_settles_a_lost_answer() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let row = outbox::enqueue(w, &approved(id, "a"), NOW).unwrap();
        let row = begun(w, &row);
        let shown = IgMessageId("m_echo".into());
        assert!(outbox::claim_echo(w, id, &shown, said("a", NOW)).unwrap());
        let unclear = Some(Code::ReplyUnconfirmed);
        outbox::proceed(w, row.id, Next::LookAt(NOW + S), unclear, NOW).unwrap();
        let row = outbox::get(w, row.id).unwrap();
        assert_eq!(
            row.state,
            SendState::Sent,
            "nobody is asked about what has arrived"
        );
        assert_eq!(row.due_at, None);
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_back_before_its_id_was_known_says_nothing_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = seed(&store).await;
    write(&store, move |w| {
        let row = outbox::enqueue(w, &approved(id, "a"), NOW).unwrap();
        let row = begun(w, &row);
        // The webhook of the unsend is faster than the answer of the call.
        let mut noted = incoming("m_1", Direction::Out, "", NOW);
        noted.kind = MessageKind::Unknown;
        message::upsert(w, row.account_id, id, &noted).unwrap();
        let mid = IgMessageId("m_1".into());
        let known = message::known(w, row.account_id, &mid).unwrap().unwrap();
        message::unsend(w, &known).unwrap();
        outbox::sent(w, row.id, Some(&mid), None).unwrap();
        assert_eq!(message::get(w, row.message_id).unwrap().text, "");
    })
    .await;
}
