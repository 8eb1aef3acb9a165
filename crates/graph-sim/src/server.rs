//! The HTTP side: reads a call, logs it, lays a fault upon it if one waits, and puts the answer on
//! the wire. All platform hosts live behind this one handler, because their paths do not collide.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::DATE;
use axum::response::Response;
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::control;
use crate::endpoint::{Route, refuse};
use crate::fault::Fault;
use crate::graph_error::GraphError;
use crate::ledger::CallRecord;
use crate::rate;
use crate::reply::{Content, Reply, closed_connection};
use crate::request::Call;
use crate::state::World;
use crate::wire::Wire;

/// The largest body that is read.
const BODY_BYTES: usize = 1_000_000;

/// What the handler and the verbs share.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    /// Further accounts behind the same address.
    neighbours: Mutex<Vec<Arc<Shared>>>,
    stop: watch::Sender<bool>,
}

impl Shared {
    /// Shares a world.
    pub(crate) fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            neighbours: Mutex::default(),
            stop: watch::Sender::new(false),
        }
    }

    /// The world, with everything in it that is due by now.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let now = world.clock.now();
        world.catch_up(now);
        world
    }

    /// Takes in a further account.
    pub(crate) fn take_in(&self, neighbour: Arc<Self>) {
        let mut neighbours = self
            .neighbours
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        neighbours.push(neighbour);
    }

    /// Whose call it is: that of the account that handed out its token or its code.
    fn host_of(self: Arc<Self>, call: &Call) -> Arc<Self> {
        let neighbours = self
            .neighbours
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let carried = [
            call.token(),
            call.param("code"),
            call.param("fb_exchange_token"),
        ];
        let knows = |shared: &Arc<Self>| {
            let world = shared.world();
            carried.iter().flatten().any(|text| world.tokens.know(text))
        };
        let found = neighbours
            .iter()
            .find(|neighbour| knows(neighbour))
            .cloned();
        drop(neighbours);
        found.unwrap_or(self)
    }

    /// Ends the server and all calls that hang.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Lets a server begin anew.
    pub(crate) fn goes_on(&self) {
        self.stop.send_replace(false);
    }

    /// Returns once the server is to end.
    pub(crate) async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // An error means that the sender is gone, which is an end as well.
        let _ = stop.wait_for(|stop| *stop).await;
    }
}

/// Serves until the shared state says stop.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let router = Router::new()
        .fallback(handle)
        .with_state(Arc::clone(&shared));
    let until = async move { shared.stopped().await };
    if let Err(error) = axum::serve(listener, router)
        .with_graceful_shutdown(until)
        .await
    {
        tracing::error!(%error, "the simulator's server ended");
    }
}

/// What happens to an answer on its way out.
enum Delay {
    None,
    Slow(Duration),
    Hang,
    Close,
    Wire(Wire),
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES).await else {
        return too_large(&shared);
    };
    let now = shared.world().clock.now();
    let call = Call::read(&parts, &body, now);
    let shared = shared.host_of(&call);
    let (reply, delay, place) = {
        let mut world = shared.world();
        if call.segments.first().is_some_and(|first| first == "_sim") {
            (control::answer(&mut world, &call), Delay::None, None)
        } else {
            let (reply, delay, place) = play(&mut world, &call);
            (reply, delay, Some(place))
        }
    };
    match delay {
        Delay::None => {}
        Delay::Slow(time) => {
            tokio::select! {
                () = tokio::time::sleep(time) => {}
                () = shared.stopped() => {}
            }
        }
        Delay::Hang => {
            shared.stopped().await;
            return closed_connection();
        }
        Delay::Close => return closed_connection(),
        Delay::Wire(wire) => {
            return wire.answer(reply.bytes(), &call.path, shared);
        }
    }
    if let Some(place) = place {
        shared.world().ledger.answered(place, reply.status);
    }
    dated(reply.into_response(), now)
}

fn too_large(shared: &Shared) -> Response {
    let mut world = shared.world();
    let now = world.clock.now();
    let error = GraphError::parameter("(#100) The request body is too large");
    let reply = Reply {
        status: 413,
        ..refuse(&mut world, &error)
    };
    dated(reply.into_response(), now)
}

/// The platform's own time, as its answers tell it: that of the simulated clock.
fn dated(mut response: Response, now: DateTime<Utc>) -> Response {
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

/// Answers a call to the platform, under the fault that waits for it.
fn play(world: &mut World, call: &Call) -> (Reply, Delay, usize) {
    let route = Route::of(world, call);
    let endpoint = route.endpoint();
    let fault = world.faults.take(endpoint);
    let place = world.ledger.arrived(CallRecord {
        method: call.method.clone(),
        path: call.path.clone(),
        query: call.public_query(),
        endpoint: endpoint.name(),
        status: None,
        fault: fault.as_ref().map(Fault::name),
        at: call.now,
    });
    let carry_out = |world: &mut World| route.answer(world, call);
    let (mut reply, delay) = match fault {
        None => (carry_out(world), uneven(place, world.settings.uneven_ms)),
        Some(Fault::FailsAfterDelivery) => {
            let reply = carry_out(world);
            let failed = if reply.status < 400 {
                refuse(world, &GraphError::unknown())
            } else {
                reply
            };
            (failed, Delay::None)
        }
        Some(Fault::FailsBeforeDelivery) => (
            refuse(world, &GraphError::unknown()),
            uneven(place, world.settings.uneven_ms),
        ),
        Some(Fault::HangsAfterDelivery) => (carry_out(world), Delay::Hang),
        Some(Fault::HangsBeforeDelivery) => (Reply::html(500, String::new()), Delay::Hang),
        Some(Fault::ClosesAfterDelivery) => (carry_out(world), Delay::Close),
        Some(Fault::ClosesBeforeDelivery) => (Reply::html(500, String::new()), Delay::Close),
        Some(Fault::RateLimited(minutes)) => {
            let error = GraphError::rate_limited(world.settings.rate_limit_code, minutes);
            (refuse(world, &error), Delay::None)
        }
        Some(Fault::AnswersHtml(status)) => (
            Reply::html(
                status,
                "<!doctype html><title>Error</title><h1>Sorry</h1>".to_owned(),
            ),
            Delay::None,
        ),
        Some(Fault::AnswersTruncatedJson) => (carry_out(world).truncated(), Delay::None),
        Some(Fault::Answers(status, body)) => (Reply::json(status, body), Delay::None),
        Some(Fault::Wire(wire)) if wire.carries_out() => (carry_out(world), Delay::Wire(wire)),
        Some(Fault::Wire(wire)) => (Reply::html(500, String::new()), Delay::Wire(wire)),
        Some(Fault::Slow(time)) => (carry_out(world), Delay::Slow(time)),
        Some(Fault::RepeatsCursor) => (repeat_cursor(carry_out(world), call), Delay::None),
    };
    if endpoint.is_api() && world.settings.usage_headers {
        let counted = world.rate.count(call.now);
        if reply.headers.is_empty() {
            let percent = world.settings.usage_percent.unwrap_or(counted);
            reply.headers = rate::usage_headers(&world.account.user_id, percent, None);
        }
    }
    (reply, delay, place)
}

/// How long the answer to the call at this place takes, up to `most` milliseconds: scattered, but the
/// same in each run.
fn uneven(place: usize, most: u64) -> Delay {
    if most == 0 {
        return Delay::None;
    }
    // Fibonacci hashing: neighbours lie far apart (Knuth, TAOCP 3, 6.4).
    let scattered = (place as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    Delay::Slow(Duration::from_millis(scattered % most))
}

/// Makes a list promise more behind the very cursor that it was asked with.
fn repeat_cursor(mut reply: Reply, call: &Call) -> Reply {
    if let (Content::Json(body), Some(asked)) = (&mut reply.content, call.param("after"))
        && let Some(body) = body.as_object_mut()
    {
        body.insert(
            "paging".to_owned(),
            serde_json::json!({
                "cursors": { "before": asked, "after": asked },
                "next": format!("{}?after={asked}", call.path),
            }),
        );
    }
    reply
}
