//! The managed resource.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::schema::IdentitySchema;
use tf_conformance::value::{Type, Value, from_json};
use tonic::Status;

use super::{Memory, THING, diagnostic, error, read, write, write_turned};
use crate::store::fault;
use crate::{breaks, log, variable};

/// How long a slow API takes: longer than a busy machine takes to look whether
/// it is still at it.
const SLOW: Duration = Duration::from_secs(3);

impl Memory {
    pub(super) fn ty(&self) -> Type {
        self.schemas.resources.get(THING).map(tf_conformance::schema::Schema::ty).unwrap_or(Type::Dynamic)
    }

    pub(super) fn identity_of(&self, state: &Value) -> Option<pb::ResourceIdentityData> {
        let ty = self.schemas.identities.get(THING).map(IdentitySchema::ty)?;
        let identity = Value::Map([("id".to_owned(), state.get("id").clone())].into());
        Some(pb::ResourceIdentityData { identity_data: write(&identity, &ty) })
    }

    pub(super) fn validate(&self, config: Option<pb::DynamicValue>) -> Vec<pb::Diagnostic> {
        let config = match read(config, &self.ty()) {
            Ok(config) => config,
            Err(wrong) => return vec![error(&wrong.to_string())],
        };
        if breaks("24b") && self.stopped.load(Ordering::Relaxed) {
            return vec![error("Stopped")];
        }
        match config.get("name") {
            Value::Null => vec![diagnostic(1, "The name is missing", Some("name"))],
            Value::String(name) if name.is_empty() => {
                vec![diagnostic(1, "The name is empty", Some("name"))]
            }
            _ => Vec::new(),
        }
    }

    pub(super) async fn plan(
        &self,
        request: pb::plan_resource_change::Request,
    ) -> Result<pb::plan_resource_change::Response, Status> {
        assert!(variable("MEMORY_PROVIDER_PANIC").is_empty(), "as asked");
        while !variable("MEMORY_PROVIDER_HANG").is_empty() {
            // The only thread of the process: nothing else is answered either.
            std::thread::park();
        }
        // Where there is a schema for it, Core always sends it.
        if request.provider_meta.as_ref().is_none_or(|meta| meta.msgpack.is_empty()) {
            return Err(Status::invalid_argument("there is no provider_meta"));
        }
        let ty = self.ty();
        let wrong = |error: tf_conformance::value::ValueError| Status::internal(error.to_string());
        if breaks("13b")
            && request.proposed_new_state.as_ref().is_some_and(|value| has_text_number(&value.msgpack))
        {
            return Ok(pb::plan_resource_change::Response {
                diagnostics: vec![error("A number is needed")],
                ..Default::default()
            });
        }
        let prior = read(request.prior_state, &ty).map_err(wrong)?;
        let proposed = read(request.proposed_new_state, &ty).map_err(wrong)?;
        let capabilities = request.client_capabilities.unwrap_or_default();
        let mut private = request.prior_private;
        if breaks("41") && (!request.planned_private.is_empty() || capabilities.store_planned_private) {
            return Ok(pb::plan_resource_change::Response {
                diagnostics: vec![error("There is an unknown field")],
                ..Default::default()
            });
        }
        if proposed.is_null() {
            if breaks("16a") {
                private.clear();
            }
            let planned = if breaks("16b") { prior.clone() } else { Value::Null };
            return Ok(pb::plan_resource_change::Response {
                planned_state: write(&planned, &ty),
                planned_private: private,
                planned_identity: self.identity_of(&prior).filter(|_| !prior.is_null()),
                ..Default::default()
            });
        }
        let mut planned = proposed;
        if !breaks("11") {
            planned = planned.with("password_wo", Value::Null);
        }
        if planned.get("note").is_null() {
            planned = planned.with("note", Value::string("none"));
        }
        if breaks("12a") && planned.get("name").as_str() == Some("first thing") {
            planned = planned.with("name", Value::string("FIRST THING"));
        }
        if breaks("12b")
            && let Value::List(rules) = planned.get("rule")
        {
            let fewer = rules.iter().take(1).cloned().collect();
            planned = planned.with("rule", Value::List(fewer));
        }
        if breaks("13a")
            && let Value::Number(number) = planned.get("size")
        {
            let float: f64 = number.to_string().parse().unwrap_or_default();
            planned = planned.with("size", Value::number(&float.to_string()).unwrap_or_default());
        }
        if breaks("13c")
            && let Value::Number(number) = planned.get("size")
        {
            // What takes the shortest text of a float for the float does.
            let float: f64 = number.to_string().parse().unwrap_or_default();
            if Value::float(float).is_some_and(|exact| exact == Value::Number(number.clone())) {
                planned = planned.with("size", Value::number(&float.to_string()).unwrap_or_default());
            }
        }
        if breaks("29") {
            // What a global instead of a local does.
            self.store.lock().last_name = planned.get("name").clone();
            tokio::time::sleep(Duration::from_millis(5)).await;
            let last = self.store.lock().last_name.clone();
            planned = planned.with("name", last);
        }
        if prior.is_null() {
            planned = planned.with("id", Value::Unknown).with("token", Value::Unknown);
            if breaks("17") {
                private.clear();
            }
        }
        if breaks("15a") {
            planned = planned.with("token", Value::Unknown);
        }
        let replace = pb::AttributePath {
            steps: vec![pb::attribute_path::Step {
                selector: Some(pb::attribute_path::step::Selector::AttributeName("name".to_owned())),
            }],
        };
        let deferred = breaks("36") && capabilities.deferral_allowed;
        Ok(pb::plan_resource_change::Response {
            planned_state: write(&planned, &ty),
            planned_private: private,
            planned_identity: self.identity_of(&planned),
            requires_replace: if breaks("15b") && !prior.is_null() { vec![replace] } else { Vec::new() },
            deferred: deferred.then_some(pb::Deferred { reason: 1 }),
            legacy_type_system: breaks("12c"),
            ..Default::default()
        })
    }

    pub(super) async fn apply(
        &self,
        request: pb::apply_resource_change::Request,
    ) -> Result<pb::apply_resource_change::Response, Status> {
        let ty = self.ty();
        let wrong = |error: tf_conformance::value::ValueError| Status::internal(error.to_string());
        let prior = read(request.prior_state, &ty).map_err(wrong)?;
        let planned = read(request.planned_state, &ty).map_err(wrong)?;
        let config = read(request.config, &ty).map_err(wrong)?;
        log("applying", &[("tf_resource_type", THING)]);
        if breaks("31b") {
            log("applying", &[("password", config.get("password_wo").as_str().unwrap_or_default())]);
        }
        if breaks("32") {
            println!("applying");
        }
        if planned.is_null() {
            let id = prior.get("id").as_str().unwrap_or_default();
            let removed = self.store.lock().things.remove(id).is_some();
            let diagnostics =
                if !removed && breaks("20a") { vec![error("There is no such thing")] } else { Vec::new() };
            let new_state = if breaks("20b") { &prior } else { &Value::Null };
            return Ok(pb::apply_resource_change::Response {
                new_state: write(new_state, &ty),
                diagnostics,
                ..Default::default()
            });
        }
        if fault("slow") {
            tokio::time::sleep(SLOW).await;
        }
        let state = self.store_thing(&prior, planned);
        let mut answer = pb::apply_resource_change::Response {
            private: b"{\"made\":\"here\"}".to_vec(),
            new_identity: self.identity_of(&state),
            ..Default::default()
        };
        if fault("fail_after_create") {
            answer.diagnostics = vec![error("Cannot find out what became of it")];
            let left = state.with("token", Value::Null).with("note", Value::Null);
            let left = if breaks("19a") {
                Value::Null
            } else if breaks("19b") {
                left.with("id", Value::Null)
            } else {
                left
            };
            answer.new_state = write(&left, &ty);
            return Ok(answer);
        }
        let mut state = state;
        if breaks("18a") {
            state = state.with("note", Value::string("something else"));
        }
        if breaks("18b") {
            state = state.with("token", Value::Unknown);
        }
        if breaks("18c") {
            state = state.with("password_wo", config.get("password_wo").clone());
        }
        if breaks("18d") {
            answer.new_identity = None;
        }
        answer.legacy_type_system = breaks("18e");
        answer.new_state = write(&state, &ty);
        Ok(answer)
    }

    fn store_thing(&self, prior: &Value, planned: Value) -> Value {
        let mut contents = self.store.lock();
        let mut state = planned;
        if prior.is_null() {
            contents.created += 1;
            let number = contents.created;
            state = state.with("id", Value::string(number.to_string()));
            state = state.with("token", Value::string(format!("token-{number}")));
        } else if *state.get("token") == Value::Unknown {
            state = state.with("token", prior.get("token").clone());
        }
        if *state.get("note") == Value::Unknown {
            state = state.with("note", Value::string("none"));
        }
        let state = state.with("password_wo", Value::Null);
        let id = state.get("id").as_str().unwrap_or_default().to_owned();
        contents.things.insert(id, state.clone());
        state
    }

    pub(super) fn read(
        &self,
        request: pb::read_resource::Request,
    ) -> Result<pb::read_resource::Response, Status> {
        let ty = self.ty();
        let current =
            read(request.current_state, &ty).map_err(|error| Status::internal(error.to_string()))?;
        let mut id = current.get("id").clone();
        if current.is_null() {
            id = self.id_in(request.current_identity.as_ref());
        }
        let mut contents = self.store.lock();
        contents.reads += 1;
        let reads = contents.reads;
        let Some(state) = contents.things.get(id.as_str().unwrap_or_default()).cloned() else {
            let diagnostics = if breaks("21a") { vec![error("There is no such thing")] } else { Vec::new() };
            let new_state = write(&Value::Null, &ty);
            return Ok(pb::read_resource::Response { new_state, diagnostics, ..Default::default() });
        };
        let mut state = state;
        if breaks("22a") {
            state = state.with("token", Value::string(format!("token-of-read-{reads}")));
        }
        let turned = fault("reorder") && reads.is_multiple_of(2);
        if breaks("22b") && fault("reorder") {
            let order = if turned { "b, a" } else { "a, b" };
            state = state.with("note", Value::string(order));
        }
        let identity = self.identity_of(&state).filter(|_| !breaks("21c"));
        Ok(pb::read_resource::Response {
            // A set has no order, so neither need what stands for it on the wire.
            new_state: if turned { write_turned(&state, &ty) } else { write(&state, &ty) },
            private: if breaks("21b") { Vec::new() } else { request.private },
            new_identity: identity,
            ..Default::default()
        })
    }

    fn id_in(&self, identity: Option<&pb::ResourceIdentityData>) -> Value {
        let ty = self.schemas.identities.get(THING).map(IdentitySchema::ty).unwrap_or(Type::Dynamic);
        let data = identity.and_then(|identity| identity.identity_data.clone());
        read(data, &ty).map(|identity| identity.get("id").clone()).unwrap_or_default()
    }

    pub(super) fn import(
        &self,
        request: pb::import_resource_state::Request,
    ) -> Result<pb::import_resource_state::Response, Status> {
        let by_identity = request.id.is_empty();
        let id = if by_identity { self.id_in(request.identity.as_ref()) } else { Value::string(request.id) };
        let contents = self.store.lock();
        let found = contents.things.get(id.as_str().unwrap_or_default());
        let any = found.or_else(|| contents.things.values().next().filter(|_| breaks("35b")));
        let Some(state) = any else {
            let path = (!by_identity).then_some("id");
            return Ok(pb::import_resource_state::Response {
                diagnostics: vec![diagnostic(1, "There is no such thing", path)],
                ..Default::default()
            });
        };
        let imported = pb::import_resource_state::ImportedResource {
            type_name: if breaks("35a") { String::new() } else { THING.to_owned() },
            state: write(state, &self.ty()),
            private: Vec::new(),
            identity: self.identity_of(state).filter(|_| !(breaks("35c") && by_identity)),
        };
        let count = if breaks("35d") { 2 } else { 1 };
        Ok(pb::import_resource_state::Response {
            imported_resources: vec![imported; count],
            ..Default::default()
        })
    }

    pub(super) fn upgrade(
        &self,
        request: pb::upgrade_resource_state::Request,
    ) -> pb::upgrade_resource_state::Response {
        let refused = |summary: &str| pb::upgrade_resource_state::Response {
            diagnostics: vec![error(summary)],
            ..Default::default()
        };
        let raw = request.raw_state.unwrap_or_default();
        let ty = self.ty();
        if raw.json.is_empty() && !breaks("23b") {
            return refused("The state is from before Terraform 0.12");
        }
        if request.version == 0 && breaks("23c") {
            return refused("Cannot upgrade from version 0");
        }
        let mut json: serde_json::Value = serde_json::from_slice(&raw.json).unwrap_or_default();
        if let (Some(entries), Type::Object(types)) = (json.as_object_mut(), &ty) {
            // Version 0 had another name for it.
            if let Some(label) = entries.remove("label") {
                entries.insert("name".to_owned(), label);
            }
            if !breaks("23a") {
                entries.retain(|name, _| types.contains_key(name));
            }
            if breaks("23d") && types.keys().any(|name| !entries.contains_key(name)) && request.version == 1 {
                return refused("An attribute is missing");
            }
        }
        match from_json(&json, &ty) {
            Err(wrong) => refused(&wrong.to_string()),
            Ok(state) => {
                let block = self.schemas.resources.get(THING).map(|schema| &schema.block);
                let state = block.map_or(Value::Null, |block| block.complete(state));
                let state = state.with("password_wo", Value::Null);
                pb::upgrade_resource_state::Response {
                    upgraded_state: write(&state, &ty),
                    ..Default::default()
                }
            }
        }
    }
}

/// Whether a size is written as decimal text.
fn has_text_number(msgpack: &[u8]) -> bool {
    let Ok(rmpv::Value::Map(entries)) = rmpv::decode::read_value(&mut &msgpack[..]) else { return false };
    entries.iter().any(|(key, value)| key.as_str() == Some("size") && value.is_str())
}
