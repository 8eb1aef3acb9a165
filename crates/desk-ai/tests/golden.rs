//! A fictional shop and its mail in three languages: what becomes of every message.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its files should stop"
)]

use desk_ai::{Drafter, Entry, Knowledge, Lang, Nonce, Policy, Turn, Utterance, Verdict, draft};
use desk_core::{Author, EntryId, MessageId, MessageKind, Outcome, ReplyMode, Timestamp};

fn shop() -> (Vec<String>, Knowledge) {
    let mut names = Vec::new();
    let mut entries = Vec::new();
    for line in lines(include_str!("golden/entries.txt")) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, lang, questions, answer] = parts.as_slice() else {
            panic!("not an entry: {line}");
        };
        names.push((*name).to_owned());
        entries.push(Entry {
            id: EntryId(i64::try_from(names.len()).unwrap()),
            questions: questions.split(';').map(|q| q.trim().to_owned()).collect(),
            answer: (*answer).to_owned(),
            lang: Lang::from_word(lang).unwrap(),
            auto_ok: true,
            internal: false,
            answers: Vec::new(),
        });
    }
    (names, Knowledge::new(entries))
}

fn lines(file: &str) -> impl Iterator<Item = &str> {
    file.lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
}

async fn write(text: &str, knowledge: &Knowledge) -> Verdict {
    let burst = [Utterance {
        author: Author::Customer,
        kind: MessageKind::Text,
        text: text.to_owned(),
        at: Timestamp(0),
        id: MessageId(1),
    }];
    let policy = Policy {
        mode: ReplyMode::Auto,
        default_lang: Lang::Tr,
        ..Policy::default()
    };
    let turn = Turn {
        history: &[],
        burst: &burst,
        declined: &[],
    };
    draft(&turn, knowledge, &policy, Drafter::Embedded, Nonce(1)).await
}

#[tokio::test]
async fn every_message_ends_as_the_owner_would_expect() {
    let (names, knowledge) = shop();
    let mut wrong = Vec::new();
    for line in lines(include_str!("golden/messages.txt")) {
        let (text, expected) = line.split_once("=>").unwrap();
        let (text, expected) = (text.trim(), expected.trim());
        let verdict = write(text, &knowledge).await;
        let cited = verdict.draft.as_ref().and_then(|d| d.cites.first());
        let cited = cited.and_then(|id| names.get(usize::try_from(id.0 - 1).ok()?));
        let first = verdict.reasons.first().map(|r| r.as_str());
        let (word, what) = expected.split_once(' ').unwrap_or((expected, ""));
        let fits = match word {
            "send" => verdict.outcome == Outcome::Countdown && cited.is_some_and(|c| c == what),
            "offer" => cited.is_some_and(|c| c == what),
            "quiet" => verdict.outcome != Outcome::Countdown,
            "hold" => verdict.outcome == Outcome::Held && first == Some(what),
            "skip" => verdict.outcome == Outcome::Skipped && first == Some(what),
            _ => panic!("not an expectation: {line}"),
        };
        assert!(
            verdict.outcome == Outcome::Countdown || !verdict.reasons.is_empty(),
            "{text}: an outcome without a reason"
        );
        if !fits {
            wrong.push(format!(
                "{text}: expected {expected}, got {} {:?} citing {cited:?}",
                verdict.outcome, verdict.reasons
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_goes_out_is_the_owners_text_behind_the_disclosure() {
    let (_, knowledge) = shop();
    let verdict = write("How much is shipping?", &knowledge).await;
    let text = verdict.draft.unwrap().text;
    assert!(text.starts_with("🤖"), "{text}");
    assert!(
        text.ends_with("Shipping costs 79.90 TL and is free above 1,500 TL."),
        "{text}"
    );
    let stages: Vec<_> = verdict.trace.iter().map(|s| s.name).collect();
    assert_eq!(
        stages,
        [
            "language",
            "triage",
            "retrieval",
            "embedded",
            "verify",
            "decision"
        ]
    );
}
