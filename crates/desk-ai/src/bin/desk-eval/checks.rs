//! `desk-eval verify`: are good replies let through, and bad ones stopped?

use crate::parallel;
use desk_ai::Lang;
use desk_ai::verify::{Sources, verify};
use desk_core::CheckResult;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Row {
    lang: String,
    knowledge: Vec<String>,
    #[serde(default)]
    conversation: Vec<Value>,
    draft: String,
    expect: String,
    mutation: Option<String>,
}

/// Measures a set.
pub fn measure(text: &str) -> Result<Value, String> {
    let rows: Vec<Row> = text
        .lines()
        .filter(|l| !l.trim().is_empty())
        .map(|l| serde_json::from_str(l).map_err(|e| e.to_string()))
        .collect::<Result<_, _>>()?;
    let blocked = parallel::map(&rows, |row| {
        let customer: Vec<&str> = row.conversation.iter().filter_map(said).collect();
        let sources = Sources {
            cited: row.knowledge.iter().map(String::as_str).collect(),
            customer,
            lang: Lang::from_word(&row.lang).unwrap_or_default(),
            ..Sources::default()
        };
        let failed: Vec<_> = verify(&row.draft, &sources)
            .into_iter()
            .filter(|c| c.result == CheckResult::Failed)
            .collect();
        let is_bad = !failed.is_empty();
        if is_bad != (row.expect == "block") && std::env::var_os("DESK_EVAL_ROWS").is_some() {
            eprintln!(
                "{}\t{:?}\t{:?}\t{:?}",
                row.draft, row.mutation, failed, row.knowledge
            );
        }
        is_bad
    });
    let mut passes = (0usize, 0usize);
    let mut blocks = (0usize, 0usize);
    let mut by_mutation: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (row, blocked) in rows.iter().zip(&blocked) {
        if row.expect == "pass" {
            passes = (passes.0 + usize::from(*blocked), passes.1 + 1);
        } else {
            blocks = (blocks.0 + usize::from(!*blocked), blocks.1 + 1);
            let slot = by_mutation
                .entry(row.mutation.as_deref().unwrap_or("other"))
                .or_default();
            *slot = (slot.0 + usize::from(*blocked), slot.1 + 1);
        }
    }
    let share = |(hits, of): (usize, usize)| hits as f64 / of.max(1) as f64;
    let by_mutation: BTreeMap<&str, f64> = by_mutation
        .into_iter()
        .map(|(m, c)| (m, share(c)))
        .collect();
    Ok(json!({
        "rows": rows.len(),
        "pass_blocked": share(passes),
        "block_missed": share(blocks),
        "by_mutation": by_mutation,
    }))
}

/// What was said in a turn, whether it is a text or an object with one.
fn said(turn: &Value) -> Option<&str> {
    turn.as_str()
        .or_else(|| turn.get("text").and_then(Value::as_str))
}
