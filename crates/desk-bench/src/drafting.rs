//! Drafting with the embedded engine over a large knowledge.

use crate::chance::Chance;
use crate::corpus::Corpus;
use crate::report::{Report, Row, both, spoken};
use crate::stats::Samples;
use crate::world::NOW;
use crate::{Outcome, Place};
use desk_ai::{Drafter, Entry, Knowledge, Lang, Nonce, Policy, Turn, Utterance, draft, triage};
use desk_core::{Author, EntryId, MessageId, MessageKind};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const ENTRIES: usize = 5000;
/// So many entries are a large shop's; the second stage is trained on them.
const TRAINED: usize = 500;
const LANGS: [Lang; 3] = [Lang::Tr, Lang::En, Lang::Ru];

/// Measures.
///
/// # Errors
/// Never yet.
pub fn measure(report: &mut Report, place: &Place, corpus: &Corpus, rt: &Runtime) -> Outcome {
    let rounds = if place.quick { 50 } else { 400 };
    let entries = knowledge(corpus);
    let began = Instant::now();
    let knowledge = Knowledge::unexamined(entries.clone());
    let built = began.elapsed();
    let few: Vec<Entry> = entries.iter().take(TRAINED).cloned().collect();
    let began = Instant::now();
    std::hint::black_box(Knowledge::unexamined(few));
    let trained = began.elapsed();
    knowledge.examine();
    let policy = Policy::default();
    let mut chance = Chance::seeded(17);
    let (mut drafts, mut triages) = (Samples::default(), Samples::default());
    for round in 0..rounds {
        let text = question(corpus, &entries, &mut chance);
        let said = |text: String, author, n| Utterance {
            author,
            kind: MessageKind::Text,
            text,
            at: NOW,
            id: MessageId(n),
        };
        let history: Vec<Utterance> = (1..=10)
            .map(|n| {
                let author = if n % 2 == 0 {
                    Author::Owner
                } else {
                    Author::Customer
                };
                let language = corpus.language_of(&mut chance);
                said(corpus.message(language, &mut chance), author, n)
            })
            .collect();
        let burst = [said(text, Author::Customer, 20)];
        let turn = Turn {
            history: &history,
            burst: &burst,
            declined: &[],
        };
        let began = Instant::now();
        std::hint::black_box(triage::sort(&turn, &policy));
        triages.push(began.elapsed());
        let nonce = Nonce(round as u128);
        let began = Instant::now();
        std::hint::black_box(rt.block_on(draft(
            &turn,
            &knowledge,
            &policy,
            Drafter::Embedded,
            nonce,
        )));
        drafts.push(began.elapsed());
    }
    report.keep("drafting", "draft", &drafts);
    report.keep("drafting", "triage", &triages);
    report.add(
        Row::new(format!("embedded draft, {ENTRIES} entries"), both(&drafts))
            .goal("p95 ≤ 50 ms", drafts.p95() <= Duration::from_millis(50)),
    );
    report.add(
        Row::new("triage", both(&triages))
            .goal("p95 ≤ 2 ms", triages.p95() <= Duration::from_millis(2)),
    );
    for (entries, built) in [(ENTRIES, built), (TRAINED, trained)] {
        let row = Row::new(
            format!("  {entries} entries, ready after saving"),
            spoken(built),
        );
        report.add(row.goal("≤ 1 s", built <= Duration::from_secs(1)));
    }
    Ok(())
}

/// An entry for each of many wares: three ways to ask, one answer.
fn knowledge(corpus: &Corpus) -> Vec<Entry> {
    let mut chance = Chance::seeded(23);
    let entries = corpus.languages.iter().zip(LANGS).cycle().take(ENTRIES);
    entries
        .zip(1..)
        .map(|((language, lang), id)| Entry {
            id: EntryId(id),
            questions: (0..3)
                .map(|_| corpus.message(language, &mut chance))
                .collect(),
            answer: (0..2)
                .map(|_| corpus.message(language, &mut chance))
                .collect::<Vec<_>>()
                .join(" "),
            lang,
            auto_ok: id % 2 == 0,
            internal: id % 50 == 0,
            answers: Vec::new(),
        })
        .collect()
}

/// What a customer asks: two times of three a saved question with a word more and a word less,
/// else something that nobody saved.
fn question(corpus: &Corpus, entries: &[Entry], chance: &mut Chance) -> String {
    let other = corpus.message(corpus.language_of(chance), chance);
    let saved = chance.pick(entries).and_then(|e| chance.pick(&e.questions));
    match saved {
        Some(saved) if chance.percent(66) => {
            let skipped: Vec<&str> = saved.split(' ').skip(1).collect();
            format!(
                "{} {}",
                skipped.join(" "),
                other.split(' ').next().unwrap_or("")
            )
        }
        _ => other,
    }
}
