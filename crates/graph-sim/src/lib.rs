//! A simulator of Meta's platform for Instagram Direct: consent, tokens, conversations, messages,
//! profiles and sends, on one loopback port.
//!
//! It is written from the platform's reference alone and shares no type with any client, so that a
//! wrong field name on either side fails a test. Tests hold it as a library:
//!
//! ```no_run
//! # async fn test() {
//! use graph_sim::Sim;
//!
//! let sim = Sim::start().await;
//! let ayse = sim.customer("ayse.k");
//! ayse.writes("How much is the blue mug?");
//! sim.send_message().fails_after_delivery().times(2);
//! assert!(sim.ledger().is_empty());
//! # }
//! ```
//!
//! The demo and tests in other processes run the binary and drive it under `/_sim/`.

mod clock;
mod control;
mod endpoint;
mod facebook;
mod fault;
mod fields;
mod graph_error;
mod ids;
mod ledger;
mod paging;
mod people;
mod rate;
mod render;
mod reply;
mod request;
mod scenario;
mod server;
mod settings;
mod sim;
mod state;
mod threads;
mod tokens;
mod verbs;
mod webhook;
mod wire;

pub use fault::{Endpoint, Fault};
pub use ledger::{CallRecord, Delivery, SenderAction};
pub use scenario::{SHOP_KNOWLEDGE, ScenarioError};
pub use settings::{AppMode, RateLimit, Settings};
pub use sim::{Sim, SimBuilder, StartError};
pub use threads::AttachmentKind;
pub use verbs::customer::Customer;
pub use verbs::endpoint::{EndpointVerbs, FaultVerb};
pub use verbs::owner::OwnerPhone;
pub use webhook::{Answer, Signer, Webhooks};
pub use wire::Wire;
