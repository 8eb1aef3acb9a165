//! The pages for people: consent, its refusals, and the page that forwards a code to the desktop.

use url::Url;

use crate::reply::Reply;
use crate::request::Call;
use crate::state::World;
use crate::tokens::{BASIC, Code, Way};

/// What a consent asks for, once it is known to be valid.
struct Consent {
    redirect_uri: String,
    state: Option<String>,
    scopes: Vec<String>,
}

/// Answers `GET /oauth/authorize` with a page that has the buttons `allow` and `deny`.
pub(crate) fn authorize(world: &World, call: &Call) -> Reply {
    match read_consent(world, call) {
        Ok(consent) => Reply::html(200, consent_page(world, &consent)),
        Err(page) => page,
    }
}

/// Answers the click on one of the two buttons.
pub(crate) fn decide(world: &mut World, call: &Call) -> Reply {
    let consent = match read_consent(world, call) {
        Ok(consent) => consent,
        Err(page) => return page,
    };
    let allowed = call.param("decision").as_deref() == Some("allow");
    Reply::redirect(leave(world, call, consent, allowed))
}

/// The address to which the browser goes after a decision.
fn leave(world: &mut World, call: &Call, consent: Consent, allowed: bool) -> String {
    let Ok(mut target) = Url::parse(&consent.redirect_uri) else {
        return consent.redirect_uri;
    };
    if allowed {
        let code = world.secrets.code();
        target.query_pairs_mut().append_pair("code", &code);
        let remembered = Code {
            way: Way::Instagram,
            redirect_uri: consent.redirect_uri,
            scopes: consent.scopes,
            issued_at: call.now,
            used: false,
        };
        world.tokens.remember(code, remembered);
        if let Some(state) = &consent.state {
            target.query_pairs_mut().append_pair("state", state);
        }
        target.set_fragment(Some("_"));
    } else {
        target
            .query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("error_reason", "user_denied")
            .append_pair("error_description", "The user denied your request");
        if let Some(state) = &consent.state {
            target.query_pairs_mut().append_pair("state", state);
        }
    }
    target.to_string()
}

/// Decides a consent without a browser; the address to which one would have gone.
pub(crate) fn decide_at_once(world: &mut World, call: &Call, allowed: bool) -> Option<String> {
    let consent = read_consent(world, call).ok()?;
    Some(leave(world, call, consent, allowed))
}

fn read_consent(world: &World, call: &Call) -> Result<Consent, Reply> {
    if call.param("client_id").as_deref() != Some(world.app.id.as_str()) {
        return Err(invalid("Invalid platform app"));
    }
    let redirect_uri = call.param("redirect_uri").unwrap_or_default();
    if !world.app.redirects.contains(&redirect_uri) {
        return Err(invalid("Invalid redirect_uri"));
    }
    if call.param("response_type").as_deref() != Some("code") {
        return Err(invalid("Invalid response_type"));
    }
    let scopes: Vec<String> = call
        .param("scope")
        .unwrap_or_default()
        .split([',', ' '])
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect();
    if !scopes.iter().any(|scope| scope == BASIC)
        || scopes
            .iter()
            .any(|scope| !scope.starts_with("instagram_business_"))
    {
        return Err(invalid("Invalid scope"));
    }
    if world.settings.role_checked_at_consent && !world.settings.tester_accepted {
        return Err(error_page("Insufficient Developer Role"));
    }
    Ok(Consent {
        redirect_uri,
        state: call.param("state"),
        scopes,
    })
}

fn invalid(reason: &str) -> Reply {
    error_page(&format!(
        "Invalid Request: Request parameters are invalid: {reason}"
    ))
}

pub(super) fn error_page(text: &str) -> Reply {
    let text = escape(text);
    Reply::html(
        400,
        page(
            "Error",
            &format!("<h1>Sorry</h1><p id=\"error\">{text}</p>"),
        ),
    )
}

fn consent_page(world: &World, consent: &Consent) -> String {
    let mut scopes = String::new();
    for scope in &consent.scopes {
        scopes.push_str(&format!("<li>{}</li>", escape(scope)));
    }
    let mut hidden = String::new();
    let scope = consent.scopes.join(",");
    let mut fields = vec![
        ("client_id", world.app.id.as_str()),
        ("redirect_uri", consent.redirect_uri.as_str()),
        ("response_type", "code"),
        ("scope", scope.as_str()),
    ];
    if let Some(state) = &consent.state {
        fields.push(("state", state));
    }
    for (name, value) in fields {
        hidden.push_str(&format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
            escape(value)
        ));
    }
    page(
        "Allow access",
        &format!(
            "<p class=\"note\">Simulated Instagram</p><h1>{shop}</h1>\
             <p>App <code id=\"app\">{app}</code> would like to use the account \
             <b>@{username}</b>:</p><ul id=\"scopes\">{scopes}</ul>\
             <form method=\"post\" action=\"/oauth/authorize\">{hidden}\
             <button id=\"allow\" name=\"decision\" value=\"allow\">Allow</button>\
             <button id=\"deny\" name=\"decision\" value=\"deny\" class=\"quiet\">Deny</button>\
             </form>",
            shop = escape(&world.account.name),
            app = escape(&world.app.id),
            username = escape(&world.account.username),
        ),
    )
}

/// Answers `GET /connect`: the stand-in for the static page that owners register as redirect.
pub(crate) fn connect(world: &World, call: &Call) -> Reply {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &call.query {
        query.append_pair(name, value);
    }
    let query = query.finish();
    let open = escape(&format!("replydesk://oauth/instagram?{query}"));
    let address = escape(&format!("{}/connect?{query}", world.url));
    Reply::html(
        200,
        page(
            "Back to ReplyDesk",
            &format!(
                "<h1>Almost done</h1><p><a id=\"open\" class=\"button\" href=\"{open}\">Open \
                 ReplyDesk</a></p><p>If nothing happens, copy this address into ReplyDesk:</p>\
                 <p><code id=\"address\">{address}</code></p>"
            ),
        ),
    )
}

pub(super) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:12vh auto;padding:0 1rem;\
         color:#1c1c1e;background:#fafafa}}h1{{font-size:1.4rem;margin:.2rem 0 1rem}}\
         .note{{color:#6b6b70;margin:0}}code{{overflow-wrap:anywhere}}\
         button,.button{{font:inherit;padding:.6rem 1.4rem;border-radius:.6rem;border:0;\
         background:#3451d1;color:#fff;text-decoration:none;cursor:pointer}}\
         .quiet{{background:#e4e4e9;color:#1c1c1e;margin-left:.6rem}}</style></head>\
         <body><main>{body}</main></body></html>"
    )
}

pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
