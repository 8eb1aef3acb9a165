//! What goes wrong where: `sim.send_message().fails_after_delivery().times(2)`.

use std::time::Duration;

use serde_json::Value;

use crate::fault::{Endpoint, Fault};
use crate::sim::Sim;
use crate::wire::Wire;

/// An endpoint that is about to get a fault.
#[derive(Debug)]
#[must_use = "name a fault and how often it happens"]
pub struct EndpointVerbs<'s> {
    sim: &'s Sim,
    endpoint: Endpoint,
}

/// A fault that is about to be laid; `once`, `times` or `always` lays it.
#[derive(Debug)]
#[must_use = "say once(), times(n) or always()"]
pub struct FaultVerb<'s> {
    sim: &'s Sim,
    endpoint: Endpoint,
    fault: Fault,
}

impl Sim {
    /// Faults at any endpoint.
    pub fn endpoint(&self, endpoint: Endpoint) -> EndpointVerbs<'_> {
        EndpointVerbs {
            sim: self,
            endpoint,
        }
    }

    /// Faults at every call.
    pub fn any_call(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::Any)
    }

    /// Faults at sends.
    pub fn send_message(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::SendMessage)
    }

    /// Faults at the list of conversations.
    pub fn conversations(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::Conversations)
    }

    /// Faults at reads of one conversation or message.
    pub fn messages(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::Messages)
    }

    /// Faults at profiles of people.
    pub fn profile(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::Profile)
    }

    /// Faults at the exchange of a code.
    pub fn token_exchange(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::TokenExchange)
    }

    /// Faults at the exchange of a short token for a long one.
    pub fn long_lived(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::LongLived)
    }

    /// Faults at the refresh of a token.
    pub fn refresh(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::Refresh)
    }

    /// Faults at `/me`.
    pub fn me(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::Me)
    }

    /// Faults at the list of Pages.
    pub fn pages(&self) -> EndpointVerbs<'_> {
        self.endpoint(Endpoint::Pages)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    /// How many counted faults have not happened yet.
    #[must_use]
    pub fn faults_left(&self) -> u64 {
        self.world().faults.left()
    }
}

impl<'s> EndpointVerbs<'s> {
    /// Any fault.
    pub fn fault(self, fault: Fault) -> FaultVerb<'s> {
        FaultVerb {
            sim: self.sim,
            endpoint: self.endpoint,
            fault,
        }
    }

    /// HTTP 500, code 1, after the call was carried out.
    pub fn fails_after_delivery(self) -> FaultVerb<'s> {
        self.fault(Fault::FailsAfterDelivery)
    }

    /// HTTP 500, code 1, without the call being carried out.
    pub fn fails_before_delivery(self) -> FaultVerb<'s> {
        self.fault(Fault::FailsBeforeDelivery)
    }

    /// Carries the call out and never answers.
    pub fn hangs_after_delivery(self) -> FaultVerb<'s> {
        self.fault(Fault::HangsAfterDelivery)
    }

    /// Neither carries the call out nor answers.
    pub fn hangs_before_delivery(self) -> FaultVerb<'s> {
        self.fault(Fault::HangsBeforeDelivery)
    }

    /// Carries the call out and closes the connection.
    pub fn closes_after_delivery(self) -> FaultVerb<'s> {
        self.fault(Fault::ClosesAfterDelivery)
    }

    /// Closes the connection and nothing else.
    pub fn closes_before_delivery(self) -> FaultVerb<'s> {
        self.fault(Fault::ClosesBeforeDelivery)
    }

    /// Refuses for too many calls and names the minutes to wait.
    pub fn rate_limited(self, minutes: u64) -> FaultVerb<'s> {
        self.fault(Fault::RateLimited(minutes))
    }

    /// Answers a web page with status 200.
    pub fn answers_html(self) -> FaultVerb<'s> {
        self.fault(Fault::AnswersHtml(200))
    }

    /// Carries the call out and answers half of the JSON.
    pub fn answers_truncated_json(self) -> FaultVerb<'s> {
        self.fault(Fault::AnswersTruncatedJson)
    }

    /// Answers this and nothing else.
    pub fn answers(self, status: u16, body: Value) -> FaultVerb<'s> {
        self.fault(Fault::Answers(status, body))
    }

    /// Carries the call out and answers after this time.
    pub fn slow(self, time: Duration) -> FaultVerb<'s> {
        self.fault(Fault::Slow(time))
    }

    /// Carries the call out and spoils its answer on the wire.
    pub fn on_the_wire(self, wire: Wire) -> FaultVerb<'s> {
        self.fault(Fault::Wire(wire))
    }

    /// Promises more behind the cursor that was asked with.
    pub fn repeats_cursor(self) -> FaultVerb<'s> {
        self.fault(Fault::RepeatsCursor)
    }
}

impl FaultVerb<'_> {
    /// At the next call.
    pub fn once(self) {
        self.times(1);
    }

    /// At the next `count` calls.
    pub fn times(self, count: u64) {
        self.sim
            .world()
            .faults
            .lay(self.endpoint, self.fault, Some(count));
    }

    /// Until faults are cleared.
    pub fn always(self) {
        self.sim.world().faults.lay(self.endpoint, self.fault, None);
    }
}
