use super::*;
use crate::provider::Completion;
use async_trait::async_trait;
use desk_core::{EntryId, MessageId, MessageKind, Timestamp};
use proptest::prelude::*;

/// A model that says what it was told to.
struct Scripted(Result<&'static str, ProviderFault>);

#[async_trait]
impl Provider for Scripted {
    async fn complete(&self, _: &Prompt) -> Result<Completion, ProviderFault> {
        self.0.map(|content| Completion {
            content: content.to_owned(),
            ..Completion::default()
        })
    }

    fn model(&self) -> &str {
        "scripted"
    }
}

fn said(text: &str, author: Author, kind: MessageKind) -> Utterance {
    Utterance {
        author,
        kind,
        text: text.to_owned(),
        at: Timestamp(0),
        id: MessageId(1),
    }
}

fn customer(text: &str) -> Utterance {
    said(text, Author::Customer, MessageKind::Text)
}

fn shop() -> Knowledge {
    let entry = |id, question: &str, answer: &str, internal| Entry {
        id: EntryId(id),
        questions: vec![question.to_owned()],
        answer: answer.to_owned(),
        lang: Lang::En,
        auto_ok: true,
        internal,
        answers: Vec::new(),
    };
    Knowledge::new(vec![
        entry(1, "How much is shipping?", "Shipping costs 50 TL.", false),
        entry(
            2,
            "When are you open?",
            "We are open from 10:00 to 18:00.",
            false,
        ),
        entry(
            3,
            "What do we pay for clay?",
            "The supplier sells the clay to us for 12 TL a kilo in winter.",
            true,
        ),
    ])
}

fn auto() -> Policy {
    Policy {
        mode: ReplyMode::Auto,
        disclosure: false,
        ..Policy::default()
    }
}

async fn answer(text: &str, policy: &Policy, drafter: Drafter<'_>) -> Verdict {
    let burst = [customer(text)];
    let turn = Turn {
        history: &[],
        burst: &burst,
        declined: &[],
    };
    draft(&turn, &shop(), policy, drafter, Nonce(42)).await
}

const HONEST: &str = r#"{"action":"reply","reason":"known","language":"en","reply":"Shipping is 50 TL.","cites":["K1"],"confidence":"high"}"#;

#[tokio::test]
async fn a_model_that_keeps_to_the_owners_words_may_answer() {
    let model = Scripted(Ok(HONEST));
    let verdict = answer("How much is shipping?", &auto(), Drafter::Endpoint(&model)).await;
    assert_eq!(
        (verdict.outcome, verdict.reasons),
        (Outcome::Countdown, vec![])
    );
    let draft = verdict.draft.unwrap();
    assert_eq!(draft.model.as_deref(), Some("scripted"));
    assert!(draft.checks.iter().all(|c| c.result == CheckResult::Passed));
}

#[tokio::test]
async fn a_model_that_does_not_is_held_with_the_reason() {
    for (content, reason) in [
        (
            r#"{"action":"reply","reply":"Shipping is 5 TL.","cites":["K1"],"confidence":"high"}"#,
            Reason::FigureUnfounded,
        ),
        (
            r#"{"action":"reply","reply":"Shipping is 50 TL. We will call you back.","cites":["K1"],"confidence":"high"}"#,
            Reason::Promise,
        ),
        (
            r#"{"action":"reply","reply":"Kargo ücreti 50 TL'dir.","cites":["K1"],"confidence":"high"}"#,
            Reason::LanguageWrong,
        ),
        (
            r#"{"action":"reply","reply":"The supplier sells the clay to us for less in winter.","cites":["K1"],"confidence":"high"}"#,
            Reason::Leak,
        ),
        (
            r#"{"action":"reply","reply":"Shipping is 50 TL.","cites":["K9"],"confidence":"high"}"#,
            Reason::Uncited,
        ),
        (
            r#"{"action":"reply","reply":"Shipping is 50 TL.","cites":["K1"],"confidence":"low"}"#,
            Reason::ModelUnsure,
        ),
        ("Shipping is 50 TL.", Reason::ModelUnsure),
        (
            r#"{"action":"needs_human","reply":"","cites":[]}"#,
            Reason::PersonNeeded,
        ),
        (
            r#"{"action":"no_reply","reply":"","cites":[]}"#,
            Reason::ModelUnsure,
        ),
    ] {
        let model = Scripted(Ok(content));
        let verdict = answer("How much is shipping?", &auto(), Drafter::Endpoint(&model)).await;
        assert_ne!(verdict.outcome, Outcome::Countdown, "{content}");
        assert!(
            verdict.reasons.contains(&reason),
            "{content}: {:?}",
            verdict.reasons
        );
    }
}

#[tokio::test]
async fn a_fault_of_the_endpoint_is_never_silence() {
    for fault in [
        ProviderFault::Slow,
        ProviderFault::Quota,
        ProviderFault::Nonsense,
    ] {
        let model = Scripted(Err(fault));
        let verdict = answer("How much is shipping?", &auto(), Drafter::Endpoint(&model)).await;
        assert_eq!(verdict.outcome, Outcome::Proposed);
        assert_eq!(verdict.reasons.first(), Some(&Reason::EndpointFailed));
        assert_eq!(verdict.endpoint_fault, Some(fault));
        assert_eq!(verdict.draft.unwrap().text, "Shipping costs 50 TL.");
    }
    let model = Scripted(Ok("<html>502</html>"));
    let verdict = answer("Do you sell bicycles?", &auto(), Drafter::Endpoint(&model)).await;
    assert_eq!(verdict.outcome, Outcome::Held);
    assert_eq!(verdict.endpoint_fault, Some(ProviderFault::Nonsense));
}

#[tokio::test]
async fn an_internal_entry_is_never_quoted() {
    let verdict = answer("What do we pay for clay?", &auto(), Drafter::Embedded).await;
    assert!(verdict.draft.is_none_or(|d| !d.text.contains("supplier")));
}

#[tokio::test]
async fn a_picture_holds_even_a_clear_question() {
    let burst = [
        said("", Author::Customer, MessageKind::Image),
        customer("How much is shipping?"),
    ];
    let turn = Turn {
        history: &[],
        burst: &burst,
        declined: &[],
    };
    let verdict = draft(&turn, &shop(), &auto(), Drafter::Embedded, Nonce(1)).await;
    assert_eq!(verdict.outcome, Outcome::Held);
    assert_eq!(verdict.reasons.first(), Some(&Reason::Attachment));
    assert!(verdict.draft.is_some());
}

#[tokio::test]
async fn nothing_is_answered_twice() {
    let history = [
        customer("How much is shipping?"),
        said("Shipping costs 50 TL.", Author::Ai, MessageKind::Text),
    ];
    let burst = [customer("how much is the shipping")];
    let turn = Turn {
        history: &history,
        burst: &burst,
        declined: &[],
    };
    let verdict = draft(&turn, &shop(), &auto(), Drafter::Embedded, Nonce(1)).await;
    assert!(
        verdict.reasons.contains(&Reason::Repeats),
        "{:?}",
        verdict.reasons
    );
}

#[tokio::test]
async fn a_megabyte_is_read_in_a_moment() {
    let began = Instant::now();
    let verdict = answer(
        &"сколько стоит? ".repeat(40_000),
        &auto(),
        Drafter::Embedded,
    )
    .await;
    assert_ne!(verdict.outcome, Outcome::Countdown);
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

proptest! {
    #[test]
    fn every_turn_ends_in_an_outcome_with_a_reason(
        texts in prop::collection::vec(any::<String>(), 0..4),
        answer in any::<String>(),
        kind in prop::sample::select(MessageKind::ALL),
    ) {
        let burst: Vec<_> = texts.iter().map(|t| said(t, Author::Customer, kind)).collect();
        let turn = Turn { history: &burst, burst: &burst, declined: &[], };
        let knowledge = Knowledge::new(vec![Entry {
            id: EntryId(1),
            questions: texts.clone(),
            answer,
            lang: Lang::Tr,
            auto_ok: true,
            internal: false,
            answers: Vec::new(),
        }]);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let verdict = runtime.block_on(draft(&turn, &knowledge, &auto(), Drafter::Embedded, Nonce(3)));
        prop_assert!(verdict.outcome == Outcome::Countdown || !verdict.reasons.is_empty());
        prop_assert!(verdict.trace.last().is_some_and(|s| s.name == "decision"));
    }
}

#[tokio::test]
async fn an_entry_answers_in_each_language_that_the_owner_wrote() {
    let entry = Entry {
        id: EntryId(1),
        questions: vec![
            "How much is shipping?".to_owned(),
            "Kargo ne kadar?".to_owned(),
        ],
        answer: "Shipping costs 50 TL.".to_owned(),
        lang: Lang::En,
        auto_ok: true,
        internal: false,
        answers: vec![(Lang::Tr, "Kargo ücreti 50 TL.".to_owned())],
    };
    let knowledge = Knowledge::new(vec![entry]);
    for (asked, answer) in [
        ("How much is shipping?", "Shipping costs 50 TL."),
        ("Kargo ücreti ne kadar?", "Kargo ücreti 50 TL."),
    ] {
        let burst = [Utterance {
            author: Author::Customer,
            kind: MessageKind::Text,
            text: asked.to_owned(),
            at: Timestamp(0),
            id: MessageId(1),
        }];
        let turn = Turn {
            history: &[],
            burst: &burst,
            declined: &[],
        };
        let policy = Policy::default();
        let verdict = draft(&turn, &knowledge, &policy, Drafter::Embedded, Nonce(1)).await;
        let draft = verdict.draft.unwrap();
        assert_eq!(draft.text, answer);
        let failed = draft
            .checks
            .iter()
            .find(|c| c.result == CheckResult::Failed);
        assert_eq!(failed, None, "{asked}");
    }
}

/// A model that writes down what it is asked.
struct Listening(std::sync::Mutex<Vec<Prompt>>);

#[async_trait]
impl Provider for Listening {
    async fn complete(&self, prompt: &Prompt) -> Result<Completion, ProviderFault> {
        self.0.lock().unwrap().push(prompt.clone());
        Ok(Completion {
            content: HONEST.to_owned(),
            ..Completion::default()
        })
    }

    fn model(&self) -> &str {
        "listening"
    }
}

#[tokio::test]
async fn a_model_is_told_what_the_owner_declined_as_data_with_private_things_hidden() {
    let burst = [customer("How much is shipping?")];
    let declined: Vec<String> = (1..=5)
        .map(|n| format!("Reply {n}. Call 0532 123 45 67."))
        .collect();
    let policy = Policy {
        mask: true,
        ..auto()
    };
    for (declined, shown) in [(&declined[..], 3), (&[], 0)] {
        let turn = Turn {
            history: &[],
            burst: &burst,
            declined,
        };
        let model = Listening(std::sync::Mutex::default());
        draft(&turn, &shop(), &policy, Drafter::Endpoint(&model), Nonce(7)).await;
        let prompt = model.0.into_inner().unwrap().pop().unwrap();
        assert_eq!(prompt.user.matches("Reply ").count(), shown);
        assert_eq!(prompt.user.contains("Reply 5"), shown > 0, "the newest");
        assert_eq!(prompt.system.contains("declined"), shown > 0);
        assert!(!prompt.user.contains("0532"));
    }
}
