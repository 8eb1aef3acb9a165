//! `desk-eval golden`: the project's own messages over one fictional shop, in three languages.
//! Reads `shop-LANG.txt` and `mail-LANG.txt`; what the kinds mean stands at the top of those.

use crate::honest;
use desk_ai::triage::{self, Kind};
use desk_ai::{Entry, Knowledge, Lang, Policy, Turn, Utterance, language};
use desk_core::{Author, EntryId, MessageId, MessageKind, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A message with what is true of it.
struct Mail {
    lang: Lang,
    kind: String,
    about: String,
    burst: Vec<String>,
}

/// A share on its way.
#[derive(Default)]
struct Share {
    hits: usize,
    of: usize,
}

impl Share {
    fn see(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.of += 1;
    }

    fn rate(&self) -> f64 {
        self.hits as f64 / self.of.max(1) as f64
    }
}

/// Measures the set in a folder. `Err` tells which file or line cannot be read.
pub fn measure(folder: &Path) -> Result<Value, String> {
    let (names, knowledge) = shop(folder)?;
    let mut shares: BTreeMap<&str, Share> = BTreeMap::new();
    let mut wrong: Vec<String> = Vec::new();
    let mail = mail(folder)?;
    for message in &mail {
        judge(message, &names, &knowledge, &mut shares, &mut wrong);
    }
    let mut figures = json!({ "messages": mail.len() });
    if let Some(object) = figures.as_object_mut() {
        for (name, share) in &shares {
            object.insert((*name).to_owned(), json!(share.rate()));
        }
        object.insert("wrong".to_owned(), json!(wrong));
    }
    Ok(figures)
}

fn judge(
    message: &Mail,
    names: &[(Lang, String)],
    knowledge: &Knowledge,
    shares: &mut BTreeMap<&'static str, Share>,
    wrong: &mut Vec<String>,
) {
    let burst: Vec<Utterance> = message.burst.iter().map(|text| said(text)).collect();
    let turn = Turn {
        history: &[],
        burst: &burst,
        declined: &[],
    };
    let text = triage::readable(&turn);
    let found = triage::sort(&turn, &Policy::default());
    let mut see = |share: &'static str, hit: bool| {
        shares.entry(share).or_default().see(hit);
        if !hit {
            let (kind, about) = (&message.kind, &message.about);
            wrong.push(format!(
                "{share}: {kind} {about}: {}",
                message.burst.join(" // ")
            ));
        }
    };
    let kind = message.kind.as_str();
    if kind == "never" {
        see(
            "never_recall",
            !found.holds.is_empty() && found.kind == Kind::Question,
        );
    }
    if found.kind == Kind::Ack {
        see("thanks_precision", kind == "thanks");
    }
    if kind == "thanks" {
        see("thanks_recall", found.kind == Kind::Ack);
    }
    if found.kind == Kind::Spam {
        see("spam_precision", kind == "spam");
    }
    if kind == "spam" {
        see("spam_recall", found.kind == Kind::Spam);
    }
    // The default must not be what helps.
    let other = match message.lang {
        Lang::En => Lang::Tr,
        Lang::Tr | Lang::Ru => Lang::En,
    };
    let guess = language::detect(&text, None, other).lang == message.lang;
    let long = text
        .split_whitespace()
        .filter(|w| w.chars().any(char::is_alphabetic));
    if kind == "ascii" {
        see("language_ascii_turkish", guess);
    } else if long.count() >= 3 && kind != "mixed" {
        see("language_3_words", guess);
    }
    let looked = knowledge.look_up(&triage::question(&text), Some(message.lang), 3);
    match kind {
        "known" | "ascii" | "burst" | "mixed" => {
            let is_gold = |n: usize| {
                names
                    .get(n)
                    .is_some_and(|(l, name)| *l == message.lang && *name == message.about)
            };
            let is_eligible = found.holds.is_empty() && found.kind == Kind::Question;
            see("eligible", is_eligible);
            let gold = (0..names.len()).find(|n| is_gold(*n));
            if let (true, Some(gold)) = (is_eligible, gold.and_then(|n| knowledge.at(n))) {
                let sent = honest::is_sent(&turn, knowledge, &gold.answer, message.lang);
                see("honest_sent_all", sent);
                // A model may answer by itself only where the search leads to the same entry.
                let first = looked.hits.first().is_some_and(|(n, _)| is_gold(*n));
                if first && (looked.strict || looked.likely) {
                    see("honest_sent", sent);
                }
            }
            see(
                "known_acc1",
                looked.hits.first().is_some_and(|(n, _)| is_gold(*n)),
            );
            see("known_acc3", looked.hits.iter().any(|(n, _)| is_gold(*n)));
        }
        "near" => see("near_kept", found.kind == Kind::Question && !looked.strict),
        "far" => see("far_kept", !looked.strict),
        _ => {}
    }
}

fn shop(folder: &Path) -> Result<(Vec<(Lang, String)>, Knowledge), String> {
    let (mut names, mut entries) = (Vec::new(), Vec::new());
    for lang in Lang::ALL {
        for line in lines(folder, &format!("shop-{}.txt", lang.as_str()))? {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let [name, questions, answer] = parts.as_slice() else {
                return Err(format!("not an entry: {line}"));
            };
            names.push((lang, (*name).to_owned()));
            entries.push(Entry {
                id: EntryId(i64::try_from(names.len()).unwrap_or(i64::MAX)),
                questions: questions.split(';').map(|q| q.trim().to_owned()).collect(),
                answer: (*answer).to_owned(),
                lang,
                auto_ok: true,
                internal: false,
                answers: Vec::new(),
            });
        }
    }
    Ok((names, Knowledge::new(entries)))
}

fn mail(folder: &Path) -> Result<Vec<Mail>, String> {
    let mut all = Vec::new();
    for lang in Lang::ALL {
        for line in lines(folder, &format!("mail-{}.txt", lang.as_str()))? {
            let (kind, text) = line
                .split_once(" | ")
                .ok_or_else(|| format!("not a message: {line}"))?;
            let (kind, about) = kind.split_once(' ').unwrap_or((kind, ""));
            all.push(Mail {
                lang,
                kind: kind.to_owned(),
                about: about.to_owned(),
                burst: text.split(" // ").map(str::to_owned).collect(),
            });
        }
    }
    Ok(all)
}

fn lines(folder: &Path, name: &str) -> Result<Vec<String>, String> {
    let file = folder.join(name);
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(text
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(str::to_owned)
        .collect())
}

fn said(text: &str) -> Utterance {
    Utterance {
        author: Author::Customer,
        kind: MessageKind::Text,
        text: text.to_owned(),
        at: Timestamp(0),
        id: MessageId(1),
    }
}
