//! Lists of conversations and messages, their fields, pages and modes.

use std::time::Duration;

use chrono::TimeDelta;
use graph_sim::{AppMode, AttachmentKind, Sim};
use serde_json::{Value, json};

use crate::http::{FULL, Http, noon, standing};

fn ids(list: &Value) -> Vec<String> {
    let data = list["data"].as_array().expect("a list");
    data.iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test]
async fn without_fields_only_the_documented_minimum_is_answered() {
    let sim = standing().await;
    sim.customer("ayse.k").writes("hi");
    let http = Http::new(&sim);
    let list = http
        .get("/v25.0/me/conversations", &[("platform", "instagram")])
        .await
        .json();
    let keys: Vec<&String> = list["data"][0]
        .as_object()
        .expect("a node")
        .keys()
        .collect();
    assert_eq!(keys, ["id", "updated_time"]);
    assert_eq!(list["data"][0]["updated_time"], "2026-09-15T12:00:00+0000");
    let by_id = http
        .get(&format!("/v25.0/{}/conversations", sim.user_id()), &[])
        .await
        .json();
    assert_eq!(
        ids(&by_id),
        ids(&list),
        "the numeric id leads to the same list"
    );
    sim.change(|modes| modes.unix_times = true);
    assert_eq!(
        http.list("updated_time").await["data"][0]["updated_time"],
        noon().timestamp()
    );
}

#[tokio::test]
async fn expansion_brings_participants_and_messages_newest_first() {
    let sim = standing().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("Merhaba");
    sim.advance(Duration::from_secs(60));
    sim.owner_phone().writes(&ayse, "Hoş geldiniz");
    let http = Http::new(&sim);
    let thread = http.list(FULL).await["data"][0].clone();
    assert_eq!(thread["participants"]["data"][0]["id"], sim.user_id());
    assert_eq!(
        thread["participants"]["data"][1],
        json!({ "id": ayse.igsid(), "username": "ayse.k" })
    );
    let messages = &thread["messages"]["data"];
    assert_eq!(messages[0]["message"], "Hoş geldiniz");
    assert_eq!(
        messages[0]["from"]["id"],
        sim.user_id(),
        "the phone's reply is from us"
    );
    assert_eq!(
        messages[1]["from"],
        json!({ "username": "ayse.k", "id": ayse.igsid() })
    );
    assert_eq!(thread["updated_time"], "2026-09-15T12:01:00+0000");
}

#[tokio::test]
async fn pages_follow_cursors_to_the_end_while_new_messages_arrive() {
    let sim = standing().await;
    for number in 0..7 {
        let at = noon() - TimeDelta::minutes(number);
        sim.customer(&format!("person{number}")).writes_at(at, "hi");
    }
    let http = Http::new(&sim);
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let query = [
            ("limit", "3"),
            ("after", after.as_str()),
            ("fields", "id,participants"),
        ];
        let page = http.get("/v25.0/me/conversations", &query).await.json();
        seen.extend(ids(&page));
        sim.customer("newcomer").writes("in between");
        let Some(next) = page["paging"]["next"].as_str() else {
            break;
        };
        assert!(
            next.contains(&http.token),
            "next carries the token, as the platform has it"
        );
        assert_eq!(
            ids(&http.get_url(next).await.json()).len(),
            7_usize.saturating_sub(seen.len()).min(3)
        );
        after = page["paging"]["cursors"]["after"]
            .as_str()
            .expect("a cursor")
            .to_owned();
    }
    let mut once = seen.clone();
    once.dedup();
    assert_eq!(
        (seen.len(), once.len()),
        (7, 7),
        "each of the old ones once"
    );
    let before = [("limit", "2"), ("before", after.as_str())];
    assert_eq!(
        ids(&http.get("/v25.0/me/conversations", &before).await.json()),
        seen[3..5]
    );
    let bad = http.get("/v25.0/me/conversations", &[("after", "x")]).await;
    assert_eq!(bad.code(), (400, 100, None));
}

#[tokio::test]
async fn one_person_can_be_looked_up() {
    let sim = Sim::start().await;
    let (ayse, tom) = (sim.customer("ayse.k"), sim.customer("tom"));
    ayse.writes("a");
    tom.writes("b");
    let http = Http::new(&sim);
    let list = http
        .get("/v25.0/me/conversations", &[("user_id", tom.igsid())])
        .await
        .json();
    assert_eq!(ids(&list), [tom.conversation_id().expect("a thread")]);
}

#[tokio::test]
async fn an_app_in_development_sees_empty_lists_without_an_error() {
    let sim = Sim::start().await;
    sim.customer("ayse.k").writes("hi");
    sim.change(|modes| modes.mode = AppMode::Dev);
    let http = Http::new(&sim);
    assert_eq!(http.list(FULL).await, json!({ "data": [] }));
    assert_eq!(http.get("/v25.0/me", &[]).await.status, 200);
}

#[tokio::test]
async fn only_the_twenty_newest_messages_show_their_details() {
    let sim = standing().await;
    let ayse = sim.customer("ayse.k");
    let mut written = Vec::new();
    for number in 0..30 {
        written.push(ayse.writes_at(noon() - TimeDelta::minutes(40 - number), "text"));
    }
    let http = Http::new(&sim);
    let path = format!("/v25.0/{}", ayse.conversation_id().expect("a thread"));
    let all = http
        .get(
            &path,
            &[("fields", "messages.limit(50){id,created_time,message}")],
        )
        .await
        .json();
    let messages = all["messages"]["data"]
        .as_array()
        .expect("messages")
        .clone();
    assert_eq!(messages.len(), 30, "all ids are listed");
    assert_eq!(messages[19]["message"], "text");
    let mut keys: Vec<&String> = messages[20].as_object().expect("a node").keys().collect();
    keys.sort();
    assert_eq!(keys, ["created_time", "id"]);
    let single = |id: &str| format!("/v25.0/{id}");
    let fields = [("fields", "id,message")];
    assert_eq!(
        http.get(&single(&written[10]), &fields).await.json()["message"],
        "text"
    );
    assert_eq!(
        http.get(&single(&written[9]), &fields).await.code(),
        (400, 100, Some(33))
    );
    sim.change(|modes| modes.old_messages_missing = true);
    let all = http
        .get(&path, &[("fields", "messages.limit(50)")])
        .await
        .json();
    assert_eq!(all["messages"]["data"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn messages_page_inside_the_expansion_and_through_next() {
    let sim = standing().await;
    let ayse = sim.customer("ayse.k");
    for number in 0..5 {
        ayse.writes_at(noon() - TimeDelta::minutes(number), &number.to_string());
    }
    let http = Http::new(&sim);
    let path = format!("/v25.0/{}", ayse.conversation_id().expect("a thread"));
    let first = http
        .get(&path, &[("fields", "messages.limit(2){message}")])
        .await
        .json();
    let paging = &first["messages"]["paging"];
    let next = http
        .get_url(paging["next"].as_str().expect("a link"))
        .await
        .json();
    assert_eq!(next["data"][0]["message"], "2");
    let after = paging["cursors"]["after"].as_str().expect("a cursor");
    let fields = format!("messages.limit(9).after({after}){{message}}");
    let rest = http.get(&path, &[("fields", fields.as_str())]).await.json();
    assert_eq!(rest["messages"]["data"].as_array().map(Vec::len), Some(3));
    assert!(
        rest["messages"]["paging"]["next"].is_null(),
        "the last page has no next"
    );
}

#[tokio::test]
async fn unknown_and_refused_fields_are_named_in_the_error() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    ayse.writes("hi");
    let http = Http::new(&sim);
    let ask = async |fields: &str| {
        http.get("/v25.0/me/conversations", &[("fields", fields)])
            .await
    };
    assert_eq!(ask("id,colour").await.code(), (400, 100, None));
    assert!(
        ask("messages{text}")
            .await
            .text
            .contains("nonexisting field (text)")
    );
    assert_eq!(ask("messages{id").await.code(), (400, 2500, None));
    assert_eq!(ask("messages.limit(0){id}").await.code(), (400, 100, None));
    sim.change(|modes| modes.optional_fields_refused = vec!["shares".to_owned()]);
    assert!(ask("messages{id,shares}").await.text.contains("(shares)"));
    assert_eq!(
        ask("messages{id,story}").await.status,
        200,
        "only the named one is refused"
    );
    sim.change(|modes| modes.optional_fields_refused = vec!["all".to_owned()]);
    assert_eq!(ask("messages{id,story}").await.code(), (400, 100, None));
    assert_eq!(
        ask("messages{id,created_time,from,to,message}")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn attachments_shares_stories_reactions_and_replies_have_their_shapes() {
    let sim = standing().await;
    let ayse = sim.customer("ayse.k");
    let first = ayse.writes("hi");
    ayse.sends_attachment(AttachmentKind::Image);
    ayse.sends_attachment(AttachmentKind::Audio);
    ayse.sends_attachment(AttachmentKind::Share);
    ayse.sends_attachment(AttachmentKind::StoryMention);
    ayse.sends_attachment(AttachmentKind::Unsupported);
    ayse.replies_to_story("so pretty");
    ayse.replies_to(&first, "again");
    ayse.reacts(&first, "love");
    let http = Http::new(&sim);
    let thread = http.list(FULL).await["data"][0].clone();
    let mut messages = thread["messages"]["data"]
        .as_array()
        .expect("messages")
        .clone();
    messages.reverse();
    assert_eq!(messages[0]["reactions"]["data"][0]["reaction"], "love");
    assert_eq!(
        messages[0]["reactions"]["data"][0]["users"][0]["username"],
        "ayse.k"
    );
    let image = &messages[1]["attachments"]["data"][0];
    assert_eq!(messages[1]["message"], "", "media comes with empty text");
    let url = image["image_data"]["url"].as_str().expect("a link");
    assert_eq!(http.get_url(url).await.header("content-type"), "image/png");
    assert_eq!(
        messages[2]["attachments"]["data"][0]["mime_type"],
        "audio/mp4"
    );
    assert!(messages[2]["attachments"]["data"][0]["file_url"].is_string());
    assert!(messages[3]["shares"]["data"][0]["link"].is_string());
    assert!(messages[4]["story"]["mention"]["link"].is_string());
    assert_eq!(messages[5]["is_unsupported"], true);
    assert!(messages[6]["story"]["reply_to"]["id"].is_string());
    assert_eq!(
        messages[7]["reply_to"],
        json!({ "mid": first, "is_self_reply": true })
    );
    sim.change(|modes| {
        modes.unsupported_as_text = true;
        modes.empty_text_missing = true;
        modes.participants_user_id = true;
        modes
            .extra_fields
            .insert("brand_new".to_owned(), json!({ "x": 1 }));
    });
    let thread = http.list(FULL).await["data"][0].clone();
    assert_eq!(thread["brand_new"]["x"], 1);
    assert_eq!(thread["participants"]["data"][1]["user_id"], ayse.igsid());
    assert_eq!(thread["messages"]["data"][2]["is_unsupported"], "true");
    assert!(thread["messages"]["data"][6].get("message").is_none());
}

#[tokio::test]
async fn unsent_messages_vanish_and_idle_requests_are_hidden() {
    let sim = standing().await;
    let ayse = sim.customer("ayse.k");
    let mid = ayse.writes("oops");
    assert!(ayse.unsends(&mid));
    let http = Http::new(&sim);
    assert_eq!(
        http.list(FULL).await["data"][0]["messages"]["data"],
        json!([])
    );
    assert_eq!(
        http.get(&format!("/v25.0/{mid}"), &[]).await.code(),
        (400, 100, Some(33))
    );
    let stranger = sim.customer("stranger");
    stranger.writes("hello");
    stranger.is_in_requests();
    assert_eq!(ids(&http.list("id").await).len(), 2);
    sim.advance(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(
        ids(&http.list("id").await),
        [ayse.conversation_id().expect("a thread")]
    );
}

#[tokio::test]
async fn a_reaction_moves_the_thread_only_when_switched_so() {
    let sim = standing().await;
    let ayse = sim.customer("ayse.k");
    let mid = ayse.writes("hi");
    let http = Http::new(&sim);
    sim.advance(Duration::from_secs(60));
    ayse.reacts(&mid, "love");
    assert_eq!(
        http.list("updated_time").await["data"][0]["updated_time"],
        "2026-09-15T12:00:00+0000"
    );
    sim.change(|modes| modes.reactions_touch_thread = true);
    ayse.reacts(&mid, "wow");
    assert_eq!(
        http.list("updated_time").await["data"][0]["updated_time"],
        "2026-09-15T12:01:00+0000"
    );
}

#[tokio::test]
async fn four_byte_and_right_to_left_text_survive() {
    let sim = Sim::start().await;
    let text = "🧿 سلام \u{202e}abc İıŞş ё 𝒳";
    let ayse = sim.customer("ayse.k");
    ayse.writes(text);
    let http = Http::new(&sim);
    let list = http.list("messages{message}").await;
    assert_eq!(list["data"][0]["messages"]["data"][0]["message"], text);
}
