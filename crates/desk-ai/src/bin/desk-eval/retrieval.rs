//! `desk-eval retrieval`: is the right entry found, and would the embedded engine send it?

use crate::parallel;
use desk_ai::{Entry, Knowledge, Lang};
use desk_core::EntryId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Instant;

#[derive(Deserialize)]
struct Set {
    entries: Vec<EntryRow>,
    queries: Vec<Query>,
}

#[derive(Deserialize)]
struct EntryRow {
    id: String,
    lang: String,
    questions: Vec<String>,
    answer: String,
}

#[derive(Deserialize)]
struct Query {
    text: String,
    gold: Option<String>,
    kind: String,
}

struct Outcome {
    rank: Option<usize>,
    sureness: f32,
    sent: bool,
    micros: f64,
}

/// Measures a set.
pub fn measure(text: &str) -> Result<Value, String> {
    let set: Set = serde_json::from_str(text).map_err(|e| e.to_string())?;
    Ok(figures(&set))
}

/// A third of the entries left out, three times another third: their queries look like those of
/// the rest, and nothing answers them.
pub fn near_misses(text: &str) -> Result<Value, String> {
    let mut draws = Vec::new();
    for draw in 0..3u64 {
        let mut set: Set = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let mut entries = std::mem::take(&mut set.entries);
        entries.sort_by_key(|e| scatter(&e.id, draw));
        set.entries = entries.split_off(entries.len() / 3);
        let gone: HashSet<String> = entries.into_iter().map(|e| e.id).collect();
        for query in &mut set.queries {
            if query.gold.as_ref().is_some_and(|g| gone.contains(g)) {
                query.gold = None;
                "near".clone_into(&mut query.kind);
            }
        }
        draws.push(figures(&set));
    }
    Ok(json!({ "draws": draws }))
}

/// A number that looks like chance and is the same every time.
fn scatter(id: &str, draw: u64) -> u64 {
    let seed = (draw + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = id.bytes().fold(seed, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3)
    });
    mixed ^ (mixed >> 29)
}

fn figures(set: &Set) -> Value {
    let entries = set.entries.iter().zip(1..).map(|(e, n)| Entry {
        id: EntryId(n),
        questions: e.questions.clone(),
        answer: e.answer.clone(),
        lang: Lang::from_word(&e.lang).unwrap_or_default(),
        auto_ok: true,
        internal: false,
        answers: Vec::new(),
    });
    let began = Instant::now();
    let knowledge = Knowledge::unexamined(entries.collect());
    let build_ms = began.elapsed().as_secs_f64() * 1000.0;
    knowledge.examine();
    let examined_ms = began.elapsed().as_secs_f64() * 1000.0;
    let name = |id: EntryId| {
        let at = usize::try_from(id.0 - 1).ok()?;
        set.entries.get(at).map(|e| e.id.as_str())
    };
    let outcomes = parallel::map(&set.queries, |query| {
        let began = Instant::now();
        let found = knowledge.look_up(&query.text, None, 10);
        let micros = began.elapsed().as_secs_f64() * 1e6;
        let rank = query.gold.as_deref().and_then(|gold| {
            found
                .hits
                .iter()
                .position(|(n, _)| knowledge.at(*n).and_then(|e| name(e.id)) == Some(gold))
        });
        if std::env::var_os("DESK_EVAL_ROWS").is_some() {
            eprintln!(
                "{}\t{:?}\t{}\t{}\t{:?}\t{}",
                query.kind, rank, found.sureness, found.strict, found.signs, query.text
            );
        }
        Outcome {
            rank,
            sureness: found.sureness,
            sent: found.strict,
            micros,
        }
    });
    let rows: Vec<(&Query, &Outcome)> = set.queries.iter().zip(&outcomes).collect();
    let with_gold: Vec<_> = rows.iter().filter(|(q, _)| q.gold.is_some()).collect();
    let share = |hits: usize, of: usize| hits as f64 / of.max(1) as f64;
    let acc = |k: usize| {
        let hits = with_gold
            .iter()
            .filter(|(_, o)| o.rank.is_some_and(|r| r < k));
        share(hits.count(), with_gold.len())
    };
    let sent = |kind: &str| {
        let of: Vec<_> = rows.iter().filter(|(q, _)| q.kind == kind).collect();
        share(of.iter().filter(|(_, o)| o.sent).count(), of.len())
    };
    let sent_in: Vec<_> = with_gold.iter().filter(|(_, o)| o.sent).collect();
    let wrong = sent_in.iter().filter(|(_, o)| o.rank != Some(0)).count();
    let mut times: Vec<f64> = outcomes.iter().map(|o| o.micros / 1000.0).collect();
    times.sort_by(f64::total_cmp);
    json!({
        "queries": rows.len(),
        "acc1": acc(1),
        "acc3": acc(3),
        "auroc": auroc(&rows),
        "gate": {
            "coverage": share(sent_in.len(), with_gold.len()),
            "wrong_sent": share(wrong, sent_in.len()),
            "near_sent": sent("near"),
            "far_sent": sent("far"),
        },
        "p95_ms": times.get(times.len() * 95 / 100).copied().unwrap_or(0.0),
        "build_ms": build_ms,
        "examined_ms": examined_ms,
    })
}

/// How well the sureness tells what can be answered from what cannot.
fn auroc(rows: &[(&Query, &Outcome)]) -> Option<f64> {
    let mut scored: Vec<(f32, bool)> = rows
        .iter()
        .map(|(q, o)| (o.sureness, q.gold.is_some()))
        .collect();
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut inside, mut outside, mut below, mut wins) = (0.0, 0.0, 0.0, 0.0);
    for group in scored.chunk_by(|a, b| a.0 == b.0) {
        let ins = group.iter().filter(|(_, is_in)| *is_in).count() as f64;
        let outs = group.len() as f64 - ins;
        wins += ins * (below + outs / 2.0);
        below += outs;
        inside += ins;
        outside += outs;
    }
    (inside > 0.0 && outside > 0.0).then(|| wins / (inside * outside))
}
