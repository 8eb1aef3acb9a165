//! Profiles of people and their consent.

use graph_sim::Sim;

use crate::http::Http;

const FIELDS: &str = "name,username,profile_pic,follower_count,is_user_follow_business,\
                      is_business_follow_user,is_verified_user";

#[tokio::test]
async fn a_person_who_wrote_has_a_profile_and_one_who_did_not_has_none() {
    let sim = Sim::start().await;
    let ayse = sim.customer("ayse.k");
    let http = Http::new(&sim);
    let path = format!("/v25.0/{}", ayse.igsid());
    let refused = http.get(&path, &[("fields", FIELDS)]).await;
    assert_eq!(refused.code(), (400, 230, None));
    assert!(
        refused
            .text
            .contains("User consent is required to access user profile")
    );
    ayse.writes("hi");
    let profile = http.get(&path, &[("fields", FIELDS)]).await.json();
    assert!(
        profile["name"].is_null() && profile["profile_pic"].is_null(),
        "both may be null"
    );
    assert_eq!(profile["username"], "ayse.k");
    assert_eq!(profile["id"], ayse.igsid(), "the id comes unasked");
    ayse.is_named(Some("Ayşe K.")).follows_us(true);
    let profile = http.get(&path, &[("fields", FIELDS)]).await.json();
    assert_eq!(
        (&profile["name"], &profile["is_user_follow_business"]),
        (&"Ayşe K.".into(), &true.into())
    );
    ayse.consents(false);
    assert_eq!(http.get(&path, &[]).await.code(), (400, 230, None));
}

#[tokio::test]
async fn an_unknown_id_is_no_object() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    assert_eq!(
        http.get("/v25.0/1234567890123456", &[]).await.code(),
        (400, 100, Some(33))
    );
    assert!(
        sim.unexpected().is_empty(),
        "asking for a missing object is no mistake of the client"
    );
}
