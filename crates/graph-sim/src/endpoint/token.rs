//! The exchanges of tokens: code to short, short to long, long to refreshed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::wrapped;
use crate::graph_error::GraphError;
use crate::reply::Reply;
use crate::request::Call;
use crate::state::World;
use crate::tokens::{BASIC, LONG_SECONDS, Way};

/// Answers `POST /oauth/access_token`; its errors are flat, unlike those of the Graph.
pub(crate) fn exchange(world: &mut World, call: &Call) -> Reply {
    match try_exchange(world, call) {
        Ok(body) => Reply::json(200, body),
        Err(message) => Reply::json(
            400,
            json!({ "error_type": "OAuthException", "code": 400, "error_message": message }),
        ),
    }
}

fn try_exchange(world: &mut World, call: &Call) -> Result<Value, &'static str> {
    const USED: &str = "Matching code was not found or was already used";
    let body = call.body.as_ref().map_err(|_| "Invalid request")?;
    // Only the body counts here: a secret in the address would be a mistake worth noticing.
    let field = |name: &str| {
        body.get(name).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    };
    if field("client_id").as_deref() != Some(world.app.id.as_str()) {
        return Err("Invalid platform app");
    }
    if field("client_secret").as_deref() != Some(world.app.secret.as_str()) {
        return Err("Error validating client secret.");
    }
    if field("grant_type").as_deref() != Some("authorization_code") {
        return Err("Invalid grant_type");
    }
    let redirect_uri = field("redirect_uri").unwrap_or_default();
    if !world.app.redirects.contains(&redirect_uri) {
        return Err("Invalid redirect_uri");
    }
    let code = world
        .tokens
        .code(
            &field("code").unwrap_or_default(),
            &Way::Instagram,
            call.now,
        )
        .ok_or(USED)?;
    if code.redirect_uri != redirect_uri {
        return Err(
            "Error validating verification code. Please make sure your redirect_uri is \
                    identical to the one you used in the OAuth dialog request",
        );
    }
    code.used = true;
    let scopes = code.scopes.clone();
    let token = world.secrets.token();
    world
        .tokens
        .issue(token.clone(), false, scopes.clone(), call.now);
    let settings = &world.settings;
    let id = if settings.exchange_app_scoped_id {
        &world.account.app_scoped_id
    } else {
        &world.account.user_id
    };
    let permissions = if settings.permissions_as_string {
        json!(scopes.join(","))
    } else {
        json!(scopes)
    };
    // Flat answers carry the id as a bare number beyond 2^53, wrapped ones as text.
    let user_id = match id.parse::<u64>() {
        Ok(number) if !settings.wrapped_exchange => json!(number),
        _ => json!(id),
    };
    let body = json!({ "access_token": token, "user_id": user_id, "permissions": permissions });
    Ok(wrapped(body, settings.wrapped_exchange))
}

/// Answers `GET /access_token`.
pub(crate) fn long_lived(world: &mut World, call: &Call) -> Result<Value, GraphError> {
    let token = call.param("access_token");
    let short = world.tokens.check(token.as_deref(), call.now)?.clone();
    if !world.settings.tester_accepted {
        return Err(GraphError::not_a_tester(&call.method));
    }
    grant(call, "ig_exchange_token")?;
    if call.param("client_secret").as_deref() != Some(world.app.secret.as_str()) {
        return Err(GraphError::wrong_secret());
    }
    if short.long {
        return Err(GraphError::session_key_invalid());
    }
    let text = world.secrets.token();
    world
        .tokens
        .issue(text.clone(), true, short.scopes, call.now);
    Ok(bearer(&text))
}

/// Answers `GET /refresh_access_token`.
pub(crate) fn refresh(world: &mut World, call: &Call) -> Result<Value, GraphError> {
    let old = call.param("access_token");
    let token = world.tokens.check(old.as_deref(), call.now)?.clone();
    if token.way != Way::Instagram {
        return Err(GraphError::token_garbage());
    }
    if !world.settings.tester_accepted {
        return Err(GraphError::not_a_tester(&call.method));
    }
    grant(call, "ig_refresh_token")?;
    if !token.long {
        return Err(GraphError::session_key_invalid());
    }
    if !token.scopes.iter().any(|scope| scope == BASIC) {
        return Err(GraphError::permission_missing(BASIC));
    }
    if call.now.signed_duration_since(token.issued_at) < TimeDelta::hours(24) {
        return Err(GraphError::token_too_young());
    }
    let text = match old {
        Some(old) if world.settings.refresh_keeps_token => old,
        _ => world.secrets.token(),
    };
    world
        .tokens
        .issue(text.clone(), true, token.scopes, call.now);
    Ok(bearer(&text))
}

fn grant(call: &Call, wanted: &str) -> Result<(), GraphError> {
    if call.param("grant_type").as_deref() == Some(wanted) {
        Ok(())
    } else {
        Err(GraphError::parameter(
            "(#100) Param grant_type is not supported",
        ))
    }
}

fn bearer(token: &str) -> Value {
    json!({ "access_token": token, "token_type": "bearer", "expires_in": LONG_SECONDS })
}
