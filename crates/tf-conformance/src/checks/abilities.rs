//! Functions, ephemeral resources, actions and lists.

use serde_json::{Value as Json, json};

use super::context::no_errors;
use super::{Context, Stop, Verdict, ensure, fail, not_applicable, unbroken};
use crate::case::{Case, FunctionCase, ObjectCase};
use crate::core::{CAPABILITIES, CallError, Instance, Resource, Session, shown_diagnostics};
use crate::oracle;
use crate::proto::tfplugin6 as pb;
use crate::schema::{Schema, Signature};
use crate::secrets::masked;
use crate::value::{Type, Value, decode, encode, from_json, to_json};

/// How often an ephemeral resource is renewed before it is closed.
const RENEWALS: usize = 3;

fn written(value: &Value, ty: &Type) -> pb::DynamicValue {
    pb::DynamicValue { msgpack: encode(value, ty), json: Vec::new() }
}

pub(super) async fn functions(context: &Context<'_>) -> Verdict {
    if context.schemas.functions.is_empty() {
        return not_applicable("the provider has no functions");
    }
    let mut asked = false;
    for case in &context.settings.cases {
        for function in &case.functions {
            asked = true;
            let Some(signature) = context.schemas.functions.get(&function.name) else {
                return fail(format!("there is no function {:?}", function.name));
            };
            let mut first = None;
            for _ in 0..2 {
                // Unconfigured, in a process of its own, as Core does it.
                let session = context.session(context.launch(Some(case))?).await?;
                let result = call(&session, function, signature).await?;
                if let Some(first) = &first {
                    let (name, same) = (&function.name, *first == result);
                    ensure(same, || format!("{name} has another result in another process: {result:?}"))?;
                }
                first = Some(result);
            }
        }
    }
    if asked { Ok(()) } else { not_applicable("no case calls a function") }
}

/// Calls a function, judges the answer, and calls it again with every null
/// argument left empty.
async fn call(
    session: &Session,
    function: &FunctionCase,
    signature: &Signature,
) -> Result<Option<Value>, Stop> {
    let name = &function.name;
    let mut types = signature.parameters.iter().chain(signature.variadic.iter().cycle());
    let mut arguments = Vec::new();
    for json in &function.arguments {
        let Some((ty, _)) = types.next() else { return fail(format!("{name} has fewer parameters")) };
        arguments.push(written(&from_json(json, ty)?, ty));
    }
    let result = answer(session, function, signature, arguments.clone()).await?;
    for (argument, json) in arguments.iter_mut().zip(&function.arguments) {
        if json.is_null() {
            *argument = pb::DynamicValue::default();
        }
    }
    let again = answer(session, function, signature, arguments).await?;
    ensure(again == result, || format!("{name} has another result for an empty value than for null"))?;
    Ok(result)
}

async fn answer(
    session: &Session,
    function: &FunctionCase,
    signature: &Signature,
    arguments: Vec<pb::DynamicValue>,
) -> Result<Option<Value>, Stop> {
    let name = &function.name;
    let count = arguments.len();
    let request = pb::call_function::Request { name: name.clone(), arguments };
    let answer = session.call_function(request).await?;
    let shown = json!({ "error": answer.error.as_ref().map(|error| &error.text) });
    session.trace.record("CallFunction", json!({ "name": name, "arguments": function.arguments }), shown);
    if let Some(error) = answer.error {
        let index = error.function_argument;
        let in_range = index.is_none_or(|index| usize::try_from(index).is_ok_and(|index| index < count));
        ensure(in_range, || format!("{name} refuses the argument {index:?} of {count}"))?;
        return match function.refused {
            None => fail(format!("{name}: {}", error.text)),
            Some(refused) if index == Some(refused) => Ok(None),
            Some(refused) => fail(format!("{name} refuses the argument {index:?} instead of {refused}")),
        };
    }
    if let Some(refused) = function.refused {
        return fail(format!("{name} takes the argument {refused}, which it should refuse"));
    }
    let Some(result) = answer.result else { return fail(format!("{name}: neither a result nor an error")) };
    let result = decode(&result.msgpack, &signature.result)?;
    unbroken(&format!("the result of {name}"), &oracle::wholly_known(&result))?;
    if let Some(wanted) = &function.result {
        let wanted = from_json(wanted, &signature.result)?;
        ensure(result == wanted, || format!("{name} gives {result} instead of {wanted}"))?;
    }
    Ok(Some(result))
}

/// Asks about an object of a case; if its configuration borrows from the
/// case's resource, while that exists.
async fn with_config<F>(
    context: &Context<'_>,
    session: &Session,
    case: &Case,
    (object, schema): (&ObjectCase, &Schema),
    question: F,
) -> Verdict
where
    F: AsyncFnOnce(Value) -> Verdict,
{
    let read = |attribute: &dyn Fn(&str) -> Json| {
        let json = object.resolved(attribute);
        from_json(&json, &schema.ty()).map(|config| schema.block.complete(config))
    };
    match &case.resource {
        Some(subject) => {
            let resource = Resource::new(session, &subject.type_name)?;
            let config = resource.config(&subject.config)?;
            let question =
                async |created: &Instance| question(read(&|name| to_json(created.state.get(name)))?).await;
            context.with_created(&resource, &config, question).await
        }
        None if object.borrows() => {
            fail("a configuration takes a value from a resource that the case does not have")
        }
        None => question(read(&|_| Json::Null)?).await,
    }
}

pub(super) async fn ephemeral(context: &Context<'_>) -> Verdict {
    if context.schemas.ephemeral.is_empty() {
        return not_applicable("the provider has no ephemeral resources");
    }
    let mut asked = false;
    for case in &context.settings.cases {
        for object in &case.ephemeral {
            asked = true;
            let name = &object.type_name;
            let Some(schema) = context.schemas.ephemeral.get(name) else {
                return fail(format!("there is no ephemeral resource {name:?}"));
            };
            let session = context.configured(Some(case)).await?;
            let question = async |config: Value| open_and_close(&session, name, schema, &config).await;
            with_config(context, &session, case, (object, schema), question).await?;
        }
    }
    if asked { Ok(()) } else { not_applicable("no case opens an ephemeral resource") }
}

async fn open_and_close(session: &Session, name: &str, schema: &Schema, config: &Value) -> Verdict {
    let (block, ty, type_name) = (&schema.block, schema.ty(), || name.to_owned());
    let request = pb::validate_ephemeral_resource_config::Request {
        type_name: type_name(),
        config: Some(written(config, &ty)),
    };
    let valid = session.validate_ephemeral_resource_config(request).await?;
    no_errors(&format!("validating {name}"), &valid.diagnostics)?;
    let request = pb::open_ephemeral_resource::Request {
        type_name: type_name(),
        config: Some(written(config, &ty)),
        // Terraform sends none here, whatever it can do.
        client_capabilities: Some(pb::ClientCapabilities::default()),
    };
    let opened = session.open_ephemeral_resource(request).await?;
    let shown = json!({ "type_name": name, "config": to_json(&masked(block, config)) });
    session.trace.record("OpenEphemeralResource", shown, shown_diagnostics(&opened.diagnostics));
    no_errors(&format!("opening {name}"), &opened.diagnostics)?;
    ensure(opened.deferred.is_none(), || format!("opening {name} is deferred"))?;
    let result = decode(&opened.result.unwrap_or_default().msgpack, &ty)?;
    ensure(!result.is_null(), || format!("opening {name} gives nothing"))?;
    let mut violations = oracle::planned(block, &Value::Null, config, &result);
    violations.extend(oracle::wholly_known(&result));
    let renewed = renew(session, name, opened.renew_at.is_some(), opened.private.clone()).await;
    // Terraform closes with what Open gave, OpenTofu with the last renewal's.
    let request = pb::close_ephemeral_resource::Request { type_name: type_name(), private: opened.private };
    let closed = session.close_ephemeral_resource(request).await?;
    session.trace.record("CloseEphemeralResource", Json::Null, shown_diagnostics(&closed.diagnostics));
    unbroken(&format!("opening {name}"), &violations)?;
    renewed?;
    no_errors(&format!("closing {name}"), &closed.diagnostics)
}

async fn renew(session: &Session, name: &str, wanted: bool, private: Option<Vec<u8>>) -> Verdict {
    let mut private = private;
    for _ in 0..if wanted { RENEWALS } else { 0 } {
        let request = pb::renew_ephemeral_resource::Request { type_name: name.to_owned(), private };
        let renewed = session.renew_ephemeral_resource(request).await?;
        no_errors(&format!("renewing {name}"), &renewed.diagnostics)?;
        private = renewed.private;
    }
    Ok(())
}

pub(super) async fn actions_and_lists(context: &Context<'_>) -> Verdict {
    if context.schemas.actions.is_empty() && context.schemas.lists.is_empty() {
        return not_applicable("the provider has neither actions nor lists");
    }
    let mut asked = false;
    for case in &context.settings.cases {
        for object in &case.lists {
            asked = true;
            let Some(schema) = context.schemas.lists.get(&object.type_name) else {
                return fail(format!("there is no list {:?}", object.type_name));
            };
            let session = context.configured(Some(case)).await?;
            let question = async |config: Value| list(&session, object, schema, &config).await;
            with_config(context, &session, case, (object, schema), question).await?;
        }
        for object in &case.actions {
            asked = true;
            let Some(schema) = context.schemas.actions.get(&object.type_name) else {
                return fail(format!("there is no action {:?}", object.type_name));
            };
            let session = context.configured(Some(case)).await?;
            let question = async |config: Value| invoke(&session, object, schema, &config).await;
            with_config(context, &session, case, (object, schema), question).await?;
        }
    }
    if asked { Ok(()) } else { not_applicable("no case has an action or a list") }
}

async fn list(session: &Session, object: &ObjectCase, schema: &Schema, config: &Value) -> Verdict {
    let name = &object.type_name;
    let config = written(config, &schema.ty());
    let request = pb::validate_list_resource_config::Request {
        type_name: name.clone(),
        config: Some(config.clone()),
        include_resource_object: None,
        limit: None,
    };
    let valid = session.validate_list_resource_config(request).await?;
    no_errors(&format!("validating the list {name}"), &valid.diagnostics)?;
    for (include, limit) in [(false, 100), (true, 1)] {
        let request = pb::list_resource::Request {
            type_name: name.clone(),
            config: Some(config.clone()),
            include_resource_object: include,
            limit,
        };
        let mut stream = session.list_resource(request).await?;
        let mut count = 0;
        while count < limit {
            let Some(event) = session.within("ListResource", stream.message()).await? else { break };
            count += 1;
            listed(session, name, &event, include)?;
        }
        // Core cancels here, and goes on with other calls.
        drop(stream);
        ensure(count > 0, || format!("the list {name} is empty; the case should create something to list"))?;
        session.identity_schemas().await?;
    }
    Ok(())
}

fn listed(session: &Session, name: &str, event: &pb::list_resource::Event, include: bool) -> Verdict {
    no_errors(&format!("listing {name}"), &event.diagnostic)?;
    let Some(identity_schema) = session.schemas.identities.get(name) else {
        return fail(format!("there is a list {name}, but no identity schema"));
    };
    let data = event.identity.as_ref().and_then(|identity| identity.identity_data.as_ref());
    let Some(data) = data else { return fail(format!("an event of the list {name} has no identity")) };
    let identity = decode(&data.msgpack, &identity_schema.ty())?;
    unbroken(&format!("an event of the list {name}"), &oracle::identity_known(&identity))?;
    ensure(!event.display_name.is_empty(), || format!("an event of the list {name} has no display name"))?;
    if !include {
        return Ok(());
    }
    let (Some(object), Some(schema)) = (&event.resource_object, session.schemas.resources.get(name)) else {
        return fail(format!("an event of the list {name} has no resource, though one is asked for"));
    };
    let state = decode(&object.msgpack, &schema.ty())?;
    unbroken(&format!("a resource of the list {name}"), &oracle::state(&schema.block, &state))
}

async fn invoke(session: &Session, object: &ObjectCase, schema: &Schema, config: &Value) -> Verdict {
    let name = &object.type_name;
    let config = Some(written(config, &schema.ty()));
    let request = pb::validate_action_config::Request { action_type: name.clone(), config: config.clone() };
    let valid = session.validate_action_config(request).await?;
    no_errors(&format!("validating the action {name}"), &valid.diagnostics)?;
    let request = pb::plan_action::Request {
        action_type: name.clone(),
        config: config.clone(),
        client_capabilities: Some(CAPABILITIES),
    };
    let planned = session.plan_action(request).await?;
    no_errors(&format!("planning the action {name}"), &planned.diagnostics)?;
    ensure(planned.deferred.is_none(), || format!("the action {name} is deferred"))?;
    let request = pb::invoke_action::Request {
        action_type: name.clone(),
        config,
        client_capabilities: Some(CAPABILITIES),
    };
    let mut stream = session.invoke_action(request).await?;
    let mut completed = false;
    while let Some(event) = next(session, &mut stream).await? {
        ensure(!completed, || format!("the action {name} has an event after its completion"))?;
        match event.r#type {
            None => return fail(format!("an event of the action {name} has no type, which crashes Core")),
            Some(pb::invoke_action::event::Type::Progress(_)) => {}
            Some(pb::invoke_action::event::Type::Completed(end)) => {
                no_errors(&format!("the action {name}"), &end.diagnostics)?;
                completed = true;
            }
        }
    }
    ensure(completed, || format!("the action {name} ends without a completion, which Core takes for success"))
}

async fn next(
    session: &Session,
    stream: &mut tonic::Streaming<pb::invoke_action::Event>,
) -> Result<Option<pb::invoke_action::Event>, CallError> {
    session.within("InvokeAction", stream.message()).await
}
