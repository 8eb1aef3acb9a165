//! What the screen reads when one looks around: the list, and conversations as one opens them.

use crate::chance::Chance;
use crate::report::{Report, Row, both};
use crate::stats::Samples;
use crate::world::World;
use crate::{Outcome, Place};
use desk_app::{ConversationId, Desk, InboxView};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// What the screen asks for.
const PAGE: u32 = 50;
/// Customers that the search shows.
const PEOPLE: u32 = 6;
const GOAL: Duration = Duration::from_millis(5);

/// Measures.
///
/// # Errors
/// When the file cannot be read.
pub fn measure(
    report: &mut Report,
    place: &Place,
    world: &World,
    desk: &Desk,
    rt: &Runtime,
) -> Outcome {
    conversations(report, place, world, desk, rt)?;
    pages(report, place, world, desk, rt)
}

fn conversations(
    report: &mut Report,
    place: &Place,
    world: &World,
    desk: &Desk,
    rt: &Runtime,
) -> Outcome {
    let rounds = if place.quick { 100 } else { 1000 };
    let long: Vec<i64> = {
        let db = world.raw()?;
        let mut query = db.prepare(
            "SELECT conversation_id FROM message GROUP BY conversation_id HAVING count(*) >= 50",
        )?;
        let ids = query.query_map([], |row| row.get(0))?;
        ids.collect::<Result<_, _>>()?
    };
    let mut chance = Chance::seeded(3);
    let (mut of_long, mut of_any) = (Samples::default(), Samples::default());
    for _ in 0..rounds {
        let any = i64::try_from(chance.between(1, world.size.conversations))?;
        let long = chance.pick(&long).copied().unwrap_or(any);
        for (id, samples) in [(long, &mut of_long), (any, &mut of_any)] {
            let began = Instant::now();
            rt.block_on(desk.conversation_open(ConversationId(id), None, PAGE))?;
            samples.push(began.elapsed());
        }
    }
    report.keep("conversation", "50 messages", &of_long);
    report.keep("conversation", "any", &of_any);
    report.add(
        Row::new("opening a conversation, 50 messages", both(&of_long))
            .goal("p95 ≤ 5 ms", of_long.p95() <= GOAL),
    );
    report.add(
        Row::new("opening a conversation, any", both(&of_any))
            .goal("p95 ≤ 5 ms", of_any.p95() <= GOAL),
    );
    Ok(())
}

fn pages(report: &mut Report, place: &Place, world: &World, desk: &Desk, rt: &Runtime) -> Outcome {
    let rounds = if place.quick { 5 } else { 30 };
    let deep = deep_cursor(world)?;
    let mut all = Samples::default();
    let mut time = |name: &str,
                    view: InboxView,
                    queries: &[&str],
                    cursor: Option<&String>,
                    limit: u32|
     -> Outcome {
        let mut samples = Samples::default();
        for _ in 0..rounds {
            for query in queries {
                let query = (!query.is_empty()).then(|| (*query).to_owned());
                let began = Instant::now();
                rt.block_on(desk.inbox_list(view, query, cursor.cloned(), limit, None))?;
                samples.push(began.elapsed());
            }
        }
        report.keep("list", name, &samples);
        report.add(Row::new(format!("  {name}"), both(&samples)));
        all.extend(&samples);
        Ok(())
    };
    time("list, all", InboxView::All, &[""], None, PAGE)?;
    time(
        "list, all, far down",
        InboxView::All,
        &[""],
        Some(&deep),
        PAGE,
    )?;
    time("list, needs you", InboxView::NeedsYou, &[""], None, PAGE)?;
    time(
        "list, needs you, far down",
        InboxView::NeedsYou,
        &[""],
        Some(&deep),
        PAGE,
    )?;
    time("list, AI ready", InboxView::AiReady, &[""], None, PAGE)?;
    let common = ["ayse", "yılmaz", "мария", "an", "a", "öz"];
    time("list, common name", InboxView::All, &common, None, PEOPLE)?;
    let rare = [
        "ayse.kaya4",
        "_4821",
        "Алёна Фёдоров",
        "işıl doğan",
        "noah_77",
        "irem.ozdemir9",
    ];
    time("list, rare name", InboxView::All, &rare, None, PEOPLE)?;
    time(
        "list, rare name that needs you",
        InboxView::NeedsYou,
        &rare,
        None,
        PAGE,
    )?;
    time(
        "list, no such name",
        InboxView::All,
        &["qxzjv", "zq", "ayseqq", "щщщ"],
        None,
        PEOPLE,
    )?;
    report.add(
        Row::new(
            format!(
                "list page, {} conversations, p95 of all",
                world.size.conversations
            ),
            both(&all),
        )
        .goal("p95 ≤ 5 ms", all.p95() <= GOAL),
    );
    Ok(())
}

/// Where one is after having scrolled through half of the list.
fn deep_cursor(world: &World) -> Outcome<String> {
    let db = world.raw()?;
    let cursor = db.query_row(
        "SELECT last_at || '.' || id FROM conversation ORDER BY last_at DESC, id DESC LIMIT 1 OFFSET ?1",
        [i64::try_from(world.size.conversations / 2)?],
        |row| row.get(0),
    )?;
    Ok(cursor)
}
