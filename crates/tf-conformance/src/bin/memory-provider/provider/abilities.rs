//! The data source, the ephemeral resource, the list, the action and the function.

use std::sync::atomic::Ordering;

use tf_conformance::proto::tfplugin6 as pb;
use tf_conformance::value::{Type, Value};
use tonic::Status;

use super::{Memory, THING, diagnostic, error, read, write};
use crate::breaks;

/// The ephemeral resource.
pub(super) const TOKEN: &str = "memory_token";
/// The action.
pub(super) const TOUCH: &str = "memory_touch";

impl Memory {
    pub(super) fn look_up(&self, request: pb::read_data_source::Request) -> pb::read_data_source::Response {
        let schema = self.schemas.data_sources.get(&request.type_name).cloned().unwrap_or_default();
        let config = read(request.config, &schema.ty()).unwrap_or_default();
        let id = config.get("id").as_str().unwrap_or_default().to_owned();
        let Some(thing) = self.store.lock().things.get(&id).cloned() else {
            let diagnostics = vec![diagnostic(1, "There is no such thing", Some("id"))];
            return pb::read_data_source::Response { diagnostics, ..Default::default() };
        };
        let state = config.with("name", thing.get("name").clone());
        pb::read_data_source::Response { state: write(&state, &schema.ty()), ..Default::default() }
    }

    pub(super) fn open(
        &self,
        request: pb::open_ephemeral_resource::Request,
    ) -> Result<pb::open_ephemeral_resource::Response, Status> {
        let schema = self.schemas.ephemeral.get(TOKEN).cloned().unwrap_or_default();
        let config =
            read(request.config, &schema.ty()).map_err(|error| Status::internal(error.to_string()))?;
        let value = if breaks("38b") { Value::Unknown } else { Value::string("ephemeral-value") };
        let mut result = config.with("value", value);
        if breaks("38c") {
            result = result.with("name", Value::string("another"));
        }
        Ok(pb::open_ephemeral_resource::Response {
            result: write(&result, &schema.ty()),
            renew_at: Some(prost_types::Timestamp { seconds: 4_000_000_000, nanos: 0 }),
            private: Some(b"0".to_vec()),
            ..Default::default()
        })
    }

    pub(super) fn renew(&self) -> pb::renew_ephemeral_resource::Response {
        let number = self.renewals.fetch_add(1, Ordering::Relaxed) + 1;
        let private = if breaks("38a") { number.to_string() } else { "0".to_owned() };
        pb::renew_ephemeral_resource::Response { private: Some(private.into_bytes()), ..Default::default() }
    }

    pub(super) fn close(
        &self,
        request: &pb::close_ephemeral_resource::Request,
    ) -> pb::close_ephemeral_resource::Response {
        let renewed = self.renewals.load(Ordering::Relaxed);
        let last = if breaks("38a") { renewed.to_string() } else { "0".to_owned() };
        let diagnostics = match &request.private {
            Some(private) if *private == last.into_bytes() => Vec::new(),
            _ => vec![error("This is not what the last renewal gave")],
        };
        pb::close_ephemeral_resource::Response { diagnostics }
    }

    pub(super) fn list(&self, request: &pb::list_resource::Request) -> Vec<pb::list_resource::Event> {
        if request.type_name != THING {
            let diagnostic = vec![error("There is no such type")];
            return vec![pb::list_resource::Event { diagnostic, ..Default::default() }];
        }
        let contents = self.store.lock();
        let event = |state: &Value| pb::list_resource::Event {
            identity: self.identity_of(state).filter(|_| !breaks("39c")),
            display_name: state.get("name").as_str().unwrap_or_default().to_owned(),
            resource_object: write(state, &self.ty())
                .filter(|_| request.include_resource_object && !breaks("39d")),
            diagnostic: Vec::new(),
        };
        contents.things.values().map(event).collect()
    }
}

pub(super) fn call(request: &pb::call_function::Request) -> pb::call_function::Response {
    let refused = |text: &str, argument: Option<i64>| pb::call_function::Response {
        error: Some(pb::FunctionError { text: text.to_owned(), function_argument: argument }),
        result: None,
    };
    let [argument] = request.arguments.as_slice() else { return refused("one argument is needed", None) };
    if request.name != "shout" {
        return refused("there is no such function", None);
    }
    if breaks("37b") && argument.msgpack.is_empty() {
        return refused("the argument is empty", Some(0));
    }
    let argument = read(Some(argument.clone()), &Type::String).unwrap_or_default();
    let text = argument.as_str().unwrap_or_default();
    if text == "silence" {
        return refused("this cannot be shouted", Some(if breaks("37c") { 7 } else { 0 }));
    }
    let mut shouted = text.to_uppercase();
    if breaks("37a") {
        shouted.push_str(&std::process::id().to_string());
    }
    pb::call_function::Response { result: write(&Value::String(shouted), &Type::String), error: None }
}

pub(super) fn invoke(request: &pb::invoke_action::Request) -> Vec<pb::invoke_action::Event> {
    use pb::invoke_action::event::{Completed, Progress, Type as Kind};

    let event = |kind: Kind| pb::invoke_action::Event { r#type: Some(kind) };
    let known = request.action_type == TOUCH;
    let diagnostics = if known { Vec::new() } else { vec![error("There is no such type")] };
    let mut events = Vec::new();
    if known {
        events.push(event(Kind::Progress(Progress { message: "touching".to_owned() })));
    }
    if breaks("39a") && known {
        events.push(pb::invoke_action::Event { r#type: None });
    }
    if !(breaks("39b") && known) {
        events.push(event(Kind::Completed(Completed { diagnostics })));
    }
    events
}
