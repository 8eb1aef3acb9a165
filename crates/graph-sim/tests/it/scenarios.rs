//! The built-in scenarios, the story that goes on, and the shop's knowledge.

use std::collections::BTreeSet;
use std::time::Duration;

use graph_sim::{SHOP_KNOWLEDGE, Sim, StartError};
use serde_json::Value;

use crate::http::{Http, noon};

async fn scenario(name: &str) -> Sim {
    Sim::builder()
        .clock(noon())
        .scenario(name)
        .start()
        .await
        .expect("a simulator")
}

#[tokio::test]
async fn the_shop_has_customers_in_three_languages_who_wait_for_an_answer() {
    let sim = scenario("shop").await;
    let http = Http::new(&sim);
    let list = http
        .list("id,participants,messages.limit(1){message,from}")
        .await;
    let threads = list["data"].as_array().expect("threads");
    assert!(threads.len() >= 14, "{} conversations", threads.len());
    let text = list.to_string();
    for word in ["mug", "kargo", "миска", "❤️🔥🔥"] {
        assert!(text.contains(word), "{word}");
    }
    let open = threads
        .iter()
        .filter(|t| t["messages"]["data"][0]["from"]["id"] != sim.user_id());
    assert!(open.count() >= 14, "they wrote last");
}

#[tokio::test]
async fn customers_keep_writing_while_one_watches_and_the_same_way_every_time() {
    let play = async || {
        let sim = scenario("shop").await;
        let http = Http::new(&sim);
        let mut texts = Vec::new();
        for _ in 0..6 {
            sim.advance(Duration::from_secs(40));
            let list = http.list("updated_time,messages.limit(1){message}").await;
            texts.push(list["data"][0].to_string());
        }
        texts.sort();
        texts.dedup();
        texts
    };
    let first = play().await;
    assert_eq!(first.len(), 6, "something new in every forty seconds");
    let strip = |texts: Vec<String>| texts.join("|");
    assert_eq!(strip(first), strip(play().await));
}

#[tokio::test]
async fn a_customer_reacts_to_answers_at_most_three_times_and_then_is_quiet() {
    let sim = scenario("shop").await;
    let http = Http::new(&sim);
    let zhanna = sim.customer("zhanna_k");
    let mut said = 0;
    for _ in 0..6 {
        http.send(zhanna.igsid(), "Кружка стоит 480 лир").await;
        sim.advance(Duration::from_secs(60));
        said = zhanna
            .reads()
            .iter()
            .filter(|(inbound, _)| *inbound)
            .count();
    }
    assert_eq!(said, 1 + 3, "one line of her own and three reactions");
    let texts = zhanna.reads();
    assert!(
        texts.iter().any(|(_, text)| text.contains("две")
            || text.contains("оплатить")
            || text.contains("Подумаю")
            || text.contains("одну")),
        "she reacts to the price: {texts:?}"
    );
}

#[tokio::test]
async fn a_long_pause_does_not_pour_the_whole_story_in() {
    let sim = scenario("shop").await;
    let before = Http::new(&sim).get("/_sim/state", &[]).await.json();
    sim.advance(Duration::from_secs(10 * 3600));
    let after = Http::new(&sim).get("/_sim/state", &[]).await.json();
    let count = |state: &Value| state["messages"].as_u64().expect("a number");
    assert!((1..=5).contains(&(count(&after) - count(&before))));
}

#[tokio::test]
async fn a_crowd_has_the_asked_size_and_is_the_same_every_time() {
    let sim = scenario("crowd:500").await;
    let again = scenario("crowd:500").await;
    let state = Http::new(&sim).get("/_sim/state", &[]).await.json();
    assert_eq!(state["threads"], 500);
    let list = async |sim: &Sim| {
        let http = Http::new(sim);
        let query = [
            ("limit", "100"),
            (
                "fields",
                "id,updated_time,participants,messages.limit(50){id,message}",
            ),
        ];
        http.get("/v25.0/me/conversations", &query).await.json()["data"].to_string()
    };
    let strip = |text: String, sim: &Sim| text.replace(sim.url(), "");
    let (one, two) = (list(&sim).await, list(&again).await);
    assert_eq!(strip(one, &sim), strip(two, &again));
}

#[tokio::test]
async fn an_unknown_scenario_or_a_broken_file_is_an_error() {
    for name in [
        "no-such-file.json",
        "crowd:many",
        concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
    ] {
        let error = Sim::builder().scenario(name).start().await.expect_err(name);
        assert!(matches!(error, StartError::Scenario(_)), "{error}");
    }
}

#[tokio::test]
async fn the_shops_knowledge_covers_every_language_with_unique_answers() {
    let entries: Vec<Value> = serde_json::from_str(SHOP_KNOWLEDGE).expect("JSON");
    for lang in ["en", "tr", "ru"] {
        let answers: BTreeSet<&str> = entries
            .iter()
            .filter(|entry| entry["lang"] == lang)
            .filter_map(|entry| entry["answer"].as_str())
            .collect();
        assert!(answers.len() >= 14, "{lang}: {}", answers.len());
    }
    for entry in &entries {
        assert!(
            entry["questions"]
                .as_array()
                .is_some_and(|questions| !questions.is_empty())
        );
        assert!(entry["autoOk"].is_boolean() && entry["internal"].is_boolean());
        let bytes = entry["answer"].as_str().map_or(usize::MAX, str::len);
        assert!(bytes <= 1000, "an answer fits into one message");
    }
}

#[tokio::test]
async fn a_faster_pace_counts_from_the_moment_it_is_set() {
    let sim = scenario("shop").await;
    let messages = async || {
        let state = Http::new(&sim).get("/_sim/state", &[]).await.json();
        state["messages"].as_u64().expect("a number")
    };
    let before = messages().await;
    sim.change(|modes| modes.pace = 0.05);
    sim.advance(Duration::from_secs(4));
    assert!(
        messages().await > before,
        "one line comes every one or two seconds"
    );
}

#[tokio::test]
async fn a_scenario_can_be_a_file_of_ones_own() {
    let path = std::env::temp_dir().join(format!("graph-sim-{}.json", std::process::id()));
    let text = r#"{"shop":{"username":"own.shop","name":"Own"},"settings":{"wrappedMe":true},
        "customers":[{"username":"tom","lang":"en","messages":[{"ago":"2d 3h","text":"hi"},
        {"ago":"1m","fromOwner":true,"text":"hello"}]}]}"#;
    std::fs::write(&path, text).expect("a file");
    let sim = scenario(path.to_str().expect("a path")).await;
    std::fs::remove_file(&path).expect("no file left");
    assert_eq!(
        (sim.username().as_str(), sim.settings().wrapped_me),
        ("own.shop", true)
    );
    let texts = sim.customer("tom").reads();
    assert_eq!(
        texts,
        [(true, "hi".to_owned()), (false, "hello".to_owned())]
    );
}
