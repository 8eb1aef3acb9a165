//! The other way in: Facebook's dialog, the tokens of the person and of Pages, and the account that a
//! Page is linked to. A token of one login is worth nothing for the other.

use serde_json::{Value, json};
use url::Url;

use super::asked;
use super::oauth::{error_page, escape, page as html_page};
use crate::facebook::Page;
use crate::fields::Field;
use crate::graph_error::GraphError;
use crate::reply::Reply;
use crate::request::Call;
use crate::state::World;
use crate::tokens::{Code, LONG_SECONDS, Way};

/// The permission without which no Page is listed.
const PAGES: &str = "pages_show_list";

/// What the dialog asks for, once it is known to be valid.
struct Dialog {
    redirect_uri: String,
    state: Option<String>,
    scopes: Vec<String>,
}

/// Answers `GET /vN/dialog/oauth` with a page that has the buttons `allow` and `deny`.
pub(crate) fn dialog(world: &World, call: &Call) -> Reply {
    let dialog = match read_dialog(world, call) {
        Ok(dialog) => dialog,
        Err(reason) => return error_page(reason),
    };
    let scope = dialog.scopes.join(",");
    let mut fields = vec![
        ("client_id", world.facebook.app_id.as_str()),
        ("redirect_uri", dialog.redirect_uri.as_str()),
        ("response_type", "code"),
        ("scope", scope.as_str()),
    ];
    fields.extend(dialog.state.iter().map(|state| ("state", state.as_str())));
    let hidden: String = fields
        .iter()
        .map(|(name, value)| {
            let value = escape(value);
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
        })
        .collect();
    let (scope, action) = (escape(&scope), escape(&call.path));
    let body = format!(
        "<p class=\"note\">Simulated Facebook</p><h1>Continue?</h1><p id=\"scopes\">{scope}</p>\
         <form method=\"post\" action=\"{action}\">{hidden}\
         <button id=\"allow\" name=\"decision\" value=\"allow\">Continue</button>\
         <button id=\"deny\" name=\"decision\" value=\"deny\" class=\"quiet\">Cancel</button></form>"
    );
    Reply::html(200, html_page("Log in with Facebook", &body))
}

/// Answers the click on one of the two buttons.
pub(crate) fn decide(world: &mut World, call: &Call) -> Reply {
    let allowed = call.param("decision").as_deref() == Some("allow");
    match leave(world, call, allowed) {
        Ok(target) => Reply::redirect(target),
        Err(reason) => error_page(reason),
    }
}

/// Decides the dialog without a browser; the address to which one would have gone.
pub(crate) fn decide_at_once(world: &mut World, call: &Call, allowed: bool) -> Option<String> {
    leave(world, call, allowed).ok()
}

/// Whether an address is that of the dialog.
pub(crate) fn is_dialog(call: &Call) -> bool {
    call.segments
        .ends_with(&["dialog".to_owned(), "oauth".to_owned()])
}

fn read_dialog(world: &World, call: &Call) -> Result<Dialog, &'static str> {
    if call.param("client_id").as_deref() != Some(world.facebook.app_id.as_str()) {
        return Err("Invalid App ID: The provided app ID does not look like a valid app ID.");
    }
    let redirect_uri = call.param("redirect_uri").unwrap_or_default();
    if !world.app.redirects.contains(&redirect_uri) {
        return Err("URL Blocked: the redirect URI is not whitelisted in the app's settings.");
    }
    if call.param("response_type").as_deref() != Some("code") {
        return Err("Invalid response_type");
    }
    let scope = call.param("scope").unwrap_or_default();
    let scopes: Vec<String> = scope
        .split([',', ' '])
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect();
    // The names of the other login are unknown here.
    let is_known = |scope: &String| {
        scope.starts_with("pages_")
            || scope == "business_management"
            || (scope.starts_with("instagram_") && !scope.starts_with("instagram_business_"))
    };
    if scopes.is_empty() || !scopes.iter().all(is_known) {
        return Err("Invalid Scopes");
    }
    Ok(Dialog {
        redirect_uri,
        state: call.param("state"),
        scopes,
    })
}

fn leave(world: &mut World, call: &Call, allowed: bool) -> Result<String, &'static str> {
    let dialog = read_dialog(world, call)?;
    let mut target = Url::parse(&dialog.redirect_uri).map_err(|_| "Invalid redirect_uri")?;
    if allowed {
        let code = world.secrets.code();
        target.query_pairs_mut().append_pair("code", &code);
        let remembered = Code {
            way: Way::Person,
            redirect_uri: dialog.redirect_uri,
            scopes: dialog.scopes,
            issued_at: call.now,
            used: false,
        };
        world.tokens.remember(code, remembered);
    } else {
        target
            .query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("error_code", "200")
            .append_pair("error_description", "Permissions error")
            .append_pair("error_reason", "user_denied");
    }
    if let Some(state) = &dialog.state {
        target.query_pairs_mut().append_pair("state", state);
    }
    target.set_fragment(Some("_=_"));
    Ok(target.to_string())
}

/// Answers `GET /oauth/access_token`: a code for a token of the person, or that for a longer one.
pub(crate) fn token(world: &mut World, call: &Call) -> Result<Value, GraphError> {
    if call.param("client_id").as_deref() != Some(world.facebook.app_id.as_str()) {
        return Err(GraphError::unknown_app());
    }
    if call.param("client_secret").as_deref() != Some(world.facebook.secret.as_str()) {
        return Err(GraphError::wrong_secret());
    }
    let scopes = if call.param("grant_type").as_deref() == Some("fb_exchange_token") {
        let short = call.param("fb_exchange_token");
        let short = world.tokens.check(short.as_deref(), call.now)?;
        if short.way != Way::Person {
            return Err(GraphError::token_garbage());
        }
        short.scopes.clone()
    } else {
        spend_code(world, call)?
    };
    let text = person_token(world);
    let tokens = &mut world.tokens;
    tokens.issue_facebook(text.clone(), Way::Person, scopes, call.now);
    Ok(json!({ "access_token": text, "token_type": "bearer", "expires_in": LONG_SECONDS }))
}

fn spend_code(world: &mut World, call: &Call) -> Result<Vec<String>, GraphError> {
    let text = call.param("code").unwrap_or_default();
    let redirect_uri = call.param("redirect_uri").unwrap_or_default();
    let code = world
        .tokens
        .code(&text, &Way::Person, call.now)
        .ok_or_else(GraphError::code_used)?;
    if code.redirect_uri != redirect_uri {
        return Err(GraphError::code_redirect());
    }
    code.used = true;
    Ok(code.scopes.clone())
}

/// Tokens of Facebook begin otherwise than those of Instagram.
fn person_token(world: &mut World) -> String {
    world.secrets.token().replacen("IGAA", "EAA", 1)
}

/// Answers `GET /me/accounts`: the Pages, each with a token that acts for it.
pub(crate) fn accounts(world: &mut World, call: &Call) -> Result<Value, GraphError> {
    let person = world.tokens.check(call.token().as_deref(), call.now)?;
    if person.way != Way::Person {
        return Err(GraphError::unknown_field("accounts", "Page"));
    }
    let scopes = person.scopes.clone();
    let asked = asked(call)?.unwrap_or_default();
    if !scopes.iter().any(|scope| scope == PAGES) {
        return Ok(json!({ "data": [] }));
    }
    let mut data = Vec::new();
    for page in world.facebook.pages.clone() {
        let text = person_token(world);
        let way = Way::Page(page.id.clone());
        let tokens = &mut world.tokens;
        tokens.issue_facebook(text.clone(), way, scopes.clone(), call.now);
        data.push(node(&page, &asked, Some(&text))?);
    }
    Ok(json!({ "data": data, "paging": { "cursors": { "before": "QVFIU", "after": "QVFIV" } } }))
}

/// Answers `GET /<page>`.
pub(crate) fn page(world: &World, call: &Call, id: &str) -> Result<Value, GraphError> {
    super::admit(world, call, None)?;
    let page = world
        .page_of(call.token().as_deref())
        .ok_or_else(|| GraphError::no_object(&call.method, id))?;
    node(page, &asked(call)?.unwrap_or_default(), None)
}

fn node(page: &Page, asked: &[Field], token: Option<&str>) -> Result<Value, GraphError> {
    let mut node = serde_json::Map::new();
    node.insert("id".to_owned(), json!(page.id));
    for field in asked {
        let value = match (field.name.as_str(), &page.linked, token) {
            ("id", ..) => continue,
            ("name", ..) => json!(page.name),
            ("access_token", _, Some(token)) => json!(token),
            ("instagram_business_account", Some((id, username)), _) => {
                json!({ "id": id, "username": username })
            }
            // An account that is not linked is not told at all.
            ("instagram_business_account", None, _) => continue,
            (other, ..) => return Err(GraphError::unknown_field(other, "Page")),
        };
        node.insert(field.name.clone(), value);
    }
    Ok(Value::Object(node))
}
