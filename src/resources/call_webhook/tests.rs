//! Tests of the call webhook: each verb against a simulated API.

mod lost;
mod plans;
mod verbs;

use std::time::Duration;

use wavix_sim::Sim;
use wavix_sim::behaviour::{Behaviour, SecondPost};

use crate::framework::object::Attr;
use crate::lifecycle::context::{Context, options};
use crate::lifecycle::patience::Patience;
use crate::resources::tests::bench;

use super::{CallWebhookModel, CallWebhookResource};

const PATH: &str = "/v1/calls/webhooks";
const EVENT: &str = "on-call";
const OLD: &str = "https://old.example.com/calls";
const NEW: &str = "https://new.example.com/calls";
const OTHER: &str = "https://somebody.example.net/else";

const SECOND_POSTS: [SecondPost; 3] = [SecondPost::Rejected, SecondPost::Replaces, SecondPost::Appends];

fn text(value: &str) -> Attr<String> {
    Attr::Known(value.to_owned())
}

/// A plan for the slot of calls.
fn webhook(url: &str) -> CallWebhookModel {
    CallWebhookModel {
        event_type: text(EVENT),
        url: text(url),
        overwrite: Attr::Known(false),
        timeouts: Attr::Null,
    }
}

fn overwriting(url: &str) -> CallWebhookModel {
    CallWebhookModel { overwrite: Attr::Known(true), ..webhook(url) }
}

type Bench = bench::Bench<CallWebhookResource>;

/// An account whose API behaves so.
async fn with(change: impl FnOnce(&mut Behaviour)) -> Bench {
    Bench::with(Sim::builder().behaviour(change).start().await)
}

/// A provider that waits for an API that is behind its own writes.
fn patient(bench: &Bench) -> Context {
    bench.context(|_| {}).with_patience(Patience { settling: Duration::from_secs(1), ..bench::hasty() })
}

impl Bench {
    /// All URLs of the event.
    fn urls(&self) -> Vec<String> {
        let webhooks = self.sim.webhooks().into_iter().filter(|webhook| webhook.event_type == EVENT);
        webhooks.map(|webhook| webhook.url).collect()
    }

    /// POSTs, DELETEs.
    fn writes(&self) -> (usize, usize) {
        (self.count("POST", PATH), self.count("DELETE", PATH))
    }

    /// A list that nothing was written since.
    async fn looked_again(&self) {
        let call = self.call();
        call.ctx.slot::<super::CallWebhook>().fresh(&call, &options(&call)).await.unwrap();
    }

    fn looks(&self) -> usize {
        self.count("GET", PATH)
    }
}
