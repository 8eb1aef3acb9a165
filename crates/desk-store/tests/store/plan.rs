//! The hot queries walk an index. Each is run as the product runs it, caught on the way, and its
//! plan is read: a scan of a whole table or a sort of all that was found is a failure.
//!
//! Every query is planned twice: as in a fresh file, and with the statistics of a large one.

use desk_core::message::InboxView;
use desk_core::{AccountId, ConversationId, IgMessageId, IgThreadId, Timestamp};
use desk_store::table::conversation::Narrow;
use desk_store::table::{
    composer, conversation, draft, message, note, outbox, place, trace, window,
};
use desk_store::{Connection, Store, StoreError, search};
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use std::cell::RefCell;

thread_local! {
    static CAUGHT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn catch(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(statement, _) = event {
        // The inner statements of a virtual table come as comments.
        let sql = statement.sql().into_owned();
        CAUGHT.with_borrow_mut(|caught| caught.push(sql));
    }
}

/// The statements that a piece of work runs.
fn statements<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Vec<String> {
    CAUGHT.take();
    db.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(catch));
    let done = work(db);
    db.trace_v2(TraceEventCodes::empty(), None);
    done.map(|_| ()).unwrap();
    let caught: Vec<String> = CAUGHT
        .take()
        .into_iter()
        .filter(|sql| !sql.starts_with("--") && !sql.contains("'main'.") && !sql.contains("PRAGMA"))
        .collect();
    assert!(!caught.is_empty(), "no statement was caught");
    caught
}

fn plan(db: &Connection, sql: &str) -> Vec<String> {
    let mut query = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Parameters stay unbound: a plan does not need them.
    let rows = query
        .raw_query()
        .mapped(|row| row.get::<_, String>(3))
        .collect::<Result<_, _>>();
    rows.unwrap()
}

/// What a hot query must not do: read a whole table or index, or sort what it found. To walk an
/// index in its order is fine as long as a limit ends the walk.
fn faults<'a>(sql: &str, plan: &'a [String]) -> Vec<&'a String> {
    let is_limited = sql.contains("LIMIT");
    plan.iter()
        .filter(|step| {
            let by_index = step.contains("USING INDEX") || step.contains("USING COVERING INDEX");
            // A virtual table is asked through its own index, by a match.
            let by_match = step.contains("VIRTUAL TABLE INDEX") && step.contains(":M");
            let in_memory = step.contains("CONSTANT ROW") || step.contains("SCAN (subquery");
            let is_fine = by_match || in_memory || (by_index && is_limited);
            // Those with a name or a label, or whose window closes soon, are sorted only when they
            // are few, or a page of them.
            let is_bounded = sql.contains("folded_name")
                || sql.contains("FROM conversation_label l CROSS JOIN")
                || sql.contains("INDEXED BY conversation_by_inbound");
            (step.starts_with("SCAN") && !is_fine) || (step.contains("TEMP B-TREE") && !is_bounded)
        })
        .collect()
}

fn store(statistics: bool) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path()).unwrap());
    if statistics {
        // What ANALYZE finds after some years: averages of rows for each prefix of an index.
        let db = Connection::open(dir.path().join("replydesk.db")).unwrap();
        db.execute_batch(
            "ANALYZE;
             DELETE FROM sqlite_stat1;
             INSERT INTO sqlite_stat1 VALUES
                 ('conversation', 'conversation_by_time', '100000 1 1'),
                 ('conversation', 'conversation_needing_owner', '9000 1 1'),
                 ('conversation', 'conversation_ai_ready', '4000 1 1'),
                 ('conversation', 'conversation_done', '80000 1 1'),
                 ('conversation', 'conversation_snoozed', '200 1 1'),
                 ('conversation', 'conversation_unread', '3000 1 1'),
                 ('conversation', 'conversation_snooze_due', '200 1'),
                 ('conversation', 'conversation_by_inbound', '100000 1'),
                 ('conversation_label', 'sqlite_autoindex_conversation_label_1', '50000 2 1'),
                 ('conversation_label', 'conversation_label_by_label', '50000 5000 1'),
                 ('note', 'note_by_conversation', '20000 3 1'),
                 ('conversation', 'conversation_turn_due', '3 1'),
                 ('conversation', 'conversation_by_thread', '100000 100000 1'),
                 ('conversation', 'sqlite_autoindex_conversation_1', '100000 100000 1'),
                 ('message', 'message_by_external_id', '1000000 1000000 1'),
                 ('message', 'message_by_conversation', '1000000 10 1 1'),
                 ('outbox', 'outbox_due', '2 1'),
                 ('outbox', 'outbox_open', '5 2 1'),
                 ('outbox', 'outbox_one_automatic_reply', '20000 1 1'),
                 ('outbox', 'sqlite_autoindex_outbox_1', '60000 1'),
                 ('outbox', 'sqlite_autoindex_outbox_2', '60000 1 1'),
                 ('draft', 'draft_by_conversation', '300000 3 1'),
                 ('draft', 'draft_countdown', '2 1'),
                 ('trace', 'trace_by_draft', '900000 3 1');",
        )
        .unwrap();
    }
    let store = Store::open(dir.path()).unwrap();
    (dir, store)
}

/// Runs the work on both kinds of file, and reads the plans of all its statements.
async fn walks_indexes<T: Send + 'static>(work: fn(&Connection) -> Result<T, StoreError>) {
    for statistics in [false, true] {
        let (_dir, store) = store(statistics);
        let bad: Result<Vec<String>, StoreError> = store
            .read(move |db| {
                let bad = statements(db, work).into_iter().filter_map(|sql| {
                    let plan = plan(db, &sql);
                    let found = faults(&sql, &plan);
                    (!found.is_empty()).then(|| format!("{sql}\n{found:#?}\nin {plan:#?}"))
                });
                Ok(bad.collect())
            })
            .await;
        let bad = bad.unwrap();
        assert!(
            bad.is_empty(),
            "statistics: {statistics}\n{}",
            bad.join("\n")
        );
    }
}

const PLACE: conversation::Cursor = conversation::Cursor {
    last_at: Timestamp(5),
    id: ConversationId(5),
};

#[tokio::test]
async fn a_page_of_each_view() {
    walks_indexes(|db| {
        for &view in InboxView::ALL {
            conversation::list(db, view, None, None, 50)?;
            conversation::list(db, view, None, Some(PLACE), 50)?;
        }
        Ok(())
    })
    .await;
}

/// A count has to walk, but over a narrow index and never into the table.
#[tokio::test]
async fn the_number_of_each_view() {
    for statistics in [false, true] {
        let (_dir, store) = store(statistics);
        let steps: Result<Vec<String>, StoreError> = store
            .read(|db| {
                let caught = statements(db, |db| {
                    for &view in InboxView::ALL {
                        conversation::count(db, view)?;
                    }
                    desk_store::table::listing::count_unread(db)?;
                    conversation::count_of(db, AccountId(1))
                });
                Ok(caught.iter().flat_map(|sql| plan(db, sql)).collect())
            })
            .await;
        let steps = steps.unwrap();
        assert!(
            steps.len() == 7 && steps.iter().all(|step| step.contains("COVERING INDEX")),
            "{steps:#?}"
        );
    }
}

#[tokio::test]
async fn a_page_of_customers_by_name() {
    walks_indexes(|db| {
        for &view in InboxView::ALL {
            for name in ["ay", "ayşe", "ayşe yılmaz", "a%b", "q"] {
                conversation::list(db, view, Some(name), None, 6)?;
                conversation::list(db, view, Some(name), Some(PLACE), 6)?;
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_page_narrowed_in_every_way() {
    walks_indexes(|db| {
        let label = Some(desk_core::LabelId(1));
        let inbound = Some((Timestamp(5), Timestamp(9)));
        let account = Some(AccountId(1));
        let name = Some("ayşe".to_owned());
        let ways = [
            Narrow {
                unread: true,
                ..Narrow::default()
            },
            Narrow {
                label,
                ..Narrow::default()
            },
            Narrow {
                account,
                ..Narrow::default()
            },
            Narrow {
                inbound,
                ..Narrow::default()
            },
            Narrow {
                name,
                unread: true,
                label,
                account,
                inbound,
            },
        ];
        for &view in InboxView::ALL {
            for narrow in &ways {
                conversation::list_narrowed(db, view, narrow, None, 50)?;
                conversation::list_narrowed(db, view, narrow, Some(PLACE), 50)?;
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_conversation_as_it_is_opened() {
    walks_indexes(|db| {
        let id = ConversationId(1);
        let _ = conversation::get(db, id);
        let before = message::Before {
            sent_at: Timestamp(5),
            id: desk_core::MessageId(5),
        };
        message::page(db, id, None, 50)?;
        message::page(db, id, Some(before), 50)?;
        message::page_from(db, id, before, true, 50)?;
        message::page_from(db, id, before, false, 50)?;
        composer::text(db, id)?;
        note::of(db, id)?;
        message::newest(db, id)?;
        outbox::open_of(db, id)?;
        draft::current(db, id)?;
        trace::of(db, desk_core::DraftId(1))
    })
    .await;
}

#[tokio::test]
async fn a_search() {
    walks_indexes(|db| {
        for query in ["kargo", "kargo ücreti", "kargo ne", "доставка"] {
            search::messages(db, query, 30)?;
            search::messages_narrowed(
                db,
                query,
                &search::Narrow {
                    conversation: Some(ConversationId(1)),
                    ..search::Narrow::default()
                },
                30,
            )?;
        }
        Ok(())
    })
    .await;
}

/// One or two letters have no trigram: the newest messages are read, by their ids, and no others.
#[tokio::test]
async fn a_search_for_two_letters_has_a_bounded_reach() {
    for statistics in [false, true] {
        let (_dir, store) = store(statistics);
        let plans: Result<Vec<String>, StoreError> = store
            .read(|db| {
                let caught = statements(db, |db| search::messages(db, "ab", 30));
                Ok(caught.iter().flat_map(|sql| plan(db, sql)).collect())
            })
            .await;
        let plans = plans.unwrap();
        assert!(
            plans
                .iter()
                .any(|step| step.contains("USING INTEGER PRIMARY KEY (rowid>")),
            "{plans:#?}"
        );
        assert!(
            plans.iter().all(|step| !step.contains("TEMP B-TREE")),
            "{plans:#?}"
        );
    }
}

#[tokio::test]
async fn what_is_due() {
    walks_indexes(|db| {
        outbox::due(db, Timestamp(5), 10)?;
        outbox::next_due(db, Timestamp(5))?;
        conversation::turns_due(db, Timestamp(5), 10)?;
        conversation::next_turn_due(db)?;
        place::next_wake(db)?;
        draft::countdowns_due(db, Timestamp(5))?;
        draft::next_countdown(db)
    })
    .await;
}

#[tokio::test]
async fn the_list_by_reply_window() {
    walks_indexes(|db| {
        for view in InboxView::ALL {
            let first = window::Cursor::first(Timestamp(1_000_000_000));
            window::list(db, *view, &Narrow::default(), first, 30)?;
        }
        window::alarms_due(db, Timestamp(5), 10)?;
        window::next_alarm(db, Timestamp(5))
    })
    .await;
}

#[tokio::test]
async fn what_a_poll_asks_for_each_message() {
    walks_indexes(|db| {
        conversation::of_thread(db, AccountId(1), &IgThreadId("t".into()))?;
        message::known(db, AccountId(1), &IgMessageId("m".into()))
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_before_each_automatic_reply() {
    walks_indexes(|db| {
        draft::automatic_since(db, Some(ConversationId(1)), Timestamp(5))?;
        draft::automatic_since(db, None, Timestamp(5))
    })
    .await;
}

/// The test of the tests: a scan is seen.
#[tokio::test]
async fn a_scan_is_a_fault() {
    let (_dir, store) = store(false);
    let seen: Result<Vec<bool>, StoreError> = store
        .read(|db| {
            let scans = [
                "SELECT * FROM message WHERE text = 'x'",
                "SELECT * FROM message WHERE text = 'x' LIMIT 5",
                "SELECT * FROM conversation ORDER BY name LIMIT 5",
                "SELECT count(*) FROM conversation INDEXED BY conversation_by_time",
                "SELECT * FROM message_search WHERE folded = 'x'",
            ];
            Ok(scans
                .iter()
                .map(|sql| !faults(sql, &plan(db, sql)).is_empty())
                .collect())
        })
        .await;
    assert_eq!(seen.unwrap(), [true; 5]);
}
