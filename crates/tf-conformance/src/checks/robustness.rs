//! Requests that are out of the ordinary.

use std::collections::BTreeMap;

use bytes::{Buf, BufMut, Bytes};
use prost::Message;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Status};

use super::context::no_errors;
use super::{Context, Stop, Verdict, ensure, fail, not_applicable, unbroken};
use crate::core::{CallError, Instance, Resource, Session, errors};
use crate::oracle;
use crate::proto::tfplugin6 as pb;
use crate::schema::{Block, Nesting, Schema};
use crate::value::{Forms, Value, decode, encode};

/// A type that no provider has.
const NOBODYS: &str = "conformance_no_such_type";

/// A configuration with everything unknown that can be configured.
pub(super) fn everything_unknown(block: &Block) -> Value {
    let attributes = block.attributes.iter().map(|(name, attribute)| {
        (name.clone(), if attribute.configurable() { Value::Unknown } else { Value::Null })
    });
    let blocks = block.blocks.iter().map(|(name, nested)| match nested.nesting {
        Nesting::Single | Nesting::Group => (name.clone(), everything_unknown(&nested.block)),
        _ => (name.clone(), Value::Unknown),
    });
    Value::Map(attributes.chain(blocks).collect())
}

fn dynamic(schema: &Schema, value: &Value) -> Option<pb::DynamicValue> {
    Some(pb::DynamicValue { msgpack: encode(value, &schema.ty()), json: Vec::new() })
}

/// Validates one configuration of everything there is. The names say what.
async fn validate_all(
    context: &Context<'_>,
    session: &Session,
    config: &dyn Fn(&Block) -> Value,
) -> Result<Vec<(String, Block, Vec<pb::Diagnostic>)>, Stop> {
    let schemas = context.schemas;
    let mut answers = Vec::new();
    let written = |schema: &Schema| dynamic(schema, &config(&schema.block));
    let request = pb::validate_provider_config::Request { config: written(&schemas.provider) };
    let answer = session.validate_provider_config(request).await?;
    answers.push(("the provider".to_owned(), schemas.provider.block.clone(), answer.diagnostics));
    for (name, schema) in &schemas.resources {
        let resource = Resource::new(session, name)?;
        let diagnostics = resource.validate(&config(&schema.block)).await?;
        answers.push((format!("the resource {name}"), schema.block.clone(), diagnostics));
    }
    for (name, schema) in &schemas.data_sources {
        let config = written(schema);
        let request = pb::validate_data_resource_config::Request { type_name: name.clone(), config };
        let answer = session.validate_data_resource_config(request).await?;
        answers.push((format!("the data source {name}"), schema.block.clone(), answer.diagnostics));
    }
    for (name, schema) in &schemas.ephemeral {
        let config = written(schema);
        let request = pb::validate_ephemeral_resource_config::Request { type_name: name.clone(), config };
        let answer = session.validate_ephemeral_resource_config(request).await?;
        answers.push((format!("the ephemeral resource {name}"), schema.block.clone(), answer.diagnostics));
    }
    for (name, schema) in &schemas.lists {
        let request = pb::validate_list_resource_config::Request {
            type_name: name.clone(),
            config: written(schema),
            include_resource_object: None,
            limit: None,
        };
        let answer = session.validate_list_resource_config(request).await?;
        answers.push((format!("the list {name}"), schema.block.clone(), answer.diagnostics));
    }
    for (name, schema) in &schemas.actions {
        let config = written(schema);
        let request = pb::validate_action_config::Request { action_type: name.clone(), config };
        let answer = session.validate_action_config(request).await?;
        answers.push((format!("the action {name}"), schema.block.clone(), answer.diagnostics));
    }
    Ok(answers)
}

pub(super) async fn validates_anything(context: &Context<'_>) -> Verdict {
    let session = context.session(context.launch(None)?).await?;
    for (name, _, diagnostics) in validate_all(context, &session, &everything_unknown).await? {
        no_errors(&format!("validating {name} with everything unknown"), &diagnostics)?;
    }
    for (name, block, diagnostics) in validate_all(context, &session, &Block::empty).await? {
        let optional = block.attributes.values().all(|attribute| !attribute.required);
        // Without attributes there is nothing that could be wrong.
        let empty = optional && block.attributes.values().all(|attribute| !attribute.configurable());
        if empty && block.blocks.is_empty() {
            no_errors(&format!("validating {name}, which has no arguments,"), &diagnostics)?;
        }
    }
    Ok(())
}

pub(super) async fn configures_unknown(context: &Context<'_>) -> Verdict {
    let schema = &context.schemas.provider;
    if schema.block.attributes.is_empty() && schema.block.blocks.is_empty() {
        return not_applicable("the provider has no configuration");
    }
    let subjects = context.subjects().unwrap_or_default();
    let session = context.session(context.launch(subjects.first().map(|(case, _)| *case))?).await?;
    context.try_configure(&session, &everything_unknown(&schema.block)).await?;
    for (_, subject) in subjects {
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let planned = resource.plan(&Instance::absent(), &config).await?;
        // Anything but a hang, a crash or a status.
        let state = if planned.state.is_null() { resource.schema().empty() } else { known(&planned.state) };
        let instance = Instance { state, ..Instance::absent() };
        resource.read(&instance).await?;
    }
    Ok(())
}

/// What is unknown becomes text or null: a state that might be stored.
fn known(value: &Value) -> Value {
    match value {
        Value::Unknown => Value::Null,
        Value::Map(entries) => {
            Value::Map(entries.iter().map(|(name, entry)| (name.clone(), known(entry))).collect())
        }
        other => other.clone(),
    }
}

/// What an RPC said about a type that does not exist.
type Refusal = (&'static str, bool, Result<Vec<pb::Diagnostic>, CallError>);

async fn refusals(context: &Context<'_>, session: &Session) -> Vec<Refusal> {
    let type_name = || NOBODYS.to_owned();
    // { }: an empty object, whatever the type may be.
    let empty = || Some(pb::DynamicValue { msgpack: vec![0x80], json: Vec::new() });
    let schemas = context.schemas;
    let mut refusals: Vec<Refusal> = Vec::new();
    macro_rules! ask {
        ($method:ident, $module:ident, $there:expr, { $($field:ident: $value:expr),* }) => {
            #[allow(clippy::needless_update, reason = "some messages have no other fields")]
            let request = pb::$module::Request { $($field: $value,)* ..Default::default() };
            let answer = session.$method(request).await;
            refusals.push((stringify!($method), $there, answer.map(|answer| answer.diagnostics)));
        };
    }
    let resources = !schemas.resources.is_empty();
    ask!(validate_resource_config, validate_resource_config, true, { type_name: type_name(), config: empty() });
    ask!(upgrade_resource_state, upgrade_resource_state, true, {
        type_name: type_name(), raw_state: Some(pb::RawState { json: b"{}".to_vec(), flatmap: Default::default() })
    });
    ask!(read_resource, read_resource, true, { type_name: type_name(), current_state: empty() });
    ask!(plan_resource_change, plan_resource_change, true, {
        type_name: type_name(), proposed_new_state: empty(), config: empty()
    });
    ask!(apply_resource_change, apply_resource_change, true, {
        type_name: type_name(), planned_state: empty(), config: empty()
    });
    ask!(import_resource_state, import_resource_state, true, { type_name: type_name(), id: "1".to_owned() });
    ask!(move_resource_state, move_resource_state, resources && schemas.capabilities.move_resource_state, {
        target_type_name: type_name(), source_type_name: "other_type".to_owned()
    });
    ask!(generate_resource_config, generate_resource_config, schemas.capabilities.generate_resource_config, {
        type_name: type_name(), state: empty()
    });
    ask!(upgrade_resource_identity, upgrade_resource_identity, !schemas.identities.is_empty(), {
        type_name: type_name()
    });
    ask!(validate_data_resource_config, validate_data_resource_config, true, {
        type_name: type_name(), config: empty()
    });
    ask!(read_data_source, read_data_source, true, { type_name: type_name(), config: empty() });
    let ephemeral = !schemas.ephemeral.is_empty();
    ask!(validate_ephemeral_resource_config, validate_ephemeral_resource_config, ephemeral, {
        type_name: type_name(), config: empty()
    });
    ask!(open_ephemeral_resource, open_ephemeral_resource, ephemeral, { type_name: type_name(), config: empty() });
    ask!(renew_ephemeral_resource, renew_ephemeral_resource, ephemeral, { type_name: type_name() });
    ask!(close_ephemeral_resource, close_ephemeral_resource, ephemeral, { type_name: type_name() });
    ask!(validate_list_resource_config, validate_list_resource_config, !schemas.lists.is_empty(), {
        type_name: type_name(), config: empty()
    });
    ask!(validate_action_config, validate_action_config, !schemas.actions.is_empty(), {
        action_type: type_name(), config: empty()
    });
    ask!(plan_action, plan_action, !schemas.actions.is_empty(), { action_type: type_name(), config: empty() });
    refusals.push(("list_resource", !schemas.lists.is_empty(), list(session, empty()).await));
    refusals.push(("invoke_action", !schemas.actions.is_empty(), invoke(session, empty()).await));
    refusals
}

async fn list(session: &Session, config: Option<pb::DynamicValue>) -> Result<Vec<pb::Diagnostic>, CallError> {
    let request = pb::list_resource::Request { type_name: NOBODYS.to_owned(), config, ..Default::default() };
    let mut stream = session.list_resource(request).await?;
    let mut diagnostics = Vec::new();
    while let Some(event) = session.within("ListResource", stream.message()).await? {
        diagnostics.extend(event.diagnostic);
    }
    Ok(diagnostics)
}

async fn invoke(
    session: &Session,
    config: Option<pb::DynamicValue>,
) -> Result<Vec<pb::Diagnostic>, CallError> {
    let request =
        pb::invoke_action::Request { action_type: NOBODYS.to_owned(), config, ..Default::default() };
    let mut stream = session.invoke_action(request).await?;
    let mut diagnostics = Vec::new();
    while let Some(event) = session.within("InvokeAction", stream.message()).await? {
        if let Some(pb::invoke_action::event::Type::Completed(completed)) = event.r#type {
            diagnostics.extend(completed.diagnostics);
        }
    }
    Ok(diagnostics)
}

pub(super) async fn refuses_unknown_types(context: &Context<'_>) -> Verdict {
    let session = context.session(context.launch(None)?).await?;
    for (rpc, there, answer) in refusals(context, &session).await {
        match answer {
            // What belongs to abilities that a provider does not have.
            Err(error) if error.code == Some(Code::Unimplemented) && !there => {}
            Err(error) => return Err(error.into()),
            Ok(diagnostics) => {
                ensure(errors(&diagnostics).is_some(), || {
                    format!("{rpc} of a type that does not exist has no error")
                })?;
            }
        }
    }
    let request = pb::call_function::Request { name: NOBODYS.to_owned(), arguments: Vec::new() };
    match session.call_function(request).await {
        Err(error) if error.code == Some(Code::Unimplemented) && context.schemas.functions.is_empty() => {
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(answer) => {
            ensure(answer.error.is_some(), || "a function that does not exist has no error".to_owned())
        }
    }
}

pub(super) async fn diagnoses(context: &Context<'_>) -> Verdict {
    let session = context.session(context.launch(None)?).await?;
    for (name, block, diagnostics) in validate_all(context, &session, &Block::empty).await? {
        let violations = oracle::diagnostics(Some(&block), &diagnostics);
        unbroken(&format!("validating {name} with nothing set"), &violations)?;
    }
    for (rpc, _, answer) in refusals(context, &session).await {
        let diagnostics = answer.unwrap_or_default();
        unbroken(&format!("{rpc} of no type"), &oracle::diagnostics(None, &diagnostics))?;
    }
    for (case, subject) in context.subjects().unwrap_or_default() {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let block = Some(&resource.schema().block);
        for (index, invalid) in subject.invalid.iter().enumerate() {
            let what = format!("validating the invalid configuration {index}");
            let config = resource.config(invalid)?;
            let mut diagnostics = resource.validate(&config).await?;
            if errors(&diagnostics).is_none() {
                diagnostics.extend(resource.plan(&Instance::absent(), &config).await?.diagnostics);
            }
            ensure(errors(&diagnostics).is_some(), || format!("{what}: no error"))?;
            unbroken(&what, &oracle::diagnostics(block, &diagnostics))?;
        }
        let (_, diagnostics) = resource.import(&subject.missing_id, &Value::Null).await?;
        unbroken("importing an id that is nobody's", &oracle::diagnostics(block, &diagnostics))?;
    }
    Ok(())
}

/// Messages that are bytes already.
#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// A message, and after it fields that nobody knows: 1000 is a number, 1001
/// are bytes, 1002 is a nested message.
fn with_unknown_fields(message: &impl Message) -> Bytes {
    let mut bytes = message.encode_to_vec();
    bytes.extend([0xc0, 0x3e, 0x07]);
    bytes.extend([0xca, 0x3e, 0x02, b'h', b'i']);
    bytes.extend([0xd2, 0x3e, 0x02, 0x08, 0x01]);
    bytes.into()
}

async fn raw<A: Message + Default>(
    session: &Session,
    rpc: &'static str,
    path: &'static str,
    request: &impl Message,
) -> Result<A, Stop> {
    let mut grpc = Grpc::new(session.channel());
    let asking = async {
        let ready = grpc.ready().await;
        ready.map_err(|error| Status::unavailable(error.to_string()))?;
        let request = tonic::Request::new(with_unknown_fields(request));
        grpc.unary(request, PathAndQuery::from_static(path), Raw).await
    };
    let answer = session.within(rpc, asking).await?.into_inner();
    A::decode(answer).map_err(|error| Stop::Fail(format!("{rpc}: the answer is no message: {error}")))
}

pub(super) async fn ignores_unknown_fields(context: &Context<'_>) -> Verdict {
    let subjects = context.subjects().unwrap_or_default();
    if subjects.is_empty() {
        let session = context.session(context.launch(None)?).await?;
        let config = dynamic(&context.schemas.provider, &context.provider_config(None)?);
        let request = pb::validate_provider_config::Request { config };
        let path = "/tfplugin6.Provider/ValidateProviderConfig";
        let answer: pb::validate_provider_config::Response =
            raw(&session, "ValidateProviderConfig", path, &request).await?;
        return no_errors("validating the provider's configuration", &answer.diagnostics);
    }
    for (case, subject) in subjects {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let plain = resource.plan(&Instance::absent(), &config).await?;
        no_errors("planning", &plain.diagnostics)?;
        let mut request = resource.plan_request(&Instance::absent(), &config, &Forms::default());
        request.planned_private = plain.private.clone();
        if let Some(capabilities) = &mut request.client_capabilities {
            capabilities.store_planned_private = true;
            capabilities.computed_blocks_allowed = true;
        }
        let path = "/tfplugin6.Provider/PlanResourceChange";
        let own = context.own_session((case, subject)).await?;
        let session = own.as_ref().unwrap_or(&session);
        let answer: pb::plan_resource_change::Response =
            raw(session, "PlanResourceChange", path, &request).await?;
        no_errors("planning with unknown fields", &answer.diagnostics)?;
        let state = decode(&answer.planned_state.unwrap_or_default().msgpack, resource.ty())?;
        let differences: BTreeMap<_, _> = match (&plain.state, &state) {
            (Value::Map(before), Value::Map(after)) => {
                before.iter().filter(|(name, value)| after.get(*name) != Some(value)).collect()
            }
            _ => BTreeMap::new(),
        };
        if state != plain.state {
            return fail(format!("unknown fields change the plan of {:?}", differences.keys()));
        }
    }
    Ok(())
}
