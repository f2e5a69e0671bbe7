//! What a server answered, by the step of the script that asked. Concludes nothing: that is in `assumptions`.

use std::{collections::BTreeMap, time::SystemTime};

use serde_json::Value;

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Its `Date`.
    pub(super) date: Option<SystemTime>,
    /// When it came, by this machine's clock.
    pub(super) at: SystemTime,
    /// The body, if it is JSON.
    pub(super) body: Option<Value>,
    pub(super) content_type: String,
}

impl Reply {
    /// Whether the request was carried out, by status and body.
    pub(super) fn succeeded(&self) -> bool {
        (200..300).contains(&self.status) && !self.says_no()
    }

    fn says_no(&self) -> bool {
        self.body.as_ref().is_some_and(|body| body.get("success") == Some(&Value::Bool(false)))
    }

    /// Whether it is a refusal in the API's form, with a success status or not.
    pub(super) fn is_refusal(&self) -> bool {
        self.message().is_some() && (self.says_no() || (400..500).contains(&self.status))
    }

    pub(super) fn message(&self) -> Option<&str> {
        self.body.as_ref()?.get("message")?.as_str()
    }

    /// A field of the body, `null` where there is none.
    pub(super) fn field(&self, name: &str) -> &Value {
        self.body.as_ref().and_then(|body| body.get(name)).unwrap_or(&Value::Null)
    }

    pub(super) fn id(&self) -> Option<i64> {
        self.field("id").as_i64()
    }

    /// The items of a list: a bare array, or under this name; none where it is `null`.
    pub(super) fn items(&self, name: &str) -> &[Value] {
        let body = self.body.as_ref();
        let list = body.and_then(Value::as_array).or_else(|| self.field(name).as_array());
        list.map_or(&[], Vec::as_slice)
    }

    /// How many pages the list has, by its own word.
    pub(super) fn total_pages(&self) -> i64 {
        self.field("pagination").get("total_pages").and_then(Value::as_i64).unwrap_or(0)
    }
}

/// A request's body, and the answer.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) sent: Option<Value>,
    pub(super) reply: Reply,
}

/// All that was seen. A step that was repeated counts with its last exchange.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    exchanges: BTreeMap<&'static str, Exchange>,
    counts: BTreeMap<&'static str, u32>,
    pub(super) requests: u32,
    /// How many requests a second had when the first 429 came.
    pub(super) limited_at: Option<u32>,
}

impl Evidence {
    pub(super) fn note(&mut self, step: &'static str, sent: Option<&Value>, reply: &Reply) {
        self.exchanges.insert(step, Exchange { sent: sent.cloned(), reply: reply.clone() });
    }

    pub(super) fn count(&mut self, what: &'static str, count: u32) {
        self.counts.insert(what, count);
    }

    pub(super) fn counted(&self, what: &str) -> Option<u32> {
        self.counts.get(what).copied()
    }

    pub(super) fn exchange(&self, step: &str) -> Option<&Exchange> {
        self.exchanges.get(step)
    }

    /// The answer of a step, whatever it was.
    pub(super) fn reply(&self, step: &str) -> Option<&Reply> {
        self.exchange(step).map(|exchange| &exchange.reply)
    }

    /// The answer of a step that was carried out.
    pub(super) fn success(&self, step: &str) -> Option<&Reply> {
        self.reply(step).filter(|reply| reply.succeeded())
    }

    /// The first of these steps that was carried out.
    pub(super) fn first_success(&self, steps: &[&str]) -> Option<&Exchange> {
        steps.iter().filter_map(|step| self.exchange(step)).find(|exchange| exchange.reply.succeeded())
    }
}
