//! What was said last, for the evidence beside a failure. It is put into words
//! when somebody asks for it: most of what is said is right, and masking and
//! printing all of it would take longer than asking.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};

use super::shown_diagnostics;
use crate::proto::tfplugin6 as pb;
use crate::schema::{Schema, Schemas};
use crate::secrets::masked;
use crate::value::{decode_leniently, from_json, to_json};

/// How many exchanges are remembered.
const REMEMBERED: usize = 64;

/// One request and its answer, for people.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Exchange {
    /// The RPC.
    pub rpc: String,
    /// What was asked; secrets masked.
    pub request: Json,
    /// What came; secrets masked.
    pub answer: Json,
}

struct Said {
    rpc: String,
    words: Box<dyn Fn() -> (Json, Json) + Send>,
}

/// What was said last, across all sessions of one check.
#[derive(Clone, Default)]
pub struct Trace(Arc<Mutex<VecDeque<Said>>>);

impl Trace {
    /// Adds an exchange.
    pub fn record(&self, rpc: &str, request: Json, answer: Json) {
        self.record_later(rpc, move || (request.clone(), answer.clone()));
    }

    /// Adds an exchange whose request and answer are written down when somebody
    /// asks for them.
    pub fn record_later(&self, rpc: &str, words: impl Fn() -> (Json, Json) + Send + 'static) {
        let said = Said { rpc: rpc.to_owned(), words: Box::new(words) };
        let mut exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if exchanges.len() == REMEMBERED {
            exchanges.pop_front();
        }
        exchanges.push_back(said);
    }

    /// Forgets all exchanges.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The last exchanges.
    pub fn last(&self, count: usize) -> Vec<Exchange> {
        let exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = exchanges.iter().skip(exchanges.len().saturating_sub(count));
        last.map(|said| {
            let (request, answer) = (said.words)();
            Exchange { rpc: said.rpc.clone(), request, answer }
        })
        .collect()
    }
}

/// Writes down values of one resource type.
#[derive(Clone)]
pub(super) struct Words {
    pub(super) schemas: Arc<Schemas>,
    pub(super) type_name: String,
}

impl Words {
    /// The schema.
    pub(super) fn schema(&self) -> &Schema {
        // `Resource::new` has seen that it is there.
        static NONE: std::sync::LazyLock<Schema> = std::sync::LazyLock::new(Schema::default);
        self.schemas.resources.get(&self.type_name).unwrap_or(&NONE)
    }

    /// A value from the wire, with its secrets masked.
    pub(super) fn of(&self, value: Option<&pb::DynamicValue>) -> Json {
        let Some(value) = value else { return Json::Null };
        if value.msgpack.is_empty() && !value.json.is_empty() {
            return json!({ "bytes of JSON": value.json.len() });
        }
        match decode_leniently(&value.msgpack, &self.schema().ty()) {
            Ok(value) => to_json(&masked(&self.schema().block, &value)),
            Err(error) => json!({ "unreadable": error.to_string() }),
        }
    }

    /// What an apply or a read answers.
    pub(super) fn new_state(
        &self,
        state: Option<&pb::DynamicValue>,
        private: &[u8],
        diagnostics: &[pb::Diagnostic],
    ) -> Json {
        json!({
            "new_state": self.of(state), "private": private.len(), "diagnostics": shown_diagnostics(diagnostics),
        })
    }

    /// The state of a state file. One that does not fit the schema may have
    /// secrets anywhere.
    pub(super) fn stored(&self, raw: Option<&pb::RawState>) -> Json {
        let Some(raw) = raw else { return Json::Null };
        let json = serde_json::from_slice::<Json>(&raw.json).unwrap_or_default();
        match from_json(&json, &self.schema().ty()) {
            Ok(state) => to_json(&masked(&self.schema().block, &state)),
            Err(_) => json!({ "bytes of JSON": raw.json.len(), "entries of a flatmap": raw.flatmap.len() }),
        }
    }
}
