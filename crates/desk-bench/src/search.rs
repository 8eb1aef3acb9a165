//! Search as one types, against `LIKE`.

use crate::chance::Chance;
use crate::corpus::Corpus;
use crate::report::{Report, Row, both, spoken};
use crate::stats::{Samples, ratio};
use crate::world::World;
use crate::{Outcome, Place};
use desk_app::Desk;
use desk_core::text::fold;
use desk_store::table::message::Message;
use desk_store::{Store, StoreError, search};
use rusqlite::Connection;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// What the screen asks for.
const HITS: u32 = 30;
const GOAL: Duration = Duration::from_millis(10);

/// A kind of search, with searches of the kind.
#[derive(Debug)]
pub struct Kind {
    name: &'static str,
    queries: Vec<String>,
}

/// What people type.
pub fn kinds(corpus: &Corpus) -> Vec<Kind> {
    let mut chance = Chance::seeded(99);
    let of = |range: std::ops::Range<usize>, step: usize| -> Vec<String> {
        let ranks = range.step_by(step);
        let words = ranks.flat_map(|rank| corpus.languages.iter().map(move |l| l.ranked(rank)));
        words
            .filter(|w| w.chars().count() >= 3)
            .map(str::to_owned)
            .collect()
    };
    let common = of(3..90, 3);
    let middling = of(300..3000, 150);
    let rare = of(9_000..30_000, 1000);
    let mut growing = Vec::new();
    for word in common
        .iter()
        .step_by(6)
        .chain(middling.iter().step_by(6))
        .chain(rare.iter().step_by(6))
    {
        let letters: Vec<char> = word.chars().collect();
        growing.extend((1..=letters.len()).map(|n| letters.iter().take(n).collect::<String>()));
    }
    let short = growing
        .iter()
        .filter(|w| w.chars().count() < 3)
        .cloned()
        .collect();
    let mut two = Vec::new();
    for (a, b) in [
        (&common, &common),
        (&common, &middling),
        (&common, &rare),
        (&middling, &middling),
        (&rare, &rare),
    ] {
        for _ in 0..10 {
            if let (Some(a), Some(b)) = (chance.pick(a), chance.pick(b)) {
                two.push(format!("{a} {b}"));
            }
        }
    }
    // Pieces of frequent words that make a word nobody wrote: every trigram is frequent but one.
    let mut glued = Vec::new();
    for _ in 0..20 {
        if let (Some(a), Some(b)) = (chance.pick(&common), chance.pick(&common)) {
            glued.push(format!("{a}{b}"));
        }
    }
    let list = |words: &[&str]| {
        words
            .iter()
            .map(|w| (*w).to_owned())
            .collect::<Vec<String>>()
    };
    vec![
        Kind {
            name: "common word",
            queries: common,
        },
        Kind {
            name: "middling word",
            queries: middling,
        },
        Kind {
            name: "rare word",
            queries: rare,
        },
        Kind {
            name: "word as it grows",
            queries: growing,
        },
        Kind {
            name: "one or two letters",
            queries: short,
        },
        Kind {
            name: "two words",
            queries: two,
        },
        Kind {
            name: "word and short word",
            queries: list(&[
                "kargo ne",
                "kaç tl",
                "is it",
                "доставка в",
                "fiyat 5",
                "order 48",
                "mu kupa",
                "zq kargo",
            ]),
        },
        Kind {
            name: "no match",
            queries: list(&[
                "qxzjkv",
                "wwwwwww",
                "ъъъъ",
                "zzqkargo",
                "kargoxq",
                "xq",
                "ъы щщ",
                "доставкащъ",
                "🦑🦑🦑",
                "48213948213",
            ]),
        },
        Kind {
            name: "glued words",
            queries: glued,
        },
        Kind {
            name: "query syntax",
            queries: list(&[
                "\"kargo",
                "kargo*",
                "kargo OR fiyat",
                "NOT kargo",
                "NEAR(kargo fiyat)",
                "folded:kargo",
                "-kargo",
                "^kargo",
                "(kargo)",
                "%",
                "_",
                "%kargo%",
                "a\"b",
                "'; DROP TABLE message; --",
                "\\",
                "AND",
                "{kargo}",
                "kargo + fiyat",
            ]),
        },
        Kind {
            name: "folds",
            queries: list(&[
                "İSTANBUL",
                "istanbul",
                "ISPARTA",
                "ısparta",
                "IĞDIR",
                "ÜCRETİ",
                "ucreti",
                "TEŞEKKÜRLER",
                "ЕЩЁ",
                "еще",
                "ёлка",
                "ЕЛКА",
                "Здравствуйте",
                "ДОСТАВКА",
                "şubeniz",
                "SUBENIZ",
            ]),
        },
        Kind {
            name: "numbers",
            queries: (0..15)
                .map(|_| format!("{}", 10_000 + chance.below(900_000)))
                .chain(list(&["0532", "#48", ",90 TL", "05321"]))
                .collect(),
        },
    ]
}

/// Measures the search of the store, and `LIKE` beside it.
///
/// # Errors
/// When the file cannot be read.
pub fn measure(
    report: &mut Report,
    place: &Place,
    world: &World,
    corpus: &Corpus,
    rt: &Runtime,
) -> Outcome {
    let rounds = if place.quick { 2 } else { 5 };
    let kinds = kinds(corpus);
    let store = Store::open(&world.dir)?;
    let raw = world.raw()?;
    let mut all = Samples::default();
    let (mut like, mut beside_like) = (Samples::default(), Samples::default());
    for kind in &kinds {
        let mut of_kind = Samples::default();
        for round in 0..rounds {
            for (n, query) in kind.queries.iter().enumerate() {
                let ours = || -> Outcome<(Duration, Vec<Message>)> {
                    let query = query.clone();
                    let found: Result<_, StoreError> = rt.block_on(store.read(move |db| {
                        let began = Instant::now();
                        let found = search::messages(db, &query, HITS)?;
                        Ok((began.elapsed(), found))
                    }));
                    Ok(found?)
                };
                let (time, found) = ours()?;
                of_kind.push(time);
                check(query, &found)?;
                // LIKE may take a second: every ninth query, once, right beside ours.
                if round == 0 && n % 9 == 4 {
                    like.push(search_by_like(&raw, query)?);
                    beside_like.push(ours()?.0);
                }
            }
        }
        report.keep("search", kind.name, &of_kind);
        all.extend(&of_kind);
        report.add(Row::new(format!("  {}", kind.name), both(&of_kind)));
    }
    report.keep("search", "LIKE", &like);
    report.keep("search", "ours, the queries of LIKE", &beside_like);
    report.add(
        Row::new(
            format!(
                "search, {} messages, p95 of {}",
                world.size.messages,
                all.len()
            ),
            both(&all),
        )
        .goal("p95 ≤ 10 ms", all.p95() <= GOAL),
    );
    let times = ratio(like.p95(), beside_like.p95());
    report.add(
        Row::new(
            format!("search against LIKE, p95 of {}", like.len()),
            spoken(beside_like.p95()),
        )
        .against(spoken(like.p95()), times)
        .goal("≥ 20 × faster", times >= 20.0),
    );
    let times = ratio(like.mean(), beside_like.mean());
    report.add(
        Row::new("  the same, mean", spoken(beside_like.mean()))
            .against(spoken(like.mean()), times),
    );
    Ok(())
}

/// Measures the whole command, with names, snippets and marks.
///
/// # Errors
/// When the file cannot be read.
pub fn measure_command(
    report: &mut Report,
    place: &Place,
    desk: &Desk,
    corpus: &Corpus,
    rt: &Runtime,
) -> Outcome {
    let rounds = if place.quick { 1 } else { 3 };
    let mut all = Samples::default();
    for kind in kinds(corpus) {
        for _ in 0..rounds {
            for query in &kind.queries {
                let began = Instant::now();
                rt.block_on(desk.search(query.clone(), HITS, None))?;
                all.push(began.elapsed());
            }
        }
    }
    report.keep("search", "the command", &all);
    report.add(
        Row::new("search, the whole command", both(&all)).goal("p95 ≤ 10 ms", all.p95() <= GOAL),
    );
    Ok(())
}

/// A fast search that finds something else is no search.
fn check(query: &str, found: &[Message]) -> Outcome {
    let words = search::words(query);
    for message in found {
        let text = fold(&message.text);
        if let Some(word) = words.iter().find(|word| !text.contains(word.as_str())) {
            return Err(format!("{query:?} found a message without {word:?}").into());
        }
    }
    Ok(())
}

fn search_by_like(db: &Connection, query: &str) -> Outcome<Duration> {
    let escaped = fold(query)
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let patterns: Vec<String> = escaped
        .split_whitespace()
        .map(|w| format!("%{w}%"))
        .collect();
    let conditions: Vec<&str> = patterns
        .iter()
        .map(|_| "folded LIKE ? ESCAPE '\\'")
        .collect();
    let sql = format!(
        "SELECT id, conversation_id, external_id, direction, author, kind, text, sent_at, state FROM message
         WHERE {} AND state <> 'cancelled' ORDER BY id DESC LIMIT {HITS}",
        conditions.join(" AND ")
    );
    let began = Instant::now();
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(&patterns))?;
    while let Some(row) = rows.next()? {
        std::hint::black_box(row.get::<_, String>(6)?);
    }
    Ok(began.elapsed())
}
