//! Consent, codes and the exchange.

use std::time::Duration;

use graph_sim::Sim;
use url::Url;

use crate::http::{Http, standing};

const SCOPE: &str = "instagram_business_basic,instagram_business_manage_messages";

fn authorize(sim: &Sim, redirect: &str, state: &str) -> String {
    let mut url = Url::parse(&format!("{}/oauth/authorize", sim.url())).expect("a url");
    url.query_pairs_mut()
        .append_pair("client_id", &sim.app_id())
        .append_pair("redirect_uri", redirect)
        .append_pair("response_type", "code")
        .append_pair("scope", SCOPE)
        .append_pair("state", state);
    url.to_string()
}

fn pair(address: &str, name: &str) -> Option<String> {
    let url = Url::parse(address).expect("an address");
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn fields<'a>(
    sim: &'a (String, String),
    redirect: &'a str,
    code: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("client_id", &sim.0),
        ("client_secret", &sim.1),
        ("grant_type", "authorization_code"),
        ("redirect_uri", redirect),
        ("code", code),
    ]
}

fn code(sim: &Sim) -> String {
    let address = sim
        .allow(&authorize(sim, &sim.redirect_uri(), "s"))
        .expect("consent");
    pair(&address, "code").expect("a code")
}

fn app(sim: &Sim) -> (String, String) {
    (sim.app_id(), sim.app_secret())
}

#[tokio::test]
async fn the_consent_page_shows_app_shop_and_scopes_and_escapes_what_it_shows() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let page = http
        .get_url(&authorize(&sim, &sim.redirect_uri(), "\"><script>x"))
        .await;
    assert_eq!(page.status, 200);
    for part in [
        r#"id="allow""#,
        r#"id="deny""#,
        &sim.app_id(),
        "Our Shop",
        "manage_messages",
    ] {
        assert!(page.text.contains(part), "{part} is on the page");
    }
    assert!(
        !page.text.contains("<script"),
        "what came in the address is escaped"
    );
    assert!(
        !page.text.contains("http-equiv") && !page.text.contains("src="),
        "nothing is loaded"
    );
}

#[tokio::test]
async fn allowing_redirects_with_code_state_and_the_stray_fragment() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let redirect = sim.redirect_uri();
    let decision = [
        ("client_id", sim.app_id()),
        ("redirect_uri", redirect.clone()),
        ("response_type", "code".to_owned()),
        ("scope", SCOPE.to_owned()),
        ("state", "s t+a/te".to_owned()),
        ("decision", "allow".to_owned()),
    ];
    let decision: Vec<(&str, &str)> = decision.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let answer = http.form("/oauth/authorize", &decision).await;
    assert_eq!(answer.status, 302);
    let to = answer.header("location");
    assert!(to.starts_with(&redirect) && to.ends_with("#_"), "{to}");
    assert_eq!(
        pair(to, "state").as_deref(),
        Some("s t+a/te"),
        "the state comes back unchanged"
    );
    assert!(pair(to, "code").is_some());
}

#[tokio::test]
async fn denying_redirects_with_the_documented_error() {
    let sim = Sim::start().await;
    let to = sim
        .deny(&authorize(&sim, "https://example.test/connect", "abc"))
        .expect("a redirect");
    assert_eq!(pair(&to, "error").as_deref(), Some("access_denied"));
    assert_eq!(pair(&to, "error_reason").as_deref(), Some("user_denied"));
    assert!(
        to.contains("error_description=The+user+denied+your+request"),
        "{to}"
    );
}

#[tokio::test]
async fn a_wrong_app_or_redirect_ends_on_the_platforms_own_page() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let wrong_app = authorize(&sim, &sim.redirect_uri(), "s").replace(&sim.app_id(), "1");
    let page = http.get_url(&wrong_app).await;
    assert!(
        page.text
            .contains("Invalid Request: Request parameters are invalid: Invalid platform app")
    );
    let page = http
        .get_url(&authorize(&sim, "https://evil.test/", "s"))
        .await;
    assert!(page.status == 400 && page.text.contains("Invalid redirect_uri"));
    assert!(
        sim.allow(&authorize(&sim, "https://evil.test/", "s"))
            .is_none()
    );
}

#[tokio::test]
async fn the_forwarding_page_links_to_the_desktop_and_shows_the_address() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let page = http
        .get("/connect", &[("code", "AQB\"1"), ("state", "s&t")])
        .await;
    assert!(page.text.contains(r#"id="open""#) && page.text.contains(r#"id="address""#));
    assert!(
        page.text
            .contains("replydesk://oauth/instagram?code=AQB%221&amp;state=s%26t")
    );
}

#[tokio::test]
async fn a_code_becomes_a_short_token_and_that_a_long_one() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let (app, code, redirect) = (app(&sim), code(&sim), sim.redirect_uri());
    let answer = http
        .form("/oauth/access_token", &fields(&app, &redirect, &code))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    let user_id = body["user_id"].as_u64().expect("a bare number");
    assert!(user_id > 1 << 53, "it does not fit a double");
    assert!(body["permissions"].is_array());
    let short = body["access_token"].as_str().expect("a token").to_owned();
    let query = [
        ("grant_type", "ig_exchange_token"),
        ("client_secret", app.1.as_str()),
        ("access_token", short.as_str()),
    ];
    let long = http.get_plain("/access_token", &query).await.json();
    assert_eq!(long["token_type"], "bearer");
    assert_eq!(long["expires_in"], 5_183_000);
    let long = Http::with_token(&sim, long["access_token"].as_str().expect("a token"));
    assert_eq!(
        long.get("/v25.0/me", &[("fields", "username")])
            .await
            .json()["username"],
        "our_shop"
    );
}

#[tokio::test]
async fn the_exchange_can_be_wrapped_and_name_permissions_as_text() {
    let sim = Sim::start().await;
    sim.change(|modes| {
        modes.wrapped_exchange = true;
        modes.permissions_as_string = true;
        modes.exchange_app_scoped_id = true;
    });
    let http = Http::new(&sim);
    let (app, code, redirect) = (app(&sim), code(&sim), sim.redirect_uri());
    let body = http
        .form("/oauth/access_token", &fields(&app, &redirect, &code))
        .await
        .json();
    assert_eq!(body["data"][0]["permissions"], SCOPE);
    assert_eq!(body["data"][0]["user_id"], sim.app_scoped_id());
}

#[tokio::test]
async fn a_multipart_body_is_accepted_for_the_exchange() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let (app, code, redirect) = (app(&sim), code(&sim), sim.redirect_uri());
    let mut body = String::new();
    for (name, value) in fields(&app, &redirect, &code) {
        body.push_str(&format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--xyz--\r\n");
    let answer = http
        .raw(
            "/oauth/access_token",
            "multipart/form-data; boundary=xyz",
            body,
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_second_use_of_a_code_is_refused() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let (app, code, redirect) = (app(&sim), code(&sim), sim.redirect_uri());
    http.form("/oauth/access_token", &fields(&app, &redirect, &code))
        .await;
    let again = http
        .form("/oauth/access_token", &fields(&app, &redirect, &code))
        .await;
    assert_eq!(again.status, 400);
    let body = again.json();
    assert_eq!(body["error_type"], "OAuthException", "the error is flat");
    assert_eq!(body["code"], 400);
    assert_eq!(
        body["error_message"],
        "Matching code was not found or was already used"
    );
}

#[tokio::test]
async fn a_code_older_than_an_hour_is_refused() {
    let sim = standing().await;
    let http = Http::new(&sim);
    let (app, code, redirect) = (app(&sim), code(&sim), sim.redirect_uri());
    sim.advance(Duration::from_secs(3601));
    let late = http
        .form("/oauth/access_token", &fields(&app, &redirect, &code))
        .await;
    assert_eq!(
        late.json()["error_message"],
        "Matching code was not found or was already used"
    );
}

#[tokio::test]
async fn each_mistake_of_the_exchange_has_its_own_text() {
    let sim = Sim::start().await;
    let http = Http::new(&sim);
    let (app, code, redirect) = (app(&sim), code(&sim), sim.redirect_uri());
    let cases = [
        ("client_id", "1", "Invalid platform app"),
        ("client_secret", "no", "Error validating client secret."),
        (
            "redirect_uri",
            "https://other.test/",
            "Invalid redirect_uri",
        ),
        (
            "redirect_uri",
            "https://example.test/connect",
            "Error validating verification code.",
        ),
    ];
    for (name, value, text) in cases {
        let mut fields = fields(&app, &redirect, &code);
        for field in &mut fields {
            if field.0 == name {
                field.1 = value;
            }
        }
        let answer = http.form("/oauth/access_token", &fields).await;
        let message = answer.json()["error_message"]
            .as_str()
            .expect("a text")
            .to_owned();
        assert!(
            answer.status == 400 && message.starts_with(text),
            "{name}={value}: {message}"
        );
    }
    let answer = http
        .form("/oauth/access_token", &fields(&app, &redirect, &code))
        .await;
    assert_eq!(answer.status, 200, "mistakes did not use the code up");
}
