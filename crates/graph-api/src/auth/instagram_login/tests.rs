use super::*;

fn short(json: &str) -> Option<ShortLivedToken> {
    short_lived(&unwrapped(&Document::from_text(json).unwrap())?)
}

#[test]
fn the_documented_and_the_real_reply_of_the_exchange_read_the_same() {
    for json in [
        include_str!("../../../tests/fixtures/token_short_documented.json"),
        include_str!("../../../tests/fixtures/token_short_flat.json"),
    ] {
        let token = short(json).unwrap();
        assert_eq!(token.token.expose_secret(), "IGAAshort0001");
        assert_eq!(token.user_id.as_deref(), Some("17840000000000001"));
        let expected = Scope::INBOX.map(|scope| scope.to_string());
        assert_eq!(token.permissions, expected);
    }
}

#[test]
fn a_long_lived_token_may_come_without_its_lifetime() {
    let json = include_str!("../../../tests/fixtures/token_long.json");
    let document = Document::from_text(json).unwrap();
    let token = long_lived(&unwrapped(&document).unwrap()).unwrap();
    assert_eq!(token.expires_in, Some(Duration::from_secs(5_183_000)));
    assert_eq!(token.token_type.as_deref(), Some("bearer"));
    let document = Document::from_text(r#"{"data":{"access_token":"x"}}"#).unwrap();
    let token = long_lived(&unwrapped(&document).unwrap()).unwrap();
    assert_eq!(token.expires_in, None);
}

#[test]
fn a_reply_without_a_token_is_not_taken_for_one() {
    for json in [
        "{}",
        r#"{"data":[]}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":null}"#,
    ] {
        assert!(short(json).is_none(), "{json}");
    }
}

#[test]
fn the_fragment_behind_a_copied_code_is_removed() {
    for code in ["AQB1", "AQB1#_", " AQB1#_ ", "AQB1%23_"] {
        assert_eq!(clean_code(code), "AQB1");
    }
    assert_eq!(clean_code("AQ_#B"), "AQ_#B");
}

#[test]
fn the_address_for_the_browser_holds_what_meta_asks_for() {
    let base = Url::parse("https://www.instagram.com").unwrap();
    let url = authorize_url(
        &base,
        "77",
        "https://x.example/cb?a=1",
        &Scope::INBOX,
        "s+t",
    );
    assert_eq!(
        url.as_str(),
        "https://www.instagram.com/oauth/authorize?client_id=77\
         &redirect_uri=https%3A%2F%2Fx.example%2Fcb%3Fa%3D1&response_type=code\
         &scope=instagram_business_basic%2Cinstagram_business_manage_messages&state=s%2Bt"
    );
}
