//! The endpoints of the platform, one file per group, and the choice of the one that a call means.

pub(crate) mod conversations;
pub(crate) mod facebook;
pub(crate) mod me;
pub(crate) mod media;
pub(crate) mod messages;
pub(crate) mod oauth;
pub(crate) mod profile;
pub(crate) mod send;
pub(crate) mod subscription;
pub(crate) mod token;

use serde_json::Value;

use crate::fault::Endpoint;
use crate::fields::{self, Field};
use crate::graph_error::GraphError;
use crate::render::Writer;
use crate::reply::Reply;
use crate::request::Call;
use crate::state::World;
use crate::tokens::{BASIC, MESSAGES, Token, Way};

/// Where a call leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Authorize,
    Decide,
    Connect,
    TokenExchange,
    LongLived,
    Refresh,
    FacebookDialog,
    FacebookDecide,
    FacebookToken,
    FacebookPages,
    FacebookPage(String),
    Me,
    Conversations,
    Thread(String),
    ThreadMessages(String),
    Message(String),
    Profile(String),
    Object(String),
    Send,
    Subscription,
    Media,
    Unknown,
}

impl Route {
    /// The endpoint that a call means.
    pub(crate) fn of(world: &World, call: &Call) -> Self {
        let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
        let token = call.token();
        let page = world.page_of(token.as_deref());
        let ours = |id: &str| {
            id == "me"
                || page.map_or_else(
                    || id == world.account.user_id || id == world.account.app_scoped_id,
                    |page| id == page.id,
                )
        };
        // Where both hosts lie under one address, a call belongs to either.
        let facebook = call.facebook || !world.settings.hosts_apart;
        match (
            call.method.as_str(),
            call.version.is_some(),
            segments.as_slice(),
        ) {
            ("GET", false, ["oauth", "authorize"]) => Self::Authorize,
            ("POST", false, ["oauth", "authorize"]) => Self::Decide,
            ("GET", false, ["connect"]) => Self::Connect,
            ("POST", false, ["oauth", "access_token"]) => Self::TokenExchange,
            ("GET", false, ["ig_messaging_cdn"]) => Self::Media,
            ("GET", _, ["dialog", "oauth"]) if facebook => Self::FacebookDialog,
            ("POST", _, ["dialog", "oauth"]) if facebook => Self::FacebookDecide,
            ("GET", _, ["oauth", "access_token"]) if facebook => Self::FacebookToken,
            ("GET", _, ["me", "accounts"]) if facebook => Self::FacebookPages,
            ("GET", _, [id]) if page.is_some_and(|page| *id == page.id || *id == "me") => {
                Self::FacebookPage((*id).to_owned())
            }
            ("GET", _, ["access_token"]) => Self::LongLived,
            ("GET", _, ["refresh_access_token"]) => Self::Refresh,
            ("GET", _, [id]) if ours(id) => Self::Me,
            ("GET", _, [id, "conversations"]) if ours(id) => Self::Conversations,
            ("POST", _, [_, "messages"]) => Self::Send,
            ("GET" | "POST" | "DELETE", _, [id, "subscribed_apps"]) if ours(id) => {
                Self::Subscription
            }
            ("GET", _, [id, "messages"]) => Self::ThreadMessages((*id).to_owned()),
            ("GET", _, [id]) if world.threads.get(id).is_some() => Self::Thread((*id).to_owned()),
            ("GET", _, [id]) if world.threads.message(id).is_some() => {
                Self::Message((*id).to_owned())
            }
            ("GET", _, [id]) if world.people.get(id).is_some() => Self::Profile((*id).to_owned()),
            ("GET" | "POST" | "DELETE", _, [id]) if is_id(id) => Self::Object((*id).to_owned()),
            _ => Self::Unknown,
        }
    }

    /// The name under which faults and the log of calls know this.
    pub(crate) fn endpoint(&self) -> Endpoint {
        match self {
            Self::Authorize
            | Self::Decide
            | Self::Connect
            | Self::FacebookDialog
            | Self::FacebookDecide => Endpoint::Consent,
            Self::TokenExchange | Self::FacebookToken => Endpoint::TokenExchange,
            Self::FacebookPages => Endpoint::Pages,
            Self::LongLived => Endpoint::LongLived,
            Self::Refresh => Endpoint::Refresh,
            Self::Me | Self::FacebookPage(_) => Endpoint::Me,
            Self::Conversations => Endpoint::Conversations,
            Self::Thread(_) | Self::ThreadMessages(_) | Self::Message(_) | Self::Object(_) => {
                Endpoint::Messages
            }
            Self::Profile(_) => Endpoint::Profile,
            Self::Send => Endpoint::SendMessage,
            Self::Subscription => Endpoint::Subscription,
            Self::Media => Endpoint::Media,
            Self::Unknown => Endpoint::Unknown,
        }
    }

    /// Carries the call out.
    pub(crate) fn answer(&self, world: &mut World, call: &Call) -> Reply {
        let result = match self {
            Self::Authorize => return oauth::authorize(world, call),
            Self::Decide => return oauth::decide(world, call),
            Self::Connect => return oauth::connect(world, call),
            Self::FacebookDialog => return facebook::dialog(world, call),
            Self::FacebookDecide => return facebook::decide(world, call),
            Self::FacebookToken => facebook::token(world, call),
            Self::FacebookPages => facebook::accounts(world, call),
            Self::FacebookPage(id) => facebook::page(world, call, id),
            Self::TokenExchange => return token::exchange(world, call),
            Self::Media => return media::media(world, call),
            Self::LongLived => token::long_lived(world, call),
            Self::Refresh => token::refresh(world, call),
            Self::Me => me::me(world, call),
            Self::Conversations => conversations::list(world, call),
            Self::Thread(id) => messages::thread(world, call, id),
            Self::ThreadMessages(id) => messages::edge(world, call, id),
            Self::Message(id) => messages::single(world, call, id),
            Self::Profile(id) => profile::profile(world, call, id),
            Self::Object(id) => {
                admit(world, call, None).and_then(|_| Err(GraphError::no_object(&call.method, id)))
            }
            Self::Send => send::send(world, call),
            Self::Subscription => subscription::subscription(world, call),
            Self::Unknown => {
                world
                    .ledger
                    .unexpected
                    .push(format!("{} {}", call.method, call.path));
                let rest = format!("/{}", call.segments.join("/"));
                Err(GraphError::unknown_path(&rest))
            }
        };
        let of_facebook = call.facebook || world.page_of(call.token().as_deref()).is_some();
        match result {
            Ok(body) => Reply::json(200, body),
            Err(error) if of_facebook => refuse(world, &error.of_facebook()),
            Err(error) => refuse(world, &error),
        }
    }
}

/// Decides a consent page of either login without a browser; the address to which one would have gone.
pub(crate) fn decide_at_once(world: &mut World, call: &Call, allowed: bool) -> Option<String> {
    if facebook::is_dialog(call) {
        facebook::decide_at_once(world, call, allowed)
    } else {
        oauth::decide_at_once(world, call, allowed)
    }
}

/// An error as an answer, with the headers that go with it.
pub(crate) fn refuse(world: &mut World, error: &GraphError) -> Reply {
    let trace_id = world.settings.trace_ids.then(|| world.secrets.trace_id());
    let mut reply = Reply::json(error.status, error.body(trace_id));
    if let Some(minutes) = error.regain_minutes {
        reply.headers = crate::rate::usage_headers(&world.account.user_id, 100, Some(minutes));
    }
    reply
}

fn is_id(segment: &str) -> bool {
    let digits = segment.len() >= 5 && segment.bytes().all(|byte| byte.is_ascii_digit());
    digits || segment.starts_with("aWdf")
}

/// Lets a call in: its token is good, holds the permission, and the account has its role.
pub(crate) fn admit<'w>(
    world: &'w World,
    call: &Call,
    permission: Option<&str>,
) -> Result<&'w Token, GraphError> {
    let token = world.tokens.check(call.token().as_deref(), call.now)?;
    let by_facebook = token.way != Way::Instagram;
    if world.settings.hosts_apart && call.facebook != by_facebook {
        // The token of one login is nothing at the host of the other.
        return Err(GraphError::token_garbage());
    }
    if token.way == Way::Person {
        return Err(GraphError::page_token_needed());
    }
    let permission = permission.map(|name| match name {
        BASIC if by_facebook => "instagram_basic",
        MESSAGES if by_facebook => "instagram_manage_messages",
        name => name,
    });
    if !world.settings.tester_accepted {
        return Err(GraphError::not_a_tester(&call.method));
    }
    if let Some(missing) = permission.filter(|name| !token.scopes.iter().any(|has| has == name)) {
        return Err(GraphError::permission_missing(missing));
    }
    Ok(token)
}

/// Lets a conversation call in, against the limit on such calls.
pub(crate) fn admit_reading(world: &mut World, call: &Call) -> Result<(), GraphError> {
    admit(world, call, Some(MESSAGES))?;
    if let Some(limit) = world.settings.rate_limit
        && !world.rate.take(limit, call.now)
    {
        return Err(GraphError::rate_limited(world.settings.rate_limit_code, 1));
    }
    Ok(())
}

/// The `fields` parameter, if it was given.
pub(crate) fn asked(call: &Call) -> Result<Option<Vec<Field>>, GraphError> {
    let Some(text) = call.param("fields") else {
        return Ok(None);
    };
    let fields = fields::parse(&text)?;
    Ok((!fields.is_empty()).then_some(fields))
}

/// A writer of nodes for this call.
pub(crate) fn writer<'w>(world: &'w World, call: &Call) -> Writer<'w> {
    let version = call.version.as_deref().unwrap_or("v25.0");
    Writer {
        world,
        token: call.token().unwrap_or_default(),
        version: format!("/{version}"),
    }
}

/// Puts an object into `{"data":[...]}` when that form is switched on.
pub(crate) fn wrapped(body: Value, wrap: bool) -> Value {
    if wrap {
        serde_json::json!({ "data": [body] })
    } else {
        body
    }
}
