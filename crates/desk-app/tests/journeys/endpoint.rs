//! An AI endpoint of the owner's: set up, shown while it writes, checked as a whole, and never
//! needed.

use crate::model::{Model, Says};
use crate::world::{QUIET, World};
use desk_app::dto::{AiSettingsChange, ReviseHow};
use desk_app::{Code, ConversationId};
use desk_core::{CheckResult, Engine, Entity, Outcome, Reason};

const ANSWER: &str = "Shipping is 90 TL.";

/// A shop that knows what shipping costs, and asks the model.
async fn shop(model: &Model, more: AiSettingsChange) -> World {
    let world = World::connected().await;
    let questions = ["how much is shipping?", "what does shipping cost?"];
    world.knows(&questions, ANSWER, "en").await;
    let change = AiSettingsChange {
        engine: Some(Engine::Endpoint),
        base_url: Some(model.base.clone()),
        model: Some("small".into()),
        ..more
    };
    world.desk.ai_settings_set(change).await.unwrap();
    world
}

fn nothing_more() -> AiSettingsChange {
    AiSettingsChange::default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_finds_out_what_it_can_and_that_is_remembered() {
    let model = Model::start(Says::Answers {
        reply: ANSWER,
        plain_only: true,
    })
    .await;
    let mut world = shop(&model, nothing_more()).await;
    let presets = world.desk.ai_presets().await.unwrap();
    assert_eq!(presets.len(), 8);
    assert!(
        presets
            .iter()
            .any(|p| p.id == "ollama" && p.local && !p.needs_key)
    );
    let found = world.desk.ai_probe().await.unwrap();
    assert_eq!((found.dialect.as_str(), found.tokens_in), ("plain", 800));
    world.restart().await;
    let settings = world.desk.ai_settings_get().await.unwrap();
    assert_eq!(settings.dialect.as_deref(), Some("plain"));
    let before = model.asked().len();
    let tom = world.sim.customer("tom.h");
    world.drafted(&tom, "how much is shipping?").await;
    let asked = model.asked();
    let drafting = asked.iter().skip(before);
    assert!(drafting.clone().count() >= 1);
    for body in drafting {
        assert!(body.get("response_format").is_none(), "{body}");
    }
    let other = AiSettingsChange {
        model: Some("another".into()),
        ..nothing_more()
    };
    let settings = world.desk.ai_settings_set(other).await.unwrap();
    assert_eq!(
        settings.dialect, None,
        "what one model can says nothing of another"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_address_key_or_model_is_named() {
    let model = Model::start(Says::Nothing).await;
    let world = shop(&model, nothing_more()).await;
    for (status, body, code) in [
        (404, "<html>Not here</html>", Code::AiAddressUnknown),
        (401, "{}", Code::AiKeyRefused),
        (400, "API key not valid.", Code::AiKeyRefused),
        (
            404,
            "The model `small` does not exist",
            Code::AiModelUnknown,
        ),
        (400, "model 'small' not found", Code::AiModelUnknown),
        (429, "{}", Code::AiQuota),
        (503, "{}", Code::AiUnreachable),
        (200, "<html>Welcome</html>", Code::AiNonsense),
    ] {
        model.now(Says::Refuses(status, body));
        let fault = world.desk.ai_probe().await.unwrap_err();
        assert_eq!(fault.code, code, "{status} {body}");
        assert!(
            !fault.message.contains("Not here"),
            "nothing of the server's is passed on"
        );
    }
    let nobody = AiSettingsChange {
        base_url: Some("http://127.0.0.1:9/v1".into()),
        ..nothing_more()
    };
    world.desk.ai_settings_set(nobody).await.unwrap();
    assert_eq!(
        world.desk.ai_probe().await.unwrap_err().code,
        Code::AiUnreachable
    );
    let none = AiSettingsChange {
        base_url: Some(String::new()),
        ..nothing_more()
    };
    world.desk.ai_settings_set(none).await.unwrap();
    assert_eq!(
        world.desk.ai_probe().await.unwrap_err().code,
        Code::AiNeeded
    );
}

/// The customer asks, and the model begins to write.
async fn begun(world: &World) -> ConversationId {
    let tom = world.sim.customer("tom.h");
    let id = world
        .receives(&tom, "how much is shipping? Call me, 0532 123 45 67")
        .await;
    world.advance(QUIET);
    world
        .until("the first words are shown", async |desk| {
            let draft = desk.draft_get(id).await.unwrap();
            draft.is_some_and(|d| d.partial.is_some())
        })
        .await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_shown_while_it_is_written_and_checked_before_it_can_be_sent() {
    let model = Model::start(Says::Streams(ANSWER)).await;
    let priced = AiSettingsChange {
        price_in_cents: Some(1000),
        price_out_cents: Some(1000),
        ..nothing_more()
    };
    let world = shop(&model, priced).await;
    let mut changes = world.desk.changes();
    let id = begun(&world).await;
    let growing = world.desk.draft_get(id).await.unwrap().unwrap();
    assert_eq!(growing.outcome, Outcome::Pending);
    assert_eq!(growing.partial.as_deref(), Some("Shipping "));
    assert_eq!(growing.text, "", "what is not checked is no draft");
    let view = world.desk.conversation_open(id, None, 10).await.unwrap();
    assert_eq!(view.draft.unwrap().partial.as_deref(), Some("Shipping "));
    let refused = world.desk.draft_approve(growing.id, None, Some(true)).await;
    assert_eq!(refused.unwrap_err().code, Code::DraftSettled);
    let mut told = Vec::new();
    while let Ok(batch) = changes.try_recv() {
        told.extend(batch.iter().map(|c| c.entity));
    }
    assert!(told.contains(&Entity::Writing), "{told:?}");
    model.go_on();
    let draft = world.draft_of(id).await;
    assert_eq!((draft.text.as_str(), draft.partial), (ANSWER, None));
    assert_eq!(draft.engine, Some(Engine::Endpoint));
    assert!(draft.checks.iter().all(|c| c.result == CheckResult::Passed));
    assert_eq!(
        (draft.tokens_in, draft.tokens_out, draft.cost_micros),
        (800, 100, 9000)
    );
    assert_eq!(draft.masked, ["phone"]);
    let asked = model.asked().last().unwrap().to_string();
    assert!(!asked.contains("0532"), "{asked}");
    assert!(world.delivered().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_message_ends_the_writing_and_its_words() {
    let model = Model::start(Says::Streams(ANSWER)).await;
    let world = shop(&model, nothing_more()).await;
    let id = begun(&world).await;
    let old = world.desk.draft_get(id).await.unwrap().unwrap();
    let tom = world.sim.customer("tom.h");
    world.receives(&tom, "to Ankara, please").await;
    let current = world.desk.draft_get(id).await.unwrap();
    assert!(current.is_none_or(|d| d.outcome != Outcome::Pending && d.partial.is_none()));
    for _ in 0..4 {
        model.go_on();
    }
    let draft = world.draft_of(id).await;
    assert_ne!(draft.id, old.id);
    let refused = world.desk.draft_approve(old.id, None, Some(true)).await;
    assert_eq!(refused.unwrap_err().code, Code::DraftStale);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_deadline_the_owners_own_answer_is_shown() {
    let model = Model::start(Says::Nothing).await;
    let soon = AiSettingsChange {
        deadline_seconds: Some(2),
        ..nothing_more()
    };
    let world = shop(&model, soon).await;
    let tom = world.sim.customer("tom.h");
    let (_, draft) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(
        (draft.outcome, draft.text.as_str()),
        (Outcome::Proposed, ANSWER)
    );
    assert_eq!(
        (draft.engine, draft.fault),
        (Some(Engine::Embedded), Some(Code::AiSlow))
    );
    assert!(draft.reasons.contains(&Reason::EndpointFailed));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_days_budget_is_spent_the_owners_own_answers_go_on() {
    let model = Model::start(Says::Answers {
        reply: ANSWER,
        plain_only: false,
    })
    .await;
    // A draft costs up to 3.7 cents, this one 0.9: the cap leaves room for one.
    let capped = AiSettingsChange {
        price_in_cents: Some(1000),
        price_out_cents: Some(1000),
        daily_cap_cents: Some(4),
        ..nothing_more()
    };
    let world = shop(&model, capped).await;
    let tom = world.sim.customer("tom.h");
    let (_, first) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(
        (first.engine, first.cost_micros),
        (Some(Engine::Endpoint), 9000)
    );
    let asked = model.asked().len();
    let vera = world.sim.customer("vera.m");
    let (_, second) = world.drafted(&vera, "what does shipping cost?").await;
    assert_eq!(
        (second.engine, second.text.as_str()),
        (Some(Engine::Embedded), ANSWER)
    );
    assert_eq!(
        second.fault,
        Some(Code::AiCapReached),
        "the owner is told why"
    );
    assert_eq!(model.asked().len(), asked, "it was not asked");
    let month = world.desk.ai_usage(None).await.unwrap().total;
    assert_eq!((month.calls, month.cost_cents), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_in_the_wrong_currency_stays_a_draft_and_is_shown_in_red() {
    let model = Model::start(Says::Answers {
        reply: "Shipping is 90 EUR.",
        plain_only: false,
    })
    .await;
    let world = shop(&model, nothing_more()).await;
    let tom = world.sim.customer("tom.h");
    let (id, draft) = world.drafted(&tom, "how much is shipping?").await;
    assert_eq!(draft.outcome, Outcome::Held);
    assert!(draft.reasons.contains(&Reason::FigureUnfounded));
    let facts = draft.checks.iter().find(|c| c.name == "facts").unwrap();
    assert_eq!(facts.result, CheckResult::Failed);
    assert!(
        facts
            .detail
            .as_deref()
            .unwrap()
            .to_uppercase()
            .contains("90 EUR")
    );
    let once = world.desk.draft_approve(draft.id, None, None).await;
    assert_eq!(once.unwrap_err().code, Code::DraftUnconfirmed);
    // Said shorter it is as wrong as before.
    let shorter = world
        .desk
        .draft_revise(draft.id, ReviseHow::Shorter)
        .await
        .unwrap();
    assert!(shorter.needs_confirmation, "{:?}", shorter.checks);
    assert!(world.delivered().is_empty());
    world.draft_of(id).await;
}
